"""Kinds and sizes of names that nobody declared: constraints, unknowns, letters. Nothing here knows a language."""
