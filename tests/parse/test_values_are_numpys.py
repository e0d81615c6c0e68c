"""Texts of every operation have NumPy's value."""

import numpy as np
import pytest
import scipy.linalg

from tensordiff.lower import lower
from tensordiff.parse import parse
from tests.reference import value

SIZES = {"n": 3, "m": 4, "p": 2}
SHAPES = {
    "A": ("n", "n"), "B": ("n", "n"), "X": ("n", "m"), "Y": "m p", "x": ("n",), "y": "n", "z": ("m",), "w": 3,
    "a": (), "b": (), "T": ("n", "m", "p"), "u": ("n*m",),
}  # fmt: skip


def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    size = {**SIZES, "n*m": 12, 3: 3}
    shapes = {name: tuple(shape.split()) if isinstance(shape, str) else shape for name, shape in SHAPES.items()}
    shapes["w"] = (3,)
    made = {name: rng.uniform(0.5, 1.5, [size[s] for s in shape]) for name, shape in shapes.items()}
    for name in "AB":
        made[name] = made[name] / 4 + np.diag(np.arange(1.0, 4.0))
    return made


def column(matrix: np.ndarray) -> np.ndarray:
    return matrix.reshape(-1, order="F")


V = arrays()
A, B, X, Y, x, y, z, w, a, b, T, u = (V[name] for name in "ABXYxyzwabTu")
I3 = np.eye(3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inv(X'*inv(A)*X + eye(m))", np.linalg.inv(X.T @ np.linalg.inv(A) @ X + np.eye(4))),
        ("A^-1*x - A^2*y/2", np.linalg.solve(A, x) - A @ A @ y / 2),
        ("(1 - 2*a)./x + x.^2.*y", (1 - 2 * a) / x + x**2 * y),
        ("-0.5*(x-y)'*inv(A)*(x-y) - n*log(2*pi)/2", -0.5 * (x - y) @ np.linalg.solve(A, x - y) - 1.5 * np.log(2 * np.pi)),
        ("x*z'", np.outer(x, z)),
        ("kron(A, X)*ones(n*m)", np.kron(A, X) @ np.ones(12)),
        ("kron(X, Y)", np.kron(X, Y)),
        ("vec(X)", column(X)),
        ("vec(X*Y)'", column(X @ Y)[None, :]),
        ("K(n,m)*vec(X)", column(X.T)),
        ("D(n)*vech(A + A')", column(A + A.T)),
        ("L(n)*vec(A)", np.concatenate([A[j:, j] for j in range(3)])),
        ("tril(n).*A + triu(n)", np.tril(A) + np.triu(np.ones((3, 3)))),
        ("diag(diag(A)) + diag(x)", np.diag(np.diag(A)) + np.diag(x)),
        ("n*diag(diag(A))", len(A) * np.diag(np.diag(A))),
        ("ones(n)*ones(m)' - zeros(n,m)", np.ones((3, 4))),
        ("tr(A)*det(B) + logdet(A)", np.trace(A) * np.linalg.det(B) + np.log(abs(np.linalg.det(A)))),
        ("adj(A)", np.linalg.det(A) * np.linalg.inv(A)),
        ("norm2(X)^2 + norm1(x-y)", (X**2).sum() + abs(x - y).sum()),
        ("sum(X) + sum(X,1)*z - sum(X*z)", X.sum() + X.sum(0) @ z - (X @ z).sum()),
        ("exp(X).*tanh(X) - sigmoid(X)", np.exp(X) * np.tanh(X) - 1 / (1 + np.exp(-X))),
        ("relu(x-y) + max(x,y) - abs(x)", np.maximum(x - y, 0) + np.maximum(x, y) - abs(x)),
        ("softmax(x)*logsumexp(x)", np.exp(x) / np.exp(x).sum() * np.log(np.exp(x).sum())),
        ("expm(A) - sqrtm(A*A')", scipy.linalg.expm(A) - scipy.linalg.sqrtm(A @ A.T)),
        ("2^n - n^2", 8 - 9),
        ("a^b*x.^a", a**b * x**a),
        ("x.^y", x**y),
        ("X + a", X + a),
        ("a - X", a - X),
        ("w'*w", w @ w),
        ("eye(3)*w + ones(3)", w + 1),
        ("u'*u", u @ u),
        # constants whose size follows from their neighbours
        ("X*vector(1)", X.sum(1)),
        ("sum(log(exp(-y.*(X*z)) + vector(1)))", np.log(np.exp(-y * (X @ z)) + 1).sum()),
        ("vector(1)'*X*vector(2)", 2 * X.sum()),
        ("X - matrix(1)", X - 1),
        ("inv(A + a*eye)", np.linalg.inv(A + a * I3)),
        # index notation
        ("T[i,j,k]*z[j] -> [k,i]", np.einsum("ijk,j->ki", T, z)),
        ("A[i,j]*B[j,i] -> []", np.einsum("ij,ji->", A, B)),
        ("A[i,i] -> [i]", np.diag(A)),
        ("x[i]*eye(n)[i,k] -> [i,k]", np.diag(x)),
        ("T[i,2,k] - x[1] -> [i,k]", T[:, 1, :] - x[0]),
        ("X[i,j]^2/(1 + exp(x[i])) -> [j]", (X**2 / (1 + np.exp(x))[:, None]).sum(0)),
        ("x[i] + z[j] -> [i,j]", x[:, None] + z[None, :]),
        ("X[i,j] + x[i] -> [i]", X.sum(1) + x),
        ("tr((A[i,k]*B[k,j] -> [i,j]))", np.trace(A @ B)),
        ("(X*Y)[i,j]*x[i] -> [j]", (X @ Y).T @ x),
        ("inv(A)[i,j]*x[j] -> [i]", np.linalg.solve(A, x)),
        ("A[1,2] + x[3]", A[0, 1] + x[2]),
        # block matrices
        ("[A B; B' A]", np.block([[A, B], [B.T, A]])),
        ("[A -B]", np.hstack([A, -B])),
        ("[A; zeros(n,n)]", np.vstack([A, 0 * A])),
        ("[1 2; 3 4]", np.array([[1, 2], [3, 4]])),
        ("[a; b]'*[1; 2]", a + 2 * b),
        ("[x, y]", np.stack([x, y], 1)),
        ("det([A B; B A])", np.linalg.det(np.block([[A, B], [B, A]]))),
        # Unicode and LaTeX
        ("(Xᵀ·A⁻¹·X + eye(m))⁻¹", np.linalg.inv(X.T @ np.linalg.inv(A) @ X + np.eye(4))),
        ("‖X·z − y‖² + |a|·‖x‖₁", ((X @ z - y) ** 2).sum() + abs(a) * abs(x).sum()),
        ("|A| − |B|", np.linalg.det(A) - np.linalg.det(B)),
        (r"\frac{1}{2} x^\top A^{-1} x + \log\det A", x @ np.linalg.solve(A, x) / 2 + np.log(abs(np.linalg.det(A)))),
        (r"A^{-T} x", np.linalg.solve(A.T, x)),
    ],
)
def test_value(text, expected):
    expression, _ = parse(text, SHAPES)
    expected = np.asarray(expected)
    got = value(lower(expression), V, SIZES)
    np.testing.assert_allclose(np.reshape(got, expected.shape), expected, rtol=1e-9, atol=1e-11)


def test_where_names_are_let_bindings_in_any_order():
    where = {"R": "P*X", "P": "inv(A)", "r": "R[i,j]*z[j] -> [i]"}
    expression, scope = parse("x'*r + tr(P)", SHAPES, where=where)
    assert list(scope.where) == ["P", "R", "r"]
    P = np.linalg.inv(A)
    np.testing.assert_allclose(value(lower(expression), V, SIZES), x @ (P @ X @ z) + np.trace(P))


def test_where_name_sums_before_a_function_is_applied():
    expression, _ = parse("exp(s[i]) -> [i]", SHAPES, where={"s": "X[i,j]*z[j] -> [i]"})
    np.testing.assert_allclose(value(lower(expression), V, SIZES), np.exp(X @ z))
