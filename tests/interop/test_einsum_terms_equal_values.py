"""Einsum terms, run by numpy.einsum or opt_einsum, give the derivative's value."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from typing import Any

import numpy as np
import opt_einsum
import pytest

import tensordiff as td
from tests.libraries import LIBRARIES

SIZES = {"n": 4, "m": 3, "p": 2}
SHAPES: dict[str, Any] = {
    "A": "n n", "B": "m p", "F": "n m p", "S": "n n", "U": "n p", "V": "n n", "X": "n m", "Y": "m n", "Z": "n m",
    "a": (), "b": (), "x": "n", "y": "n", "z": "m",
}  # fmt: skip
ALL = "".join(SHAPES)


def _values(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {}
    for name, shape in SHAPES.items():
        size = [SIZES[d] for d in (shape.split() if shape else ())]
        values[name] = rng.uniform(0.3, 1.3, size) + (2 * np.eye(size[0]) if len(size) == 2 and size[0] == size[1] else 0)
    values["S"] = values["S"] + values["S"].T
    return values


def _parse(text: str, names: str = ALL, **more: Any) -> td.Expression:
    return td.parse(text, shapes={name: SHAPES[name] for name in names}, **more)


CASES = [
    ("inv(X'*inv(V)*X)", ["V"]),
    ("inv(X'*inv(V)*X)", ["X"]),
    ("X'*V*X", ["X"]),
    ("x", ["x"]),
    ("X", ["X"]),
    ("X'", ["X"]),
    ("sum(X)", ["X"]),
    ("n*sum(X)", ["X"]),
    ("a*X + b*Z", ["a"]),
    ("a^3*b*x", ["a"]),
    ("x'*A*x", ["x", "x"]),
    ("sum(exp(A*x))", ["x", "x"]),
    ("sum(exp(A*x))", ["A", "x"]),
    ("logdet(A)", ["A", "A"]),
    ("tr(A^3)", ["A"]),
    ("tr(A^5)", ["A"]),
    ("A^-2*x", ["A"]),
    ("A*B", ["B"]),
    ("kron(X, Z)", ["X"]),
    ("diag(x)*X", ["x"]),
    ("vec(X)", ["X"]),
    ("norm2(A*x - y)", ["x"]),
    ("softmax(A*x)", ["x"]),
    ("x.^2/sum(x)", ["x"]),
    ("F[i,j,k]*x[i] -> [k,j]", ["F"]),
    ("F[i,j,k]*z[j] -> [i]", ["z"]),
    ("pi*sin(a*x)", ["a"]),
    ("vech(S)", ["S"]),
    ("expm(A)", ["A"]),
    ("(x'*y)*X", ["y"]),
]


def _case(text: str, wrt: list[str]) -> td.Derivative:
    if text == "A*B":
        return td.diff(td.parse("A*B", shapes={"A": "n m", "B": "m p"}), *wrt)
    return td.diff(_parse(text), *wrt)


@pytest.mark.parametrize(("text", "wrt"), CASES, ids=[f"{t} by {' '.join(w)}" for t, w in CASES])
def test_terms_run_by_hand_and_by_themselves(text: str, wrt: list[str]) -> None:
    J = _case(text, wrt)
    values = _values(1)
    if text == "A*B":
        values = {"A": values["X"], "B": values["B"]}
    expected = J.evaluate(**values)
    terms = J.einsum()
    for run in (np.einsum, opt_einsum.contract):
        total: Any = 0
        for term in terms:
            arrays = term.arrays(**values)
            assert len(arrays) == len(term.operands)
            total = total + float(term.coefficient) * run(term.subscripts, *arrays)
        np.testing.assert_allclose(np.reshape(total, expected.shape), expected, rtol=1e-9, atol=1e-12)
    result = terms.evaluate(**values)
    assert np.shape(result) == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)
    by_terms = sum(term.evaluate(**values) for term in terms)
    np.testing.assert_allclose(np.reshape(by_terms, expected.shape), expected, rtol=1e-9, atol=1e-12)


def test_the_founding_derivative_reads_as_a_chain() -> None:
    F = _parse("F", "XV", where={"M": "X'*P*X", "P": "inv(V)", "F": "inv(M)"})
    (term,) = td.diff(F, "V").einsum()
    assert term.coefficient == 1
    assert term.subscripts == "ia,ba,bk,lc,cd,dj->ijkl"
    assert term.operands == ("F", "X", "P", "P", "X", "F")
    assert str(term) == "einsum('ia,ba,bk,lc,cd,dj->ijkl', F, X, P, P, X, F)"


def test_identities_and_ones_are_operands() -> None:
    (term,) = td.diff(_parse("X"), "X").einsum()
    assert (term.subscripts, term.operands) == ("ik,jl->ijkl", ("eye(n)", "eye(m)"))
    (term,) = td.diff(_parse("sum(X)"), "X").einsum()
    assert (term.subscripts, term.operands) == ("i,j->ij", ("ones(n)", "ones(m)"))


def test_small_powers_are_repeated_operands() -> None:
    (term,) = td.diff(_parse("tr(A^4)"), "A").einsum()
    assert term.operands == ("A", "A", "A")
    (term,) = td.diff(_parse("a*x'*x"), "a").einsum()
    assert (term.subscripts, term.operands) == ("a,a->", ("x", "x"))


def test_terms_are_a_sequence_and_print() -> None:
    terms = td.diff(_parse("x'*A*x"), "x").einsum()
    assert len(terms) == 2 and next(iter(terms)) is terms[0] and len(terms[:1]) == 1
    assert {str(term) for term in terms} == {"einsum('ia,a->i', A, x)", "einsum('a,ai->i', x, A)"}
    assert " + " in str(terms)


def test_zero_has_no_terms_and_the_right_shape() -> None:
    J = td.diff(_parse("tr(A)"), "A", "X")
    assert len(J.einsum()) == 0
    assert str(J.einsum()) == "zeros(n, n, n, m)"
    result = J.einsum().evaluate(**_values())
    assert result.shape == (4, 4, 4, 3) and not result.any()


def test_operands_read_back() -> None:
    F = _parse("inv(X'*inv(V)*X)*z", "XVz", where={"P": "inv(V)"})
    values = {name: _values()[name] for name in "XVz"}
    for term in td.diff(F, "V").einsum():
        for text, array in zip(term.operands, term.arrays(**values), strict=True):
            again = td.parse(text, shapes={name: SHAPES[name] for name in "XVz"}, where={"P": "inv(V)"})
            np.testing.assert_allclose(again.evaluate(**values), array)


def test_more_letters_than_the_alphabet_has() -> None:
    """Sixty matrices in a row, cut open in the middle: pairwise strings, each with few letters."""
    names = [f"M{k}" for k in range(60)]
    f = td.parse("*".join(names), shapes=dict.fromkeys(names, "n n"))
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=(3, 3)) / 2 for name in names}
    J = td.diff(f, "M30")
    (term,) = J.einsum()
    assert isinstance(term.subscripts, tuple)
    assert len(term.subscripts) == len(term.operands) - 1
    result, *rest = term.arrays(**values)
    for step, array in zip(term.subscripts, rest, strict=True):
        assert step.count(",") == 1 and len(set(step)) < 12
        result = np.einsum(step, result, array)
    expected = J.evaluate(**values)
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(J.einsum().evaluate(**values), expected, rtol=1e-9, atol=1e-12)
    hash(term)


def test_float32_stays() -> None:
    J = td.diff(_parse("3*x'*A*x", "Ax"), "x")
    values = {"A": np.ones((4, 4), np.float32), "x": np.ones(4, np.float32)}
    assert J.einsum().evaluate(**values).dtype == np.float32


def test_values_are_checked() -> None:
    terms = td.diff(_parse("x'*A*x", "Ax", where={"g": "A*x"}), "x").einsum()
    with pytest.raises(td.EvaluationError, match="no value given for A"):
        terms.evaluate(x=np.ones(4))
    with pytest.raises(td.EvaluationError, match="g is a name for A\\*x"):
        terms.evaluate(x=np.ones(4), A=np.eye(4), g=np.ones(4))


def test_subscripts_are_plain_text() -> None:
    """What another program reads: letters, one arrow, one group of letters for each operand."""
    for text, wrt in CASES:
        for term in _case(text, wrt).einsum():
            assert json.loads(json.dumps(term.subscripts)) == term.subscripts
            inputs, output = term.subscripts.split("->")
            assert len(inputs.split(",")) == len(term.operands)
            assert len(set(output)) == len(output)
            assert set(output) <= set(inputs)


def _run(source: str, values: dict[str, Any]) -> Any:
    """The last function of the text, on the inputs that it names."""
    space: dict[str, Any] = {}
    exec(compile(source, "<einsum>", "exec"), space)
    function = list(space.values())[-1]
    return function(**{name: values[name] for name in inspect.signature(function).parameters})


@pytest.mark.parametrize("library", ["opt_einsum", *LIBRARIES])
def test_the_code_runs_as_it_stands(library: str) -> None:
    arrays = {"jax": "jax.numpy", "torch": "torch"}.get(library)
    namespace = import_module(arrays) if arrays else np
    for text, wrt in CASES:
        J = _case(text, wrt)
        values = _values(1)
        if text == "A*B":
            values = {"A": values["X"], "B": values["B"]}
        expected = J.evaluate(**values)
        given = {name: namespace.asarray(value) for name, value in values.items()} | {"n": 4, "m": 3, "p": 2}
        found = np.asarray(_run(J.einsum().source_for(library), given))
        np.testing.assert_allclose(found, expected, rtol=1e-4 if library == "jax" else 1e-9, atol=1e-5, err_msg=text)


def test_inputs_are_the_names_that_are_needed() -> None:
    source = td.diff(_parse("sum(exp(A*x))", where={"u": "A*x"}), "x").einsum().source
    assert "def program(A, x):" in source and "np.exp(" in source and "np.einsum" in source
    zero = td.diff(_parse("tr(A)"), "A", "X").einsum().source
    assert not _run(zero, {**_values(), "n": 4, "m": 3}).any()


def test_code_and_strings_beyond_the_alphabet() -> None:
    names = [f"M{k}" for k in range(60)]
    f = td.parse("*".join(names), shapes=dict.fromkeys(names, "n n"))
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=(3, 3)) / 2 for name in names}
    J = td.diff(f, "M30")
    for library in ("numpy", "opt_einsum"):
        found = _run(J.einsum().source_for(library), values)
        np.testing.assert_allclose(found, J.evaluate(**values), rtol=1e-9, atol=1e-12)
    T = td.tensor("T", *["n"] * 60)
    with pytest.raises(td.FoldError, match="indices meet in one product"):
        td.diff(td.sum(T), T).einsum()


def test_the_cheapest_order_and_its_cost() -> None:
    """Counted as opt_einsum counts, and no dearer than what it finds."""
    for text, wrt in CASES:
        values = {"A": _values()["X"], "B": _values()["B"]} if text == "A*B" else _values()
        for term in _case(text, wrt).einsum():
            shapes = [array.shape for array in term.arrays(**values)]
            path = term.path(**SIZES)
            if len(shapes) == 1:
                assert path.order == ()
                continue
            _, info = opt_einsum.contract_path(term.subscripts, *shapes, shapes=True, optimize="optimal")
            assert path.cost <= float(info.opt_cost) * 1.25
            assert len(path.order) == len(term.operands) - 1
            _, mine = opt_einsum.contract_path(term.subscripts, *shapes, shapes=True, optimize=list(path.order) or True)
            assert path.cost == mine.opt_cost and path.largest == int(mine.largest_intermediate)
    (term,) = td.diff(td.parse("tr(A*B*C*X)", shapes={"A": "n p", "B": "p n", "C": "n n", "X": "n n"}), "X").einsum()
    thin, wide = term.path(n=100, p=2), term.path(n=2, p=100)
    assert thin.order != wide.order and thin.cost < thin.naive
    assert "operations" in str(thin)


def test_another_library_is_refused() -> None:
    with pytest.raises(td.TensordiffError, match="known are numpy, opt_einsum, jax, torch"):
        td.diff(_parse("x'*x"), "x").einsum().source_for("cupy")


@pytest.mark.parametrize("library", ["numpy", "opt_einsum"])
def test_inputs_may_be_called_as_modules_and_steps_are(library: str) -> None:
    shapes = {"p": "n", "t0": "n n", "result": "n", "np": "n n", "oe": "n"}
    f = td.parse("p'*inv(t0)*np*exp(result) + oe'*np*p", shapes=shapes)
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=(3,) * len(s.split())) + (3 * np.eye(3) if " " in s else 0) for name, s in shapes.items()}
    for name in shapes:
        J = td.diff(f, name)
        np.testing.assert_allclose(_run(J.einsum().source_for(library), values), J.evaluate(**values))
