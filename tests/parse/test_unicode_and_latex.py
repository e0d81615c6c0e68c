"""Unicode and LaTeX input mean what the plain text beside them means."""

import numpy as np
import pytest

from tensordiff.errors import TensordiffError
from tensordiff.lower import lower
from tensordiff.matrix import text
from tensordiff.parse import parse, parse_answer
from tensordiff.render import latex, unicode
from tests.lower.cases import INDEX_CASES, MATRIX_CASES, SIZES, arrays
from tests.lower.cases import SCOPE as CASE_SCOPE
from tests.reference import value

SCOPE = parse(
    "a",
    {
        "A": ("n", "n"), "B": ("n", "n"), "V": ("n", "n"), "Sigma": ("n", "n"), "X": ("n", "m"), "x": ("n",), "y": ("n",),
        "z": ("m",), "mu": ("n",), "beta": ("m",), "beta_0": (), "x_1": ("n",), "a": (), "k": (), "lambda": (), "b_hat": (),
        "rank": (), "u": ("n*m",),
    },
)[1]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("(Xᵀ·V⁻¹·X)⁻¹", "inv(X'*inv(V)*X)"),
        ("A⁻ᵀ·x", "inv(A)'*x"),
        ("A² − B³", "A^2 - B^3"),
        ("A¹⁰", "A^10"),
        ("Aᵏ", "A^k"),
        ("A⁽ᵏ⁻¹⁾", "A^(k-1)"),
        ("Aᵀ²", "(A')^2"),
        ("A ⊗ B", "kron(A,B)"),
        ("A ⊗ B*A", "kron(A,B*A)"),
        ("A*B ⊗ A", "kron(A*B,A)"),
        ("A ⊙ B ∘ A ⊘ B", "A.*B.*A./B"),
        ("2×a·x ÷ k", "2*a*x/k"),
        ("‖x − y‖²", "norm2(x-y)^2"),
        ("‖X‖_F² + ‖x‖₁ − ‖y‖₂ + ||z||", "norm2(X)^2 + norm1(x) - norm2(y) + norm2(z)"),
        ("|a|·|A| + |a·|k||", "abs(a)*det(A) + abs(a*abs(k))"),
        ("log(|A|)", "logdet(A)"),
        ("Σ⁻¹·(x − μ)", "inv(Sigma)*(x - mu)"),
        ("√(a) + π", "sqrt(a) + pi"),
        ("x’·y", "x'*y"),
        ("A[i,j]·x[j] → [i]", "A[i,j]*x[j] -> [i]"),
    ],
)  # fmt: skip
def test_unicode(written, plain):
    assert parse_answer(written, SCOPE)[0] is parse_answer(plain, SCOPE)[0]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("(X^T V^{-1} X)^{-1}", "inv(X'*inv(V)*X)"),
        (r"X^\top A^{\top} x", "X'*A'*x"),
        (r"X^{\mathsf{T}}X", "X'*X"),
        (r"A^{\mathrm T} A^\intercal A^{\prime} A'", "A'*A'*A'*A'"),
        (r"A^{-T}A^{-\top}", "inv(A)'*inv(A)'"),
        (r"$x^TAx$", "x'*A*x"),
        (r"\frac{1}{2} x^T A x - \frac{a}{k} + \frac12", "1/2*x'*A*x - a/k + 1/2"),
        (r"\dfrac{x^\top y}{\frac{a}{k}}", "(x'*y)/(a/k)"),
        (r"$1/2 a k$", "1/2*a*k"),
        (r"\sqrt{x^\top x} + \sqrt[3]{a}", "sqrt(x'*x) + a^(1/3)"),
        (r"\operatorname{tr}(AB)^2", "tr(A*B)^2"),
        (r"\operatorname{tr} A^2 + \mathrm{tr}\left[A\right]", "tr(A^2) + tr(A)"),
        (r"\log\det\Sigma - \log|A| + \ln \det(V)", "logdet(Sigma) - logdet(A) + logdet(V)"),
        (r"\log \operatorname{tr} A + \log \operatorname{tr}(A)", "log(tr(A)) + log(tr(A))"),
        (r"\log\det(V)^2 - \log|V|^2", "log(det(V)^2) - log(det(V)^2)"),
        (r"\log\left(\det V\right)", "log(det(V))"),
        (r"\exp\{-a\} \sin(a)^2 \cos a", "exp(-a)*sin(a)^2*cos(a)"),
        (r"\log a \log k", "log(a)*log(k)"),
        (r"(B^T \otimes A)\operatorname{vec}(A)", "kron(B',A)*vec(A)"),
        (r"A \odot B \circ A", "A.*B.*A"),
        (r"A \odot B A", "A.*(B*A)"),
        (r"A B \otimes A", "kron(A*B,A)"),
        (r"A \otimes B A", "kron(A,B*A)"),
        (r"\log a k", "log(a*k)"),
        (r"\log\det(A) a", "logdet(A)*a"),
        (r"\det A B", "det(A*B)"),
        (r"A^{\dagger}", "pinv(A)"),
        (r"\mathbf{AB}", "A*B"),
        (r"\sum_i x_i", "x[i] -> []"),
        (r"A \odot \frac{1}{2} B", "A.*(1/2*B)"),
        (r"2 A \otimes a B k", "kron(2*A, a*B*k)"),
        (r"$1/2 A \odot 2 a B$", "(1/2*A).*(2*a*B)"),
        (r"A^{\circ 2} + A^{\odot (-1)}", "A.^2 + A.^(-1)"),
        (r"a \cdot A \times B", "a*A*B"),
        (r"\|X z - y\|_2^2 + \lVert x \rVert_1 + \left\|X\right\|_{\mathrm{F}}^{2}", "norm2(X*z-y)^2 + norm1(x) + norm2(X)^2"),
        (r"\left|a\right|\lvert a \rvert", "abs(a)*abs(a)"),
        (r"(x-\mu)^\top\Sigma^{-1}(x-\mu)", "(x-mu)'*inv(Sigma)*(x-mu)"),
        (r"\beta_0 X\beta + x_1 + x_{1}", "beta_0*X*beta + x_1 + x_1"),
        (r"\boldsymbol{\Sigma}\mathbf{x} + \mathbf A \bm{y}", "Sigma*x + A*y"),
        (r"\hat{b} \lambda \mathrm{rank}", "b_hat*lambda*rank"),
        (r"$2x + a(x + y) - 3(a)x$", "2*x + a*(x+y) - 3*a*x"),
        (r"A^{k-1} A^k A^{2}", "A^(k-1)*A^k*A^2"),
        (r"\begin{bmatrix} A & B \\ B^T & A \\ \end{bmatrix}", "[A, B; B', A]"),
        (r"\bigl( A \bigr)^{-1}\,x", "inv(A)*x"),
        (r"-A^{-1} x", "-inv(A)*x"),
        (r"I_n x + \mathbf{1}_{n} + x",
         "eye(n)*x + ones(n) + x"),
        (r"K_{n,m}^\top u - \mathbf{1}_{n m}", "K(n,m)'*u - ones(n*m)"),
        (r"K_{2 n, m}", "K(2*n,m)"),
        (r"0_{n \times 2} + \mathbf{1}_{n\times 2}", "zeros(n,2) + ones(n,2)"),
        (r"{A}{B}^{T}", "A*B'"),
        (r"\pi a", "pi*a"),
        (r"X^{T}X", "X'*X"),
        (r"$tr(A) + logdet V$", "tr(A) + logdet(V)"),
        (r"kron(A, B)^{-1}", "kron(A,B)^-1"),
    ],
)  # fmt: skip
def test_latex(written, plain):
    assert parse_answer(written, SCOPE)[0] is parse_answer(plain, SCOPE)[0]


