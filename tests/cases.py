"""Expressions of the field, for every test that wants real ones.

Each has its shapes (sizes are named; `SIZES` makes them pairwise different), what it is differentiated by, and where a
source publishes the answer, that answer with its layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.linalg import expm

SIZES = {"n": 4, "m": 3, "p": 5, "q": 2}


@dataclass(frozen=True)
class Case:
    """`f` differentiated by each of `wrt`; `published` is its derivative by the first of them, in `layout`."""

    name: str
    f: str
    shapes: dict[str, str]
    wrt: tuple[str, ...]
    structures: dict[str, str] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    assume: dict[str, str] = field(default_factory=dict)
    published: str | None = None
    layout: str | None = None
    entries: str = "projected"
    unfolded: tuple[str, ...] = ()
    """The variables by which the derivative has no matrix form in its default layout."""

    @property
    def scope(self) -> dict[str, Any]:
        """The declarations, as `parse` takes them."""
        return {"shapes": self.shapes, "structures": self.structures, "where": self.where, "assume": self.assume}

    def values(self, seed: int = 0) -> dict[str, np.ndarray]:
        """Random values for every variable; k, an exponent of matrices, is 3."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        found: dict[str, np.ndarray] = {}
        for name, shape in self.shapes.items():
            sizes = [length(axis) for axis in shape.split()]
            structure, assumption = self.structures.get(name, "general"), self.assume.get(name, "none")
            found[name] = np.array(3.0) if name == "k" else random_value(rng, sizes, structure, assumption)
        return found


def length(axis: str) -> int:
    """The number that a size such as n*m or n+1 is."""
    terms = [[SIZES.get(part) or int(part) for part in term.split("*")] for term in axis.split("+")]
    return int(sum(np.prod(term) for term in terms))


def random_value(rng: np.random.Generator, sizes: list[int], structure: str, assumption: str) -> np.ndarray:
    """A value of a structure or an assumption, well inside the domain of inverses and logarithms."""
    square = len(sizes) == 2 and sizes[0] == sizes[1]
    x = rng.uniform(0.3, 1.0, sizes) * rng.choice([-1.0, 1.0], sizes)
    if assumption == "positive":
        x = np.abs(x)
    elif assumption == "probability":
        x = np.abs(x) / np.abs(x).sum()
    elif assumption == "binary":
        x = np.sign(x)
    elif assumption == "near-identity":
        x = np.eye(sizes[0]) + 0.1 * x
    elif square and structure in ("general", "symmetric", "lower-triangular", "upper-triangular", "diagonal"):
        x = x + 2 * np.eye(sizes[0])
    match structure:
        case "symmetric":
            x = (x + x.T) / 2
        case "positive-definite":
            x = x @ x.T / 2 + np.eye(len(x))
        case "skew":
            x = x - x.T
        case "diagonal":
            x = np.diag(np.diag(x))
        case "lower-triangular":
            x = np.tril(x)
        case "upper-triangular":
            x = np.triu(x)
        case "orthogonal":
            x = expm(x - x.T)
    return x


def _pairs(text: str) -> dict[str, str]:
    """{"X": "n m", "a": ""} of "X:n,m a:"."""
    return {name: sizes.replace(",", " ") for name, sizes in (part.split(":") for part in text.split())}


def _cases(source: str, rows: list[tuple[Any, ...]]) -> Iterator[Case]:
    for label, f, shapes, wrt, *rest in rows:
        more: dict[str, Any] = dict(rest[0]) if rest else {}
        for key in ("structures", "assume"):
            more[key] = _pairs(more.get(key, ""))
        more["unfolded"] = tuple(more.get("unfolded", "").split())
        yield Case(f"{source} {label}", f, _pairs(shapes), tuple(wrt.split()), **more)


def _gradient(answer: str, **more: Any) -> dict[str, Any]:
    return {"published": answer, "layout": "gradient", **more}


def _numerator(answer: str, **more: Any) -> dict[str, Any]:
    return {"published": answer, "layout": "numerator", **more}


def _column(answer: str, **more: Any) -> dict[str, Any]:
    return {"published": answer, "layout": "vec-column", **more}


