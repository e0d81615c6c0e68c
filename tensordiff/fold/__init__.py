"""Folding: index form to matrix form."""

from tensordiff.fold.differential import in_differentials
from tensordiff.fold.fold import fold, fold_best
from tensordiff.fold.structured import on_entries

__all__ = ["fold", "fold_best", "in_differentials", "on_entries"]
