"""From matrix form to index form."""

from tensordiff.lower.lower import lower

__all__ = ["lower"]