def test_letters_stand_for_products_unless_declared():
    assert text(parse("$AXB$", {"A": "n n", "X": "n n", "B": "n n"})[0]) == "A*X*B"
    assert text(parse("$AX B$", {"A": "n n", "AX": "n n", "B": "n n"})[0]) == "AX*B"


def test_greek_letters_and_their_names_are_one_name():
    assert text(parse("Sigma*x", {"Σ": "n n", "x": "n"})[0]) == "Σ*x"
    assert text(parse(r"\Sigma_1 x", {"Σ_1": "n n", "x": "n"})[0]) == "Σ_1*x"


def test_exponent_t_is_a_power_where_t_is_a_number():
    assert text(parse("A^T", {"A": "n n"})[0]) == "A'"
    assert text(parse("A^T*T", {"A": "n n", "T": "n n"})[0]) == "A'*T"
    assert text(parse("A^T", {"A": "n n", "T": ()})[0]) == "A^T"
    with pytest.raises(TensordiffError, match="not clear"):
        parse("$A^T$", {"A": "T T"})
    assert text(parse("$x^Tx$", {"x": "T"})[0]) == "x'*x"
    assert text(parse("A^-T", {"A": "n n", "T": "n n"})[0]) == "inv(A)'"


@pytest.mark.parametrize(
    "written",
    [r"a / k x \,", r"A \odot B \otimes A", r"\log a / k", r"\sin^2 a", r"A^*\,",
     r"x_{i+1}", r"(A)_1\,", r"\frac{a}", r"\sqrt", r"\log", r"(\log)",
     r"\begin{matrix} \log \end{matrix}", r"|\log|",
     r"\mathbf{1}", r"\left( A \right]", r"\begin{bmatrix} A", r"A 2\,", "2 3", "A ⊙ B ⊗ A",
     r"\sum_{i=2}^n x_i", r"\sum_{i=1}^m x_i"],
)  # fmt: skip
def test_what_print_leaves_open_is_refused(written):
    with pytest.raises(TensordiffError):
        parse_answer(written, SCOPE)


CASES = [node for node, _ in MATRIX_CASES + INDEX_CASES]


@pytest.mark.parametrize("node", CASES, ids=[text(node) for node in CASES])
def test_printed_forms_read_back(node):
    printed = text(node)
    assert parse_answer(printed, CASE_SCOPE)[0] is node
    # print has sums over indices, roots of matrices and matrix norms that are not read
    if not any(mark in printed for mark in ("norm1(", "->", "sqrtm", "tril", "triu")):
        want = value(lower(node), arrays(), SIZES)
        for again in (f"${latex(node)}$", unicode(node)):
            np.testing.assert_allclose(value(lower(parse_answer(again, CASE_SCOPE)[0]), arrays(), SIZES), want)
