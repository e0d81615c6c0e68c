"""Evidence that two tensors are equal, graded: proved, exact, numeric.

proved    equal canonical forms, perhaps by the relations of inverses and other functions: equal for all sizes and values
exact     rational expressions that agree at random points modulo large primes, at several sizes, with a bound on the
          chance of error at the sizes used (Schwartz and Zippel); never called proved
numeric   agreement to many digits at random points, where exp, log, abs and the like occur

A difference is certain at the first point that shows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensordiff.canonical import Canonicaliser
from tensordiff.errors import BudgetError, DomainError, ShapeError
from tensordiff.evidence.agreement import Evidence, Pair, differs, exactly, numerically
from tensordiff.evidence.proof import proof
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.sizes import SMALLEST, expanded_size
from tensordiff.evidence.sampling.values import Array, Traits
from tensordiff.functions import power
from tensordiff.tensor import Symbol, Tensor, multiply, postorder, replace, total

_MAX_TERMS = 1500
_MAX_FACTORS = 8000
"""A proof is tried where multiplying out writes at most so many factors: it costs about as many tenths of milliseconds."""


def compare(a: Tensor, b: Tensor, *, suppose: Mapping[str, Traits] | None = None, seed: int = 0) -> Evidence:
    """Whether two tensors with the same axes are equal for all values of their symbols.

    `suppose` lets symbols be more special than they are declared. Raises ShapeError where the axes differ.
    """
    if a.dims != b.dims:
        raise ShapeError(f"cannot compare tensors with axes {a.dims} and {b.dims}")
    samples = Samples([a, b], suppose=suppose, seed=seed)

    def pair(point: Point) -> tuple[Array, Array]:
        return point.value(a), point.value(b)

    return examine(pair, samples, supposed(a, suppose), supposed(b, suppose))


def examine(
    pair: Pair,
    samples: Samples,
    a: Tensor | None,
    b: Tensor | None,
    *,
    forms: Canonicaliser | None = None,
    first: Point | None = None,
) -> Evidence:
    """The evidence for a pair of values: a few points, then a proof for the tensors a = b, then more points.

    Points come before the proof, so that nothing is ever called proved that a number contradicts: a first one, and those
    that are special, since rules of proofs are those of matrices and sizes in general.
    """
    first = first or next(samples.points(SMALLEST), None)
    if first is not None and (refuted := differs(pair, first)) is not None:
        return refuted
    for point in samples.special if first is not None else ():
        if (refuted := differs(pair, point)) is not None:
            return refuted
    if a is not None and b is not None and (words := proves(a, b, forms or new_forms(), first is not None)):
        return Evidence(True, "proved", words)
    if first is None:
        return Evidence(None, None, "the canonical forms differ, and at no sample point were both sides defined")
    return exactly(pair, samples) if samples.rational else numerically(pair, samples)


def new_forms() -> Canonicaliser:
    """Canonical forms within the budget of a check."""
    return Canonicaliser(max_terms=_MAX_TERMS)


def proves(a: Tensor, b: Tensor, forms: Canonicaliser, defined: bool = True) -> str | None:
    """The words for a proof that two tensors are equal; None where none was found.

    `defined` tells that both have a value somewhere: only then do the relations of their inverses mean anything.
    """
    if expanded_size(a) + expanded_size(b) > _MAX_FACTORS:
        return None
    try:
        if forms.tensor(a) is forms.tensor(b):
            return "both sides have the same canonical form, for all sizes and values"
        return proof(a, b, forms) if defined else None
    except (BudgetError, DomainError):
        return None


def supposed(tensor: Tensor, suppose: Mapping[str, Traits] | None) -> Tensor:
    """The tensor with symbols made more special."""
    if not suppose:
        return tensor
    substitution: dict[Tensor, Tensor] = {}
    for node in postorder([tensor]):
        if isinstance(node, Symbol) and node.name in suppose:
            traits = suppose[node.name]
            plain = Symbol.make(node.name, node.dims, traits.structure, traits.assumption)
            substitution[node] = multiply(power(total(plain), -1), plain) if traits.sums_to_one else plain
    made: Tensor = replace(tensor, substitution)
    return made
