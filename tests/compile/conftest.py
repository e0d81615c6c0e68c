"""Tests of the optional backends are collected where their libraries are installed."""

from importlib.util import find_spec

from tests.libraries import OPTIONAL

collect_ignore = [f"test_{name}.py" for name in ("jax", "torch") if name not in OPTIONAL]
if find_spec("dask") is None:
    collect_ignore.append("test_dask.py")
if "jax" not in OPTIONAL:
    collect_ignore.append("test_jax_sharded.py")
if not OPTIONAL:
    collect_ignore.append("test_libraries.py")