COOKBOOK = [
    ("(49)", "det(X)", "X:n,n", "X", _gradient("det(X)*inv(X')")),
    ("(51)", "det(A*X*B)", "A:n,n X:n,n B:n,n", "X A B", _gradient("det(A*X*B)*inv(X')")),
    ("(52)", "det(X'*A*X)", "A:n,n X:n,n", "X", _gradient("2*det(X'*A*X)*inv(X')")),
    ("(53)", "det(X'*A*X)", "A:n,n X:n,m", "X", _gradient("2*det(X'*A*X)*A*X*inv(X'*A*X)", structures="A:symmetric")),
    ("(54)", "det(X'*A*X)", "A:n,n X:n,m", "X A", _gradient("det(X'*A*X)*(A*X*inv(X'*A*X) + A'*X*inv(X'*A'*X))")),
    ("(55)", "log(det(X'*X))", "X:n,m", "X", _gradient("2*X*inv(X'*X)")),
    ("(57)", "logdet(X)", "X:n,n", "X", _gradient("inv(X)'")),
    ("(58)", "det(X^k)", "X:n,n k:", "X", _gradient("k*det(X^k)*inv(X)'")),
    ("(59)", "inv(a*X + B)", "a: X:n,n B:n,n", "a", _numerator("-inv(a*X + B)*X*inv(a*X + B)")),
    ("(60)", "inv(X)", "X:n,n", "X", _column("-kron(inv(X)', inv(X))")),
    ("(61)", "a'*inv(X)*b", "a:n X:n,n b:n", "X a b", _gradient("-inv(X)'*a*b'*inv(X)'")),
    ("(62)", "det(inv(X))", "X:n,n", "X", _gradient("-det(inv(X))*inv(X)'")),
    ("(63)", "tr(A*inv(X)*B)", "A:m,n X:n,n B:n,m", "X A", _gradient("-(inv(X)*B*A*inv(X))'")),
    ("(64)", "tr(inv(X + A))", "A:n,n X:n,n", "X", _gradient("-(inv(X + A)*inv(X + A))'")),
    ("(69)", "x'*a", "x:n a:n", "x a", _gradient("a")),
    ("(70)", "a'*X*b", "a:n X:n,m b:m", "X a b", _gradient("a*b'")),
    ("(71)", "a'*X'*b", "a:m X:n,m b:n", "X a b", _gradient("b*a'")),
    ("(72)", "a'*X*a", "a:n X:n,n", "X a", _gradient("a*a'")),
    ("(73)", "X", "X:n,m", "X", _column("eye(m*n)")),
    ("(74)", "X*A", "X:n,m A:m,p", "X A", _column("kron(A', eye(n))")),
    ("(75)", "X'*A", "X:n,m A:n,p", "X A", _column("kron(A', eye(m))*K(n,m)")),
    ("(76)", "sum(X)^2", "X:n,m", "X", _gradient("2*sum(X)*ones(n,m)")),
    ("(77)", "b'*X'*X*c", "b:m X:n,m c:m", "X b", _gradient("X*(b*c' + c*b')")),
    ("(78)", "(B*x + b)'*C*(D*x + d)", "B:m,n x:n b:m C:m,p D:p,n d:p", "x B b C D",
     _gradient("B'*C*(D*x + d) + D'*C'*(B*x + b)")),
    ("(79)", "X'*B*X", "X:n,m B:n,n", "X B", _column("kron(eye(m), X'*B) + kron(X'*B', eye(m))*K(n,m)")),
    ("(81)", "x'*B*x", "x:n B:n,n", "x B", _gradient("(B + B')*x")),
    ("(82)", "b'*X'*D*X*c", "b:m X:n,m D:n,n c:m", "X D", _gradient("D'*X*b*c' + D*X*c*b'")),
    ("(83)", "(X*b + c)'*D*(X*b + c)", "X:n,m b:m c:n D:n,n", "X b", _gradient("(D + D')*(X*b + c)*b'")),
    ("(84)", "(x - A*s)'*W*(x - A*s)", "x:n A:n,m s:m W:n,n", "s", _gradient("-2*A'*W*(x - A*s)", structures="W:symmetric")),
    ("(85)", "(x - s)'*W*(x - s)", "x:n s:n W:n,n", "x s", _gradient("2*W*(x - s)", structures="W:symmetric")),
    ("(88)", "(x - A*s)'*W*(x - A*s)", "x:n A:n,m s:m W:n,n", "A x", _gradient("-2*W*(x - A*s)*s'", structures="W:symmetric")),
    ("(90)", "X^3", "X:n,n", "X", _column("kron((X^2)', eye(n)) + kron(X', X) + kron(eye(n), X^2)")),
    ("(91)", "a'*X^3*b", "a:n X:n,n b:n", "X", _gradient("a*b'*(X^2)' + X'*a*b'*X' + (X^2)'*a*b'")),
    ("(92)", "a'*(X^2)'*X^2*b", "a:n X:n,n b:n", "X",
     _gradient("(X^2*b*a'*X' + X'*X^2*b*a') + (X^2*a*b'*X' + X'*X^2*a*b')")),
    ("(95)", "(A*x)'*(A*x)/((B*x)'*(B*x))", "A:m,n x:n B:p,n", "x",
     _gradient("2*A'*A*x/(x'*B'*B*x) - 2*x'*A'*A*x*B'*B*x/(x'*B'*B*x)^2")),
    ("(96)", "x'*A*x + b'*x", "x:n A:n,n b:n", "x", _gradient("(A + A')*x + b")),
    ("(99)", "tr(X)", "X:n,n", "X", _gradient("eye(n)")),
    ("(100)", "tr(X*A)", "X:n,m A:m,n", "X", _gradient("A'")),
    ("(101)", "tr(A*X*B)", "A:p,n X:n,m B:m,p", "X A B", _gradient("A'*B'")),
    ("(102)", "tr(A*X'*B)", "A:p,m X:n,m B:n,p", "X A", _gradient("B*A")),
    ("(103)", "tr(X'*A)", "X:n,m A:n,m", "X", _gradient("A")),
    ("(104)", "tr(A*X')", "X:n,m A:n,m", "X", _gradient("A")),
    ("(105)", "tr(kron(A, X))", "A:m,m X:n,n", "X A", _gradient("tr(A)*eye(n)")),
    ("(106)", "tr(X^2)", "X:n,n", "X", _gradient("2*X'")),
    ("(107)", "tr(X^2*B)", "X:n,n B:n,n", "X", _gradient("(X*B + B*X)'")),
    ("(108)", "tr(X'*B*X)", "X:n,m B:n,n", "X", _gradient("B*X + B'*X")),
    ("(110)", "tr(X*X'*B)", "X:n,m B:n,n", "X", _gradient("B*X + B'*X")),
    ("(111)", "tr(X*B*X')", "X:n,m B:m,m", "X", _gradient("X*B' + X*B")),
    ("(113)", "tr(X'*X*B)", "X:n,m B:m,m", "X", _gradient("X*B' + X*B")),
    ("(114)", "tr(A*X*B*X)", "A:m,n X:n,m B:m,n", "X", _gradient("A'*X'*B' + B'*X'*A'")),
    ("(115)", "tr(X'*X)", "X:n,m", "X", _gradient("2*X")),
    ("(116)", "tr(B'*X'*C*X*B)", "B:m,p X:n,m C:n,n", "X B", _gradient("C'*X*B*B' + C*X*B*B'")),
    ("(117)", "tr(X'*B*X*C)", "X:n,m B:n,n C:m,m", "X B", _gradient("B*X*C + B'*X*C'")),
    ("(118)", "tr(A*X*B*X'*C)", "A:p,n X:n,m B:m,m C:n,p", "X B", _gradient("A'*C'*X*B' + C*A*X*B")),
    ("(119)", "tr((A*X*B + C)*(A*X*B + C)')", "A:p,n X:n,m B:m,q C:p,q", "X A", _gradient("2*A'*(A*X*B + C)*B'")),
    ("(120)", "tr(kron(X, X))", "X:n,n", "X", _gradient("2*tr(X)*eye(n)")),
    ("(121)", "tr(X^k)", "X:n,n k:", "X", _gradient("k*(X^(k-1))'")),
    ("(122)", "tr(A*X^3)", "A:n,n X:n,n", "X", _gradient("(A*X^2 + X*A*X + X^2*A)'")),
    ("(123)", "tr(B'*X'*C*X*X'*C*X*B)", "B:m,p X:n,m C:n,n", "X",
     _gradient("C*X*X'*C*X*B*B' + C'*X*B*B'*X'*C'*X + C*X*B*B'*X'*C*X + C'*X*X'*C'*X*B*B'")),
    ("(124)", "tr(A*inv(X)*B)", "A:m,n X:n,n B:n,m", "X B", _gradient("-inv(X)'*A'*B'*inv(X)'")),
    ("(125)", "tr(inv(X'*C*X)*A)", "X:n,m C:n,n A:m,m", "X C",
     _gradient("-C*X*inv(X'*C*X)*(A + A')*inv(X'*C*X)", structures="C:positive-definite")),
    ("(126)", "tr(inv(X'*C*X)*(X'*B*X))", "X:n,m C:n,n B:n,n", "X",
     _gradient("-2*C*X*inv(X'*C*X)*X'*B*X*inv(X'*C*X) + 2*B*X*inv(X'*C*X)", structures="C:positive-definite B:symmetric")),
    ("(127)", "tr(inv(A + X'*C*X)*(X'*B*X))", "A:m,m X:n,m C:n,n B:n,n", "X",
     _gradient("-2*C*X*inv(A + X'*C*X)*X'*B*X*inv(A + X'*C*X) + 2*B*X*inv(A + X'*C*X)",
               structures="A:symmetric C:positive-definite B:symmetric")),
    ("(128)", "tr(expm(X))", "X:n,n", "X", _gradient("expm(X)'")),
    ("(129)", "norm2(x - a)", "x:n a:n", "x a", _gradient("(x - a)/norm2(x - a)")),
    ("(130)", "(x - a)/norm2(x - a)", "x:n a:n", "x", _numerator("eye(n)/norm2(x - a) - (x - a)*(x - a)'/norm2(x - a)^3")),
    ("(131)", "norm2(x)^2", "x:n", "x", _gradient("2*x")),
    ("(132)", "norm2(X)^2", "X:n,m", "X", _gradient("2*X")),
    ("(138)", "tr(A*X)", "A:n,n X:n,n", "X", _gradient("A + A' - A.*eye(n)", structures="X:symmetric", entries="tied")),
    ("(140)", "logdet(X)", "X:n,n", "X",
     _gradient("2*inv(X) - inv(X).*eye(n)", structures="X:positive-definite", entries="tied")),
    ("(142)", "tr(A*X)", "A:n,n X:n,n", "X", _gradient("A.*eye(n)", structures="X:diagonal")),
]  # fmt: skip

