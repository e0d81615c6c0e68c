"""What is equal by the relations of inverses and functions is proved so, for all sizes; what differs never is."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tensordiff.evidence.evidence import new_forms, proves
from tensordiff.evidence.proof.prove import Attempt
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.lower import lower
from tensordiff.parse import parse
from tensordiff.tensor import Tensor, add

SHAPES = {
    "A": "n m", "B": "m n", "S": "n n", "T": "n n", "R": "n n", "V": "n n", "W": "n n", "X": "n m", "C": "m m", "U": "n p",
    "D": "p p", "Z": "p n", "a": "", "b": "", "u": "n", "v": "n", "y": "n", "w": "n", "t": "n",
}  # fmt: skip
DEFINITE = {"structures": {"V": "positive-definite", "C": "positive-definite", "D": "positive-definite"}}
DIAGONAL = {"structures": {"V": "diagonal", "W": "diagonal"}}
BINARY = {"assume": {"t": "binary"}}
GAIN = {**DEFINITE, "where": {"Q": "V*A*inv(A'*V*A + C)"}}
RESIDUAL = {**DEFINITE, "where": {"P": "inv(V) - inv(V)*X*inv(X'*inv(V)*X)*X'*inv(V)"}}


@dataclass(frozen=True)
class Identity:
    """left = right, as a source has it; `wrong` are near misses of the right side."""

    source: str
    left: str
    right: str
    wrong: tuple[str, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


IDENTITIES = [
    Identity(
        "push-through identity: Henderson and Searle 1981; Matrix Cookbook, section 3.2.5",
        "A*inv(eye(m) + B*A)", "inv(eye(n) + A*B)*A", ("inv(eye(n) - A*B)*A", "inv(eye(n) + A*B)*A*2"),
    ),
    Identity(
        "Henderson and Searle 1981; Matrix Cookbook, section 3.2.5",
        "inv(eye(n) + A*B)", "eye(n) - A*inv(eye(m) + B*A)*B",
        ("eye(n) + A*inv(eye(m) + B*A)*B", "eye(n) - A*B*inv(eye(n) + A*B)*2"),
    ),
    Identity(
        "dual form of ridge regression: Saunders, Gammerman and Vovk 1998",
        "X'*inv(X*X' + a*eye(n))*y", "inv(X'*X + a*eye(m))*X'*y", ("inv(X'*X + eye(m))*X'*y", "inv(X'*X + b*eye(m))*X'*y"),
    ),
    Identity(
        "Woodbury 1950; Matrix Cookbook, section 3.2.2",
        "inv(S + U*D*Z)", "inv(S) - inv(S)*U*inv(inv(D) + Z*inv(S)*U)*Z*inv(S)",
        ("inv(S) - inv(S)*U*inv(D + Z*inv(S)*U)*Z*inv(S)", "inv(S) + inv(S)*U*inv(inv(D) + Z*inv(S)*U)*Z*inv(S)"),
    ),
    Identity(
        "Henderson and Searle 1981: D may be singular",
        "inv(S + U*D*Z)", "inv(S) - inv(S)*U*D*inv(eye(p) + Z*inv(S)*U*D)*Z*inv(S)",
        ("inv(S) - inv(S)*U*D*inv(eye(p) + D*Z*inv(S)*U)*Z*inv(S)",),
    ),
    Identity(
        "Matrix Cookbook, section 3.2.2",
        "inv(S + U*D*Z)*U*D", "inv(S)*U*inv(inv(D) + Z*inv(S)*U)", ("inv(S)*U*inv(inv(D) - Z*inv(S)*U)",),
    ),
    Identity(
        "Sherman and Morrison 1950; Matrix Cookbook, section 3.2.4",
        "inv(S + u*v')", "inv(S) - inv(S)*u*v'*inv(S)/(1 + v'*inv(S)*u)",
        ("inv(S) - inv(S)*u*v'*inv(S)/(1 + u'*inv(S)*v)", "inv(S) - inv(S)*u*v'*inv(S)"),
    ),
    Identity("Sherman and Morrison 1950", "inv(S + u*v')*u", "inv(S)*u/(1 + v'*inv(S)*u)", ("inv(S)*u/(1 - v'*inv(S)*u)",)),
    Identity("Matrix Cookbook, section 3.2.5", "inv(inv(S) + inv(T))", "S*inv(S + T)*T", ("S*inv(S + T)*S", "S*inv(S - T)*T")),
    Identity("Matrix Cookbook, section 3.2.5", "S*inv(S + T)*T", "T*inv(S + T)*S", ("T*inv(S - T)*S",)),
    Identity("Matrix Cookbook, section 3.2.5", "S - S*inv(S + T)*S", "T - T*inv(S + T)*T", ("T + T*inv(S + T)*T",)),
    Identity("Matrix Cookbook, section 3.2.5", "inv(S) + inv(T)", "inv(S)*(S + T)*inv(T)", ("inv(S)*(S - T)*inv(T)",)),
    Identity("second resolvent identity", "inv(S) - inv(T)", "inv(S)*(T - S)*inv(T)", ("inv(S)*(S - T)*inv(T)",)),
    Identity(
        "first resolvent identity: Kato 1966",
        "inv(S - a*eye(n)) - inv(S - b*eye(n))", "(a - b)*inv(S - a*eye(n))*inv(S - b*eye(n))",
        ("(b - a)*inv(S - a*eye(n))*inv(S - b*eye(n))",),
    ),
    Identity("resolvents commute", "inv(S - a*eye(n))*inv(S - b*eye(n))", "inv(S - b*eye(n))*inv(S - a*eye(n))"),
    Identity(
        "Cayley transform",
        "(eye(n) - S)*inv(eye(n) + S)", "inv(eye(n) + S)*(eye(n) - S)", ("inv(eye(n) - S)*(eye(n) + S)",),
    ),
    Identity("Hua 1949", "S - inv(inv(S) + inv(inv(T) - S))", "S*T*S", ("T*S*T",)),
    Identity(
        "Neumann series, cut off",
        "inv(eye(n) - S)", "eye(n) + S + S^2*inv(eye(n) - S)", ("eye(n) + S - S^2*inv(eye(n) - S)",),
    ),
    Identity(
        "Kalman gain in information form: Anderson and Moore 1979",
        "Q", "inv(inv(V) + A*inv(C)*A')*A*inv(C)", ("inv(inv(V) + A*C*A')*A*inv(C)", "inv(inv(V) + A*inv(C)*A')*A"), GAIN,
    ),
    Identity(
        "covariance update in the form of Joseph",
        "(eye(n) - Q*A')*V*(eye(n) - Q*A')' + Q*C*Q'", "V - Q*A'*V", ("V - Q*A'", "V + Q*A'*V"), GAIN,
    ),
    Identity(
        "covariance update and information form",
        "V - Q*A'*V", "inv(inv(V) + A*inv(C)*A')", ("inv(inv(V) + A*C*A')",), GAIN,
    ),
    Identity("restricted likelihood: Searle, Casella and McCulloch 1992, appendix M", "P*V*P", "P", ("V*P", "P'*P"), RESIDUAL),
    Identity(
        "generalised least squares with a random effect: Rao 1967",
        "inv(X'*inv(V + X*C*X')*X)", "inv(X'*inv(V)*X) + C", ("inv(X'*inv(V)*X) - C",), DEFINITE,
    ),
    Identity(
        "the same weights of least squares: Rao 1967",
        "inv(X'*inv(V + X*C*X')*X)*X'*inv(V + X*C*X')", "inv(X'*inv(V)*X)*X'*inv(V)", ("inv(X'*V*X)*X'*V",), DEFINITE,
    ),
    Identity(
        "best linear unbiased prediction: Robinson 1991",
        "D*U'*inv(U*D*U' + V)", "inv(U'*inv(V)*U + inv(D))*U'*inv(V)", ("inv(U'*inv(V)*U + D)*U'*inv(V)",), DEFINITE,
    ),
    Identity(
        "weighted least squares with a prior",
        "inv(X'*diag(w)*X + C)*X'*diag(w)", "inv(C)*X'*inv(diag(1./w) + X*inv(C)*X')",
        ("inv(C)*X'*inv(diag(w) + X*inv(C)*X')",),
    ),
    Identity(
        "inverse of a Schur complement: Duncan 1944",
        "inv(S - A*inv(C)*B)", "inv(S) + inv(S)*A*inv(C - B*inv(S)*A)*B*inv(S)",
        ("inv(S) - inv(S)*A*inv(C - B*inv(S)*A)*B*inv(S)", "inv(S) + inv(S)*A*inv(C + B*inv(S)*A)*B*inv(S)"),
    ),
    Identity(
        "Gaussian process with noise",
        "y'*inv(V + a*eye(n))*V*inv(V + a*eye(n))*y",
        "y'*inv(V + a*eye(n))*y - a*y'*inv(V + a*eye(n))*inv(V + a*eye(n))*y",
        ("y'*inv(V + a*eye(n))*y - y'*inv(V + a*eye(n))*inv(V + a*eye(n))*y",),
    ),
    Identity(
        "orthogonal factor",
        "inv(R + S)", "R'*inv(eye(n) + S*R')", ("R*inv(eye(n) + S*R')",), {"structures": {"R": "orthogonal"}},
    ),
    Identity(
        "nested inverses",
        "inv(S + inv(T + inv(R)))", "(T + inv(R))*inv(eye(n) + S*(T + inv(R)))", ("(T + inv(R))*inv(eye(n) + S*T)",),
    ),
    Identity(
        "inside Kronecker products",
        "kron(inv(eye(n) + A*B)*A, S)", "kron(A*inv(eye(m) + B*A), S)", ("kron(A*inv(eye(m) - B*A), S)",),
    ),
    Identity("inside traces", "tr(S*inv(S + T))", "n - tr(T*inv(S + T))", ("m - tr(T*inv(S + T))", "n + tr(T*inv(S + T))")),
    Identity(
        "effective degrees of freedom",
        "tr(X*inv(X'*X + a*eye(m))*X')", "m - a*tr(inv(X'*X + a*eye(m)))", ("n - a*tr(inv(X'*X + a*eye(m)))",),
    ),
    Identity(
        "functions of one matrix commute: Higham 2008, theorem 1.13",
        "tr(S*T*expm(a*T))", "tr(S*expm(a*T)*T)", ("tr(S*expm(a*T)*S)",),
    ),
    Identity("Higham 2008, theorem 1.13", "inv(S)*expm(S)*T", "expm(S)*inv(S)*T", ("expm(S)*T*inv(S)",)),
    Identity("Higham 2008, theorem 1.13", "expm(S + T)*(S + T)", "(S + T)*expm(S + T)", ("(S - T)*expm(S + T)",)),
    Identity("logarithm", "S*logm(S)", "logm(S)*S", ("S'*logm(S)",), {"assume": {"S": "near-identity"}}),
    Identity(
        "square root",
        "sqrtm(S)*inv(eye(n) + S)*sqrtm(S)", "eye(n) - inv(eye(n) + S)",
        ("eye(n) + inv(eye(n) + S)",), {"assume": {"S": "near-identity"}},
    ),
    Identity("Higham 2008, theorem 10.2", "expm(a*S)*expm(b*S)", "expm((a + b)*S)", ("expm(a*b*S)",)),
    Identity("similarity", "expm(-S)*S*expm(S)", "S", ("expm(-S)*T*expm(S)",)),
    Identity(
        "effective degrees of freedom",
        "tr(inv(eye(n) + A*B)) - n", "tr(inv(eye(m) + B*A)) - m", ("tr(inv(eye(m) + B*A))",),
    ),
    Identity(
        "effective degrees of freedom: Hastie and Tibshirani 1990, section 3.5",
        "tr(X*inv(X'*X + a*eye(m))*X')", "tr(X'*inv(X*X' + a*eye(n))*X)", ("tr(X'*inv(X*X' + b*eye(n))*X)",),
    ),
    Identity(
        "rank one and a diagonal",
        "inv(diag(u) + v*v')", "diag(1./u) - (v./u)*(v./u)'/(1 + sum(v.*v./u))", ("diag(1./u) - (v./u)*(v./u)'",),
    ),
    Identity("Sylvester 1851", "det(eye(n) + A*B)", "det(eye(m) + B*A)", ("det(eye(m) - B*A)", "det(eye(n) + B'*A')*2")),
    Identity("Sylvester 1851", "logdet(eye(n) + A*B)", "logdet(eye(m) + B*A)", ("logdet(eye(m) - B*A)",)),
    Identity(
        "dual form of a Gaussian likelihood",
        "logdet(X*X' + a*eye(n))", "logdet(X'*X + a*eye(m)) + (n - m)*log(a)", ("logdet(X'*X + a*eye(m)) + (m - n)*log(a)",),
        {"assume": {"a": "positive"}},
    ),
    Identity(
        "matrix determinant lemma: Harville 1997, theorem 18.1.1",
        "det(S + U*D*Z)", "det(S)*det(D)*det(inv(D) + Z*inv(S)*U)",
        ("det(S)*det(inv(D) + Z*inv(S)*U)", "det(S)*det(D)*det(inv(D) - Z*inv(S)*U)", "det(S)/det(D)*det(inv(D) + Z*inv(S)*U)"),
    ),
    Identity(
        "matrix determinant lemma",
        "det(S + u*v')", "det(S)*(1 + v'*inv(S)*u)", ("det(S)*(1 + u'*inv(S)*v)", "det(S)*(1 - v'*inv(S)*u)"),
    ),
    Identity("matrix determinant lemma", "det(S + u*v')", "det(S) + v'*adj(S)*u", ("det(S) + u'*adj(S)*v",)),
    Identity("matrix determinant lemma", "det(eye(n) + u*v')", "1 + u'*v", ("1 - u'*v",)),
    Identity(
        "two rank-one terms",
        "det(S + u*v' + y*w')", "(1 + w'*inv(S + u*v')*y)*det(S)*(1 + v'*inv(S)*u)", ("det(S)*(1 + v'*inv(S)*u)",),
    ),
    Identity(
        "determinants of sums",
        "det(S + T)", "det(S)*det(eye(n) + inv(S)*T)", ("det(S) + det(T)", "det(S)*det(eye(n) - inv(S)*T)"),
    ),
    Identity(
        "profile likelihood: Harville 1977",
        "logdet(V) + logdet(X'*inv(V)*X + C)", "logdet(V + X*inv(C)*X') + logdet(C)", ("logdet(V + X*inv(C)*X')",), DEFINITE,
    ),
    Identity("similarity", "expm(T*S*inv(T))", "T*expm(S)*inv(T)", ("inv(T)*expm(S)*T",)),
    Identity(
        "similarity",
        "expm(R*(S + T)*R')", "R*expm(S + T)*R'", ("R'*expm(S + T)*R",), {"structures": {"R": "orthogonal"}},
    ),
    Identity("inverse of a square root", "inv(sqrtm(S))*S", "sqrtm(S)", ("inv(sqrtm(S))",), {"assume": {"S": "near-identity"}}),
    Identity("orthogonal similarity", "det(R*T*R')", "det(T)", ("det(T)*det(R)",), {"structures": {"R": "orthogonal"}}),
    Identity(
        "orthogonal similarity inside an argument",
        "inv(R'*T*R + a*eye(n))", "R'*inv(T + a*eye(n))*R", ("R*inv(T + a*eye(n))*R'",), {"structures": {"R": "orthogonal"}},
    ),
    Identity("skew forms", "v'*R*v", "0*a", ("v'*v",), {"structures": {"R": "skew"}}),
    Identity(
        "inside the argument of an inverse",
        "inv(a*inv(eye(n) + A*B) + a*A*inv(eye(m) + B*A)*B + S)", "inv(S + a*eye(n))", ("inv(S + eye(n))",),
    ),
    Identity(
        "solution of a Sylvester equation: Horn and Johnson 1991, section 4.4",
        "inv(kron(eye(n), S) + kron(T, eye(n)))*vec(S*W + W*T')", "vec(W)", ("vec(W')",),
    ),
    Identity(
        "inverse of a matrix with compound axes",
        "inv(eye(n*m) + kron(S, C))*kron(S, C)", "eye(n*m) - inv(eye(n*m) + kron(S, C))",
        ("eye(n*m) + inv(eye(n*m) + kron(S, C))",),
    ),
    Identity("Magnus and Neudecker 1980", "D(n)*D(n)'", "eye(n*n) + K(n,n) - diag(vec(eye(n)))", ("eye(n*n) + K(n,n)",)),
    Identity("Magnus and Neudecker 1980", "L(n)'*L(n)", "diag(vec(tril(n)))", ("diag(vec(triu(n)))", "eye(n*n)")),
    Identity(
        "Magnus and Neudecker 1980",
        "D(n)*L(n)*kron(S, S)*D(n)", "kron(S, S)*D(n)", ("D(n)*L(n)*kron(S, T)*D(n)",),
    ),
    Identity(
        "Magnus and Neudecker 1980",
        "L(n)*kron(S, S)*D(n)*L(n)*kron(T, T)*D(n)", "L(n)*kron(S*T, S*T)*D(n)", ("L(n)*kron(T*S, T*S)*D(n)",),
    ),
    Identity("mirrored lower triangle", "D(n)*L(n)*vec(S + S')", "vec(S + S')", ("vec(S + S)",)),
    Identity("adjugates", "adj(eye(n) + S)*S", "S*adj(eye(n) + S)", ("S'*adj(eye(n) + S)",)),
    Identity("diagonal matrices commute", "V*S*W - W*V", "V*S*W - V*W", ("V*S*W - V*V",), DIAGONAL),
    Identity("diagonal matrices", "diag(diag(inv(V)))", "inv(V)", ("V", "inv(W)"), DIAGONAL),
    Identity(
        "signs",
        "sigmoid(t.*u).*sigmoid(-t.*u)", "sigmoid(u).*(1 - sigmoid(u))", ("sigmoid(u).*(1 + sigmoid(u))",), BINARY,
    ),
    Identity("signs", "t.*sigmoid(-t.*u)", "(t + 1)/2 - sigmoid(u)", ("(t - 1)/2 - sigmoid(u)", "t/2 - sigmoid(u)"), BINARY),
    Identity("signs", "exp(t.*u)", "cosh(u) + t.*sinh(u)", ("cosh(u) - t.*sinh(u)",), BINARY),
    Identity("signs", "tanh(t.*u)", "t.*tanh(u)", ("tanh(u)",), BINARY),
]  # fmt: skip
by_identity = pytest.mark.parametrize("identity", IDENTITIES, ids=str)


def expression(text: str, given: dict[str, Any]) -> td.Expression:
    return td.parse(text, shapes=SHAPES, **given)


def tensor(text: str, given: dict[str, Any]) -> Tensor:
    return lower(parse(text, SHAPES, **given)[0])


@by_identity
def test_published_identities_are_proved(identity: Identity) -> None:
    found = td.equal(expression(identity.left, identity.given), expression(identity.right, identity.given))
    assert found.equal
    assert found.method == "proved", found


@by_identity
def test_near_misses_are_refuted_and_never_proved(identity: Identity) -> None:
    for wrong in identity.wrong:
        left, right = tensor(identity.left, identity.given), tensor(wrong, identity.given)
        assert proves(left, right, new_forms()) is None, wrong
        found = td.equal(expression(identity.left, identity.given), expression(wrong, identity.given))
        assert found.equal is False, wrong


@by_identity
def test_every_rule_on_the_way_is_true(identity: Identity) -> None:
    """Completed rules hold at points of a prime field, or nearly in double precision."""
    left, right = tensor(identity.left, identity.given), tensor(identity.right, identity.given)
    forms = new_forms()
    attempt = Attempt(forms.tensor(add([(1, left), (-1, right)])), forms)
    attempt.succeeds()
    system = attempt.system
    system.completion.advance(20)
    point = next(Samples([left, right]).points(3))
    for rule in system.completion.rules():
        word = next(word for (_, word), _ in [((rule.scalars, rule.word), 1), *rule.tail] if word or not rule.word)
        rows, columns = sizes_of(system, word)
        if word and rows is not unknown:
            value = point.value(system.alphabet.tensor(rule.polynomial(), rows, columns))
            assert vanishes(point, value), rule


unknown = object()


def sizes_of(system: Any, word: tuple[int, ...]) -> tuple[Any, Any]:
    """Rows and columns of a word; unknown where a number stands at an end."""
    if not word:
        return unknown, unknown
    links = [system.alphabet.letters[letter] for letter in (word[0], word[-1])]
    if any(link.kind == "scalar" for link in links):
        return unknown, unknown
    first, last = links
    rows = None if first.kind == "vector" and first.turned else first.node.dims[-1 if first.turned else 0]
    columns = None if last.kind == "vector" and not last.turned else last.node.dims[0 if last.turned else -1]
    return rows, columns


def vanishes(point: Point, value: np.ndarray[Any, Any]) -> bool:
    return not np.any(value) if point.is_exact else bool(np.all(abs(value) < 1e-6))


def test_the_verdict_says_by_which_relations() -> None:
    found = td.equal(expression("A*inv(eye(m) + B*A)", {}), expression("inv(eye(n) + A*B)*A", {}))
    assert "by the relations of inv(eye(n) + A*B) and inv(eye(m) + B*A)" in str(found)


def test_a_derivative_written_with_another_inverse_is_proved() -> None:
    """The gradient of y' inv(X X' + a I) y by y, in the dual form (Woodbury)."""
    shapes = {"X": "n m", "y": "n", "a": ""}
    verdict = td.check("2*(y - X*inv(X'*X + a*eye(m))*X'*y)/a", "y'*inv(X*X' + a*eye(n))*y", "y", shapes=shapes)
    assert verdict.status == "right"
    assert verdict.method == "proved"
    assert not td.check("2*(y - X*inv(X'*X + a*eye(m))*X'*y)", "y'*inv(X*X' + a*eye(n))*y", "y", shapes=shapes)


def test_the_hessian_of_the_logistic_loss_with_signs_is_proved() -> None:
    """log(1 + exp(-y x'b)) with y = 1 or -1 has the curvature of the model with y = 0 or 1."""
    shapes, where = {"X": "n m", "b": "m", "t": "n"}, {"s": "sigmoid(X*b)"}
    given = {"shapes": shapes, "where": where}
    f = "sum(log(1 + exp(-t.*(X*b))))"
    verdict = td.check("X'*diag(s.*(1 - s))*X", f, ["b", "b"], assume={"t": "binary"}, **given)
    assert (verdict.status, verdict.method) == ("right", "proved")
    assert td.check("X'*diag(s.*(1 - s))*X", f, ["b", "b"], **given).status != "right"


ATOMS = [
    "S",
    "T",
    "inv(S)",
    "inv(T)",
    "inv(eye(n) + S*T)",
    "inv(S + T)",
    "A*inv(eye(m) + B*A)*B",
    "inv(eye(n) + A*B)",
    "A*B",
    "expm(S)",
]


def random_product(rng: random.Random) -> str:
    return "*".join(rng.choice(ATOMS) for _ in range(rng.randint(1, 3)))


@pytest.mark.parametrize("seed", range(60))
def test_what_is_proved_of_random_sums_is_true(seed: int) -> None:
    """Sums of random words, rewritten by true steps and by false ones, against exact arithmetic."""
    rng = random.Random(seed)
    left = [random_product(rng) for _ in range(2)]
    steps = {
        "inv(eye(n) + A*B)": ("(eye(n) - A*inv(eye(m) + B*A)*B)", "(eye(n) + A*inv(eye(m) + B*A)*B)"),
        "inv(S + T)": ("(inv(S)*inv(inv(S) + inv(T))*inv(T))", "(inv(S)*inv(inv(S) + inv(T))*inv(S))"),
        "inv(eye(n) + S*T)": ("(inv(T)*inv(inv(T) + S))", "(inv(S)*inv(inv(T) + S))"),
        "expm(S)": ("(inv(S)*expm(S)*S)", "(inv(T)*expm(S)*T)"),
    }
    right = list(left)
    for place, word in enumerate(right):
        for part, (good, bad) in steps.items():
            if part in word and rng.random() < 0.8:
                word = word.replace(part, bad if rng.random() < 0.4 else good)
        right[place] = word
    rng.shuffle(right)
    a, b = tensor(" + ".join(left), {}), tensor(" + ".join(right), {})
    words = proves(a, b, new_forms())
    samples = Samples([a, b])
    point = next(samples.points(3))
    same = point.equal(point.value(a), point.value(b))
    assert words is None or same
    if same and samples.rational:
        assert words is not None


ADVERSARIAL = [
    "inv(S*T + T*S)", "inv(S*T*S + T)", "inv(S + T*S*T)", "inv(S*S*T + T*S*S + S)", "inv(eye(n) + inv(S*T - T*S))",
    "inv(inv(S*T + T*S) + inv(S*S + T*R))", "expm(S*T + T*S)", "expm(expm(S) + expm(T))", "inv(expm(S)*T + T*expm(S))",
]  # fmt: skip


def test_completion_that_would_not_end_is_ended() -> None:
    """Relations whose completion is infinite, or large: the budget ends it, and nothing is claimed."""
    text = " + ".join(f"{a}*{b}" for a, b in pairwise(ADVERSARIAL))
    for part in (*ADVERSARIAL, text):
        a = tensor(f"({part})*R", {})
        assert proves(a, tensor(f"R*({part})", {}), new_forms()) is None
        forms = new_forms()
        attempt = Attempt(forms.tensor(add([(1, a), (-1, tensor(f"R*({part})", {}))])), forms)
        before = attempt.system.completion.steps
        try:
            attempt.succeeds()
        except td.BudgetError:
            assert attempt.system.completion.steps < 0
        assert before - attempt.system.completion.steps <= 5000


SINGULAR = [
    ("det(u*v' + y*w')", "det(u*w' + y*v')"),
    ("det(u*v' + y*w')", "2*det(u*v' + y*w')"),
    ("det(eye(n) - X*inv(X'*X)*X')", "2*det(eye(n) - X*inv(X'*X)*X')"),
    ("det(X*X' + u*u')", "det(X*X')*(1 + u'*inv(X*X')*u)"),
    ("det(R + R' + u*v')", "det(R + R')*(1 + v'*inv(R + R')*u)"),
]


@pytest.mark.parametrize(("left", "right"), SINGULAR)
def test_determinants_that_are_always_zero_prove_nothing(left: str, right: str) -> None:
    """Logarithms of them mean nothing, nor do inverses."""
    given = {"structures": {"R": "skew"}}
    assert proves(tensor(left, given), tensor(right, given), new_forms()) is None


def test_gradients_see_the_matrices_in_scalars() -> None:
    """The scalar u'*S*v depends on S too: traces and determinants beside it are not constant."""
    for left, right in (
        ("tr(inv(eye(n)*(u'*S*v) + A*B))", "tr(inv(eye(m)*(u'*S*v) + B*A)) + n - m"),
        ("det(eye(n)*(u'*S*v) + A*B)", "det(eye(m)*(u'*S*v) + B*A)"),
        ("tr(S)*tr(inv(eye(n) + A*B))", "tr(S)*tr(inv(eye(m) + B*A))"),
    ):
        assert proves(tensor(left, {}), tensor(right, {}), new_forms()) is None


def test_an_inverse_that_never_exists_proves_nothing() -> None:
    found = td.equal(expression("inv(y*y')*S", {}), expression("inv(y*y')*T", {}))
    assert found.equal is None
