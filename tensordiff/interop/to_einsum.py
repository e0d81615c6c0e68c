"""Einsum strings out of a canonical tensor: terms for numpy.einsum, opt_einsum.contract, or any function that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from string import ascii_letters
from typing import Any, overload

from tensordiff.functions import INVERSE, MATRIX_POWER, POWER
from tensordiff.render.arrange import contraction_order
from tensordiff.tensor import (
    ONE,
    Apply,
    Dim,
    Einsum,
    Indices,
    Sum,
    Tensor,
    apply,
    as_number,
    identity,
    ones,
    permute,
    split_coefficient,
    zero,
)

_LETTERS = ascii_letters
_OPENED = 4
"""Whole powers of at most so many factors are written as repeated operands."""


@dataclass(frozen=True, slots=True)
class Eye:
    """An identity operand, from a repeated output index."""

    dim: Dim

    @property
    def tensor(self) -> Tensor:
        return identity((self.dim,))

    def __str__(self) -> str:
        return f"eye({self.dim})"


@dataclass(frozen=True, slots=True)
class Ones:
    """A vector of ones, from an index that no other operand has."""

    dim: Dim

    @property
    def tensor(self) -> Tensor:
        return ones((self.dim,))

    def __str__(self) -> str:
        return f"ones({self.dim})"


Operand = Tensor | Eye | Ones
Evaluator = Callable[[Sequence[Tensor], Mapping[str, Any]], list[Any]]
"""The arrays of tensors for given values."""


@dataclass(frozen=True)
class EinsumTerm:
    """coefficient * einsum(subscripts, *operands).

    `subscripts` is one string while 52 letters suffice. Otherwise they are strings with two inputs each, to be run from
    left to right: the first joins the first two operands, each further one the result so far and the next operand.
    """

    coefficient: Fraction
    subscripts: str | tuple[str, ...]
    operands: tuple[str, ...]
    """What each operand is, in text syntax."""
    tensors: tuple[Tensor, ...] = field(repr=False)
    _arrays: Evaluator = field(repr=False)

    def arrays(self, **values: Any) -> list[Any]:
        """The operands' arrays, to be given to einsum after the subscripts."""
        return self._arrays(self.tensors, values)

    def evaluate(self, **values: Any) -> Any:
        """The term's array, with one axis for each letter of the output."""
        return _scaled(self.coefficient, contract(self.subscripts, self.arrays(**values)))

    def __str__(self) -> str:
        scale = "" if self.coefficient == 1 else "-" if self.coefficient == -1 else f"{self.coefficient} * "
        if isinstance(self.subscripts, str):
            return f"{scale}einsum({', '.join([repr(self.subscripts), *self.operands])})"
        return f"{scale}einsum({list(self.subscripts)}, {', '.join(self.operands)})"


class EinsumTerms(Sequence[EinsumTerm]):
    """The terms of a sum of einsums; there are none for zero.

    `evaluate(**values)` runs them. By hand: the sum over the terms of
    `float(term.coefficient) * numpy.einsum(term.subscripts, *term.arrays(**values))`.
    """

    def __init__(
        self, terms: Sequence[EinsumTerm], shape: tuple[Dim, ...], arrays: Evaluator, finish: Callable[[Any], Any]
    ) -> None:
        self._terms = list(terms)
        self.shape = shape
        self._arrays = arrays
        self._finish = finish

    def evaluate(self, **values: Any) -> Any:
        """The sum's array, the same as that of the tensor's own `evaluate`."""
        if not self._terms:
            return self._finish(self._arrays([zero(self.shape)], values)[0])
        given = iter(self._arrays([tensor for term in self._terms for tensor in term.tensors], values))
        total = None
        for term in self._terms:
            result = _scaled(term.coefficient, contract(term.subscripts, [next(given) for _ in term.operands]))
            total = result if total is None else total + result
        return self._finish(total)

    @overload
    def __getitem__(self, index: int) -> EinsumTerm: ...
    @overload
    def __getitem__(self, index: slice) -> list[EinsumTerm]: ...
    def __getitem__(self, index: int | slice) -> EinsumTerm | list[EinsumTerm]:
        return self._terms[index]

    def __len__(self) -> int:
        return len(self._terms)

    def __iter__(self) -> Iterator[EinsumTerm]:
        return iter(self._terms)

    def __str__(self) -> str:
        if not self._terms:
            return f"zeros({', '.join(str(d) for d in self.shape)})"
        first, *rest = [str(term) for term in self._terms]
        return first + "".join(f" - {t[1:].lstrip()}" if t.startswith("-") else f" + {t}" for t in rest)

    def __repr__(self) -> str:
        return f"<einsum terms {self}>"


def contract(subscripts: str | Sequence[str], arrays: Sequence[Any]) -> Any:
    """One einsum, or pairwise ones from left to right; on the arrays' own namespace."""
    if isinstance(subscripts, str):
        return _einsum(subscripts, arrays)
    result, *rest = arrays
    for step, array in zip(subscripts, rest, strict=True):
        result = _einsum(step, [result, array])
    return result


def _einsum(subscripts: str, arrays: Sequence[Any]) -> Any:
    import numpy as np

    if all(isinstance(array, np.ndarray | np.generic) for array in arrays):
        return np.einsum(subscripts, *arrays, optimize=True)
    import opt_einsum

    return opt_einsum.contract(subscripts, *arrays)


