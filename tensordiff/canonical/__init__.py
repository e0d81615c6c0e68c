"""The canonical form of index-form tensors: equality up to renaming, order and symmetry."""

from tensordiff.canonical.form import Canonicaliser, canonical

__all__ = ["Canonicaliser", "canonical"]
