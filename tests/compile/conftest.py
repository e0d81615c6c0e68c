"""Tests of the optional backends are collected where their libraries are installed."""

from tests.libraries import OPTIONAL

collect_ignore = [f"test_{name}.py" for name in ("jax", "torch") if name not in OPTIONAL]
if "jax" not in OPTIONAL:
    collect_ignore.append("test_jax_sharded.py")
if not OPTIONAL:
    collect_ignore.append("test_libraries.py")
