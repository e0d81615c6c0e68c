"""Code in Python means what NumPy computes; in MATLAB, Julia, R and Mathematica what its NumPy twin computes."""

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
import scipy.special
import torch

import tensordiff as td

SHAPES = {"X": "n m", "V": "n n", "A": "m m", "B": "m p", "w": "m", "v": "m", "y": "n", "a": "", "T": "n m p"}
SIZES = {"n": 4, "m": 3, "p": 2}
RANDOM = np.random.default_rng(5)


def values():
    arrays = {name: RANDOM.uniform(0.5, 1.5, [SIZES[s] for s in sizes.split()]) for name, sizes in SHAPES.items()}
    arrays["V"] = arrays["V"] @ arrays["V"].T + np.eye(4)
    arrays["A"] = arrays["A"] @ arrays["A"].T + np.eye(3)
    arrays["a"] = float(arrays["a"])
    return arrays


VALUES = values()
NUMPY = {"np": np, "numpy": np, "jnp": jnp, "scipy": scipy, "n": 4, "m": 3, "p": 2}

PYTHON = """
2*X.T @ (X @ w - y)
2*X.T.dot(X.dot(w) - y)
-2.0*(y - X@w) @ X
(y - X@w) @ (y - X@w)
np.einsum('ij,i->j', X, X@w - y)
np.einsum('ij,jk', X, A)
np.einsum('ii', V) * np.einsum('ii->i', V)
np.einsum('ij,kl->ikjl', V, A)
np.einsum('ijk,k,i->j', T, B[0], y)
np.outer(y, w)
np.multiply.outer(y, w) if False else np.outer(y, w)
y[:, None] * w[None, :]
y[:, np.newaxis] + w
y[:, None] @ w[None, :]
X * w
X / y[:, None]
X**2 / (1 + X)
X ** -1
2 ** w
np.kron(A, V)
np.kron(w, v)
np.linalg.inv(V).T
np.linalg.solve(V, y)
np.linalg.solve(V, X)
np.linalg.det(V) * np.linalg.inv(V).T
np.linalg.slogdet(V)[1]
np.log(np.linalg.det(V))
np.linalg.norm(y)
np.linalg.norm(X)
np.linalg.norm(X, 'fro')**2
np.linalg.norm(y, 1)
np.linalg.norm(X, axis=1)
np.linalg.matrix_power(V, 3)
np.linalg.pinv(X)
np.trace(V) * np.eye(n)
V.trace()
np.diag(np.exp(X@w)) @ X
np.diag(V)
np.diagonal(V)
X.sum()
X.sum(axis=0)
X.sum(1)
X.sum(axis=1, keepdims=True) * X
X.mean()
np.mean(X, axis=0)
np.sum(X**2, axis=-1)
T.sum(axis=(0, 2))
T.sum(axis=1)
T @ B.T
X.T @ V @ X
np.sqrt(np.sum(w**2))
w / np.sqrt(np.sum(w**2))
np.exp(X) * np.log(X) - np.tanh(X)
np.square(w) + np.abs(w) + np.sign(w)
1 / (1 + np.exp(-X@w))
scipy.special.expit(X @ w)
scipy.special.softmax(w)
scipy.special.logsumexp(w)
np.maximum(X @ w - 3, 0)
X.T @ (X @ w > 3)
np.where(X @ w > 3, X @ w, 0.1 * y)
np.dot(X, w)
np.inner(w, v)
np.inner(X, w)
np.vdot(w, v)
np.matmul(X, A)
np.tensordot(X, A, axes=1)
np.tensordot(X, X)
np.tensordot(T, X, axes=([0, 1], [0, 1]))
np.transpose(X)
np.transpose(T, (2, 0, 1))
T.transpose(2, 0, 1)
T.swapaxes(0, 2)
X.ravel()
X.flatten(order='F')
X.reshape(-1)
w.reshape(-1, 1) * w
np.tril(V) + np.triu(A if False else V)
np.ones(n) @ X
np.ones((n, m)) * X
np.zeros((n, p)) + 1
np.full((n, m), a)
np.ones_like(X) - X
np.eye(X.shape[1])
X.T @ (X @ w - y) / X.shape[0]
X.T @ (X @ w - y) / len(y)
X[:, 0] + X[:, 1]
X[1] * w
X[2, 1] * w
T[..., 0]
T[0, :, 1]
+w - -v
np.pi * w
0.1 * w + 1e-3
scipy.linalg.expm(V)
np.linalg.cholesky(V)
a * X * a
X.shape[0] * X
np.einsum('ij->ji', X).T
np.subtract(X @ w, y)
np.power(w, 3)
np.array([1, 2])[0] * w if False else w
(lambda: w)() if False else w
"""

