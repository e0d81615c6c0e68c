"""Derivatives of matrix-form expressions, laid out and written as people write them."""

from tensordiff.derive.derivative import free_derivative, loosened, named_parts
from tensordiff.derive.differential import in_differentials
from tensordiff.derive.stacking import on_entries

__all__ = ["free_derivative", "in_differentials", "loosened", "named_parts", "on_entries"]
