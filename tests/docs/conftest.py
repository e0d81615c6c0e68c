"""The recipes are collected where notebooks can be run."""

from importlib.util import find_spec

_NOTEBOOKS = all(find_spec(name) is not None for name in ("nbclient", "nbformat", "ipykernel"))
collect_ignore = [] if _NOTEBOOKS else ["test_recipes.py"]
