"""From the text of a function to the folded derivative, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensordiff.canonical import readings
from tensordiff.derive.layouts import matrix_axes
from tensordiff.differentiate import Entries, constrain, constrained_dims, differentiate, freed, restore
from tensordiff.fold import fold_best
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, text
from tensordiff.parse import declare, parse_answer, parse_matrix
from tensordiff.tensor import Named, Symbol, Tensor, replace
from tests.reference import value

SIZES = {"n": 5, "m": 3, "p": 2, "q": 4, "r": 6}


@dataclass(frozen=True)
class Derivative:
    """A derivative tensor, the axes of its rows and columns in a layout, and the scope of its names."""

    tensor: Tensor
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    scope: Scope
    function: Matrix

    def folded(self) -> Matrix:
        """The matrix form, in the manner of the function."""
        names = [part for part in map(lower, self.scope.where.values()) if isinstance(part, Named)]
        forms = readings(self.tensor, names, like=lower(self.function))
        return fold_best(forms, self.rows, self.columns, {**self.scope.symbols, **self.scope.where}, self.function)

    def check(self, matrix: Matrix, seed: int = 0) -> None:
        """Assert that the matrix, and what its text reads back as, have the tensor's value in this layout."""
        arrays = values(self.scope, seed)
        expected = np.transpose(value(self.tensor, arrays, SIZES), self.rows + self.columns)
        assert matrix.dims == tuple(self.tensor.dims[axis] for axis in self.rows + self.columns)
        for written in (matrix, parse_matrix(text(matrix), self.scope)):
            got = value(lower(written), arrays, SIZES)
            np.testing.assert_allclose(got.reshape(expected.shape), expected, rtol=1e-8, atol=1e-9, err_msg=text(matrix))


def derivative(
    shapes: str,
    f: str,
    by: str,
    layout: str,
    *,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    entries: str = "free",
) -> Derivative:
    """The derivative of a text; `shapes` reads "X n m; a; x n", `by` names one variable or several: "x, y"."""
    declared = {name: tuple(sizes) for name, *sizes in (part.split() for part in shapes.split(";"))}
    function, scope = parse_answer(f, declare(declared, structures), where)
    variables = [scope.symbols[name.strip()] for name in by.split(",")]
    symbols: Sequence[Symbol] = [variable.data[0] for variable in variables]
    tensor: Tensor = replace(lower(function), {symbol: freed(symbol) for symbol in symbols})
    for symbol in symbols:
        tensor = differentiate(tensor, freed(symbol))
    tensor = restore(constrain(tensor, len(function.dims), symbols, Entries(entries)), symbols)
    groups = []
    for variable, symbol in zip(variables, symbols, strict=True):
        dims = constrained_dims(symbol, Entries(entries))
        groups.append(variable.shape if dims == symbol.dims else tuple((dim,) for dim in dims))
    rows, columns = matrix_axes(layout, function.shape, groups)
    return Derivative(tensor, rows, columns, scope, function)


def values(scope: Scope, seed: int) -> dict[str, np.ndarray]:
    """Arrays for every symbol, square ones well conditioned, with the structures declared."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, node in scope.symbols.items():
        symbol = node.data[0]
        array = rng.uniform(0.25, 0.75, [dim.size(SIZES) for dim in symbol.dims])
        if symbol.rank == 2 and symbol.dims[0] is symbol.dims[1]:
            array = 0.3 * array + np.eye(len(array))
            if symbol.structure.symmetric:
                array = array + array.T
            array = {
                "diagonal": lambda a: np.diag(np.diag(a)), "skew": lambda a: a - a.T, "lower-triangular": np.tril,
                "upper-triangular": np.triu, "orthogonal": lambda a: np.linalg.qr(a)[0],
            }.get(str(symbol.structure), lambda a: a)(array)  # fmt: skip
        found[name] = array
    return found
