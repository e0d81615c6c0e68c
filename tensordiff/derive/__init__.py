"""Derivatives of matrix-form expressions, laid out and written as people write them."""

from tensordiff.derive.by_entries import by_entries
from tensordiff.derive.contracted import contracted
from tensordiff.derive.derivative import free_derivative, loosened, named_parts
from tensordiff.derive.differential import along, differential, identified
from tensordiff.derive.form import Manner, derivative_form
from tensordiff.derive.quotient import own_form, quotient

__all__ = [
    "Manner", "along", "by_entries", "contracted", "derivative_form", "differential", "free_derivative",
    "identified", "loosened", "named_parts", "own_form", "quotient",
]  # fmt: skip