MAGNUS_NEUDECKER = [
    ("9.9 tr AX", "tr(A*X)", "A:m,n X:n,m", "X", _gradient("A'")),
    ("9.9 tr XAXB", "tr(X*A*X*B)", "X:n,m A:m,n B:m,n", "X", _gradient("B'*X'*A' + A'*X'*B'")),
    ("9.10 |XX'|", "det(X*X')", "X:m,n", "X", _gradient("2*det(X*X')*inv(X*X')*X")),
    ("9.10 |X^2|", "det(X^2)", "X:n,n", "X", _gradient("2*det(X)^2*inv(X)'")),
    ("9.10 log|X'AX|", "logdet(X'*A*X)", "X:n,m A:n,n", "X", _gradient("A*X*inv(X'*A*X) + A'*X*inv(X'*A'*X)")),
    ("9.12 Xa", "X*a", "X:n,m a:m", "X a", _column("kron(a', eye(n))")),
    ("9.12 X'a", "X'*a", "X:n,m a:n", "X a", _column("kron(eye(m), a')")),
    ("9.12 X X' a", "X*X'*a", "X:n,m a:n", "X", _column("kron(a'*X, eye(n)) + kron(a', X)*K(n,m)")),
    ("9.12 inv(X)a", "inv(X)*a", "X:n,n a:n", "X", _column("-kron((inv(X)*a)', inv(X))")),
    ("9.13 X'", "X'", "X:n,m", "X", _column("K(n,m)")),
    ("9.13 XX'", "X*X'", "X:n,m", "X", _column("(eye(n*n) + K(n,n))*kron(X, eye(n))")),
    ("9.13 X'X", "X'*X", "X:n,m", "X", _column("(eye(m*m) + K(m,m))*kron(eye(m), X')")),
    ("9.13 X^2", "X^2", "X:n,n", "X", _column("kron(X', eye(n)) + kron(eye(n), X)")),
    ("9.13 AXB", "A*X*B", "A:p,n X:n,m B:m,q", "X A B", _column("kron(B', A)")),
    ("9.13 AX'B", "A*X'*B", "A:p,m X:n,m B:n,q", "X", _column("kron(B', A)*K(n,m)")),
    ("9.13 A inv(X) B", "A*inv(X)*B", "A:m,n X:n,n B:n,p", "X", _column("-kron((inv(X)*B)', A*inv(X))")),
    ("9.13 adj", "adj(X)", "X:n,n", "X", _column("det(X)*(vec(inv(X))*vec(inv(X)')' - kron(inv(X)', inv(X)))")),
    ("9.13 X inv(X'X) X'", "X*inv(X'*X)*X'", "X:n,m", "X",
     _column("(eye(n*n) + K(n,n))*kron(X*inv(X'*X), eye(n) - X*inv(X'*X)*X')")),
    ("9.14 XAX", "X*A*X", "X:n,m A:m,n", "X A", _column("kron(X'*A', eye(n)) + kron(eye(m), X*A)")),
    ("9.14 Hadamard", "X .* A", "X:n,m A:n,m", "X", _column("diag(vec(A))")),
    ("9.14 X.*X", "X .* X", "X:n,m", "X", _column("2*diag(vec(X))")),
    ("9.14 vec X", "vec(X)", "X:n,m", "X", _column("eye(m*n)")),
    ("9.14 diag(X)", "diag(X)", "X:n,n", "X", {}),
    ("10 vech", "logdet(X)", "X:n,n", "X", {"structures": "X:positive-definite"}),
    ("10.6 tr XX'", "tr(X*A*X'*B)", "X:n,m A:m,m B:n,n", "X", {}),
    ("10.6 xx'", "x*x'", "x:n", "x", _column("kron(x, eye(n)) + kron(eye(n), x)")),
    ("10.8 |X|", "det(X)", "X:m,m", "X", {}),
    ("8.4 tr(X)^2", "tr(X)^2", "X:n,n", "X", _gradient("2*tr(X)*eye(n)")),
    ("13 GLS", "inv(X'*inv(V)*X)", "X:n,m V:n,n", "V X",
     _column("kron((P*X*F)', F*X'*P)", where={"P": "inv(V)", "F": "inv(X'*P*X)"})),
    ("15 kron", "kron(X, A)*vec(B)", "X:n,m A:p,q B:q,m", "X A B", {}),
]  # fmt: skip

