"""Inverses that are no letters (of Kronecker sums, of D'*M*D), cleared: Y is inv(M) where M*Y is the identity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from tensordiff.canonical import Canonicaliser
from tensordiff.evidence.proof.alphabet import Alphabet, UnreadableError, terms_of
from tensordiff.functions import INVERSE
from tensordiff.tensor import Apply, Einsum, Tensor, einsum

_MOST = 4
"""So many inverses are tried."""


def cleared(tensor: Tensor, forms: Canonicaliser) -> Iterator[Tensor]:
    """The canonical tensor, multiplied by the matrix whose inverse stands at some of its axes, in each such way. It is zero
    exactly where one of these is."""
    tried: dict[tuple[Tensor, tuple[int, ...], bool], None] = {}
    for _, term in terms_of(tensor):
        factors = term.factors if isinstance(term, Einsum) else ((term, tuple(range(term.rank))),)
        output = term.output if isinstance(term, Einsum) else tuple(range(term.rank))
        for node, indices in factors:
            if isinstance(node, Apply) and node.function == INVERSE:
                if _is_letter(node, forms):
                    continue
                half = node.rank // 2
                for at_columns, group in ((False, indices[:half]), (True, indices[half:])):
                    if all(output.count(index) == 1 for index in group):
                        axes = tuple(output.index(index) for index in group)
                        tried.setdefault((node.children[0], axes, at_columns))
    for matrix, axes, at_columns in list(tried)[:_MOST]:
        new = tuple(("new", axis) for axis in axes)
        given = tuple(axes)
        labels = given + new if at_columns else new + given
        output_labels = [("new", axis) if axis in axes else axis for axis in range(tensor.rank)]
        yield forms.tensor(einsum([(matrix, labels), (tensor, range(tensor.rank))], output_labels))


def _is_letter(node: Apply, forms: Canonicaliser) -> bool:
    """Whether the relations of an inverse are known already."""
    with suppress(UnreadableError):
        return bool(Alphabet(forms).read(node.children[0]))
    return False
