"""Examples for the page: from the question that everything began with to the mistakes that everybody makes."""

from __future__ import annotations

from typing import Any

_GLS = {"f": "F", "wrt": "V", "where": {"F": "inv(X'*P*X)", "P": "inv(V)"}, "shapes": {"X": "n m", "V": "n n"}}

_QUESTION = r"""\frac{\partial F}{\partial V^{-1}} = -F X^T X F
\frac{\partial V^{-1}}{\partial V} = -V^{-1} V^{-1}
\frac{\partial F}{\partial V} = F X^T X F V^{-1} V^{-1}"""

_ANSWER = r"""Let P = V^{-1}, M = X^T P X, F = M^{-1}
dF = -F\,dM\,F
dM = X^T\,dP\,X
dP = -P\,dV\,P
dF = -F X^T\,dP\,X F = F X^T P\,dV\,P X F
d{\rm vec}(F) = (PXF)^T \otimes (FX^TP)\,d{\rm vec}(V)"""

_SQUARES = r"""f = (Xw - y)^T(Xw - y)
 = w^TX^TXw - 2y^TXw + y^Ty
\frac{\partial f}{\partial w} = 2X^TXw - 2X^Ty
 = 2X^T(Xw - y)"""

_ANSWERS = """Ada: (A + A')*x
Ben: 2*A*x
Chloe: x'*(A + A')
Dai: A*x + A*x
Eve: A*x
Fu: 2*x'*A
Gita: A*x + A'*x
Hal: \\left(A + A^T\\right)x
Ines: (A + A)*x
Jo: A + A'
Kim: A @ x + A.T @ x
Lea: A*x +"""


def _diff(title: str, f: str, wrt: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "job": "diff", "request": {"f": f, "wrt": wrt, **more}}


def _check(title: str, answer: str, f: str, wrt: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "job": "check", "request": {"answer": answer, "f": f, "wrt": wrt, **more}}


def _proof(title: str, text: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "job": "proofread", "request": {"text": text, **more}}


_LOGISTIC = {"shapes": {"X": "n m", "w": "m", "y": "n"}}
_LEAST = {"shapes": {"X": "n m", "w": "m", "y": "n"}}
_FORM = {"shapes": {"A": "n n", "x": "n"}}

GALLERY: list[dict[str, Any]] = [
    {
        "title": "Why does my chain rule not fit?",
        "examples": [
            _proof("The question, as it was asked", _QUESTION, f="inv(X'*inv(V)*X)", wrt="V", shapes=_GLS["shapes"]),
            _proof("The answer, line by line", _ANSWER, f="inv(X'*inv(V)*X)", wrt="V", shapes=_GLS["shapes"]),
            {"title": "The derivative", "job": "diff", "request": _GLS},
        ],
    },
    {
        "title": "Statistics",
        "examples": [
            _diff("Mahalanobis distance by the covariance", "(x - u)'*inv(S)*(x - u)", "S",
                  shapes={"x": "n", "u": "n", "S": "n n"}, structures={"S": "positive-definite"}),
            _diff("Gaussian likelihood by the covariance", "-N/2*logdet(V) - tr(inv(V)*Z)/2", "V",
                  shapes={"N": "", "V": "n n", "Z": "n n"}, structures={"V": "positive-definite", "Z": "symmetric"}),
            _diff("Ridge regression", "norm2(X*w - y)^2 + c*norm2(w)^2", "w",
                  shapes={**_LEAST["shapes"], "c": ""}),
            _diff("Lasso", "norm2(X*w - y)^2/2 + c*norm1(w)", "w", shapes={**_LEAST["shapes"], "c": ""}),
            _diff("Kalman gain: covariance after the update, by the gain", "tr((eye(n) - K*H)*P*(eye(n) - K*H)' + K*R*K')", "K",
                  shapes={"K": "n m", "H": "m n", "P": "n n", "R": "m m"}, structures={"P": "symmetric", "R": "symmetric"}),
        ],
    },
    {
        "title": "Learning",
        "examples": [
            _diff("Logistic regression", "sum(softplus(X*w)) - y'*X*w", "w", **_LOGISTIC),
            _diff("Its Hessian", "sum(softplus(X*w)) - y'*X*w", "w w", **_LOGISTIC),
            _diff("Softmax regression, one example", "logsumexp(W*x) - y'*W*x", "W", shapes={"W": "k m", "x": "m", "y": "k"}),
            _diff("Attention of one query, by the keys", "u'*V'*softmax(K*q)", "K",
                  shapes={"K": "n d", "q": "d", "V": "n p", "u": "p"}),
            _diff("Matrix factorisation", "norm2(U*V' - T)^2", "U", shapes={"U": "n k", "V": "m k", "T": "n m"}),
        ],
    },
    {
        "title": "Mechanics and identities",
        "examples": [
            _diff("Neo-Hookean energy by the deformation gradient", "c/2*(tr(F'*F) - 3) - c*logdet(F) + d/2*logdet(F)^2", "F",
                  shapes={"F": "3 3", "c": "", "d": ""}),
            _diff("Trace of a product", "tr(A*X*B*X')", "X", shapes={"A": "n n", "X": "n m", "B": "m m"}),
            _diff("Determinant", "det(A*X*B)", "X", shapes={"A": "n n", "X": "n n", "B": "n n"}),
            _diff("A symmetric variable: the gradient within the structure", "logdet(V)", "V",
                  shapes={"V": "n n"}, structures={"V": "symmetric"}),
            _diff("The same by its tied entries", "logdet(V)", "V",
                  shapes={"V": "n n"}, structures={"V": "symmetric"}, entries="tied"),
        ],
    },
    {
        "title": "Homework that went wrong",
        "examples": [
            _check("The symmetric rule for any matrix", "2*A*x", "x'*A*x", "x", **_FORM),
            _check("A transpose forgotten", "A", "tr(A*X)", "X", shapes={"A": "n m", "X": "m n"}),
            _check("The scalar rule for an inverse", "-inv(X)*inv(X)", "inv(X)", "X", shapes={"X": "n n"}),
            _check("A factor of two", "X'*(X*w - y)", "norm2(X*w - y)^2", "w", **_LEAST),
            _check("Kronecker factors swapped", "kron(A, B')", "A*X*B", "X", layout="vec-column",
                   shapes={"A": "p n", "X": "n m", "B": "m q"}),
            _check("Weights of a Hessian forgotten", "X'*X", "sum(exp(X*w))", "w w", shapes={"X": "n m", "w": "m"}),
            _proof("Least squares, proofread", _SQUARES, shapes=_LEAST["shapes"]),
            {"title": "A dozen answers to one exercise", "job": "grade",
             "request": {"f": "x'*A*x", "wrt": "x", **_FORM, "answers": _ANSWERS}},
        ],
    },
]  # fmt: skip
