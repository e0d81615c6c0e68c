"""Einsum strings out of a canonical tensor: terms for numpy.einsum, opt_einsum.contract, or any function that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from string import ascii_letters
from typing import Any, Protocol, overload

from tensordiff.functions import INVERSE, MATRIX_POWER, POWER
from tensordiff.interop.einsum_source import LIBRARIES, Path, Term, path_of, read_library, source, subscripts
from tensordiff.records import field, record
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

_OPENED = 4
"""Whole powers of at most so many factors are written as repeated operands."""


@record
class Eye:
    """An identity operand, from a repeated output index."""

    dim: Dim

    @property
    def tensor(self) -> Tensor:
        return identity((self.dim,))

    def __str__(self) -> str:
        return f"eye({self.dim})"


@record
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


class Programmer(Protocol):
    """Code of a program that computes tensors, on a backend: all in a tuple, or a single one."""

    def __call__(self, tensors: Sequence[Tensor], backend: str, *, single: bool) -> str: ...


@record
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
    slots: tuple[Indices, ...] = field(repr=False)
    """The indices of each operand's axes, as numbers."""
    output: Indices = field(repr=False)
    dims: tuple[Dim, ...] = field(repr=False)
    """The size of each index."""
    _arrays: Evaluator = field(repr=False)

    def path(self, /, **sizes: int) -> Path:
        """The cheapest order of contraction for these sizes (those not given count 100), and its cost.

        >>> import tensordiff as td
        >>> f = td.parse("tr(A*B*C*X)", shapes={"A": "n p", "B": "p n", "C": "n n", "X": "n n"})
        >>> (term,) = td.diff(f, "X").einsum()
        >>> print(term.path(n=100, p=2))
        ia,aj->ij, ja,ai->ij: 80000 operations (in one loop 6000000)
        """
        return path_of(self.slots, self.output, self.dims, sizes)

    def arrays(self, /, **values: Any) -> list[Any]:
        """The operands' arrays, to be given to einsum after the subscripts."""
        return self._arrays(self.tensors, values)

    def evaluate(self, /, **values: Any) -> Any:
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
        self,
        terms: Sequence[EinsumTerm],
        shape: tuple[Dim, ...],
        arrays: Evaluator,
        finish: Callable[[Any], Any],
        program: Programmer,
        groups: Sequence[int],
    ) -> None:
        self._terms = list(terms)
        self.shape = shape
        self._arrays = arrays
        self._finish = finish
        self._program = program
        self._groups = groups

    @property
    def source(self) -> str:
        """NumPy code that runs as it stands: a function of the inputs by name, in which operands that are no input are
        defined above and the strings call np.einsum in the order of the cheapest path.

            >>> import tensordiff as td
            >>> f = td.parse("sum(exp(A*x))", shapes={"A": "m n", "x": "n"})
            >>> print(td.hessian(f, "x").einsum().source)
            import numpy as np
            <BLANKLINE>
            <BLANKLINE>
            def program(A, x):
                \"""Shapes: A (m, n); x (n).\"""
                t1 = np.exp(A @ x)  # exp(A*x)
                p = np.einsum("ij,i->ij", A, t1)
                return np.einsum("aj,ai->ij", A, p)
            <BLANKLINE>
        """
        return self.source_for("numpy")

    def source_for(self, library: str, **sizes: int) -> str:
        """As `source`, for "numpy", "opt_einsum", "jax" or "torch", with the orders of contraction chosen for these sizes.
        Raises TensordiffError for another library, FoldError where more than 52 indices meet in one product."""
        backend = LIBRARIES[read_library(library)][0]
        tensors = list(dict.fromkeys(tensor for term in self._terms for tensor in term.tensors))
        if not tensors:
            return self._program([zero(self.shape)], backend, single=True)
        names = {tensor: f"t{place}" for place, tensor in enumerate(tensors)}
        texts = {names[tensor]: text for term in self._terms for tensor, text in zip(term.tensors, term.operands, strict=True)}
        terms = [
            Term(term.coefficient, tuple(names[t] for t in term.tensors), term.slots, term.output, term.dims)
            for term in self._terms
        ]
        described = {name: texts[name] for name in names.values()}
        return source(terms, self._program(tensors, backend, single=False), described, library, sizes, self._groups)

    def evaluate(self, /, **values: Any) -> Any:
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
    node: Tensor,
    describe: Callable[[Tensor], str],
    arrays: Evaluator,
    finish: Callable[[Any], Any],
    program: Programmer,
    groups: Sequence[int],
) -> EinsumTerms:
    """The terms of a tensor that is a sum of products, such as a canonical one.

    `describe` gives an operand's text, `arrays` its array, `program` the code that computes some; `finish` is applied to
    the array of the sum, whose axes are made of so many as `groups` says.
    """
    pairs = node.terms if isinstance(node, Sum) else (split_coefficient(node),)
    terms = [_term(c, part, describe, arrays) for c, part in pairs]
    return EinsumTerms(terms, node.dims, arrays, finish, program, groups)


def _term(coefficient: Fraction, node: Tensor, describe: Callable[[Tensor], str], arrays: Evaluator) -> EinsumTerm:
    factors, output, dims = _plain(node)
    upright = [_upright(operand, indices, describe) for operand, indices in factors]
    factors = [(operand, indices) for operand, indices, _ in upright]
    names = tuple(text for _, _, text in upright)
    tensors = tuple(o if isinstance(o, Tensor) else o.tensor for o, _ in factors)
    slots = [indices for _, indices in factors]
    strings = subscripts(slots, output) if len(dims) <= len(ascii_letters) else _pairwise(slots, output)
    return EinsumTerm(coefficient, strings, names, tensors, tuple(slots), output, tuple(dims), arrays)


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


def _pairwise(slots: Sequence[Indices], output: Indices) -> tuple[str, ...]:
    """One string for each operand after the first: the result so far times that operand, summed over what is done."""
    last = {index: place for place, indices in enumerate(slots) for index in indices}
    running, *rest = slots
    if not rest:
        return (subscripts([running], output),)
    steps: list[str] = []
    for place, indices in enumerate(rest, start=1):
        joined = dict.fromkeys([*running, *indices])
        kept = output if place == len(rest) else tuple(i for i in joined if i in output or last[i] > place)
        steps.append(subscripts([running, indices], kept))
        running = kept
    return tuple(steps)
