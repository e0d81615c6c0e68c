"""Programs: from index form to code that computes it."""

from tensordiff.compile.backends import BACKENDS, backend_of, library
from tensordiff.compile.inputs import complex_entries, real_inputs
from tensordiff.compile.program import Program, compile_program
from tensordiff.compile.structured import LinearMap, at
from tensordiff.compile.validate import check_arrays, is_complex

__all__ = [
    "BACKENDS", "LinearMap", "Program", "at", "backend_of", "check_arrays", "compile_program", "complex_entries", "is_complex",
    "library", "real_inputs",
]  # fmt: skip
