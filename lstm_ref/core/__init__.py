"""The equations, and what is computed with them, for NumPy and torch: only the array API standard is used."""
