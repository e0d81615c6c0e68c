"""Sums of traces that do not depend on the matrices in them: a rational function with gradient zero is constant."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.canonical import Canonicaliser
from tensordiff.evidence.proof.alphabet import Alphabet, terms_of
from tensordiff.evidence.proof.chains import Link, join, matrix, take_apart, trace
from tensordiff.evidence.proof.completion import Polynomial, accumulate, single
from tensordiff.evidence.proof.constants import is_parameter, is_plain, values
from tensordiff.evidence.proof.gradients import gradient
from tensordiff.evidence.proof.system import completed
from tensordiff.records import record
from tensordiff.tensor import Tensor, add, einsum, multiply


def settle_traces(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    """The canonical tensor with sums of traces that are constant replaced by their values."""
    groups: dict[Tensor, list[_Trace]] = {}
    rest: list[tuple[Fraction, Tensor]] = []
    for coefficient, term in terms_of(tensor):
        parts = take_apart(term)
        if not parts.cycles:
            rest.append((coefficient, term))
            continue
        first, *others = parts.cycles
        plain = tuple(scalar for scalar in parts.scalars if is_parameter(scalar))
        parts.scalars = [scalar for scalar in parts.scalars if not is_parameter(scalar)]
        chains = [matrix(chain.links, chain.rows, chain.columns) for chain in parts.chains]
        beside = join(parts, chains, [trace(cycle) for cycle in others])
        groups.setdefault(beside, []).append(_Trace(coefficient, plain, first))
    settled = False
    for beside, traces in groups.items():
        total = forms.tensor(add([(t.coefficient, multiply(trace(t.links), *t.scalars)) for t in traces]))
        constant = is_plain(total) and _is_constant(traces, forms)
        (found,) = next(values([total], forms), [None]) if constant else [None]
        settled = settled or found is not None
        axes = tuple(range(beside.rank))
        rest.append((Fraction(1), einsum([(total if found is None else found, ()), (beside, axes)], axes)))
    return forms.tensor(add(rest, tensor.dims)) if settled else tensor


@record
class _Trace:
    coefficient: Fraction
    scalars: tuple[Tensor, ...]
    links: tuple[Link, ...]


def _is_constant(traces: Sequence[_Trace], forms: Canonicaliser) -> bool:
    """Whether a sum of traces does not depend on the matrices in it."""
    alphabet = Alphabet(forms)
    inner: Polynomial = {}
    for t in traces:
        accumulate(inner, [((alphabet.central(t.scalars), alphabet.word(t.links)), t.coefficient)])
    return gradient(completed(alphabet), [(single(()), inner)]) == {}
