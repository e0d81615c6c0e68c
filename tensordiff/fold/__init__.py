"""Folding: index form to matrix form."""

from tensordiff.fold.fold import fold, fold_best
from tensordiff.fold.structured import on_entries

__all__ = ["fold", "fold_best", "on_entries"]