MATRIXCALCULUS = [
    ("start page", "x'*A*x + c*sin(y)'*x", "x:n A:n,n c: y:n", "x A c y", _gradient("A'*x + A*x + c*sin(y)")),
    ("least squares", "norm2(A*x - y)^2", "A:m,n x:n y:m", "x A y", _gradient("2*A'*(A*x - y)")),
    ("norm", "norm2(A*x - y)", "A:m,n x:n y:m", "x", _gradient("A'*(A*x - y)/norm2(A*x - y)")),
    ("lasso", "norm2(A*x - y)^2/2 + c*norm1(x)", "A:m,n x:n y:m c:", "x c", _gradient("A'*(A*x - y) + c*sign(x)")),
    ("logistic regression", "sum(log(1 + exp(-y.*(X*w))))", "X:m,n w:n y:m", "w X",
     _gradient("-X'*(y.*exp(-y.*(X*w))./(1 + exp(-y.*(X*w))))", assume="y:binary")),
    ("matrix factorisation", "norm2(T - U*V')^2", "T:n,m U:n,q V:m,q", "U V", _gradient("-2*(T - U*V')*V")),
    ("symmetric factorisation", "norm2(A - X*X')^2", "A:n,n X:n,q", "X",
     _gradient("-4*(A - X*X')*X", structures="A:symmetric")),
    ("inverse covariance", "tr(S*X) - logdet(X)", "S:n,n X:n,n", "X",
     _gradient("S - inv(X)", structures="S:symmetric X:positive-definite")),
    ("exp of matrix", "sum(exp(A.*X))", "A:n,m X:n,m", "X", _gradient("A.*exp(A.*X)")),
    ("log det", "log(det(A))", "A:n,n", "A", _gradient("inv(A)'", structures="A:positive-definite")),
    ("exp trace", "exp(tr(A)/n)", "A:n,n", "A", _gradient("exp(tr(A)/n)/n*eye(n)")),
    ("shifted trace", "(tr(eye(n) - A))^2", "A:n,n", "A", _gradient("-2*tr(eye(n) - A)*eye(n)")),
    ("two squares", "tr(A'*A) + tr(B'*B)", "A:n,m B:n,p", "A B", _gradient("2*A")),
    ("entrywise division", "sum(x./y)", "x:n y:n", "y x", _gradient("-x./(y.^2)")),
    ("entrywise power", "sum(x.^a)", "x:n a:", "x a", _gradient("a*x.^(a-1)", assume="x:positive")),
    ("scalar power", "(x'*y)^a", "x:n y:n a:", "x", _gradient("a*(x'*y)^(a-1)*y", assume="x:positive y:positive")),
    ("diagonal scaling", "A*diag(x)*B", "A:p,n x:n B:n,m", "x A", {}),
    ("vector of ones", "(A*vector(1))'*y", "A:n,m y:n", "A", _gradient("y*ones(m)'")),
    ("triangular", "det(A)*tr(inv(A))", "A:n,n", "A", {"structures": "A:lower-triangular"}),
    ("tanh layer", "tanh(W*x + b)", "W:m,n x:n b:m", "W x b", _column("kron(x', diag(1 - tanh(W*x + b).^2))")),
]  # fmt: skip

