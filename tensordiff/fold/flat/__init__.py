"""Runs of letters: a product as people write it, and the order of what it is made of."""
