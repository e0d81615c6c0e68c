"""Programs: from index form to code that computes it."""

from tensordiff.compile.backends import BACKENDS, backend_of
from tensordiff.compile.program import Program, compile_program
from tensordiff.compile.structured import LinearMap, at

__all__ = ["BACKENDS", "LinearMap", "Program", "at", "backend_of", "compile_program"]
