"""The canonical form of index-form tensors: equality up to renaming, order and symmetry."""

from tensordiff.canonical.form import Canonicaliser, canonical
from tensordiff.canonical.names import with_names
from tensordiff.canonical.readings import readings
from tensordiff.canonical.recognise import defined, recognised

__all__ = ["Canonicaliser", "canonical", "defined", "readings", "recognised", "with_names"]