TEXTS = [text for text in PYTHON.strip().splitlines() if " if False else " not in text]


def value(text, language=None):
    f = td.parse(text, shapes=SHAPES, language=language)
    return np.asarray(f.evaluate(**VALUES), dtype=float)


def same(found, wanted):
    """Equal, where axes of length one count for nothing."""
    return np.allclose(np.squeeze(found), np.squeeze(np.asarray(wanted, dtype=float)), rtol=1e-9)


@pytest.mark.parametrize("text", TEXTS)
def test_expressions_have_numpys_values(text):
    assert same(value(text, "python"), eval(text, {**NUMPY, **VALUES}))


TORCH = """
2*X.t() @ (X @ w - y)
2*X.mT @ (torch.mv(X, w) - y)
X.mm(A).sum(dim=1)
torch.outer(y, w) * torch.trace(A)
torch.sigmoid(X @ w)
torch.relu(X @ w - 3)
(X @ w).pow(2).sum()
torch.linalg.inv(V).T + torch.logdet(V) * torch.inverse(V)
torch.einsum('ij,ik->jk', X, X)
torch.nn.functional.softmax(w, dim=0)
torch.softmax(X, dim=1)
torch.eye(X.size(0)) - V.detach()
X.norm()**2 + X.square().mean()
y.unsqueeze(1) * w.unsqueeze(0)
torch.diag(w) @ A.permute(1, 0)
torch.bmm(T, B.T.unsqueeze(0) + torch.zeros((n, p, m)))
""".strip().splitlines()


@pytest.mark.parametrize("text", TORCH)
def test_expressions_have_torchs_values(text):
    tensors = {name: torch.as_tensor(array, dtype=torch.float64) for name, array in VALUES.items()}
    wanted = eval(text, {"torch": torch, "n": 4, "m": 3, "p": 2, **tensors})
    assert same(value(text, "python"), wanted.numpy())


STATEMENTS = {
    "r = X @ w - y\ngrad = 2 * X.T @ r": "2*X'*(X*w-y)",
    "return 2*X.T@(X@w-y)": "2*X'*(X*w-y)",
    "lambda w: 2*X.T@(X@w-y)": "2*X'*(X*w-y)",
    "grad = lambda X, w, y: 2*X.T@(X@w-y)  # least squares": "2*X'*(X*w-y)",
    "import numpy as np\n\ndef grad(X, w, y):\n    'f'\n    r = np.dot(X, w) - y\n    return 2*X.T@r": "2*X'*(X*w-y)",
    "n, m = X.shape\ng = X.T @ y\ng /= n": "X'*y/n",
    "    def f(w):\n        s = X @ w\n        s -= y\n        return s @ s": "norm2(X*w-y)^2",
    "sign, ld = np.linalg.slogdet(V)\nld": "logdet(V)",
}


@pytest.mark.parametrize(("code", "formula"), STATEMENTS.items())
def test_statements(code, formula):
    shapes = {name: SHAPES[name] for name in "XVwy"}
    assert td.equal(td.parse(code, shapes=shapes, language="python"), td.parse(formula, shapes=shapes)).method == "proved"


