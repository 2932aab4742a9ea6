"""The equations, and what is computed with them: over NumPy or torch, by the array API standard alone."""
