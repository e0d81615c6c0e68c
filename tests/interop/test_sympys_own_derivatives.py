"""Every derivative that SymPy's own tests of matrix derivatives take: the right value here, or the class that has no
counterpart, in words. The truth is central differences of SymPy's expression, evaluated node by node."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

import numpy as np
import pytest
import sympy
from sympy.core.expr import Expr
from sympy.matrices.expressions.tests import test_derivatives as matrices
from sympy.tensor.array.expressions import arrayexpr_derivatives
from sympy.tensor.array.expressions.tests import test_arrayexpr_derivatives as arrays

import tensordiff as td
from tests.interop.sympy_value import value

SIZES = {"k": 3, "n": 3, "m": 2, "d": 3, "i": 2, "j": 2, "l": 4}


def _calls() -> list[tuple[Any, Any]]:
    """The expressions and variables of SymPy's tests, once each."""
    found: dict[tuple[Any, Any], None] = {}
    diff, derive = Expr.diff, arrayexpr_derivatives.array_derive

    def seen(expression: Any, variable: Any) -> None:
        if isinstance(expression, sympy.Basic) and isinstance(variable, sympy.Basic):
            found.setdefault((expression, variable))

    def recorded(self: Any, *symbols: Any, **assumptions: Any) -> Any:
        seen(self, symbols[0])
        return diff(self, *symbols, **assumptions)

    def derived(expression: Any, variable: Any) -> Any:
        seen(expression, variable)
        return derive(expression, variable)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Expr, "diff", recorded)
        patch.setattr(arrays, "array_derive", derived)
        for module in (matrices, arrays):
            for name, test in inspect.getmembers(module, inspect.isfunction):
                if name.startswith("test_"):
                    try:
                        test()
                    except Exception:  # SymPy's tests may themselves fail, or skip; what they asked for is recorded
                        continue
    return list(found)


def _values(expression: Any, variable: Any) -> tuple[dict[str, Any], dict[str, int]]:
    rng = np.random.default_rng(7)
    given: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    symbols = {*expression.atoms(sympy.MatrixSymbol), *expression.free_symbols, variable}
    for symbol in sorted(symbols, key=lambda s: (not getattr(s, "shape", ()), str(s))):  # an array's name is a symbol too
        if str(symbol.name) in given:
            continue
        shape = getattr(symbol, "shape", ())
        for size in shape:
            sizes |= {s.name: SIZES.get(s.name, 3) for s in sympy.sympify(size).free_symbols}
        lengths = [
            int(sympy.sympify(size).subs({s: SIZES.get(s.name, 3) for s in sympy.sympify(size).free_symbols})) for size in shape
        ]
        array = rng.uniform(0.3, 1.2, lengths)
        square = len(lengths) == 2 and lengths[0] == lengths[1]
        given[str(symbol.name)] = array + 2 * np.eye(lengths[0]) if square else array
    return {name: array for name, array in given.items() if name not in sizes}, sizes


def _differences(expression: Any, variable: Any, given: dict[str, Any], sizes: dict[str, int], step: float = 1e-6) -> Any:
    name = str(variable.name)
    at = np.asarray(given[name], dtype=float)
    columns = []
    for place in np.ndindex(*at.shape):
        move = np.zeros(at.shape)
        move[place] = step
        ahead, behind = (value(expression, {**given, name: at + sign * move}, sizes) for sign in (1, -1))
        columns.append((ahead - behind) / (2 * step))
    return np.moveaxis(np.array(columns), 0, -1)


def test_every_derivative_of_sympys_own_tests() -> None:
    counts: Counter[str] = Counter()
    for expression, variable in _calls():
        if not hasattr(variable, "name"):  # an entry at places that are no numbers
            with pytest.raises(td.UnknownNameError, match="places of an entry are numbers"):
                td.diff(td.from_sympy(variable.parent), variable)
            counts["by an entry, refused"] += 1
            continue
        try:
            f = td.from_sympy(expression)
            J = td.diff(f, variable) if str(variable.name) in f.scope.symbols else None
        except td.TensordiffError as error:
            assert str(error).split()[0], error
            counts["refused"] += 1
            continue
        if J is None:
            counts["constant"] += 1
            continue
        given, sizes = _values(expression, variable)
        sizes |= {name: SIZES.get(name, 3) for name in f.scope.dims}
        expected = _differences(expression, variable, given, sizes)
        numbers: dict[str, Any] = {name: sizes.get(name, 3) for name in f.scope.dims}
        for name, node in f.scope.symbols.items():  # columns and rows have one axis here
            numbers[name] = (
                np.ravel(given[name])
                if node.is_vector
                else np.reshape(given[name], np.shape(given[name]) if node.shape else ())
            )
        found = J.evaluate(**numbers)
        np.testing.assert_allclose(np.reshape(found, expected.shape), expected, rtol=1e-4, atol=1e-6, err_msg=str(expression))
        counts["right"] += 1
        try:
            written = J.expression().to_sympy()
        except td.TensordiffError:
            counts["of them written in words only"] += 1
        else:
            back = value(written, given, sizes)
            np.testing.assert_allclose(np.reshape(back, expected.shape), expected, rtol=1e-4, atol=1e-6, err_msg=str(written))
    assert counts["right"] >= 176 and counts["refused"] <= 2, counts
