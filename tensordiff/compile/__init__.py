"""Programs: from index form to code that computes it."""

from tensordiff.compile.plan.lengths import Joined, axes_of
from tensordiff.compile.plan.stages import Sweep
from tensordiff.compile.run.backends import BACKENDS, backend_of, library
from tensordiff.compile.run.inputs import as_declared, complex_entries, read_sizes, real_inputs
from tensordiff.compile.run.linear_map import LinearMap, at
from tensordiff.compile.run.program import Program, compile_program
from tensordiff.compile.run.validate import check_arrays, is_complex

__all__ = [
    "BACKENDS", "Joined", "LinearMap", "Program", "Sweep", "as_declared", "at", "axes_of", "backend_of", "check_arrays",
    "compile_program", "complex_entries", "is_complex", "library", "read_sizes", "real_inputs",
]  # fmt: skip
