"""SymPy's array expressions (sympy.tensor.array.expressions) and index notation, into each other.

An array expression says which axes of a tensor product are summed together (ArrayContraction), kept together
(ArrayDiagonal) and exchanged (PermuteDims): a product of entries whose letters are shared. Axes of length 1 that a matrix
form does not have (the second of a column) have no letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

from tensordiff.errors import MissingRuleError
from tensordiff.matrix import Matrix, brief, build, text

ARRAYS = frozenset(("ArrayTensorProduct", "ArrayContraction", "ArrayDiagonal", "PermuteDims"))
"""SymPy's classes that only rearrange axes."""


Operands = Sequence[tuple[Matrix, Sequence[Any]]]
"""Values, each with SymPy's sizes of its axes."""


def joined(operands: Operands, together: Sequence[Sequence[int]], output: Sequence[int]) -> Matrix:
    """The product of operands: axes (counted through all operands) that stand `together` are one index, `output` are those
    of the result; what is in no output is summed."""
    first = {place: group[0] for group in together for place in group}
    letters: dict[int, str | None] = {}
    factors: list[Matrix] = []
    start = 0
    for operand, sizes in operands:
        places = range(start, start + len(sizes))
        start += len(sizes)
        seen = _seen(operand, sizes)
        for place, has_axis in zip(places, seen, strict=True):
            root = first.get(place, place)
            letters[place] = letters.setdefault(root, f"i{root}" if has_axis else None)
        own = tuple(letter for place in places if (letter := letters[place]) is not None)
        factors.append(build.entry(operand, own) if own else operand)
    kept = [letters[place] for place in output]
    body = build.product(*factors)
    if not any(letters.values()):
        return body
    result = build.contract(body, [letter for letter in kept if letter is not None])
    return build.transpose(result) if len(kept) == 2 and kept[0] is None and kept[1] is not None else result


def _seen(operand: Matrix, sizes: Sequence[Any]) -> list[bool]:
    """Which of SymPy's axes the matrix form has."""
    whole = len(operand.shape) > 2 and len(operand.shape) == len(sizes)
    return [True] * len(sizes) if whole else [size != 1 for size in sizes]


def rearranged(node: Any, children: Sequence[Matrix]) -> Matrix:
    """The value of one of ARRAYS, from those of its operands."""
    name = type(node).__name__
    operands = [(child, _sizes(part)) for child, part in zip(children, operands_of(node), strict=True)]
    rank = sum(len(sizes) for _, sizes in operands)
    if name == "ArrayTensorProduct":
        return joined(operands, (), range(rank))
    if name == "PermuteDims":
        return joined(operands, (), node.permutation.array_form)
    groups = [tuple(map(int, group)) for group in node.args[1:]]
    taken = {place for group in groups for place in group}
    others = [place for place in range(rank) if place not in taken]
    return joined(operands, groups, others if name == "ArrayContraction" else [*others, *(group[0] for group in groups)])


def operands_of(node: Any) -> tuple[Any, ...]:
    """The arrays that one of ARRAYS is made of."""
    return tuple(node.args) if type(node).__name__ == "ArrayTensorProduct" else (node.args[0],)


def _sizes(node: Any) -> tuple[Any, ...]:
    return tuple(getattr(node, "shape", ()) or ())


def reshaped(node: Any, value: Matrix) -> Matrix:
    """Reshape stacks rows. Raises MissingRuleError but for a matrix as a vector."""
    old, new = _sizes(node.args[0]), tuple(node.args[1])
    kept = [size for size in new if size != 1]
    if old == new:
        return value
    if len(old) == 2 and len(kept) == 1 and len(new) <= 2:
        stacked = build.call("vec", build.transpose(value))
        return build.transpose(stacked) if len(new) == 2 and new[0] == 1 else stacked
    raise MissingRuleError(
        f"SymPy's Reshape from {old} to {new} has no counterpart here",
        hint="a matrix can become a vector of all its entries",
    )


