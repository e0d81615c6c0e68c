"""Programs: from index form to code that computes it."""

from tensordiff.compile.backends import BACKENDS, backend_of
from tensordiff.compile.program import Program, compile_program

__all__ = ["BACKENDS", "Program", "backend_of", "compile_program"]
