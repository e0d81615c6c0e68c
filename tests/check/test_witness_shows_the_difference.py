"""The witness: reproducible small numbers, the first wrong entry, and code that runs without this library."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

import tensordiff as td

CASES = [
    ("A*x", "x'*A*x", "x", "gradient", {"A": "n n", "x": "n"}),
    ("kron(A, A')", "A*V*A", "V", "vec-column", {"A": "n n", "V": "n n"}),
    ("diag(vec(A))", "A.*X", "X", "vec-row", {"A": "n m", "X": "n m"}),
    ("A'", "A*x", "x", "numerator", {"A": "n n", "x": "n"}),
    ("det(X)", "det(a*X)", "a", "numerator", {"X": "n n", "a": ""}),
    ("A[i,k] -> [i,k]", "A*x", "x", "index", {"A": "n m", "x": "m"}),
    ("x[i]*x[j] -> [i,j]", "exp(x)", "x", "index", {"x": "n"}),
    ("exp(x)", "sum(exp(2*x))", "x", "gradient", {"x": "n"}),
    ("ones(n)'", "sum(x.*x)", "x", "numerator", {"x": "n"}),
    ("A*X", "tr(X'*A*X)", "X", "gradient", {"A": "n n", "X": "n m"}),
    ("2*kron(eye(n), A)", "kron(eye(n), A)*z", "z", "numerator", {"A": "m m", "z": "n*m"}),
    ("2*C", "tr(C'*Z)", "Z", "gradient", {"C": "n*m p", "Z": "n*m p"}),
]


@pytest.mark.parametrize(("claim", "f", "variable", "layout", "shapes"), CASES)
def test_the_printed_code_shows_both_numbers(claim: str, f: str, variable: str, layout: str, shapes: dict[str, str]) -> None:
    verdict = td.check(claim, f, variable, layout=layout, shapes=shapes)
    if verdict:
        return
    witness = verdict.witness
    assert witness is not None
    assert float(witness.claimed) != float(witness.correct)
    printed = io.StringIO()
    code = witness.code()
    assert "tensordiff" not in code
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "witness", "exec"), {})
    words = [line.split() for line in printed.getvalue().splitlines()]
    numbers = {line[0]: float(line[-1]) for line in words}
    assert np.isclose(numbers["claim"], float(witness.claimed))
    assert np.isclose(numbers["derivative"], float(witness.correct))
    assert np.isclose(numbers["difference"], float(witness.correct), rtol=1e-4, atol=1e-4)


def test_the_position_is_that_of_the_layout() -> None:
    shapes = {"A": "n m", "X": "n m"}
    verdict = td.check("diag(vec(A))", "A.*X", "X", layout="vec-row", shapes=shapes)
    witness = verdict.witness
    values = {name: np.array(value, dtype=float) for name, value in witness.values.items()}
    true = np.diag(values["A"].ravel())
    claimed = np.diag(values["A"].ravel(order="F"))
    row, column = witness.position
    wrong = np.argwhere(true != claimed)
    assert (row - 1, column - 1) == tuple(wrong[0])  # the first one, row by row
    assert float(witness.correct) == true[row - 1, column - 1]
    assert float(witness.claimed) == claimed[row - 1, column - 1]


def test_values_have_the_declared_shape() -> None:
    shapes = {"A": "m m", "z": "n*m", "C": "n*m p", "Z": "n*m p"}
    witness = td.check("2*kron(eye(n), A)", "kron(eye(n), A)*z", "z", shapes=shapes).witness
    n, m = witness.sizes["n"], witness.sizes["m"]
    assert witness.values["z"].shape == (n * m,)
    witness = td.check("kron(ones(n), ones(m))*ones(p)'.*C.*C", "tr(C'*Z)", "Z", shapes=shapes).witness
    assert witness.values["C"].shape == witness.values["Z"].shape
    assert len(witness.values["C"].shape) == 2


def test_the_same_claim_has_the_same_witness() -> None:
    def one() -> str:
        return str(td.check("A*x", "x'*A*x", "x", shapes={"A": "n n", "x": "n"}).witness)

    assert one() == one()


def test_structures_are_respected() -> None:
    given = {"shapes": {"S": "n n", "A": "n n"}, "structures": {"S": "symmetric"}}
    witness = td.check("A*S", "tr(A*S*S)", "S", entries="tied", **given).witness
    matrix = np.array(witness.values["S"], dtype=float)
    assert np.array_equal(matrix, matrix.T)
    assert not np.array_equal(witness.values["A"], witness.values["A"].T)


def test_whole_numbers_print_as_such() -> None:
    verdict = td.check("A*x", "x'*A*x", "x", shapes={"A": "n n", "x": "n"})
    assert "." not in str(verdict.witness).split(" at")[0]
