"""From matrix form to index form."""

from tensordiff.lower.derivative import free_derivative, loosened, named_parts
from tensordiff.lower.lower import lower

__all__ = ["free_derivative", "loosened", "lower", "named_parts"]
