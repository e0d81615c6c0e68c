"""Derivatives of index-form tensors: accumulation, structured variables, the chain rule through named intermediates."""

from tensordiff.differentiate.accumulate import differentiate

__all__ = ["differentiate"]
