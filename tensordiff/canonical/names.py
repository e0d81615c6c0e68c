"""The user's names put back: parts whose canonical form is a name's definition are replaced by that name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tensordiff.canonical.form import Canonicaliser
from tensordiff.canonical.scalar_names import ScaledName, put_scaled_names
from tensordiff.functions import INVERSE, MATRIX_POWER
from tensordiff.simplify import word_letters
from tensordiff.tensor import (
    Apply,
    Einsum,
    Named,
    Node,
    Sum,
    Tensor,
    apply,
    bottom_up,
    einsum,
    scale,
    split_coefficient,
)


def with_names(node: Tensor, names: Iterable[Named], forms: Canonicaliser) -> Tensor:
    """A canonical tensor with names in the place of the parts that they define.

    `forms` must be the canonicaliser that made `node`. Definitions are matched as functions, sums, and words of a matrix
    product; the first name declared wins where two have one definition.
    """
    table, words, scalars = _definitions(names, forms)
    if not table and not words and not scalars:
        return node

    def visit(old: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(old, Tensor)
        if (found := table.get(old)) is not None:
            return found
        if isinstance(old, Sum):
            negative = scale(-1, old)
            if (found := table.get(negative)) is not None:
                return scale(-1, found)
        if isinstance(old, Apply) and old.function == MATRIX_POWER:
            inverse = apply(INVERSE, old.children[0])
            if (found := table.get(inverse)) is not None:
                return apply(MATRIX_POWER, found, scale(-1, children[1]))
        if isinstance(old, Einsum) and (words or scalars):
            coefficient, cut = put_scaled_names(old, scalars)
            if isinstance(cut, Einsum):
                cut = _replace_words(cut, words, forms)
            if cut is not old:
                return _put(scale(coefficient, cut), dict(zip(old.children, children, strict=True)))
        return old if children == old.children else old.rebuild(children)

    return bottom_up(node, visit)


@dataclass(frozen=True, slots=True)
class _WordName:
    """A name whose definition is coefficient * a product of matrices, as the letters that it reads."""

    named: Named
    coefficient: Fraction
    letters: tuple[tuple[Tensor, int], ...]


def _definitions(
    names: Iterable[Named], forms: Canonicaliser
) -> tuple[dict[Tensor, Tensor], list[_WordName], list[ScaledName]]:
    table: dict[Tensor, Tensor] = {}
    words: list[_WordName] = []
    scalars: list[ScaledName] = []
    for named in names:
        definition = forms.tensor(named.definition)
        coefficient, core = split_coefficient(definition)
        if isinstance(core, Einsum):
            if len(core.factors) == 1 and sorted(core.factors[0][1]) == sorted(core.output) == list(range(core.rank)):
                atom, indices = core.factors[0]  # a permutation of one function: the name, permuted back
                if isinstance(atom, Apply) and atom.children:
                    value = einsum([(named, core.output)], indices)
                    table.setdefault(atom, scale(1 / coefficient, value))
            elif (scaled := ScaledName.of(named, coefficient, core)) is not None:
                scalars.append(scaled)
            elif (letters := word_letters(core)) is not None:
                words.append(_WordName(named, coefficient, tuple(letters)))
        elif isinstance(core, Sum) or (isinstance(core, Apply) and core.children):
            table.setdefault(core, scale(1 / coefficient, named))
            if (scaled := ScaledName.of(named, coefficient, core)) is not None:
                scalars.append(scaled)
            if isinstance(core, Sum) and core.rank == 2:
                turned = forms.tensor(einsum([(core, "ij")], "ji"))
                table.setdefault(turned, einsum([(named, "ij")], "ji"))
    words.sort(key=lambda w: -len(w.letters))
    scalars.sort(key=lambda w: (w.open_factor is None, -len(w.scalars)))
    return table, words, scalars


def _put(node: Tensor, new: dict[Tensor, Tensor]) -> Tensor:
    """A product with some of its factors replaced."""
    coefficient, core = split_coefficient(node)
    if not isinstance(core, Einsum):
        return node
    factors = [(new.get(factor, factor), indices) for factor, indices in core.factors]
    return scale(coefficient, einsum(factors, core.output, dict(enumerate(core.index_dims))))


def _replace_words(core: Einsum, words: Sequence[_WordName], forms: Canonicaliser) -> Tensor:
    """Runs of a product that read a name's word, or its transpose, as the name."""
    coefficient = Fraction(1)
    factors = list(core.factors)
    for word in words:
        while (found := _find(core.output, factors, word, forms)) is not None:
            members, start, end = found
            factors = [factor for p, factor in enumerate(factors) if p not in members]
            factors.append((word.named, (start, end)))
            coefficient /= word.coefficient
    if len(factors) == len(core.factors):
        return core
    used = {i for _, indices in factors for i in indices} | set(core.output)
    joined = {i for _, indices in core.factors for i in indices}
    sizes = {i: d for i, d in enumerate(core.index_dims) if i in used or i not in joined}
    return scale(coefficient, einsum(factors, core.output, sizes))


def _find(
    output: tuple[int, ...], factors: Sequence[tuple[Tensor, tuple[int, ...]]], word: _WordName, forms: Canonicaliser
) -> tuple[set[int], int, int] | None:
    """Factors that read the word through inner indices of degree two: (their places, row index, column index)."""
    around: dict[int, list[int]] = {}
    for place, (_, indices) in enumerate(factors):
        for index in indices:
            around.setdefault(index, []).append(place)
    first, slot = word.letters[0]
    for place, (node, indices) in enumerate(factors):
        if node is not first or len(indices) != 2 or indices[0] == indices[1]:
            continue
        slots = (slot,) if not forms.symmetric(node) else (0, 1)
        for entry in slots:
            members, index = [place], indices[1 - entry]
            for letter, letter_slot in word.letters[1:]:
                if len(around[index]) != 2 or index in output:
                    break
                (other,) = [p for p in around[index] if p != members[-1]] or [-1]
                if other < 0 or other in members or factors[other][0] is not letter:
                    break
                inner = factors[other][1]
                at = letter_slot if not forms.symmetric(letter) else inner.index(index)
                if inner[at] != index:
                    break
                members.append(other)
                index = inner[1 - at]
            else:
                return set(members), indices[entry], index
    return None