OTHERS = {
    "matlab": {
        "2.*X.'*(X*w-y)": "2*X.T@(X@w-y)",
        "V\\y": "np.linalg.solve(V, y)",
        "(X'*X)\\(X'*y)": "np.linalg.solve(X.T@X, X.T@y)",
        "X/A": "X@np.linalg.inv(A)",
        "w'*v": "w@v",
        "y*w'": "np.outer(y, w)",
        "y.*X": "y[:, None]*X",
        "X.*w'": "X*w",
        "X.^2./y": "X**2/y[:, None]",
        "A^2*w": "A@A@w",
        "-w.^2": "-w**2",
        "2^-1*w": "w/2",
        "sum(X, 1)": "X.sum(0)",
        "sum(X, 2)": "X.sum(1)",
        "sum(w)": "w.sum()",
        "sum(sum(X))": None,
        "trace(V)*eye(n)": "np.trace(V)*np.eye(n)",
        "norm(w)": "np.linalg.norm(w)",
        "norm(X, 'fro')": "np.linalg.norm(X)",
        "diag(exp(X*w))*X": "np.diag(np.exp(X@w))@X",
        "kron(A, V)": "np.kron(A, V)",
        "X(:)": "X.ravel(order='F')",
        "X(:, 1)": "X[:, 0]",
        "X(2, 3)*w": "X[1, 2]*w",
        "r = X*w - y; g = 2*X'*r % the gradient": "2*X.T@(X@w-y)",
        "ones(n, 1)'*X/size(X, 1)": "X.mean(0)",
        "@(w) 2*X'*(X*w-y)": "2*X.T@(X@w-y)",
        "g = @(w, y) 2*X'*(X*w-y);": "2*X.T@(X@w-y)",
        "repmat(y, 1, m).*X": "y[:, None]*X",
        "log(det(V))": "np.linalg.slogdet(V)[1]",
    },
    "julia": {
        "2*transpose(X)*(X*w .- y)": "2*X.T@(X@w-y)",
        "Diagonal(exp.(X*w))*X": "np.diag(np.exp(X@w))@X",
        "2X'*(X*w - y)": "2*X.T@(X@w-y)",
        "1/2a": "1/(2*a)",
        "exp.(X) .* X.^2": "np.exp(X)*X**2",
        "y .* X": "y[:, None]*X",
        "V\\y": "np.linalg.solve(V, y)",
        "w'v": "w@v",
        "X'X\\X'y": "np.linalg.solve(X.T@X, X.T@y)",
        "x -> 2X'*(X*w - y)": "2*X.T@(X@w-y)",
        "grad(w) = 2X'*(X*w - y)": "2*X.T@(X@w-y)",
        "(X'X + a*I)\\(X'y)": "np.linalg.solve(X.T@X + a*np.eye(m), X.T@y)",
        "V - I/2": "V - np.eye(n)/2",
        "2I*w": "2*w",
        "Xᵀ*y": "X.T@y",
        "I": None,
        "X + I": None,
        "dot(w, v) * w": "(w@v)*w",
        "sum(X, dims=1)": "X.sum(0)",
        "sum(X)": "X.sum()",
        "tr(V) .+ w": "np.trace(V) + w",
        "norm(X)": "np.linalg.norm(X)",
        "vec(X)": "X.ravel(order='F')",
        "X[:, 1]": "X[:, 0]",
    },
    "r": {
        "2*t(X)%*%(X%*%w-y)": "2*X.T@(X@w-y)",
        "function(w) 2*t(X)%*%(X%*%w-y)": "2*X.T@(X@w-y)",
        "crossprod(X, y)": "X.T@y",
        "tcrossprod(y)": "np.outer(y, y)",
        "w %*% v": "w@v",
        "y %*% t(w)": "np.outer(y, w)",
        "y %o% w": "np.outer(y, w)",
        "y * X": "y[:, None]*X",
        "solve(V, y)": "np.linalg.solve(V, y)",
        "solve(V) %*% X": "np.linalg.solve(V, X)",
        "diag(n) - V": "np.eye(n) - V",
        "diag(w)": "np.diag(w)",
        "-w^2": "-w**2",
        "sum(X)": "X.sum()",
        "colSums(X)": "X.sum(0)",
        "sum(diag(V))": "np.trace(V)",
        'norm(X, "F")': "np.linalg.norm(X)",
        "r <- X %*% w - y\n2 * t(X) %*% r": "2*X.T@(X@w-y)",
        "det(V) * t(solve(V))": "np.linalg.det(V)*np.linalg.inv(V).T",
    },
    "mathematica": {
        "2 Transpose[X].(X.w - y)": "2*X.T@(X@w-y)",
        "w.v": "w@v",
        "w.A.v": "w@A@v",
        "Inverse[V].y": "np.linalg.solve(V, y)",
        "y X": "y[:, None]*X",
        "Tr[V] IdentityMatrix[n]": "np.trace(V)*np.eye(n)",
        "Exp[X.w]^2/2": "np.exp(X@w)**2/2",
        "Outer[Times, y, w]": "np.outer(y, w)",
        "DiagonalMatrix[w].A": "np.diag(w)@A",
        "KroneckerProduct[A, V]": "np.kron(A, V)",
        "-w^2": "-w**2",
        "Norm[w]": "np.linalg.norm(w)",
        "Total[w]": "w.sum()",
    },
}


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in OTHERS for text in OTHERS[language]])
def test_other_languages(language, text):
    twin = OTHERS[language][text]
    if twin is None:  # what the language itself refuses, or what is not read
        with pytest.raises(td.TensordiffError):
            value(text, language)
    else:
        assert same(value(text, language), eval(twin, {**NUMPY, **VALUES}))
