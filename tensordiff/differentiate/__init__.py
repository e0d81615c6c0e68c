"""Derivatives of index-form tensors: accumulation, structured variables, the chain rule through named intermediates."""

from tensordiff.differentiate.accumulate import differentiate
from tensordiff.differentiate.structured import Entries, constrain, constrained_dims, freed, restore

__all__ = ["Entries", "constrain", "constrained_dims", "differentiate", "freed", "restore"]