LEARNING = [
    ("ridge", "norm2(X*w - y)^2 + a*norm2(w)^2", "X:m,n w:n y:m a:", "w X a", _gradient("2*X'*(X*w - y) + 2*a*w")),
    ("weighted least squares", "(y - X*b)'*diag(w)*(y - X*b)", "y:m X:m,n b:n w:m", "b w",
     _gradient("-2*X'*diag(w)*(y - X*b)")),
    ("cross entropy", "-y'*log(softmax(W*x))", "y:m W:m,n x:n", "W x",
     _gradient("(softmax(W*x) - y)*x'", assume="y:probability")),
    ("softmax", "softmax(x)", "x:n", "x", _numerator("diag(softmax(x)) - softmax(x)*softmax(x)'")),
    ("log-sum-exp", "logsumexp(A*x + b)", "A:m,n x:n b:m", "x A", _gradient("A'*softmax(A*x + b)")),
    ("squared hinge", "sum(relu(1 - y.*(X*w)).^2)", "y:m X:m,n w:n", "w", _gradient("-2*X'*(y.*relu(1 - y.*(X*w)))")),
    ("two layers", "v'*tanh(W*sigmoid(U*x))", "v:q W:q,m U:m,n x:n", "U W v x", {}),
    ("two layers, vector", "W*relu(U*x + b)", "W:p,m U:m,n x:n b:m", "U x W b", _column("kron(x', W*diag(step(U*x + b)))")),
    ("autoencoder", "norm2(V*tanh(W*X) - X)^2", "V:n,q W:q,n X:n,p", "W V", {}),
    ("softplus", "sum(softplus(X*w)) - y'*X*w", "X:m,n w:n y:m", "w", _gradient("X'*(sigmoid(X*w) - y)")),
    ("gelu", "sum(gelu(W*x))", "W:m,n x:n", "W x", {}),
    ("attention", "V*softmax(K'*x)", "V:n,m K:n,m x:n", "x K V", {}),
    ("layer norm", "g.*(x - mu*ones(n))/sqrt(s + 0.1) + b", "g:n x:n b:n", "x g",
     {"where": {"mu": "sum(x)/n", "s": "sum((x - mu*ones(n)).^2)/n"}}),
    ("matrix completion", "norm2(M.*(A - U*V'))^2", "M:n,m A:n,m U:n,q V:m,q", "U M", _gradient("-2*(M.*M.*(A - U*V'))*V")),
    ("non-negative factorisation", "sum(W*H - A.*log(W*H))", "W:n,q H:q,m A:n,m", "W H",
     _gradient("(1 - A./(W*H))*H'", assume="W:positive H:positive A:positive")),
    ("principal components", "tr(W'*S*W)/2", "W:n,q S:n,n", "W", _gradient("S*W", structures="S:symmetric")),
    ("Rayleigh quotient", "x'*A*x/(x'*x)", "x:n A:n,n", "x",
     _gradient("2*(A*x - x'*A*x/(x'*x)*x)/(x'*x)", structures="A:symmetric")),
    ("discriminant analysis", "tr(inv(W'*S*W)*(W'*B*W))", "W:n,q S:n,n B:n,n", "W",
     {"structures": "S:positive-definite B:symmetric"}),
    ("Stiefel", "tr(Q'*A*Q*B)", "Q:n,n A:n,n B:n,n", "Q", {"structures": "Q:orthogonal"}),
    ("procrustes", "norm2(Q*X - Y)^2", "Q:n,n X:n,m Y:n,m", "X", _gradient("2*(X - Q'*Y)", structures="Q:orthogonal")),
    ("KL of a diagonal Gaussian", "sum(exp(s) + x.^2 - s - 1)/2", "s:n x:n", "s x", _gradient("(exp(s) - 1)/2")),
    ("Poisson regression", "sum(exp(X*w)) - y'*X*w", "X:m,n w:n y:m", "w X", _gradient("X'*(exp(X*w) - y)")),
    ("kernel ridge", "a'*K*a/2 + c*norm2(K*a - y)^2", "a:n K:n,n c: y:n", "a K", {"structures": "K:symmetric"}),
    ("log barrier", "c'*x - sum(log(2 - x.^2))", "c:n x:n", "x", _gradient("c + 2*x./(2 - x.^2)")),
    ("entropy", "-p'*log(p)", "p:n", "p", _gradient("-log(p) - 1", assume="p:positive")),
    ("soft thresholding", "sum(sign(x).*relu(abs(x) - a))", "x:n a:", "x", {}),
    ("cosine similarity", "x'*y/(norm2(x)*norm2(y))", "x:n y:n", "x",
     _gradient("y/(norm2(x)*norm2(y)) - x'*y*x/(norm2(x)^3*norm2(y))")),
    ("arctangent loss", "sum(arctan(A*x).^2)", "A:m,n x:n", "x", {}),
    ("Frobenius of a product", "norm2(A*X*B)", "A:p,n X:n,m B:m,q", "X", _gradient("A'*A*X*B*B'/norm2(A*X*B)")),
    ("exponential weights", "X*exp(a*w)", "X:n,m a: w:m", "a w", _numerator("X*(w.*exp(a*w))")),
    ("matrix residual", "tanh(X*W) - Y", "X:p,n W:n,m Y:p,m", "W", _column("diag(vec(1 - tanh(X*W).^2))*kron(eye(m), X)")),
    ("exp of a product", "sum(exp(X*W))", "X:p,n W:n,m", "W", _gradient("X'*exp(X*W)")),
]  # fmt: skip

