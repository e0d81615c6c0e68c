"""Derivatives that books, papers and web pages print, each beside the expression it is the derivative of.

The published form is transcribed into the text syntax term by term. `tests/test_published.py` proves each, and that ours
is at most a fifth longer (blanks left out); `tests/identities.py` writes them to docs/identities.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.published_papers import ROWS
from tests.published_spectra import ROWS as SPECTRA


@dataclass(frozen=True)
class Published:
    """The derivative of `f` by the variables `by` is `answer`, in `layout`."""

    source: str
    f: str
    shapes: dict[str, str]
    by: tuple[str, ...]
    layout: str
    answer: str
    structures: dict[str, str] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    assume: dict[str, str] = field(default_factory=dict)
    entries: str = "projected"
    reason: str = ""
    """Why ours is more than a fifth longer than the published form."""

    @property
    def declarations(self) -> dict[str, Any]:
        """What `parse` is told besides the text."""
        return {"shapes": self.shapes, "structures": self.structures, "where": self.where, "assume": self.assume}


GRADIENT, NUMERATOR, DENOMINATOR, COLUMN = "gradient", "numerator", "denominator", "vec-column"

Row = tuple[Any, ...]

COOKBOOK = "Petersen and Pedersen 2012"
_COOKBOOK: list[Row] = [
    ("(49)", "det(X)", "X:n,n", "X", GRADIENT, "det(X)*inv(X)'"),
    ("(51)", "det(A*X*B)", "A:n,n X:n,n B:n,n", "X", GRADIENT, "det(A*X*B)*inv(X)'"),
    ("(52)", "det(X'*A*X)", "A:n,n X:n,n", "X", GRADIENT, "2*det(X'*A*X)*inv(X)'"),
    ("(53)", "det(X'*A*X)", "A:n,n X:n,m", "X", GRADIENT, "2*det(X'*A*X)*A*X*inv(X'*A*X)", {"structures": "A:symmetric"}),
    ("(54)", "det(X'*A*X)", "A:n,n X:n,m", "X", GRADIENT, "det(X'*A*X)*(A*X*inv(X'*A*X) + A'*X*inv(X'*A'*X))"),
    ("(55)", "log(det(X'*X))", "X:n,m", "X", GRADIENT, "2*pinv(X)'",
     {"reason": "inv(X'*X) stands in f; pinv(X) is not looked for"}),
    ("(57)", "logdet(X)", "X:n,n", "X", GRADIENT, "inv(X)'"),
    ("(58)", "det(X^k)", "X:n,n k:", "X", GRADIENT, "k*det(X^k)*inv(X)'",
     {"reason": "the adjugate has a value where X is singular"}),
    ("(59)", "inv(a*A + B)", "a: A:n,n B:n,n", "a", NUMERATOR, "-inv(a*A + B)*A*inv(a*A + B)"),
    ("(60)", "inv(X)", "X:n,n", "X", COLUMN, "-kron(inv(X)', inv(X))"),
    ("(61)", "a'*inv(X)*b", "a:n X:n,n b:n", "X", GRADIENT, "-inv(X)'*a*b'*inv(X)'"),
    ("(62)", "det(inv(X))", "X:n,n", "X", GRADIENT, "-det(inv(X))*inv(X)'"),
    ("(63)", "tr(A*inv(X)*B)", "A:m,n X:n,n B:n,m", "X", GRADIENT, "-(inv(X)*B*A*inv(X))'"),
    ("(64)", "tr(inv(X + A))", "A:n,n X:n,n", "X", GRADIENT, "-(inv(X + A)*inv(X + A))'"),
    ("(69)", "x'*a", "x:n a:n", "x", GRADIENT, "a"),
    ("(70)", "a'*X*b", "a:n X:n,m b:m", "X", GRADIENT, "a*b'"),
    ("(71)", "a'*X'*b", "a:m X:n,m b:n", "X", GRADIENT, "b*a'"),
    ("(72)", "a'*X*a", "a:n X:n,n", "X", GRADIENT, "a*a'"),
    ("(74)", "X*A", "X:n,m A:m,p", "X", COLUMN, "kron(A', eye(n))"),
    ("(75)", "X'*A", "X:n,m A:n,p", "X", COLUMN, "kron(A', eye(m))*K(n,m)"),
    ("(76)", "sum(X)^2", "X:n,m", "X", GRADIENT, "2*sum(X)*ones(n,m)"),
    ("(77)", "b'*X'*X*c", "b:m X:n,m c:m", "X", GRADIENT, "X*(b*c' + c*b')"),
    ("(78)", "(B*x + b)'*C*(D*x + d)", "B:m,n x:n b:m C:m,p D:p,n d:p", "x", GRADIENT,
     "B'*C*(D*x + d) + D'*C'*(B*x + b)"),
    ("(79)", "X'*B*X", "X:n,m B:n,n", "X", COLUMN, "kron(eye(m), X'*B) + kron(X'*B', eye(m))*K(n,m)"),
    ("(81)", "x'*B*x", "x:n B:n,n", "x", GRADIENT, "(B + B')*x"),
    ("(82)", "b'*X'*D*X*c", "b:m X:n,m D:n,n c:m", "X", GRADIENT, "D'*X*b*c' + D*X*c*b'"),
    ("(83)", "(X*b + c)'*D*(X*b + c)", "X:n,m b:m c:n D:n,n", "X", GRADIENT, "(D + D')*(X*b + c)*b'"),
    ("(84)", "(x - A*s)'*W*(x - A*s)", "x:n A:n,m s:m W:n,n", "s", GRADIENT, "-2*A'*W*(x - A*s)",
     {"structures": "W:symmetric"}),
    ("(85)", "(x - s)'*W*(x - s)", "x:n s:n W:n,n", "x", GRADIENT, "2*W*(x - s)", {"structures": "W:symmetric"}),
    ("(86)", "(x - s)'*W*(x - s)", "x:n s:n W:n,n", "s", GRADIENT, "-2*W*(x - s)", {"structures": "W:symmetric"}),
    ("(88)", "(x - A*s)'*W*(x - A*s)", "x:n A:n,m s:m W:n,n", "A", GRADIENT, "-2*W*(x - A*s)*s'",
     {"structures": "W:symmetric"}),
    ("(90)", "X^3", "X:n,n", "X", COLUMN, "kron((X^2)', eye(n)) + kron(X', X) + kron(eye(n), X^2)"),
    ("(91)", "a'*X^3*b", "a:n X:n,n b:n", "X", GRADIENT, "a*b'*(X^2)' + X'*a*b'*X' + (X^2)'*a*b'"),
    ("(92), its first term transposed", "a'*(X^2)'*X^2*b", "a:n X:n,n b:n", "X", GRADIENT,
     "X^2*b*a'*X' + X'*X^2*b*a' + X^2*a*b'*X' + X'*X^2*a*b'"),
    ("(95)", "(A*x)'*(A*x)/((B*x)'*(B*x))", "A:m,n x:n B:p,n", "x", GRADIENT,
     "2*A'*A*x/(x'*B'*B*x) - 2*x'*A'*A*x*B'*B*x/(x'*B'*B*x)^2"),
    ("(96)", "x'*A*x + b'*x", "x:n A:n,n b:n", "x", GRADIENT, "(A + A')*x + b"),
    ("(98)", "x'*A*x + b'*x", "x:n A:n,n b:n", "x x", NUMERATOR, "A + A'"),
    ("(99)", "tr(X)", "X:n,n", "X", GRADIENT, "eye(n)"),
    ("(100)", "tr(X*A)", "X:n,m A:m,n", "X", GRADIENT, "A'"),
    ("(101)", "tr(A*X*B)", "A:p,n X:n,m B:m,p", "X", GRADIENT, "A'*B'"),
    ("(102)", "tr(A*X'*B)", "A:p,m X:n,m B:n,p", "X", GRADIENT, "B*A"),
    ("(105)", "tr(kron(A, X))", "A:m,m X:n,n", "X", GRADIENT, "tr(A)*eye(n)"),
    ("(106)", "tr(X^2)", "X:n,n", "X", GRADIENT, "2*X'"),
    ("(107)", "tr(X^2*B)", "X:n,n B:n,n", "X", GRADIENT, "(X*B + B*X)'"),
    ("(108)", "tr(X'*B*X)", "X:n,m B:n,n", "X", GRADIENT, "B*X + B'*X"),
    ("(111)", "tr(X*B*X')", "X:n,m B:m,m", "X", GRADIENT, "X*B' + X*B"),
    ("(114)", "tr(A*X*B*X)", "A:m,n X:n,m B:m,n", "X", GRADIENT, "A'*X'*B' + B'*X'*A'"),
    ("(115)", "tr(X'*X)", "X:n,m", "X", GRADIENT, "2*X"),
    ("(116)", "tr(B'*X'*C*X*B)", "B:m,p X:n,m C:n,n", "X", GRADIENT, "C'*X*B*B' + C*X*B*B'"),
    ("(117)", "tr(X'*B*X*C)", "X:n,m B:n,n C:m,m", "X", GRADIENT, "B*X*C + B'*X*C'"),
    ("(118)", "tr(A*X*B*X'*C)", "A:p,n X:n,m B:m,m C:n,p", "X", GRADIENT, "A'*C'*X*B' + C*A*X*B"),
    ("(119)", "tr((A*X*B + C)*(A*X*B + C)')", "A:p,n X:n,m B:m,q C:p,q", "X", GRADIENT, "2*A'*(A*X*B + C)*B'"),
    ("(120)", "tr(kron(X, X))", "X:n,n", "X", GRADIENT, "2*tr(X)*eye(n)"),
    ("(121)", "tr(X^k)", "X:n,n k:", "X", GRADIENT, "k*(X^(k-1))'"),
    ("(122)", "tr(A*X^3)", "A:n,n X:n,n", "X", GRADIENT, "(A*X^2 + X*A*X + X^2*A)'"),
    ("(123)", "tr(B'*X'*C*X*X'*C*X*B)", "B:m,p X:n,m C:n,n", "X", GRADIENT,
     "C*X*X'*C*X*B*B' + C'*X*B*B'*X'*C'*X + C*X*B*B'*X'*C*X + C'*X*X'*C'*X*B*B'"),
    ("(124)", "tr(A*inv(X)*B)", "A:m,n X:n,n B:n,m", "X", GRADIENT, "-inv(X)'*A'*B'*inv(X)'"),
    ("(125)", "tr(inv(X'*C*X)*A)", "X:n,m C:n,n A:m,m", "X", GRADIENT,
     "-C*X*inv(X'*C*X)*(A + A')*inv(X'*C*X)", {"structures": "C:symmetric"}),
    ("(126)", "tr(inv(X'*C*X)*(X'*B*X))", "X:n,m C:n,n B:n,n", "X", GRADIENT,
     "-2*C*X*inv(X'*C*X)*X'*B*X*inv(X'*C*X) + 2*B*X*inv(X'*C*X)", {"structures": "C:symmetric B:symmetric"}),
    ("(127)", "tr(inv(A + X'*C*X)*(X'*B*X))", "A:m,m X:n,m C:n,n B:n,n", "X", GRADIENT,
     "-2*C*X*inv(A + X'*C*X)*X'*B*X*inv(A + X'*C*X) + 2*B*X*inv(A + X'*C*X)",
     {"structures": "A:symmetric C:symmetric B:symmetric"}),
    ("(128)", "tr(expm(X))", "X:n,n", "X", GRADIENT, "expm(X)'"),
    ("(129)", "norm2(x - a)", "x:n a:n", "x", GRADIENT, "(x - a)/norm2(x - a)"),
    ("(130)", "(x - a)/norm2(x - a)", "x:n a:n", "x", NUMERATOR,
     "eye(n)/norm2(x - a) - (x - a)*(x - a)'/norm2(x - a)^3"),
    ("(131)", "norm2(x)^2", "x:n", "x", GRADIENT, "2*x"),
    ("(132)", "norm2(X)^2", "X:n,m", "X", GRADIENT, "2*X"),
    ("(139)", "tr(A*X)", "A:n,n X:n,n", "X", GRADIENT, "A + A' - A.*eye(n)",
     {"structures": "X:symmetric", "entries": "tied", "reason": "diagonal matrices are written with diag"}),
    ("(140)", "det(X)", "X:n,n", "X", GRADIENT, "det(X)*(2*inv(X) - inv(X).*eye(n))",
     {"structures": "X:symmetric", "entries": "tied"}),
    ("(141)", "logdet(X)", "X:n,n", "X", GRADIENT, "2*inv(X) - inv(X).*eye(n)",
     {"structures": "X:symmetric", "entries": "tied"}),
    ("(142)", "tr(A*X)", "A:n,n X:n,n", "X", GRADIENT, "A.*eye(n)",
     {"structures": "X:diagonal", "reason": "diagonal matrices are written with diag"}),
]  # fmt: skip

MAGNUS_NEUDECKER = "Magnus and Neudecker 1999"
_MAGNUS_NEUDECKER: list[Row] = [
    ("9.9, tr X'X", "tr(X'*X)", "X:n,m", "X", GRADIENT, "2*X"),
    ("9.9, tr XAX'B", "tr(X*A*X'*B)", "X:n,m A:m,m B:n,n", "X", GRADIENT, "B'*X*A' + B*X*A"),
    ("9.9, tr XAXB", "tr(X*A*X*B)", "X:n,m A:m,n B:m,n", "X", GRADIENT, "B'*X'*A' + A'*X'*B'"),
    ("9.10, |XX'|", "det(X*X')", "X:m,n", "X", GRADIENT, "2*det(X*X')*inv(X*X')*X"),
    ("9.10, |X'X|", "det(X'*X)", "X:n,m", "X", GRADIENT, "2*det(X'*X)*X*inv(X'*X)"),
    ("9.10, |X^2|", "det(X^2)", "X:n,n", "X", GRADIENT, "2*det(X)^2*inv(X)'"),
    ("9.10, log|X'X|", "logdet(X'*X)", "X:n,m", "X", GRADIENT, "2*X*inv(X'*X)"),
    ("9.10, |AXB|", "det(A*X*B)", "A:p,n X:n,m B:m,p", "X", GRADIENT, "det(A*X*B)*A'*inv(B'*X'*A')*B'"),
    ("9.12, xx'", "x*x'", "x:n", "x", COLUMN, "kron(x, eye(n)) + kron(eye(n), x)"),
    ("9.12, Xa", "X*a", "X:n,m a:m", "X", COLUMN, "kron(a', eye(n))"),
    ("9.12, X'a", "X'*a", "X:n,m a:n", "X", COLUMN, "kron(eye(m), a')"),
    ("9.12, XX'a", "X*X'*a", "X:n,m a:n", "X", COLUMN, "kron(a'*X, eye(n)) + kron(a', X)*K(n,m)"),
    ("9.12, X^{-1}a", "inv(X)*a", "X:n,n a:n", "X", COLUMN, "-kron(a'*inv(X)', inv(X))"),
    ("9.13, X'", "X'", "X:n,m", "X", COLUMN, "K(n,m)"),
    ("9.13, XX'", "X*X'", "X:n,m", "X", COLUMN, "(eye(n*n) + K(n,n))*kron(X, eye(n))"),
    ("9.13, X'X", "X'*X", "X:n,m", "X", COLUMN, "(eye(m*m) + K(m,m))*kron(eye(m), X')"),
    ("9.13, X^2", "X^2", "X:n,n", "X", COLUMN, "kron(X', eye(n)) + kron(eye(n), X)"),
    ("9.13, AXB", "A*X*B", "A:p,n X:n,m B:m,q", "X", COLUMN, "kron(B', A)"),
    ("9.13, AX'B", "A*X'*B", "A:p,m X:n,m B:n,q", "X", COLUMN, "kron(B', A)*K(n,m)"),
    ("9.13, AX^{-1}B", "A*inv(X)*B", "A:m,n X:n,n B:n,p", "X", COLUMN, "-kron(B'*inv(X)', A*inv(X))"),
    ("9.13, X^#", "adj(X)", "X:n,n", "X", COLUMN, "det(X)*(vec(inv(X))*vec(inv(X)')' - kron(inv(X)', inv(X)))"),
    ("9.13, X(X'X)^{-1}X'", "X*inv(X'*X)*X'", "X:n,m", "X", COLUMN,
     "(eye(n*n) + K(n,n))*kron(X*inv(X'*X), eye(n) - X*inv(X'*X)*X')"),
    ("9.13, X'AX", "X'*A*X", "X:n,m A:n,n", "X", COLUMN, "kron(X'*A', eye(m))*K(n,m) + kron(eye(m), X'*A)"),
    ("9.14, X.A", "X.*A", "X:n,m A:n,m", "X", COLUMN, "diag(vec(A))"),
    ("9.14, X.X", "X.*X", "X:n,m", "X", COLUMN, "2*diag(vec(X))"),
    ("9.14, A (x) X", "kron(A, X)", "A:n,m X:p,q", "X", COLUMN, "kron(eye(m), K(q,n), eye(p))*kron(vec(A), eye(q*p))"),
    ("9.14, X (x) A", "kron(X, A)", "A:p,q X:n,m", "X", COLUMN, "kron(eye(m), K(q,n), eye(p))*kron(eye(m*n), vec(A))"),
    ("10.3, x'Ax", "x'*A*x", "x:n A:n,n", "x x", NUMERATOR, "A + A'"),
    ("10.6, tr BX'CX", "tr(B*X'*C*X)", "B:m,m X:n,m C:n,n", "X X", COLUMN, "kron(B', C) + kron(B, C')"),
    ("10.6, tr BXCX", "tr(B*X*C*X)", "B:m,n X:n,m C:m,n", "X X", COLUMN, "K(m,n)*(kron(B', C) + kron(C', B))"),
    ("10.6, tr BX^{-1}", "tr(B*inv(X))", "B:n,n X:n,n", "X X", COLUMN,
     "K(n,n)*(kron(inv(X)', inv(X)*B*inv(X)) + kron((inv(X)*B*inv(X))', inv(X)))"),
    ("10.6, |X|", "det(X)", "X:n,n", "X X", COLUMN, "det(X)*(vec(inv(X)')*vec(inv(X)')' - K(n,n)*kron(inv(X)', inv(X)))"),
    ("10.6, log|X|", "logdet(X)", "X:n,n", "X X", COLUMN, "-K(n,n)*kron(inv(X)', inv(X))"),
    ("10.6, tr X^3", "tr(X^3)", "X:n,n", "X X", COLUMN, "3*K(n,n)*(kron(X', eye(n)) + kron(eye(n), X))"),
    ("13.4, GLS", "inv(X'*inv(V)*X)", "X:n,m V:n,n", "V", COLUMN, "kron((P*X*F)', F*X'*P)",
     {"where": "P=inv(V);F=inv(X'*P*X)"}),
]  # fmt: skip

MINKA = "Minka 2000"
_MINKA: list[Row] = [
    ("tr AX'", "tr(A*X')", "A:n,m X:n,m", "X", GRADIENT, "A"),
    ("tr X^{-1}A", "tr(inv(X)*A)", "X:n,n A:n,n", "X", GRADIENT, "-inv(X)'*A'*inv(X)'"),
    ("ln |X'AX|", "logdet(X'*A*X)", "X:n,m A:n,n", "X", GRADIENT, "2*A*X*inv(X'*A*X)", {"structures": "A:symmetric"}),
    ("tr (AXBX'C) with A, B, C", "tr(A*X*B*X'*C)", "A:p,n X:n,m B:m,m C:n,p", "X", GRADIENT, "C*A*X*B + A'*C'*X*B'"),
    ("a'X'Xb", "a'*X'*X*b", "a:m X:n,m b:m", "X", GRADIENT, "X*(a*b' + b*a')"),
    ("ln |X|, second", "logdet(X)", "X:n,n", "X X", COLUMN, "-kron(inv(X), inv(X)')*K(n,n)"),
    ("a'X^{-1}b", "a'*inv(X)*b", "a:n X:n,n b:n", "X", GRADIENT, "-inv(X)'*a*b'*inv(X)'"),
    ("Gaussian, by the mean", "-(x - u)'*inv(V)*(x - u)/2", "x:n u:n V:n,n", "u", GRADIENT, "inv(V)*(x - u)",
     {"structures": "V:positive-definite"}),
    ("Gaussian, by the covariance", "-(logdet(V) + (x - u)'*inv(V)*(x - u))/2", "x:n u:n V:n,n", "V", GRADIENT,
     "-(inv(V) - inv(V)*(x - u)*(x - u)'*inv(V))/2", {"structures": "V:positive-definite"}),
    ("Gaussian, by a covariance without symmetry", "-(logdet(V) + (x - u)'*inv(V)*(x - u))/2", "x:n u:n V:n,n", "V", GRADIENT,
     "-(inv(V)' - inv(V)'*(x - u)*(x - u)'*inv(V)')/2"),
]  # fmt: skip

MATRIXCALCULUS = "matrixcalculus.org"
_MATRIXCALCULUS: list[Row] = [
    ("start page", "x'*A*x + c*sin(y)'*x", "x:n A:n,n c: y:n", "x", GRADIENT, "A'*x + A*x + c*sin(y)"),
    ("least squares", "norm2(A*x - y)^2", "A:m,n x:n y:m", "x", GRADIENT, "2*A'*(A*x - y)"),
    ("norm", "norm2(A*x - y)", "A:m,n x:n y:m", "x", GRADIENT, "1/norm2(A*x - y)*A'*(A*x - y)"),
    ("log-determinant", "log(det(A))", "A:n,n", "A", GRADIENT, "inv(A)'"),
    ("inverse covariance", "tr(S*X) - log(det(X))", "S:n,n X:n,n", "X", GRADIENT, "S - inv(X)",
     {"structures": "S:symmetric X:symmetric"}),
    ("logistic", "sum(log(1 + exp(-y.*(X*w))))", "X:m,n w:n y:m", "w", GRADIENT,
     "-X'*(y.*exp(-y.*(X*w))./(1 + exp(-y.*(X*w))))"),
    ("entrywise function", "sum(sin(A.*X))", "A:n,m X:n,m", "X", GRADIENT, "A.*cos(A.*X)"),
    ("power", "sum(x.^a)", "x:n a:", "x", GRADIENT, "a*x.^(a-1)", {"assume": "x:positive"}),
    ("quotient", "sum(x./y)", "x:n y:n", "y", GRADIENT, "-x./(y.*y)"),
]  # fmt: skip

LAUE = "Laue, Mitterreiter and Giesen 2018"
_LAUE: list[Row] = [
    ("quadratic function", "x'*A*x", "x:n A:n,n", "x x", NUMERATOR, "A + A'"),
    ("logistic regression", "sum(log(exp(-y.*(X*w)) + 1))", "X:m,n w:n y:m", "w w", NUMERATOR,
     "X'*diag(y.^2.*exp(-y.*(X*w))./(exp(-y.*(X*w)) + 1).^2)*X"),
    ("matrix factorisation", "norm2(T - U*V')^2", "T:n,m U:n,q V:m,q", "U", GRADIENT, "2*(U*V' - T)*V"),
    ("matrix factorisation, second", "norm2(T - U*V')^2", "T:n,m U:n,q V:m,q", "U U", COLUMN, "2*kron(V'*V, eye(n))"),
    ("weighted factorisation", "norm2(W.*(T - U*V'))^2", "W:n,m T:n,m U:n,q V:m,q", "U", GRADIENT,
     "2*(W.*W.*(U*V' - T))*V"),
    ("weighted factorisation, second", "norm2(W.*(T - U*V'))^2", "W:n,m T:n,m U:n,q V:m,q", "U U", COLUMN,
     "2*kron(V', eye(n))*diag(vec(W.*W))*kron(V, eye(n))"),
]  # fmt: skip

BISHOP = "Bishop 2006"
_BISHOP: list[Row] = [
    ("(C.24)", "tr(A*B)", "A:n,m B:m,n", "A", GRADIENT, "B'"),
    ("(C.27)", "tr(A*B*A')", "A:n,m B:m,m", "A", GRADIENT, "A*(B + B')"),
    ("(C.28)", "logdet(A)", "A:n,n", "A", GRADIENT, "inv(A)'"),
    ("(2.120)", "-(logdet(S) + (x - u)'*inv(S)*(x - u))/2", "S:n,n x:n u:n", "u", GRADIENT, "inv(S)*(x - u)",
     {"structures": "S:positive-definite"}),
    ("(3.27), ridge", "norm2(t - X*w)^2/2 + a*w'*w/2", "t:m X:m,n w:n a:", "w", GRADIENT, "a*w - X'*(t - X*w)"),
    ("(4.91), logistic regression", "-t'*log(sigmoid(X*w)) - (1 - t)'*log(1 - sigmoid(X*w))", "t:m X:m,n w:n", "w", GRADIENT,
     "X'*(sigmoid(X*w) - t)"),
    ("(4.97), its Hessian", "-t'*log(sigmoid(X*w)) - (1 - t)'*log(1 - sigmoid(X*w))", "t:m X:m,n w:n", "w w", NUMERATOR,
     "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X"),
    ("(4.106), softmax", "softmax(x)", "x:n", "x", NUMERATOR, "diag(softmax(x)) - softmax(x)*softmax(x)'"),
    ("(4.109), cross entropy", "-t'*log(softmax(W*x))", "t:m W:m,n x:n", "W", GRADIENT, "(softmax(W*x) - t)*x'",
     {"assume": "t:probability"}),
    ("(12.15), PCA", "tr(U'*S*U)", "U:n,q S:n,n", "U", GRADIENT, "2*S*U", {"structures": "S:symmetric"}),
]  # fmt: skip

BOYD = "Boyd and Vandenberghe 2004"
_BOYD: list[Row] = [
    ("A.4.1, log det", "logdet(X)", "X:n,n", "X", GRADIENT, "inv(X)", {"structures": "X:positive-definite"}),
    ("A.4.2, log-sum-exp", "log(sum(exp(A*x + b)))", "A:m,n x:n b:m", "x", GRADIENT,
     "A'*exp(A*x + b)/sum(exp(A*x + b))"),
    ("A.4.4, its Hessian", "log(sum(exp(A*x + b)))", "A:m,n x:n b:m", "x x", NUMERATOR,
     "A'*(diag(exp(A*x + b))/sum(exp(A*x + b)) - exp(A*x + b)*exp(A*x + b)'/sum(exp(A*x + b))^2)*A"),
    ("3.1.5, log-sum-exp", "logsumexp(x)", "x:n", "x x", NUMERATOR,
     "(sum(exp(x))*diag(exp(x)) - exp(x)*exp(x)')/sum(exp(x))^2"),
    ("9.5, analytic centre", "-sum(log(b - A*x))", "b:m A:m,n x:n", "x", GRADIENT, "A'*(1./(b - A*x))"),
    ("9.5, its Hessian", "-sum(log(b - A*x))", "b:m A:m,n x:n", "x x", NUMERATOR, "A'*diag(1./(b - A*x))^2*A"),
    ("3.1.7, matrix fractional", "x'*inv(Y)*x", "x:n Y:n,n", "Y", GRADIENT, "-inv(Y)*x*x'*inv(Y)",
     {"structures": "Y:positive-definite"}),
    ("7.1.1, sample covariance", "-logdet(R) - tr(inv(R)*Y)", "R:n,n Y:n,n", "R", GRADIENT,
     "-inv(R) + inv(R)*Y*inv(R)", {"structures": "R:positive-definite Y:symmetric"}),
]  # fmt: skip

OTHERS = ""
_OTHERS: list[Row] = [
    ("Rasmussen and Williams 2006, (5.9)", "-y'*inv(C)*y/2 - logdet(C)/2", "y:n C:n,n", "C", GRADIENT,
     "(inv(C)*y*(inv(C)*y)' - inv(C))/2", {"structures": "C:positive-definite"}),
    ("Golub and Pereyra 1973, (4.12)", "pinv(A)", "A:n,m", "A", COLUMN,
     "-kron(P', P) + (kron(eye(n) - A*P, P*P') + kron(P'*P, eye(m) - P*A))*K(n,m)", {"where": "P=pinv(A)"}),
    ("Golub and Pereyra 1973, variable projection", "norm2(y - A*pinv(A)*y)^2", "y:n A:n,m", "A", GRADIENT,
     "-2*(eye(n) - A*pinv(A))*y*(pinv(A)*y)'"),
    ("Lee and Seung 2001", "norm2(V - W*H)^2/2", "V:n,m W:n,q H:q,m", "H", GRADIENT, "W'*W*H - W'*V"),
    ("Lee and Seung 2001, divergence", "sum(W*H - V.*log(W*H))", "V:n,m W:n,q H:q,m", "W", GRADIENT,
     "(ones(n,m) - V./(W*H))*H'"),
    ("Kalman 1960, gain", "tr((eye(n) - G*H)*P*(eye(n) - G*H)' + G*R*G')", "G:n,m H:m,n P:n,n R:m,m", "G", GRADIENT,
     "-2*P*H' + 2*G*(H*P*H' + R)", {"structures": "P:symmetric R:symmetric"}),
    ("Kalman 1960, update by the noise", "P*H'*inv(H*P*H' + R)", "P:n,n H:m,n R:m,m", "R", COLUMN,
     "-kron(inv(H*P*H' + R)', P*H'*inv(H*P*H' + R))"),
    ("Rayleigh quotient", "x'*A*x/(x'*x)", "x:n A:n,n", "x", GRADIENT, "2/(x'*x)*(A*x - x'*A*x/(x'*x)*x)",
     {"structures": "A:symmetric"}),
    ("cosine similarity", "x'*y/(norm2(x)*norm2(y))", "x:n y:n", "x", GRADIENT,
     "y/(norm2(x)*norm2(y)) - x'*y/(norm2(x)*norm2(y))*x/norm2(x)^2"),
    ("backpropagation, two layers", "norm2(V*tanh(W*x) - y)^2/2", "V:p,q W:q,n x:n y:p", "W", GRADIENT,
     "((1 - tanh(W*x).^2).*(V'*(V*tanh(W*x) - y)))*x'"),
    ("Poisson regression", "sum(exp(X*w)) - y'*X*w", "X:m,n w:n y:m", "w w", NUMERATOR, "X'*diag(exp(X*w))*X"),
    ("Lange, Little and Taylor 1989, t", "log(1 + (x - u)'*inv(V)*(x - u)/a)", "x:n u:n V:n,n a:", "u", GRADIENT,
     "-2*inv(V)*(x - u)/(a + (x - u)'*inv(V)*(x - u))", {"structures": "V:positive-definite"}),
    ("Anderson 2003, Wishart", "(a - n - 1)/2*logdet(X) - tr(inv(V)*X)/2", "a: X:n,n V:n,n", "X", GRADIENT,
     "(a - n - 1)/2*inv(X) - inv(V)/2", {"structures": "X:positive-definite V:positive-definite"}),
    ("Jolliffe, factor analysis", "logdet(W*W' + R) + tr(inv(W*W' + R)*S)", "W:n,q R:n,n S:n,n", "W", GRADIENT,
     "2*(inv(W*W' + R)*W - inv(W*W' + R)*S*inv(W*W' + R)*W)", {"structures": "R:positive-definite S:symmetric"}),
    ("discriminant analysis", "w'*B*w/(w'*S*w)", "w:n B:n,n S:n,n", "w", GRADIENT,
     "2*(w'*S*w*B*w - w'*B*w*S*w)/(w'*S*w)^2", {"structures": "B:symmetric S:symmetric"}),
    ("multinomial regression", "-tr(Y'*X*W) + sum(logsumexp(X*W, 2))", "Y:m,p X:m,n W:n,p", "W", GRADIENT,
     "X'*(softmax(X*W, 2) - Y)"),
]  # fmt: skip


_LEARNING: list[Row] = [
    ("Vaswani et al. 2017, attention by the values", "tr(G'*softmax(Q*K', 2)*V)", "G:n,p Q:n,k K:m,k V:m,p", "V", GRADIENT,
     "softmax(Q*K', 2)'*G"),
    ("van den Oord, Li and Vinyals 2018, InfoNCE", "logsumexp(Z*x/t) - x'*y/t", "x:n y:n Z:m,n t:", "x", GRADIENT,
     "(Z'*softmax(Z*x/t) - y)/t"),
    ("InfoNCE, Hessian", "logsumexp(Z*x/t) - x'*y/t", "x:n y:n Z:m,n t:", "x x", NUMERATOR,
     "Z'*(diag(softmax(Z*x/t)) - softmax(Z*x/t)*softmax(Z*x/t)')*Z/t^2"),
    ("Weinberger and Saul 2009, metric learning", "(x - y)'*M*(x - y)", "M:n,n x:n y:n", "M", GRADIENT, "(x - y)*(x - y)'"),
    ("triplet loss of a linear map", "norm2(W*(x - y))^2 - norm2(W*(x - z))^2", "W:m,n x:n y:n z:n", "W", GRADIENT,
     "2*W*((x - y)*(x - y)' - (x - z)*(x - z)')"),
    ("Fukunaga 1990, (10.10), trace ratio", "tr(inv(U'*B*U)*(U'*A*U))", "U:n,q A:n,n B:n,n", "U", GRADIENT,
     "2*A*U*inv(U'*B*U) - 2*B*U*inv(U'*B*U)*U'*A*U*inv(U'*B*U)", {"structures": "A:symmetric B:symmetric"}),
    ("Yang 1995, PCA by reconstruction", "norm2(X - U*U'*X)^2", "X:n,m U:n,q", "U", GRADIENT,
     "2*(U*U'*X*X' + X*X'*U*U' - 2*X*X')*U"),
    ("Kalman filter, likelihood by the state covariance", "logdet(H*P*H' + R) + v'*inv(H*P*H' + R)*v",
     "H:m,n P:n,n R:m,m v:m", "P", GRADIENT, "H'*inv(H*P*H' + R)*H - H'*inv(H*P*H' + R)*v*v'*inv(H*P*H' + R)*H",
     {"structures": "P:symmetric R:symmetric"}),
    ("linear quadratic regulator, cost by the gain", "tr(Q*X) + tr(K'*R*K*X)", "Q:n,n X:n,n K:m,n R:m,m", "K", GRADIENT,
     "2*R*K*X", {"structures": "R:symmetric X:symmetric"}),
    ("Lyapunov residual", "norm2(A*X + X*A' + Q)^2/2", "A:n,n X:n,n Q:n,n", "X", GRADIENT,
     "A'*(A*X + X*A' + Q) + (A*X + X*A' + Q)*A"),
    ("Kingma and Welling 2014, KL by the log variances", "(sum(exp(v)) + u'*u - sum(v) - n)/2", "v:n u:n", "v", GRADIENT,
     "(exp(v) - 1)/2"),
    ("Gaussian KL by the covariance", "(tr(inv(T)*S) + (u - m)'*inv(T)*(u - m) - logdet(S) + logdet(T))/2",
     "T:n,n S:n,n u:n m:n", "S", GRADIENT, "(inv(T) - inv(S))/2",
     {"structures": "S:positive-definite T:positive-definite"}),
    ("Gaussian KL by the other covariance", "(tr(inv(T)*S) + (u - m)'*inv(T)*(u - m) - logdet(S) + logdet(T))/2",
     "T:n,n S:n,n u:n m:n", "T", GRADIENT, "(inv(T) - inv(T)*(S + (u - m)*(u - m)')*inv(T))/2",
     {"structures": "S:positive-definite T:positive-definite"}),
    ("Gupta and Nagar 2000, Wishart by the scale", "-tr(inv(V)*X)/2 - a/2*logdet(V)", "X:n,n V:n,n a:", "V", GRADIENT,
     "(inv(V)*X*inv(V) - a*inv(V))/2", {"structures": "X:positive-definite V:positive-definite"}),
    ("Gower 1975, Procrustes", "norm2(A*R - B)^2", "A:n,m R:m,m B:n,m", "R", GRADIENT, "2*A'*(A*R - B)"),
    ("weighted factorisation with a ridge", "norm2(M.*(X - U*V'))^2 + a*(norm2(U)^2 + norm2(V)^2)",
     "M:n,m X:n,m U:n,q V:m,q a:", "V", GRADIENT, "2*((M.*M.*(U*V' - X))'*U + a*V)"),
    ("kernel ridge regression", "norm2(y - K*c)^2 + a*c'*K*c", "y:n K:n,n c:n a:", "c", GRADIENT, "2*K*(K*c + a*c - y)",
     {"structures": "K:symmetric"}),
    ("McCullagh and Nelder 1989, IRLS", "sum(softplus(X*w)) - y'*X*w", "X:m,n w:n y:m", "w w", NUMERATOR,
     "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X"),
    ("weighted least squares", "(y - X*w)'*diag(d)*(y - X*w)", "y:m X:m,n w:n d:m", "w", GRADIENT, "-2*X'*(d.*(y - X*w))"),
    ("ridge estimator by its parameter", "inv(X'*X + a*eye(m))*X'*y", "X:n,m y:n a:", "a", NUMERATOR,
     "-inv(X'*X + a*eye(m))^2*X'*y"),
    ("Hastie, Tibshirani and Friedman 2009, degrees of freedom", "tr(X*inv(X'*X + a*eye(m))*X')", "X:n,m a:", "a", GRADIENT,
     "-tr(X*inv(X'*X + a*eye(m))^2*X')"),
    ("Fedorov 1972, D-optimal design", "logdet(X'*diag(w)*X)", "X:n,m w:n", "w", GRADIENT, "diag(X*inv(X'*diag(w)*X)*X')"),
    ("D-optimal design, Hessian", "logdet(X'*diag(w)*X)", "X:n,m w:n", "w w", NUMERATOR,
     "-(X*inv(X'*diag(w)*X)*X').^2"),
    ("Fedorov 1972, A-optimal design", "tr(inv(X'*diag(w)*X))", "X:n,m w:n", "w", GRADIENT,
     "-diag(X*inv(X'*diag(w)*X)^2*X')"),
    ("Boyd and Vandenberghe 2004, 11.6, barrier of a linear matrix inequality", "-logdet(C - A*diag(x)*A')",
     "C:n,n A:n,m x:m", "x", GRADIENT, "diag(A'*inv(C - A*diag(x)*A')*A)", {"structures": "C:symmetric"}),
    ("Belkin and Niyogi 2003, graph Laplacian", "tr(X'*(diag(W*ones(n)) - W)*X)", "X:n,m W:n,n", "X", GRADIENT,
     "2*(diag(W*ones(n)) - W)*X", {"structures": "W:symmetric"}),
    ("entropy, Hessian", "-p'*log(p)", "p:n", "p p", NUMERATOR, "-diag(1./p)"),
    ("softmax with a temperature", "softmax(x/t)", "x:n t:", "x", NUMERATOR,
     "(diag(softmax(x/t)) - softmax(x/t)*softmax(x/t)')/t"),
    ("Williams and Zipser 1989, recurrent cell", "y'*tanh(W*h + U*x + b)", "y:n h:n W:n,n U:n,m x:m b:n", "W", GRADIENT,
     "(y.*(1 - tanh(W*h + U*x + b).^2))*h'"),
    ("James and Stein 1961, Stein loss", "tr(inv(S)*X) - logdet(inv(S)*X)", "S:n,n X:n,n", "S", GRADIENT,
     "inv(S) - inv(S)*X*inv(S)", {"structures": "S:positive-definite X:positive-definite"}),
    ("Bell and Sejnowski 1995, independent components", "logdet(W) - sum(log(cosh(W*x)))", "W:n,n x:n", "W", GRADIENT,
     "inv(W)' - tanh(W*x)*x'"),
    ("Capon 1969", "1/(a'*inv(R)*a)", "a:n R:n,n", "R", GRADIENT, "inv(R)*a*a'*inv(R)/(a'*inv(R)*a)^2",
     {"structures": "R:positive-definite"}),
    ("Sharpe ratio", "w'*u/sqrt(w'*S*w)", "w:n u:n S:n,n", "w", GRADIENT, "u/sqrt(w'*S*w) - w'*u*S*w/(w'*S*w)^(3/2)",
     {"structures": "S:symmetric"}),
    ("Gaussian kernel, Hessian", "exp(-norm2(x - y)^2/(2*s))", "x:n y:n s:", "x x", NUMERATOR,
     "exp(-norm2(x - y)^2/(2*s))/s*((x - y)*(x - y)'/s - eye(n))"),
    ("van der Maaten and Hinton 2008, t kernel", "1/(1 + norm2(x - y)^2)", "x:n y:n", "x", GRADIENT,
     "-2*(x - y)/(1 + norm2(x - y)^2)^2"),
    ("orthogonality penalty", "norm2(W'*W - eye(m))^2", "W:n,m", "W", GRADIENT, "4*W*(W'*W - eye(m))"),
    ("Friedman, Hastie and Tibshirani 2008, precision", "-logdet(P) + tr(S*P)", "P:n,n S:n,n", "P", GRADIENT, "S - inv(P)",
     {"structures": "P:positive-definite S:symmetric"}),
]  # fmt: skip


def _pairs(text: str) -> dict[str, str]:
    """{"X": "n m", "a": ""} of "X:n,m a:"."""
    return {name: value.replace(",", " ") for name, value in (part.split(":") for part in text.split())}


def _read(source: str, rows: list[Row]) -> Iterator[Published]:
    for label, f, shapes, by, layout, answer, *rest in rows:
        more: dict[str, Any] = dict(rest[0]) if rest else {}
        for key in ("structures", "assume"):
            more[key] = _pairs(more.get(key, ""))
        more["where"] = dict(part.split("=", 1) for part in more.get("where", "").split(";") if part)
        yield Published(f"{source} {label}".strip(), f, _pairs(shapes), tuple(by.split()), layout, answer, **more)


PAPERS = list(_read(OTHERS, [*ROWS, *SPECTRA]))
PUBLISHED = [
    *_read(COOKBOOK, _COOKBOOK),
    *_read(MAGNUS_NEUDECKER, _MAGNUS_NEUDECKER),
    *_read(MINKA, _MINKA),
    *_read(MATRIXCALCULUS, _MATRIXCALCULUS),
    *_read(LAUE, _LAUE),
    *_read(BISHOP, _BISHOP),
    *_read(BOYD, _BOYD),
    *_read(OTHERS, _OTHERS),
    *_read(OTHERS, _LEARNING),
    *PAPERS,
]
