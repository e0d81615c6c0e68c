"""Einsum strings out of a canonical tensor, and expressions out of einsum strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from string import ascii_letters
from typing import Any

from tensordiff.tensor import Dim, Einsum, Indices, Sum, Tensor, identity, ones, split_coefficient

_LETTERS = ascii_letters


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


@dataclass(frozen=True)
class EinsumTerm:
    """coefficient * einsum(subscripts, *operands).

    `subscripts` is one string while 52 letters suffice; otherwise it is a list of pairwise strings, to be run in order:
    each takes the result of the one before (none for the first) and the next operand.
    """

    coefficient: Fraction
    subscripts: str | list[str]
    operands: tuple[str, ...]
    """What each operand is, in text."""
    _operands: tuple[Operand, ...] = field(repr=False)
    _evaluate: Callable[..., list[Any]] = field(repr=False)

    def arrays(self, **values: Any) -> list[Any]:
        """The operands' arrays, to be given to einsum after the subscripts."""
        return self._evaluate(self._operands, values)

    def __str__(self) -> str:
        scale = "" if self.coefficient == 1 else "-" if self.coefficient == -1 else f"{self.coefficient} * "
        if isinstance(self.subscripts, str):
            return f"{scale}einsum({', '.join([repr(self.subscripts), *self.operands])})"
        steps = "; ".join(self.subscripts)
        return f"{scale}einsum in steps [{steps}] of {', '.join(self.operands)}"


class EinsumTerms(Sequence[EinsumTerm]):
    """The terms of a sum of einsums; `evaluate(**values)` runs them with numpy.einsum."""

    def __init__(self, terms: Sequence[EinsumTerm], shape: tuple[Dim, ...]) -> None:
        self._terms = list(terms)
        self.shape = shape

    def __getitem__(self, index: Any) -> Any:
        return self._terms[index]

    def __len__(self) -> int:
        return len(self._terms)

    def __iter__(self) -> Iterator[EinsumTerm]:
        return iter(self._terms)

    def __str__(self) -> str:
        if not self._terms:
            return f"zeros({', '.join(str(d) for d in self.shape)})"
        first, *rest = [str(term) for term in self._terms]
        return first + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in rest)


Evaluator = Callable[[Sequence[Operand], Mapping[str, Any]], list[Any]]


def terms_of(node: Tensor, describe: Callable[[Tensor], str], evaluate: Evaluator) -> EinsumTerms:
    """The terms of a canonical tensor. `describe` gives an operand's text, `evaluate` its arrays."""
    pairs = node.terms if isinstance(node, Sum) else (split_coefficient(node),)
    return EinsumTerms([_term(c, part, describe, evaluate) for c, part in pairs], node.dims)


def _term(coefficient: Fraction, node: Tensor, describe: Callable[[Tensor], str], evaluate: Evaluator) -> EinsumTerm:
    if not isinstance(node, Einsum):
        factors: list[tuple[Operand, Indices]] = [(node, tuple(range(node.rank)))]
        output, dims = tuple(range(node.rank)), list(node.dims)
    else:
        factors, output, dims = _plain(node)
    operands = tuple(operand for operand, _ in factors)
    names = tuple(describe(o) if isinstance(o, Tensor) else str(o) for o in operands)
    slots = [indices for _, indices in factors]
    subscripts = _string(slots, output) if len(dims) <= len(_LETTERS) else _pairwise(slots, output)
    return EinsumTerm(coefficient, subscripts, names, operands, evaluate)


def _plain(node: Einsum) -> tuple[list[tuple[Operand, Indices]], Indices, list[Dim]]:
    """The product in the words of einsum functions: no repeated output index, no index without an operand."""
    dims = list(node.index_dims)
    factors: list[tuple[Operand, Indices]] = list(node.factors)
    output: list[int] = []
    for index in node.output:
        if index in output:
            dims.append(dims[index])
            factors.append((Eye(dims[index]), (index, len(dims) - 1)))
            index = len(dims) - 1
        output.append(index)
    used = {i for _, indices in factors for i in indices}
    factors.extend((Ones(dims[i]), (i,)) for i in range(len(dims)) if i not in used)
    return factors, tuple(output), dims


def _string(slots: Sequence[Indices], output: Indices) -> str:
    """Letters in the order in which indices appear, the output's first: i, j, k, l, then the rest."""
    order = dict.fromkeys([*output, *(i for indices in slots for i in indices)])
    letters = dict(zip(order, _free_then_bound(len(output)), strict=False))
    inputs = ",".join("".join(letters[i] for i in indices) for indices in slots)
    return f"{inputs}->{''.join(letters[i] for i in output)}"


def _free_then_bound(free: int) -> str:
    start = "ijkl"[:free]
    return start + "".join(c for c in _LETTERS if c not in start)


def _pairwise(slots: Sequence[Indices], output: Indices) -> list[str]:
    """One string per step: the running result (from the second on) times the next operand, summing what is done."""
    steps: list[str] = []
    last = {index: place for place, indices in enumerate(slots) for index in indices}
    running: Indices = ()
    for place, indices in enumerate(slots):
        joined = dict.fromkeys([*running, *indices])
        kept = tuple(i for i in joined if i in output or last[i] > place)
        kept = output if place == len(slots) - 1 else kept
        inputs = [indices] if place == 0 else [running, indices]
        steps.append(_string(inputs, kept))
        running = kept
    return steps