GAUSSIAN = [
    ("log-likelihood", "-(logdet(S) + (x - u)'*inv(S)*(x - u))/2", "S:n,n x:n u:n", "S x u",
     _gradient("-(inv(S) - inv(S)*(x - u)*(x - u)'*inv(S))/2", structures="S:positive-definite")),
    ("log-likelihood, general", "-(n*log(2*pi) + logdet(S) + (x - u)'*inv(S)*(x - u))/2", "S:n,n x:n u:n", "S x",
     _gradient("-(inv(S)' - inv(S)'*(x - u)*(x - u)'*inv(S)')/2")),
    ("sample covariance", "logdet(S) + tr(inv(S)*C)", "S:n,n C:n,n", "S",
     _gradient("inv(S) - inv(S)*C*inv(S)", structures="S:positive-definite C:symmetric")),
    ("Cholesky factor", "2*sum(log(diag(C))) + norm2(inv(C)*x)^2", "C:n,n x:n", "C x", {"structures": "C:lower-triangular"}),
    ("marginal likelihood", "logdet(K + a*eye(n)) + y'*inv(K + a*eye(n))*y", "K:n,n a: y:n", "a y K",
     {"structures": "K:positive-definite", "assume": "a:positive"}),
    ("divergence", "(tr(inv(T)*S) + (u - w)'*inv(T)*(u - w) - n + logdet(T) - logdet(S))/2", "S:n,n T:n,n u:n w:n", "S u T",
     _gradient("(inv(T) - inv(S))/2", structures="S:positive-definite T:positive-definite")),
    ("factor analysis", "logdet(W*W' + diag(s)) + tr(inv(W*W' + diag(s))*C)", "W:n,q s:n C:n,n", "W s",
     {"structures": "C:symmetric", "assume": "s:positive"}),
    ("generalised least squares", "inv(X'*P*X)*X'*P*y", "X:n,m V:n,n y:n", "V X y", {"where": {"P": "inv(V)"}}),
    ("restricted likelihood", "logdet(V) + logdet(X'*P*X) + y'*Q*y", "X:n,m V:n,n y:n", "V",
     {"structures": "V:positive-definite", "where": {"P": "inv(V)", "Q": "P - P*X*inv(X'*P*X)*X'*P"}}),
    ("hat matrix", "X*inv(X'*X)*X'*y", "X:n,m y:n", "y X", _numerator("X*inv(X'*X)*X'")),
    ("Mahalanobis", "sqrt((x - u)'*inv(S)*(x - u))", "x:n u:n S:n,n", "x S",
     _gradient("inv(S)*(x - u)/sqrt((x - u)'*inv(S)*(x - u))", structures="S:positive-definite")),
    ("Student t", "log(1 + x'*inv(S)*x/a)", "x:n S:n,n a:", "x S a",
     {"structures": "S:positive-definite", "assume": "a:positive"}),
    ("Wishart", "(a - n - 1)/2*logdet(X) - tr(inv(V)*X)/2", "a: X:n,n V:n,n", "X V",
     _gradient("(a - n - 1)/2*inv(X) - inv(V)/2", structures="X:positive-definite V:positive-definite")),
    ("log-det of a kron", "logdet(kron(A, B))", "A:m,m B:n,n", "A B", _gradient("n*inv(A)'")),
    ("Woodbury", "inv(A + U*C*U')", "A:n,n U:n,q C:q,q", "A C U",
     _column("-kron(inv(A + U*C*U')', inv(A + U*C*U'))")),
    ("Sharpe ratio", "w'*u/sqrt(w'*S*w)", "w:n u:n S:n,n", "w", {"structures": "S:positive-definite"}),
    ("Kalman gain", "P*H'*inv(H*P*H' + R)", "P:n,n H:m,n R:m,m", "R P H",
     _column("-kron(inv(H*P*H' + R)', P*H'*inv(H*P*H' + R))")),
    ("Kalman update", "P - P*H'*inv(H*P*H' + R)*H*P", "P:n,n H:m,n R:m,m", "R H", {}),
    ("Joseph form", "(eye(n) - G*H)*P*(eye(n) - G*H)' + G*R*G'", "G:n,m H:m,n P:n,n R:m,m", "G P", {}),
    ("innovation likelihood", "logdet(H*P*H' + R) + (y - H*x)'*inv(H*P*H' + R)*(y - H*x)", "H:m,n P:n,n R:m,m y:m x:n", "x H R",
     {}),
    ("gain trace", "tr((eye(n) - G*H)*P*(eye(n) - G*H)' + G*R*G')", "G:n,m H:m,n P:n,n R:m,m", "G",
     _gradient("-2*(eye(n) - G*H)*P*H' + 2*G*R", structures="P:symmetric R:symmetric")),
    ("prediction", "A*P*A' + Q", "A:n,n P:n,n Q:n,n", "A P", _column("kron(A*P', eye(n)) + kron(eye(n), A*P)*K(n,n)")),
    ("Riccati", "A'*P*A - A'*P*B*inv(R + B'*P*B)*B'*P*A", "A:n,n P:n,n B:n,q R:q,q", "R A", {}),
]  # fmt: skip

