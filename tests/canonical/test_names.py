"""Names put back into canonical forms: the value stays, and known parts are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensordiff as td
from tensordiff.canonical import Canonicaliser, with_names
from tensordiff.tensor import Named, Symbol, Tensor, postorder
from tests.reference import value
from tests.strategies import SIZES, TENSORS, values


@settings(max_examples=150, deadline=None)
@given(TENSORS, TENSORS, st.booleans(), st.randoms(use_true_random=False))
def test_names_keep_the_value(node: Tensor, other: Tensor, distribute: bool, random: object) -> None:
    candidates = [n for n in postorder([node, other]) if not isinstance(n, Symbol)] or [node]
    chosen = [random.choice(candidates) for _ in range(3)]  # type: ignore[attr-defined]
    forms = Canonicaliser(distribute=distribute, define=False)
    named = with_names(forms.tensor(node), [Named.make(f"N{k}", n) for k, n in enumerate(chosen)], forms)
    arrays = values(3)
    np.testing.assert_allclose(value(named, arrays, SIZES), value(node, arrays, SIZES), rtol=1e-8, atol=1e-8)


FOUND = [
    ("inv(X'*inv(V)*X)", "V", {"F": "inv(X'*inv(V)*X)"}, "kron((inv(V)*X*F)', F*X'*inv(V))"),
    ("inv(X'*inv(V)*X)", "V", {"F": "inv(X'*inv(V)*X)", "P": "inv(V)"}, "kron((P*X*F)', F*X'*P)"),
    ("softmax(x)", "x", {"p": "softmax(x)"}, "diag(p) - p*p'"),
    ("x/norm2(x)", "x", {"r": "norm2(x)"}, "(eye(n) - x*x'/r^2)/r"),
    ("sigmoid(x'*y)", "x", {"s": "sigmoid(x'*y)"}, "s*(1 - s)*y"),
    ("logdet(A + V)", "A", {"S": "A + V"}, "inv(S)'"),
    ("y'*y", "x", {"y": "A*x"}, "2*A'*y"),
    ("sum(exp(y))", "x", {"y": "A*x"}, "A'*exp(y)"),
    ("q^2", "x", {"q": "x'*A*x"}, "2*q*(A + A')*x"),
    ("z'*V*A*x", "V", {"y": "A*x"}, "z*y'"),
    ("tr(W*V)", "V", {"W": "A*diag(x)*A'"}, "W"),
    ("sum(H.*H)", "V", {"H": "X'*V*X"}, "2*X*H*X'"),
]


@pytest.mark.parametrize(("text", "wrt", "where", "expected"), FOUND)
def test_names_are_found(text: str, wrt: str, where: dict[str, str], expected: str) -> None:
    shapes = {"X": "n m", "V": "n n", "A": "n n", "x": "n", "z": "n"} | ({} if "y" in where else {"y": "n"})
    assert str(td.diff(td.parse(text, shapes=shapes, where=where), wrt).matrix_form()) == expected
