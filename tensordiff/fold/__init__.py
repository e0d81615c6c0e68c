"""Folding: index form to matrix form."""

from tensordiff.fold.fold import fold
from tensordiff.fold.structured import on_entries

__all__ = ["fold", "on_entries"]