FUNCTIONS = [
    ("expm", "expm(X)", "X:m,m", "X", {"unfolded": "X"}),
    ("tr expm", "tr(A*expm(a*X))", "A:n,n a: X:n,n", "a A X", _gradient("tr(A*X*expm(a*X))")),
    ("logm", "tr(logm(X))", "X:n,n", "X", _gradient("inv(X)'", assume="X:near-identity")),
    ("sqrtm", "tr(sqrtm(X))", "X:n,n", "X", _gradient("inv(sqrtm(X))'/2", assume="X:near-identity")),
    ("negative power", "X^-2", "X:n,n", "X", _column("-kron((X^-2)', inv(X)) - kron(inv(X)', X^-2)")),
    ("determinant of a sum", "det(A + x*y')", "A:n,n x:n y:n", "x A", {}),
    ("adjugate", "tr(adj(X)*A)", "X:n,n A:n,n", "X", {}),
    ("logarithms", "sum(log1p(x.^2) + expm1(x))", "x:n", "x", _gradient("2*x./(1 + x.^2) + exp(x)")),
    ("trigonometry", "sum(sin(x).*cos(y) + tan(x.*y))", "x:n y:n", "x y", {}),
    ("hyperbolic", "sum(sinh(x).*cosh(y))", "x:n y:n", "x y", _gradient("cosh(x).*cosh(y)")),
    ("inverse trigonometry", "sum(arcsin(x/2) + arccos(x/3) + arctan(x))", "x:n", "x", {}),
    ("error function", "sum(erf(X*w))", "X:m,n w:n", "w X", {}),
    ("roots", "sum(sqrt(x)) + sum(cbrt(x))", "x:n", "x", {"assume": "x:positive"}),
    ("entry of a power", "sqrt(a^2 + b^2)^3", "a: b:", "a b", _gradient("3*a*sqrt(a^2 + b^2)")),
    ("sizes in a sum", "1/(x'*x/n + 1/n^2)", "x:n", "x", _gradient("-2*n^3*x/(n*x'*x + 1)^2")),
    ("vech", "vech(X*A*X')", "X:n,n A:n,n", "A", {}),
    ("skew", "norm2((eye(n) - A)*inv(eye(n) + A)*x - y)^2", "A:n,n x:n y:n", "A", {"structures": "A:skew"}),
    ("diagonal of a product", "diag(A*X*B)", "A:p,n X:n,m B:m,p", "X", {}),
    ("commutation", "x'*K(m,n)*vec(A*B)", "x:m*n A:m,p B:p,n", "A B"),
    ("compound variable", "x'*kron(A, B)*y", "x:n*m A:n,q B:m,p y:q*p", "A B x"),
    ("inverse of a kron sum", "vec(C)'*inv(kron(B', eye(n)) + kron(eye(m), A))*vec(D)", "A:n,n B:m,m C:n,m D:n,m", "C A"),
]  # fmt: skip

