"""What is declared in a check holds whether f is text or an expression."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"x": "n", "A": "n n", "B": "n m"}


def test_a_structure_holds_for_an_expression() -> None:
    f = td.parse("x'*A*x", shapes=SHAPES)
    assert td.check("2*A*x", f, "x").status == "right-under-assumption"
    assert td.check("2*A*x", f, "x", structures={"A": "symmetric"})
    assert td.check("2*A*x", f, td.vector("x", "n"), structures={"A": "symmetric"})


def test_it_holds_in_the_answer_and_its_parts_too() -> None:
    f = td.parse("x'*P*x", shapes=SHAPES, where={"P": "A*A"})
    answer = td.parse("2*A*A*x", shapes=SHAPES)
    assert td.check(answer, f, "x", structures={"A": "symmetric"})
    assert td.check("2*P*x", f, "x", structures={"A": "symmetric"})
    assert td.check("2*Q*x", f, "x", structures={"A": "symmetric"}, where={"Q": "A*A'"})


def test_the_variable_itself_may_be_declared() -> None:
    f = td.parse("tr(A*X)", shapes={"A": "n n", "X": "n n"})
    assert td.check("A + A' - A.*eye(n)", f, "X", structures={"X": "symmetric"}).entries == ("tied",)


def test_an_assumption_holds_for_an_expression() -> None:
    f = td.parse("norm1(x)", shapes={"x": "n"})
    assert not td.check("ones(n)", f, "x")
    assert td.check("ones(n)", f, "x", assume={"x": "positive"})


def test_functions_see_them_too() -> None:
    f = td.parse("x'*A*x", shapes={"x": "n", "A": "n n"})
    assert td.check(lambda A, x: 2 * A @ x, f, "x", structures={"A": "symmetric"})
    assert not td.check(lambda A, x: 2 * A @ x, f, "x")


def test_further_shapes_and_sizes() -> None:
    f = td.parse("x'*x", shapes={"x": "n"})
    assert td.check("2*x + 0*C*ones(p)", f, "x", shapes={"C": "n p"})
    assert td.check("2*x*p/p", f, "x", sizes="p q")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"structures": {"C": "symmetric"}}, "C is not declared"),
        ({"shapes": {"x": "m"}}, "x is declared twice"),
        ({"structures": {"A": "skew"}}, "A is declared twice"),
        ({"structures": {"A": "crooked"}}, "crooked"),
    ],
)
def test_what_contradicts_is_refused(options: dict[str, dict[str, str]], said: str) -> None:
    f = td.parse("x'*A*x", shapes={"x": "n", "A": "n n"}, structures={"A": "symmetric"})
    with pytest.raises(td.TensordiffError, match=said):
        td.check("2*A*x", f, "x", **options)


def test_f_or_what_it_is_by_may_not_be_missing() -> None:
    with pytest.raises(td.TensordiffError, match="wrt is not given"):
        td.check("2*x", td.parse("x'*x", shapes={"x": "n"}))
