"""Rules for numbers, applied to matrices and vectors without declarations, stay wrong: no reading is chosen because it makes a
claim right."""

import itertools

import pytest

import tensordiff as td

SLIPS = [
    ("X^2", "X", "2*X"), ("X^3", "X", "3*X^2"), ("X^4", "X", "4*X^3"), ("inv(X)", "X", "-X^-2"),
    ("inv(X)", "X", "-inv(X)*inv(X)"), ("tr(X'*X)", "X", "X"), ("sum(X*x)", "X", "x"),
    ("X^-1", "X", "-1*X^-2"), ("X^-2", "X", "-2*X^-3"), ("X'*X", "X", "2*X"), ("X*X'", "X", "2*X"), ("X*X'", "X", "2*X'"),
    ("A*X*B", "X", "A*B"), ("A*X", "X", "A"), ("X*A", "X", "A"), ("A*X*A", "X", "A^2"), ("X*A*X", "X", "2*A*X"),
    ("inv(A*X)", "X", "-A*inv(A*X)^2"), ("inv(X'*X)", "X", "-2*X*inv(X'*X)^2"), ("A*inv(X)*B", "X", "-A*inv(X)*inv(X)*B"),
    ("x'*A*x", "x", "2*A*x"), ("x'*A*x", "x", "2*x'*A"), ("x'*A*x", "x", "A*x"), ("x'*x", "x", "x"),
    ("(A*x)'*(A*x)", "x", "2*A*A*x"), ("norm2(A*x-b)^2", "x", "2*A*(A*x-b)"), ("norm2(A*x-b)^2", "x", "A'*(A*x-b)"),
    ("det(X)", "X", "1"), ("logdet(X)", "X", "1/det(X)"), ("tr(X^2)", "X", "X"), ("tr(X'*A*X)", "X", "2*A*X"),
    ("tr(A*inv(X))", "X", "-A*X^-2"), ("tr(A*X*B*X')", "X", "2*A*X*B"), ("a'*inv(X)*b", "X", "-a*b'*X^-2"),
    ("exp(A*x)", "x", "exp(A*x)"), ("exp(A*x)", "x", "A*exp(A*x)"), ("sum(exp(A*x))", "x", "exp(A*x)"),
    ("x*x'", "x", "2*x"), ("(a'*x)*x", "x", "2*a'*x"), ("x.*x", "x", "2*x"),
    ("norm2(x)", "x", "x"), ("(x'*A*x)^2", "x", "2*(x'*A*x)"),
]  # fmt: skip
LETTERS = [
    {},
    {"X": "V", "A": "B", "B": "A"},
    {"X": "W", "x": "w"},
    {"X": "Z", "x": "z", "A": "C"},
    {"X": "M", "x": "u", "A": "S"},
]


def renamed(text, letters):
    return "".join(
        letters.get(letter, letter) if letter.isalpha() and single(text, place) else letter for place, letter in enumerate(text)
    )


def single(text, place):
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return not any(character.isalpha() for character in around)


@pytest.mark.parametrize(("slip", "letters"), list(itertools.product(SLIPS, LETTERS)))
def test_it_stays_wrong(slip, letters):
    f, wrt, claim = (renamed(text, letters) for text in slip)
    try:
        verdict = td.check(claim, f, wrt)
    except td.TensordiffError:
        return
    assert not verdict, (f, wrt, claim, verdict.assumed)
