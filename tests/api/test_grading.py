"""Many answers to one exercise: a grade each, with the same reading of the exercise for all of them."""

import pytest

import tensordiff as td

SHAPES = {"A": "n n", "x": "n"}
ANSWERS = {
    "right": ("(A + A')*x", "right", ""),
    "row": ("x'*(A + A')", "right-in-other-layout", "right in the numerator layout"),
    "symmetric": ("2*A*x", "right-under-assumption", "right only if A is symmetric"),
    "half": ("(A + A')*x/2", "right-up-to-factor", "the factor 2"),
    "sign": ("-(A + A')*x", "right-up-to-factor", "the sign"),
    "both": ("A*x", "right-under-assumption", "right only if A is symmetric, the factor 2"),
    "code": ("A @ x + A.T @ x", "right", ""),
    "function": ("def grad(x):\n    y = A @ x\n    return y + A.T.dot(x)", "right", ""),
    "differential": ("df = x'*(A + A')*dx", "right", ""),
    "wrong": ("2*x", "wrong", ""),
    "shape": ("A*A", "wrong", "The claim is n-by-n"),
    "conform": ("x*x", "does-not-conform", ""),
    "unread": ("(A + A')*", "not-read", "an operand is missing"),
    "unknown": ("2*B*x", "not-read", "unknown name B"),
    "empty": ("", "not-read", "empty"),
    "mixed": ("A**2 .- exp.(x)", "not-read", "marks of two languages"),
}


def test_every_answer_gets_a_grade():
    grades = td.grade({name: answer for name, (answer, _, _) in ANSWERS.items()}, "x'*A*x", "x", shapes=SHAPES)
    assert [grade.name for grade in grades] == list(ANSWERS)
    for grade in grades:
        answer, status, slip = ANSWERS[grade.name]
        assert (grade.answer, grade.status) == (answer, status)
        assert slip in grade.slip
        assert bool(grade) == (status == "right")
        assert (grade.formula == "") == (status in ("right", "not-read"))
        assert status in ("right",) or grade.slip


def test_the_right_formula_is_in_the_layout_asked_for():
    (grade,) = td.grade(["2*A*x"], "x'*A*x", "x", shapes=SHAPES, layout="numerator")
    assert td.check(grade.formula, td.parse("x'*A*x", shapes=SHAPES), "x", layout="numerator")
    (grade,) = td.grade(["2*A*x"], "x'*A*x", "x", shapes=SHAPES)
    assert td.check(grade.formula, td.parse("x'*A*x", shapes=SHAPES), "x", layout="gradient")


def test_any_layout_where_f_is_no_scalar():
    grades = td.grade(["A", "A'", "2*A"], "A*x", "x", shapes={"A": "m n", "x": "n"})
    assert [grade.status for grade in grades] == ["right", "right", "right-up-to-factor"]
    grades = td.grade(["A", "A'"], "A*x", "x", shapes={"A": "m n", "x": "n"}, layout="denominator")
    assert [grade.status for grade in grades] == ["right-in-other-layout", "right"]


def test_a_wrong_exercise_is_an_error():
    with pytest.raises(td.TensordiffError):
        td.grade(["2*A*x"], "x'*B*x", "x", shapes=SHAPES)
