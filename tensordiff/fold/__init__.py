"""Folding: index form to matrix form."""

from tensordiff.fold.fold import fold

__all__ = ["fold"]
