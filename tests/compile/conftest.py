"""Tests of the optional backends are collected where their libraries are installed."""

from importlib.util import find_spec

collect_ignore = [f"test_{name}.py" for name in ("jax", "torch") if find_spec(name) is None]
