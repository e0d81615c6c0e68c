"""Expressions from einsum strings: NumPy's values and NumPy's refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 4, "m": 3, "p": 2}
SHAPES: dict[str, str | tuple[()]] = {"v": "p", "A": "n m", "B": "m p", "S": "n n", "F": "n m p", "x": "n", "z": "m", "a": ()}
SYMBOLS = {name: td.tensor(name, *shape.split()) if shape else td.scalar(name) for name, shape in SHAPES.items()}
RNG = np.random.default_rng(0)
VALUES: dict[str, Any] = {n: RNG.normal(size=[SIZES[d] for d in s.split()] if s else ()) for n, s in SHAPES.items()}

CASES = [
    ("ij,jk->ik", "AB"), ("ij,jk", "AB"), ("ij,ik->jk", "AA"), ("ij,ij->ij", "AA"), ("ij,ij->", "AA"), ("ij,ij", "AA"),
    ("ij->ji", "A"), ("ji", "A"), ("BA", "A"), ("ij->", "A"), ("ij->i", "A"), ("ij->j", "A"), ("ii", "S"), ("ii->i", "S"),
    ("ii->", "S"), ("i,i", "xx"), ("i,i->i", "xx"), ("i,j->ij", "xz"), ("i,j", "xz"), ("j,i", "xz"), (",ij->ij", "aA"),
    (",", "aa"), ("", "a"), ("->", "a"), (",i,->i", "axa"), ("i,ij,j->", "xAz"), ("i,ij,j", "xAz"), ("ijk->kji", "F"),
    ("ijk,ij->k", "FA"), (" i j k , k l -> l i j ", ("F", "Bt")), ("abc,abd->dc", "FF"), ("ii,ij->ij", "SA"),
    ("ZzY,zY->Z", "FB"), ("i,i,i,i,ij->j", "xxxxA"),
    ("...ij->...ji", "F"), ("...j,jk->...k", "AB"), ("...", "A"), ("...->...", "F"), ("i...->...", "F"),
    ("...i,...i->...", "AA"), ("ij...,jk->ik...", "AB"), ("...ij,...i->...j", "FA"), ("...k,k->...", "Fv"),
    ("...,...", "aA"), ("...a,...a", "AA"), ("i...->i...", "x"), ("...ij", "F"), ("b...a", "F"),
    (" ... i , i j -> ... j ", "xA"), ("i...,i...->i...", "FF"),
]  # fmt: skip


def _operands(names: Any) -> tuple[list[td.Expression], list[Any]]:
    expressions = [SYMBOLS["B"].T if name == "Bt" else SYMBOLS[name] for name in names]
    arrays = [VALUES["B"].T if name == "Bt" else VALUES[name] for name in names]
    return expressions, arrays


@pytest.mark.parametrize(("subscripts", "names"), CASES, ids=[c[0] for c in CASES])
def test_value_is_numpys(subscripts: str, names: Any) -> None:
    expressions, arrays = _operands(names)
    f = td.from_einsum(subscripts, *expressions)
    expected = np.einsum(subscripts, *arrays)
    values = {name: VALUES[name] for name in f.scope.symbols}
    result = f.evaluate(**values)
    assert np.shape(result) == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-12)


@pytest.mark.parametrize(("subscripts", "names"), CASES, ids=[c[0] for c in CASES])
def test_text_reads_back_and_derivatives_agree_with_differences(subscripts: str, names: Any) -> None:
    f = td.from_einsum(subscripts, *_operands(names)[0])
    shapes = {name: SHAPES[name] for name in f.scope.symbols}
    assert td.parse(str(f), shapes=shapes).matrix is f.matrix
    name = names[0]
    J = td.diff(f, name)
    values = {n: VALUES[n].astype(complex) for n in f.scope.symbols}
    expected = np.zeros(np.shape(f.evaluate(**values)) + np.shape(VALUES[name]))
    for place in np.ndindex(*np.shape(VALUES[name])):
        moved = values[name].copy()
        moved[place] += 1e-30j
        expected[(..., *place)] = np.imag(f.evaluate(**{**values, name: moved})) / 1e-30
    given = {n: VALUES[n] for n in f.scope.symbols}
    np.testing.assert_allclose(J.evaluate(**given), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(J.einsum().evaluate(**given), expected, rtol=1e-10, atol=1e-12)


def test_operands_may_be_any_expressions_and_numbers() -> None:
    A, B, x = SYMBOLS["A"], SYMBOLS["B"], SYMBOLS["x"]
    f = td.from_einsum("ij,,j->i", td.exp(A @ B), 0.5, td.vector("w", "p"))
    assert str(f) == "exp(A*B)[i,j]*w[j]/2 -> [i]"
    row = td.from_einsum("ij,jk->ik", x.T, td.matrix("S", "n", "n"))
    assert row.shape == (1, td.dims("n")) or row.ndim == 2
    np.testing.assert_allclose(row.evaluate(x=VALUES["x"], S=VALUES["S"]), VALUES["x"][None, :] @ VALUES["S"])


def test_matrix_forms_of_derivatives() -> None:
    A, z = SYMBOLS["A"], SYMBOLS["z"]
    assert str(td.diff(td.from_einsum("ij,j->i", A, z), z).matrix_form()) == "A"
    S = SYMBOLS["S"]
    F = td.from_einsum("ji,jk,kl->il", A, S, A)
    assert td.diff(F, S).matrix_form().matrix is td.diff(A.T @ S @ A, S).matrix_form().matrix


REFUSED = [
    ("ij,jk->ik", "AA", td.ShapeError, r"the letter j runs over m in A \(n-by-m\) and over n in A \(n-by-m\)"),
    ("ij,jk->ik", "AS", td.ShapeError, r"the letter j runs over m in A \(n-by-m\) and over n in S \(n-by-n\)"),
    ("ii", "A", td.ShapeError, "the letter i runs over n and over m in A"),
    ("i", "A", td.ShapeError, r"A \(n-by-m\) has 2 axes, but 1 subscript"),
    ("ij", "x", td.ShapeError, r"x \(n-by-1\) has 1 axis, but 2 subscripts"),
    ("i", "a", td.ShapeError, r"a \(scalar\) has no axes"),
    ("ij->ii", "S", td.ParseError, "the letter i is in the output twice(.|\n)*eye"),
    ("ij->k", "S", td.ParseError, "the output letter k is in no operand"),
    ("...i,i->i", "Sx", td.ParseError, "missing on the right"),
    ("...ijk,i->", "Sx", td.ParseError, "fewer axes"),
    ("......i,i", "Sx", td.ParseError, "one ellipsis an operand"),
    ("...i,...i", "Fx", td.ShapeError, "runs over"),
    ("i,j", "x", td.ParseError, "for 2 operands, and 1 operand given: x"),
    ("i", "xx", td.ParseError, "for 1 operand, and 2 operands given: x, x"),
    ("i1", "A", td.ParseError, "'1' cannot stand here"),
    ("ij->j->i", "A", td.ParseError, "'-' cannot stand here"),
    ("i-j", "A", td.ParseError, "'-' cannot stand here"),
    ("i_j", "A", td.ParseError, "'_' cannot stand here"),
    ("ij,->i,j", "Aa", td.ParseError, "',' cannot stand here"),
]


@pytest.mark.parametrize(("subscripts", "names", "error", "message"), REFUSED, ids=[f"{c[0]} of {c[1]}" for c in REFUSED])
def test_refusals_say_what_is_wrong(subscripts: str, names: str, error: type[Exception], message: str) -> None:
    expressions, _ = _operands(names)
    with pytest.raises(error, match=message) as caught:
        td.from_einsum(subscripts, *expressions)
    assert isinstance(caught.value, ValueError), "einsum's errors are ValueErrors"
    assert "^" in str(caught.value)


def test_operands_that_are_no_expressions() -> None:
    with pytest.raises(TypeError, match="an array cannot stand"):
        td.from_einsum("ij", np.ones((2, 2)))
    with pytest.raises(TypeError, match="come first"):
        td.from_einsum(SYMBOLS["A"], "ij")  # type: ignore[arg-type]
