"""Exchange with other tools: einsum strings, SymPy."""