def sliced(node: Any, value: Matrix) -> Matrix:
    """X[a:b, c:d] with numbers: the rows and columns picked by unit vectors. Raises MissingRuleError for other places."""
    parent, rows, columns = node.args
    left = _picked(node, rows, parent.shape[0], value.rows)
    right = _picked(node, columns, parent.shape[1], value.cols)
    factors = [*([] if left is None else [build.transpose(left)]), value, *([] if right is None else [right])]
    return build.product(*factors)


def _picked(node: Any, places: Any, size: Any, group: Any) -> Matrix | None:
    """The matrix whose columns are the unit vectors of some places; None where all are taken."""
    start, stop, step = places
    if (start, stop, step) == (0, size, 1):
        return None
    if not all(getattr(part, "is_Integer", isinstance(part, int)) for part in places) or len(group) != 1:
        raise MissingRuleError(f"SymPy's MatrixSlice has no counterpart here: {node}", hint="places of a slice are numbers")
    return build.block([[build.unit(group[0], place + 1) for place in range(int(start), int(stop), int(step))]])


def array_of(node: Matrix, values: Mapping[Any, Any], sympy: Any) -> Any:
    """SymPy's array expression of a contraction in index notation; `values` are SymPy's matrices of what has entries."""
    from sympy.tensor.array import expressions as arrays

    output, coefficients = node.data
    terms = []
    for child in node.children:
        factors: list[Any] = []
        letters: list[str | None] = []
        for factor in build.factors_of(child):
            operand = factor.children[0] if factor.op == "entry" else factor
            if factor.free and (factor.op != "entry" or not all(isinstance(letter, str) for letter in factor.data[0])):
                raise MissingRuleError(f"SymPy's array expressions have no {brief(factor)} in {text(node)}")
            factors.append(values[operand])
            if factor.op == "entry":
                letters += _axes_of(operand, factor.data[0])
        product = arrays.ArrayTensorProduct(*factors) if len(factors) > 1 else factors[0]
        terms.append(_arranged(arrays, product, letters, output))
    return sum_of_arrays(coefficients, terms, sympy)


def sum_of_arrays(coefficients: Sequence[Fraction], values: Sequence[Any], sympy: Any) -> Any:
    """SymPy's array expression of a sum of multiples."""
    from sympy.tensor.array import expressions as arrays

    terms = [
        value if c == 1 else arrays.ArrayTensorProduct(sympy.Rational(c.numerator, c.denominator), value)
        for c, value in zip(coefficients, values, strict=True)
    ]
    return arrays.ArrayAdd(*terms) if len(terms) > 1 else terms[0]


def _axes_of(operand: Matrix, letters: Sequence[str]) -> list[str | None]:
    """The letter of each of SymPy's axes; a column has a second one, a row a first one, of length 1."""
    if not operand.is_vector:
        return list(letters)
    return [letters[0], None] if len(operand.shape) == 1 else [None, letters[-1]]


def _arranged(arrays: Any, product: Any, letters: Sequence[str | None], output: Sequence[str]) -> Any:
    """The product with equal letters joined: those of the output kept, in order, the others summed."""
    fresh = count()
    named = [letter if letter is not None else f"one {next(fresh)}" for letter in letters]
    places: dict[str, list[int]] = {}
    for place, letter in enumerate(named):
        places.setdefault(letter, []).append(place)
    summed = [tuple(found) for letter, found in places.items() if letter not in output]
    if summed:
        product = arrays.ArrayContraction(product, *summed)
        gone = {place for found in summed for place in found}
        named = [letter for place, letter in enumerate(named) if place not in gone]
    kept: dict[str, list[int]] = {}
    for place, letter in enumerate(named):
        kept.setdefault(letter, []).append(place)
    shared = [(letter, tuple(found)) for letter, found in kept.items() if len(found) > 1]
    if shared:
        product = arrays.ArrayDiagonal(product, *(found for _, found in shared))
        named = [letter for letter in named if len(kept[letter]) == 1] + [letter for letter, _ in shared]
    order = [named.index(letter) for letter in output]
    return product if order == sorted(order) else arrays.PermuteDims(product, order)
