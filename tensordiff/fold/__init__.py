"""Folding: index form to matrix form."""

from tensordiff.fold.fold import fold, fold_best, folding

__all__ = ["fold", "fold_best", "folding"]