INDEXED = [
    ("product", "A[i,j]*B[j,k] -> [i,k]", "A:n,m B:m,p", "A B", _column("kron(B', eye(n))")),
    ("trace", "A[i,j]*B[j,i] -> []", "A:n,m B:m,n", "A", _gradient("B'")),
    ("batched form", "X[b,i]*inv(S)[i,j]*X[b,j] -> [b]", "X:m,n S:n,n", "S X", {}),
    ("third order", "T[i,j,l]*x[j]*y[l] -> [i]", "T:n,m,p x:m y:p", "x y", {"unfolded": "x y"}),
    ("third order by itself", "T[i,j,l]*x[j]*y[l] -> [i]", "T:n,m,p x:m y:p", "T", {}),
    ("cubic form", "T[i,j,l]*x[i]*x[j]*x[l] -> []", "T:n,n,n x:n", "x", {"unfolded": "x"}),
    ("row norms", "X[i,j]^2 -> [i]", "X:n,m", "X", {}),
    ("entrywise function", "exp(A[i,j])*x[j] -> [i]", "A:n,m x:m", "A x", {}),
    ("pairwise distances", "(X[i,a] - X[j,a])^2 -> [i,j]", "X:n,m", "X", {}),
    ("kernel", "exp(-S[i,j])*w[j] -> [i]", "X:n,m w:n", "w X", {"where": {"S": "(X[i,a] - X[j,a])^2 -> [i,j]"}}),
    ("attention", "E[i,j]*V[j,a]/Z[i] -> [i,a]", "Q:n,m K:p,m V:p,q", "V Q",
     {"where": {"E": "exp(S[i,j]) -> [i,j]", "S": "Q[i,a]*K[j,a] -> [i,j]", "Z": "E[i,j] -> [i]"}}),
    ("diagonal", "A[i,i]*x[i] -> [i]", "A:n,n x:n", "A x", {}),
    ("literal index", "A[1,j]*x[j] -> []", "A:n,m x:m", "A x", {}),
    ("transpose", "X[j,i] -> [i,j]", "X:n,m", "X", _column("K(n,m)")),
    ("Hadamard", "A[i,j]*B[i,j]*x[j] -> [i]", "A:n,m B:n,m x:m", "A x", {}),
    ("broadcast", "x[i] + y[j] -> [i,j]", "x:n y:m", "x y", {}),
    ("sum of four", "A[i,j]*A[j,l]*A[l,i]*x[i] -> []", "A:n,n x:n", "A x", {}),
]  # fmt: skip

BLOCKS = [
    ("logdet of a partitioned matrix", "logdet([A B; C D])", "A:n,n B:n,m C:m,n D:m,m", "A B D",
     _gradient("inv(A - B*inv(D)*C)'")),
    ("partitioned inverse", "x'*inv([A B; C D])*x", "A:n,n B:n,m C:m,n D:m,m x:n+m", "B x", {}),
    ("inverse of a block", "[eye(n) zeros(n,m)]*inv(M)*[eye(n); zeros(m,n)]", "M:n+m,n+m x:n", "M", {}),
    ("bordered determinant", "det([A x; y' s])", "A:n,n x:n y:n s:", "s x", _gradient("det(A)")),
    ("block triangular", "logdet([A B; 0 D])", "A:n,n B:n,m D:m,m", "A D B", _gradient("inv(A)'")),
    ("block diagonal", "inv([A 0; 0 D])*x", "A:n,n D:m,m x:n+m", "D A x", {}),
    ("KKT system", "x'*inv([H A'; A zeros(m,m)])*[c; b]", "H:n,n A:m,n c:n b:m x:n+m", "c A H", {"structures": "H:symmetric"}),
    ("augmented least squares", "[b; zeros(m)]'*inv([eye(n) A; A' zeros(m,m)])*[b; zeros(m)]", "A:n,m b:n", "b", {}),
    ("ridge by stacking", "norm2([A; s*eye(m)]*x - [b; zeros(m)])^2", "A:n,m s: x:m b:n", "x s A",
     _gradient("2*(A'*A + s^2*eye(m))*x - 2*A'*b")),
    ("stacked regressors", "norm2(y - [X Z]*[b; c])^2", "X:n,m Z:n,p b:m c:p y:n", "b Z", _gradient("-2*X'*(y - X*b - Z*c)")),
    ("regressors of one vector", "norm2(y - [X Z]*b)^2", "X:n,m Z:n,p b:m+p y:n", "b X", _gradient("2*[X Z]'*([X Z]*b - y)")),
    ("intercept", "norm2(y - [X ones(n)]*[b; s])^2", "X:n,m b:m s: y:n", "s b", _gradient("-2*sum(y - X*b - s*ones(n))")),
    ("partitioned Gaussian", "logdet([A B; B' D]) + [x; y]'*inv([A B; B' D])*[x; y]", "A:n,n B:n,m D:m,m x:n y:m", "x A B",
     {"structures": "A:positive-definite D:positive-definite"}),
    ("conditional mean", "B*inv(D)*([zeros(m,n) eye(m)]*z - y)", "B:n,m D:m,m z:n+m y:m", "z D", {}),
    ("stacked parameters", "norm2([vec(A); b; s])^2", "A:n,m b:p s:", "A b s", _gradient("2*A")),
    ("homogeneous coordinates", "[A b; 0 1]*[x; 1]", "A:n,n b:n x:n", "b x A", {}),
    ("entries of blocks", "sum(exp([A B; C D]*z))", "A:n,m B:n,p C:q,m D:q,p z:m+p", "C z", {}),
    ("softmax of a stack", "softmax([x; y])", "x:n y:m", "x", {}),
    ("kron of a block row", "tr(kron([A B], x')*M)", "A:n,m B:n,p x:q M:m*q+p*q,n", "A x"),
    ("matrix of numbers", "x'*[s 1; 2 s]*x", "s: x:2", "s x", _gradient("x'*x")),
]  # fmt: skip

CASES = [
    *_cases("Cookbook", COOKBOOK),
    *_cases("Magnus-Neudecker", MAGNUS_NEUDECKER),
    *_cases("matrixcalculus.org", MATRIXCALCULUS),
    *_cases("learning", LEARNING),
    *_cases("Gaussian", GAUSSIAN),
    *_cases("functions", FUNCTIONS),
    *_cases("index notation", INDEXED),
    *_cases("blocks", BLOCKS),
]
