"""Declare, call, compare, match, explain: what every check has in common. No exercise is known here."""
