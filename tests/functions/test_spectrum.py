"""Eigenvalues, singular values and the norms made of them: values, first and second derivatives, and where there are none."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tests.differentiate.differences import central
from tests.libraries import LIBRARIES

Array = np.ndarray
RNG = np.random.default_rng(3)
S = RNG.normal(size=(4, 4))
S = S + S.T
TALL, WIDE = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 5))
SYMMETRIC = {"shapes": {"A": "n n"}, "structures": {"A": "symmetric"}}
OF_SYMMETRIC = {
    "lambda_max(A)": lambda a: np.linalg.eigvalsh(a)[-1],
    "lambda_min(A)": lambda a: np.linalg.eigvalsh(a)[0],
    "eigvals(A)": np.linalg.eigvalsh,
    "lambda_max(A*A)/lambda_max(A*A + eye(n))": lambda a: np.linalg.eigvalsh(a @ a)[-1] / (1 + np.linalg.eigvalsh(a @ a)[-1]),
}
OF_ANY = {
    "norm_spec(X)": lambda x: np.linalg.norm(x, 2),
    "norm_nuc(X)": lambda x: np.linalg.norm(x, "nuc"),
    "kyfan(X,2)": lambda x: np.linalg.svd(x)[1][:2].sum(),
    "cond(X)": np.linalg.cond,
    "log(norm_spec(X))*norm_nuc(X)": lambda x: np.log(np.linalg.norm(x, 2)) * np.linalg.norm(x, "nuc"),
}


def _symmetric(f):
    return lambda a: f((a + a.T) / 2)


@pytest.mark.parametrize("text", OF_SYMMETRIC)
@pytest.mark.parametrize("seed", range(3))
def test_of_symmetric_matrices(text: str, seed: int) -> None:
    a = np.random.default_rng(seed).normal(size=(4, 4))
    a, value = a + a.T, _symmetric(OF_SYMMETRIC[text])
    f = td.parse(text, **SYMMETRIC)
    np.testing.assert_allclose(f.evaluate(A=a), value(a), rtol=1e-12)
    first, second = td.diff(f, "A"), td.diff(f, "A", "A")
    np.testing.assert_allclose(first.evaluate(A=a), central(value, a), rtol=1e-6, atol=1e-7)
    slope = _symmetric(lambda b: first.evaluate(A=b))
    np.testing.assert_allclose(second.evaluate(A=a), central(slope, a), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("text", OF_ANY)
@pytest.mark.parametrize("x", [TALL, WIDE, S], ids=["tall", "wide", "square"])
def test_of_any_matrix(text: str, x: Array) -> None:
    f = td.parse(text, shapes={"X": x.shape})
    np.testing.assert_allclose(f.evaluate(X=x), OF_ANY[text](x), rtol=1e-12)
    first, second = td.diff(f, "X"), td.diff(f, "X", "X")
    np.testing.assert_allclose(first.evaluate(X=x), central(OF_ANY[text], x), rtol=1e-6, atol=1e-7)
    expected = central(lambda y: first.evaluate(X=y), x)
    np.testing.assert_allclose(second.evaluate(X=x), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("x", [TALL, WIDE, S], ids=["tall", "wide", "square"])
def test_all_singular_values(x: Array) -> None:
    f = td.parse("singvals(X)", shapes={"X": x.shape})

    def value(y: Array) -> Array:
        return np.linalg.svd(y)[1]

    np.testing.assert_allclose(f.evaluate(X=x), value(x), rtol=1e-12)
    first = td.diff(f, "X")
    np.testing.assert_allclose(first.evaluate(X=x), central(value, x), rtol=1e-6, atol=1e-7)
    second = td.diff(f, "X", "X").evaluate(X=x)
    np.testing.assert_allclose(second, central(lambda y: first.evaluate(X=y), x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("text", ["norm_spec(X)", "norm_nuc(X)", "kyfan(X,2)", "lambda_max(X'*X)", "sum(eigvals(X*X').^2)"])
def test_programs_and_batches(text: str, library: str) -> None:
    f = td.parse(text, shapes={"X": "n m"})
    outputs = [f, td.diff(f, "X"), td.diff(f, "X", "X")]
    program = td.compile(outputs, backend=library)
    many = np.random.default_rng(5).normal(size=(6, 4, 3))
    close = {"rtol": 2e-4, "atol": 2e-3} if library == "jax" else {"rtol": 1e-8, "atol": 1e-8}
    batch = program(X=many)
    for number in range(2):
        for found, stacked, output in zip(program(X=many[number]), batch, outputs, strict=True):
            expected = output.evaluate(X=many[number])
            np.testing.assert_allclose(np.asarray(found), expected, **close)
            np.testing.assert_allclose(np.asarray(stacked)[number], expected, **close)


REPEATED = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
REPEATED = REPEATED @ np.diag([1.0, 2.0, 3.0, 3.0]) @ REPEATED.T


@pytest.mark.parametrize("text", ["lambda_max(A)", "eigvals(A)", "eigvec_max(A)"])
@pytest.mark.parametrize("a", [np.eye(4), REPEATED])
def test_a_repeated_eigenvalue_has_no_derivative(text: str, a: Array) -> None:
    f = td.parse(text, **SYMMETRIC)
    with pytest.raises(td.EvaluationError, match="repeated"):
        td.diff(f, "A").evaluate(A=a)
    if text != "eigvec_max(A)":
        assert np.all(np.isfinite(f.evaluate(A=a)))


def test_other_eigenvalues_may_be_repeated() -> None:
    f = td.parse("lambda_min(A)", **SYMMETRIC)
    u = np.linalg.eigh(REPEATED)[1][:, 0]
    np.testing.assert_allclose(td.diff(f, "A").evaluate(A=REPEATED), np.outer(u, u), atol=1e-12)


@pytest.mark.parametrize(
    ("text", "x", "words"),
    [
        ("norm_spec(X)", np.eye(3)[:, :2], "repeated"),
        ("kyfan(X,1)", np.eye(3), "repeated"),
        ("norm_nuc(X)", np.outer([1.0, 2, 3], [1.0, -1]), "singular value"),
        ("norm_nuc(X)", np.zeros((3, 2)), "singular value"),
    ],
)
def test_no_derivative_of_singular_values(text: str, x: Array, words: str) -> None:
    f = td.parse(text, shapes={"X": "n m"})
    assert np.isfinite(f.evaluate(X=x))
    with pytest.raises(td.EvaluationError, match=words):
        td.diff(f, "X").evaluate(X=x)


def test_kyfan_inside_a_group_and_nuclear_norm_at_repeated_values() -> None:
    q, r = np.linalg.qr(RNG.normal(size=(4, 4)))[0], np.linalg.qr(RNG.normal(size=(3, 3)))[0]
    x = q[:, :3] @ np.diag([3.0, 3.0, 1.0]) @ r
    for text in ("kyfan(X,2)", "norm_nuc(X)"):
        value = OF_ANY[text]
        f = td.parse(text, shapes={"X": "n m"})
        np.testing.assert_allclose(td.diff(f, "X").evaluate(X=x), central(value, x), rtol=1e-6, atol=1e-6)
        second = td.diff(f, "X", "X").evaluate(X=x)
        expected = central(lambda y, f=f: td.diff(f, "X").evaluate(X=y), x)
        np.testing.assert_allclose(second, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "declared"),
    [
        ("eigvec_max(A)*eigvec_max(A)'", "lambda_max(A)", "A", SYMMETRIC),
        ("eigvec_min(A)*eigvec_min(A)'", "lambda_min(A)", "A", SYMMETRIC),
        ("left_sv(X)*right_sv(X)'", "norm_spec(X)", "X", {"shapes": {"X": "n m"}}),
        ("X*inv(sqrtm(X'*X))", "norm_nuc(X)", "X", {"shapes": {"X": "n m"}}),
        ("2*X*eigvec_max(X'*X)*eigvec_max(X'*X)'", "lambda_max(X'*X)", "X", {"shapes": {"X": "n m"}}),
    ],
)
def test_published_derivatives(claim: str, f: str, wrt: str, declared: dict[str, object]) -> None:
    assert td.check(claim, f, wrt, **declared)
    assert not td.check(f"2*({claim})", f, wrt, **declared)


def test_forms_read_as_published_and_read_back() -> None:
    for text, form in (
        ("lambda_max(A)", "eigvec_max(A)*eigvec_max(A)'"),
        ("eigvec_max(A)'*B*eigvec_max(A)", None),
    ):
        declared = {"shapes": {"A": "n n", "B": "n n"}, "structures": {"A": "symmetric"}}
        f = td.parse(text, **declared)
        made = td.diff(f, "A").matrix_form()
        assert form is None or str(made) == form
        again = td.parse(str(made), **declared)
        values = {"A": S, "B": RNG.normal(size=(4, 4))}
        np.testing.assert_allclose(again.evaluate(**values), td.diff(f, "A").evaluate(**values), rtol=1e-9, atol=1e-9)
    assert str(td.diff(td.parse("norm_nuc(X)", shapes={"X": "n m"}), "X").matrix_form()) == "X*inv(sqrtm(X'*X))"


@pytest.mark.parametrize("text", ["eigvals(B)", "lambda_max(A*B)", "eigvec_min(B + B*A)", "lambda_max(B')"])
def test_matrices_that_are_not_symmetric_are_refused(text: str) -> None:
    with pytest.raises(td.TensordiffError, match="symmetric"):
        td.parse(text, shapes={"A": "n n", "B": "n n"}, structures={"A": "symmetric"})


BY_FORM = [
    "B'*B", "B + B'", "B*A*B'", "inv(A)", "expm(A)", "A.*A", "[A B; B' A]", "diag(x)", "x*x'", "2*A - eye(n)/3", "A^2",
    "kron(x,x)*kron(x,x)'",
]  # fmt: skip


@pytest.mark.parametrize("text", BY_FORM)
def test_matrices_that_are_symmetric_by_form(text: str) -> None:
    shapes = {"A": "n n", "B": "n n", "x": "n"}
    td.parse(f"lambda_max({text})", shapes=shapes, structures={"A": "symmetric"})


def test_sizes() -> None:
    with pytest.raises(td.ShapeError, match="sizes"):
        td.parse("singvals(X)", shapes={"X": "n m"})
    with pytest.raises(td.ShapeError):
        td.parse("kyfan(X,3)", shapes={"X": (2, 5)}).evaluate(X=WIDE)
    with pytest.raises(td.ShapeError):
        td.parse("lambda_max(X)", shapes={"X": "n m"})


OF_SINGULAR = {
    "sum(singvals(X))": (lambda s: s.sum(), "X*inv(sqrtm(X'*X))"),
    "sum(singvals(X).^3)": (lambda s: (s**3).sum(), "3*X*sqrtm(X'*X)"),
    "norm_p(singvals(X),3)": (lambda s: (s**3).sum() ** (1 / 3), None),
    "norm_p(singvals(X),p)": (lambda s: (s**2.5).sum() ** 0.4, None),
    "sum(log(1 + singvals(X).^2))": (lambda s: np.log1p(s**2).sum(), "2*X*inv(eye(3) + X'*X)"),
    "norm2(singvals(X))": (lambda s: np.sqrt((s**2).sum()), "X/norm2(X)"),
    "sum(log(singvals(X)))": (lambda s: np.log(s).sum(), "X*inv(X'*X)"),
    "prod(singvals(X))": (np.prod, None),
    "logsumexp(singvals(X))": (lambda s: np.log(np.exp(s).sum()), None),
    "sum(exp(-singvals(X)))": (lambda s: np.exp(-s).sum(), None),
}


@pytest.mark.parametrize("text", OF_SINGULAR)
@pytest.mark.parametrize("turned", [False, True], ids=["tall", "wide"])
def test_symmetric_functions_of_singular_values_where_these_are_repeated(text: str, turned: bool) -> None:
    of, form = OF_SINGULAR[text]
    q, r = np.linalg.qr(RNG.normal(size=(4, 3)))[0], np.linalg.qr(RNG.normal(size=(3, 3)))[0]
    given = {"p": 2.5} if ",p)" in text else {}
    f = td.parse(text, shapes={"X": (3, 4) if turned else (4, 3), "p": ()})
    first, second = td.diff(f, "X"), td.diff(f, "X", "X")
    assert turned or form is None or str(first.matrix_form()) == form

    def value(x: Array) -> Array:
        return of(np.linalg.svd(x)[1])

    for spectrum in ([1.0, 1.0, 1.0], [2.0, 2.0, 1.0], [2.0, 1.0 + 1e-9, 1.0], [3.0, 2.0, 0.5]):
        x = q @ np.diag(spectrum) @ r
        x = x.T if turned else x
        np.testing.assert_allclose(first.evaluate(X=x, **given), central(value, x), rtol=1e-6, atol=1e-7)
        moved = central(lambda y: first.evaluate(X=y, **given), x)
        np.testing.assert_allclose(second.evaluate(X=x, **given), moved, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("prod(eigvals(A))", "adj(A)"),
        ("max(eigvals(A))", "eigvec_max(A)*eigvec_max(A)'"),
        ("min(eigvals(A))", "eigvec_min(A)*eigvec_min(A)'"),
        ("logsumexp(eigvals(A))", "expm(A)/tr(expm(A))"),
        ("sum(log(1 + eigvals(A).^2))", "2*inv(eye(n) + A^2)*A"),
    ],
)
def test_symmetric_functions_of_eigenvalues_have_forms(text: str, form: str) -> None:
    f = td.parse(text, **SYMMETRIC)
    made = td.diff(f, "A")
    assert str(made.matrix_form()) == form
    np.testing.assert_allclose(made.evaluate(A=S), central(_symmetric(lambda a: f.evaluate(A=a)), S), rtol=1e-6, atol=1e-7)


MANY = ["norm_p(singvals(X),1.5)", "sum(log(eigvals(X*X' + eye(3))).^2)", "lambda_max(X*X')*norm_spec(X)"]


@pytest.mark.parametrize("text", MANY)
def test_many_points_are_computed_in_blocks(text: str) -> None:
    """More points than are computed at a time; factorisations belong to their points."""
    f = td.parse(text, shapes={"X": (3, 4)})
    outputs = [f, td.diff(f, "X"), td.diff(f, "X", "X")]
    program = td.compile(outputs)
    many = np.random.default_rng(6).normal(size=(2500, 3, 4))
    stacked = program(X=many)
    for number in (0, 511, 513, 2499):
        for found, output in zip(stacked, outputs, strict=True):
            np.testing.assert_allclose(found[number], output.evaluate(X=many[number]), rtol=1e-6, atol=1e-7)
