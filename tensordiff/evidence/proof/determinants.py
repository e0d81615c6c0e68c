"""Determinants as products of powers of others.

A product of powers of rational functions with logarithmic gradient zero is constant. det(I + A*B) = det(I + B*A) and
det(A + B*C*D) = det(A) det(C) det(inv(C) + D*inv(A)*B) are cases of this: no list of such identities is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.canonical import Canonicaliser
from tensordiff.evidence.proof.alphabet import Alphabet, UnreadableError, terms_of
from tensordiff.evidence.proof.chains import take_apart
from tensordiff.evidence.proof.completion import Polynomial
from tensordiff.evidence.proof.constants import is_nonzero, is_plain, values
from tensordiff.evidence.proof.gradients import Gradient, gradient
from tensordiff.evidence.proof.system import completed
from tensordiff.functions import DET, INVERSE, power
from tensordiff.functions.views import is_identity
from tensordiff.tensor import ONE, Apply, Symbol, Tensor, add, apply, einsum, multiply, postorder, replace

_MOST = 8
"""Of more determinants at a time nothing is found out."""


def settle_determinants(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    """The canonical tensor with determinants written as products of powers of others, where they are such products."""
    matrices = [node.children[0] for node in postorder([tensor]) if isinstance(node, Apply) and node.function == DET]
    matrices = [matrix for matrix in matrices if matrix.rank == 2 and _is_regular(matrix, forms)]
    if not 2 <= len(matrices) <= _MOST:
        return tensor
    alphabet = Alphabet(forms)
    pairs: dict[Tensor, tuple[Polynomial, Polynomial]] = {}
    for matrix in sorted(matrices, key=lambda matrix: (len(postorder([matrix])), matrix.key)):
        try:
            pairs[matrix] = alphabet.read(forms.tensor(apply(INVERSE, matrix))), alphabet.read(matrix)
        except UnreadableError:
            continue
    system = completed(alphabet)
    known: list[tuple[Tensor, Gradient]] = []
    substitution: dict[Tensor, Tensor] = {}
    for matrix, pair in pairs.items():
        slope = gradient(system, [pair])
        if slope is None:
            return tensor
        exponents = _combination(slope, [other for _, other in known])
        made = None if exponents is None else _product(matrix, [m for m, _ in known], exponents, forms)
        if made is None:
            known.append((matrix, slope))
        else:
            substitution[apply(DET, matrix)] = made
    return forms.tensor(replace(tensor, substitution)) if substitution else tensor


def _is_regular(matrix: Tensor, forms: Canonicaliser) -> bool:
    """Whether a matrix is a rational function that is surely invertible for almost all values."""
    return is_plain(matrix) and any(is_nonzero(found) for (found,) in values([apply(DET, matrix)], forms))


def _product(matrix: Tensor, others: Sequence[Tensor], exponents: Sequence[Fraction], forms: Canonicaliser) -> Tensor | None:
    """det(matrix) as a constant times powers of the other determinants; None where the constant is not found."""
    if any(exponent.denominator != 1 for exponent in exponents):
        return None
    used = [(apply(DET, other), int(e)) for other, e in zip(others, exponents, strict=True) if e]
    for own, *found in values([apply(DET, matrix), *(node for node, _ in used)], forms):
        if all(map(is_nonzero, (own, *found))):
            constant = [power(other, -e) for other, (_, e) in zip(found, used, strict=True)]
            return multiply(own, *constant, *(power(node, e) for node, e in used))
    return None


def _combination(wanted: Gradient, known: Sequence[Gradient]) -> list[Fraction] | None:
    """Coefficients with which the known vectors add up to the wanted one, or None. The known ones are independent."""
    rows: list[tuple[Gradient, list[Fraction]]] = []
    for place, vector in enumerate(known):
        reduced = _against(dict(vector), [Fraction(int(p == place)) for p in range(len(known))], rows)
        if reduced[0]:
            rows.append(reduced)
    rest, combination = _against(dict(wanted), [Fraction(0)] * len(known), rows)
    return None if rest else [-c for c in combination]


def _against(
    vector: Gradient, combination: list[Fraction], rows: Sequence[tuple[Gradient, list[Fraction]]]
) -> tuple[Gradient, list[Fraction]]:
    """The vector with the rows' first entries eliminated, and how it is made."""
    for row, made in rows:
        first = next(iter(row))
        if factor := vector.get(first, Fraction(0)) / row[first]:
            for key, value in row.items():
                vector[key] = vector.get(key, Fraction(0)) - factor * value
            combination = [c - factor * m for c, m in zip(combination, made, strict=True)]
    return {key: value for key, value in vector.items() if value}, combination


def open_rank_one(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    """det(M + u v') = det(M) (1 + v' inv(M) u) where M is invertible for almost all values (Harville 1997, theorem 18.1.1)."""
    while True:
        substitution: dict[Tensor, Tensor] = {}
        for node in postorder([tensor]):
            if isinstance(node, Apply) and node.function == DET and node.dims == () and node.children[0].rank == 2:
                made = _without_rank_one(node.children[0])
                if made is not None:
                    substitution[node] = made
        if not substitution:
            return tensor
        tensor = forms.tensor(replace(tensor, substitution))


def _without_rank_one(matrix: Tensor) -> Tensor | None:
    terms = terms_of(matrix)
    for place, (coefficient, term) in enumerate(terms):
        parts = take_apart(term)
        ends = [chain for chain in parts.chains if chain.start is not None or chain.end is not None]
        if len(ends) != 2 or parts.rest:
            continue
        rest = add([t for p, t in enumerate(terms) if p != place], matrix.dims)
        if not _is_invertible(rest):
            return None
        between = einsum([(apply(INVERSE, rest), "ij"), (term, "ji")], ())  # tr(inv(M) u v')
        return multiply(apply(DET, rest), add([(1, ONE), (coefficient, between)]))
    return None


def _is_invertible(matrix: Tensor) -> bool:
    """Whether a matrix is surely invertible for almost all values: a square symbol that occurs nowhere else, however large,
    or the identity and a polynomial that vanishes with its matrices, is one of its terms."""
    terms = [term for _, term in terms_of(matrix)] if is_plain(matrix) else []
    for place, term in enumerate(terms):
        others = [part for p, part in enumerate(terms) if p != place]
        if isinstance(term, Symbol) and term.structure.is_invertible and term not in postorder(others):
            return True
        if is_identity(term) and not any(isinstance(node, Apply) for node in postorder(others)):
            return all(any(isinstance(node, Symbol) and node.dims for node in postorder([part])) for part in others)
    return False