def _scaled(coefficient: Fraction, array: Any) -> Any:
    if coefficient == 1:
        return array
    return (int(coefficient) if coefficient.denominator == 1 else float(coefficient)) * array


def terms_of(
    node: Tensor, describe: Callable[[Tensor], str], arrays: Evaluator, finish: Callable[[Any], Any] = lambda array: array
) -> EinsumTerms:
    """The terms of a tensor that is a sum of products, such as a canonical one.

    `describe` gives an operand's text, `arrays` its array; `finish` is applied to the array of the sum.
    """
    pairs = node.terms if isinstance(node, Sum) else (split_coefficient(node),)
    return EinsumTerms([_term(c, part, describe, arrays) for c, part in pairs], node.dims, arrays, finish)


def _term(coefficient: Fraction, node: Tensor, describe: Callable[[Tensor], str], arrays: Evaluator) -> EinsumTerm:
    factors, output, dims = _plain(node)
    upright = [_upright(operand, indices, describe) for operand, indices in factors]
    factors = [(operand, indices) for operand, indices, _ in upright]
    names = tuple(text for _, _, text in upright)
    tensors = tuple(o if isinstance(o, Tensor) else o.tensor for o, _ in factors)
    slots = [indices for _, indices in factors]
    subscripts = _string(slots, output) if len(dims) <= len(_LETTERS) else _pairwise(slots, output)
    return EinsumTerm(coefficient, subscripts, names, tensors, arrays)


def _upright(operand: Operand, indices: Indices, describe: Callable[[Tensor], str]) -> tuple[Operand, Indices, str]:
    """A transposed matrix as the matrix with its indices exchanged, and its text."""
    if not isinstance(operand, Tensor):
        return operand, indices, str(operand)
    text = describe(operand)
    if operand.rank == 2 and text.endswith("'"):
        turned = permute(operand, (1, 0))
        if len(shorter := describe(turned)) < len(text):
            return turned, indices[::-1], shorter
    return operand, indices, text


Factors = list[tuple[Operand, Indices]]


def _plain(node: Tensor) -> tuple[Factors, Indices, list[Dim]]:
    """The product in the words of einsum functions: no repeated output index, no index without an operand, at least one
    operand; in the order of contraction."""
    if not isinstance(node, Einsum):
        node = Einsum.make(((node, tuple(range(node.rank))),), tuple(range(node.rank)), node.dims)
    dims = list(node.index_dims)
    factors: Factors = [part for factor, indices in node.factors for part in _repeated(factor, indices, dims)]
    output: list[int] = []
    for index in node.output:
        if index in output:
            dims.append(dims[index])
            factors.append((Eye(dims[index]), (index, len(dims) - 1)))
            index = len(dims) - 1
        output.append(index)
    used = {i for _, indices in factors for i in indices}
    factors.extend((Ones(dims[i]), (i,)) for i in range(len(dims)) if i not in used)
    if not factors:
        factors.append((ONE, ()))
    closed, opened = contraction_order([indices for _, indices in factors], output)
    return [factors[step.place] for step in closed + opened], tuple(output), dims


def _repeated(node: Tensor, indices: Indices, dims: list[Dim]) -> Factors:
    """A factor; a small whole power of one, entrywise or of a matrix, as repeated factors. New indices join `dims`."""
    if not isinstance(node, Apply) or node.function not in (POWER, MATRIX_POWER):
        return [(node, indices)]
    base, exponent = node.children
    k = as_number(exponent)
    if k is None or k.denominator != 1 or abs(k) > _OPENED or (k < 0 and node.function == POWER):
        return [(node, indices)]
    if node.function == POWER:
        return [(base, indices)] * int(k)
    base = apply(INVERSE, base) if k < 0 else base
    half = len(indices) // 2
    left, right = indices[:half], indices[half:]
    found: Factors = []
    for _ in range(abs(int(k)) - 1):
        middle = tuple(range(len(dims), len(dims) + half))
        dims.extend(base.dims[:half])
        found.append((base, left + middle))
        left = middle
    return [*found, (base, left + right)]


def _string(slots: Sequence[Indices], output: Indices) -> str:
    """Letters in the order in which indices appear, the output's first: i, j, k, l, then the rest."""
    order = dict.fromkeys([*output, *(i for indices in slots for i in indices)])
    letters = dict(zip(order, _free_then_bound(len(output)), strict=False))
    inputs = ",".join("".join(letters[i] for i in indices) for indices in slots)
    return f"{inputs}->{''.join(letters[i] for i in output)}"


def _free_then_bound(free: int) -> str:
    start = "ijkl"[:free]
    return start + "".join(c for c in _LETTERS if c not in start)


def _pairwise(slots: Sequence[Indices], output: Indices) -> tuple[str, ...]:
    """One string for each operand after the first: the result so far times that operand, summed over what is done."""
    last = {index: place for place, indices in enumerate(slots) for index in indices}
    running, *rest = slots
    steps: list[str] = []
    for place, indices in enumerate(rest, start=1):
        joined = dict.fromkeys([*running, *indices])
        kept = output if place == len(rest) else tuple(i for i in joined if i in output or last[i] > place)
        steps.append(_string([running, indices], kept))
        running = kept
    return tuple(steps)
