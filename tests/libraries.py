"""The array libraries that programs are tried on: NumPy, and the optional ones that are installed."""

from importlib.util import find_spec

OPTIONAL = [name for name in ("jax", "torch") if find_spec(name) is not None]
LIBRARIES = ["numpy", *OPTIONAL]
