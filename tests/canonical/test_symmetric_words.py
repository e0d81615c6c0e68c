"""A product of matrices is known to be symmetric just where it reads the same from both ends."""

from __future__ import annotations

import pytest

import tensordiff as td
from tensordiff.canonical import canonical
from tensordiff.functions import transpose

SHAPES = {"A": "n n", "B": "n n", "S": "n n", "T": "n n", "X": "n m", "Q": "n n"}
STRUCTURES = {"S": "symmetric", "T": "positive-definite", "Q": "orthogonal"}


def is_symmetric(text: str) -> bool:
    """Whether the matrix, and its inverse beside other factors, equal their transposes in canonical form."""
    matrix = td.parse(text, shapes=SHAPES, structures=STRUCTURES).tensor
    inverse = td.parse(f"inv({text})", shapes=SHAPES, structures=STRUCTURES).tensor
    found = canonical(matrix) is canonical(transpose(matrix))
    assert (canonical(inverse) is canonical(transpose(inverse))) == found
    return found


@pytest.mark.parametrize(
    "text",
    ["X'*X", "X'*S*X", "X'*inv(S)*X", "S*T*S", "A*A'", "A'*B*S*B'*A", "A*inv(A'*A)*A'", "X'*inv(X*X' + S)*X", "A*(B + B')*A'"],
)
def test_symmetric(text: str) -> None:
    assert is_symmetric(text)


@pytest.mark.parametrize("text", ["X'*A*X", "S*T", "A*B*A'", "A*A", "A'*B*B*A", "X'*inv(A)*X", "A*S*B'", "Q*S*Q"])
def test_not_symmetric(text: str) -> None:
    assert not is_symmetric(text)
