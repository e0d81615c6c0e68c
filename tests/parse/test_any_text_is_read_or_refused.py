"""Whatever is typed gives an expression or a TensordiffError with a place inside the text, never anything else."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tensordiff.errors import TensordiffError
from tensordiff.matrix import Matrix
from tensordiff.parse import parse

SHAPES = {"A": "n n", "X": "n m", "x": "n", "a": (), "T": "n m p", "K": "n n"}
PIECES = [
    "A", "X", "x", "a", "T", "K", "n", "m", "2", "0.5", "1e-3", "0", " ", " ", "(", ")", "[", "]", ",", ";", "+", "-", "*",
    "/", "^", ".*", "./", ".^", "'", ".T", "->", "i", "j", "inv(", "tr(", "K(", "D(n)", "eye(", "ones(n)", "vector(1)", "eye",
    "exp(", "sum(", "kron(", "vec(", "diag(", "vech(", "[i,j]", "-> [i]", "-> []", "|", "||", "‖", "‖x‖₂", "⁻¹", "ᵀ", "²",
    "⊗", "⊙", "·", "−", "π", "Σ", "²ᵀ", "⁽ⁿ⁾", "\n", "@", "=", "_", "__", "q",
    "norm(", "A[1,:]", "A[:,2]", "x[1:2]", "x[2:]", "A[i,:]", "A[1:2,2:3]", "1:2", ":", "grad f", "dX", "r(x)", "1/2n",
]  # fmt: skip
LATEX = [
    *PIECES, "{", "}", "$", "\\", r"\frac{", r"\frac", r"\sqrt", r"\sqrt[3]{", r"\log", r"\det", r"\left(", r"\right)", "^{-1}",
    "^{T}", "^T", r"^\top", "_1", "_{ij}", "_n", r"\operatorname{tr}", r"\mathbf{X}", r"\mathbf{1}", r"\Sigma", r"\otimes",
    r"\odot", r"\cdot", r"\|", r"\left|", r"\right|", r"\begin{bmatrix}", r"\end{bmatrix}", "&", r"\\", r"\hat{x}",
    r"^{\circ 2}", r"\exp", "I_n", "K_{n,m}", r"\begin{cases}", r"\end{cases}", "& i=j", r"& i \ne j", r"\text{otherwise}",
    "a^{l-1}", "W^L", "W^{[l]}", "2xTr(", r"\mathbf x_i", r"\sum_{i=1}^N", r"\sum_{ijkl}", r"\sum_i", "X_{i,:}", "X_{:,j}",
    "x^T_1", "x^T_i", r"\nabla_X", r"\partial", r"\delta_{ij}", r"\begin{cases} a & i=j \\ x_i & i\ne j\end{cases}",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(LATEX), max_size=12).map("".join), st.booleans())
@example("|\\log|", True)
@example("_", True)
@example("\\frac", True)
@example("'", False)
@example("A[", True)
@example("[]", True)
@example("½*x", False)
@example("[A 2 x]", True)
@example("K_{²2 n, m} ", True)
@example(r"\frac1¹", True)
@example(r"x_{₂}", True)
@example("vech(kron(A,A))*vector(1)", False)
@example("vech(vech(S)*vech(S)')", False)
def test_pieces(text, declared):
    check(text, declared)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.booleans())
def test_plain_pieces(text, declared):
    check(text, declared)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12))
def test_any_characters(text):
    check(text, True)
    check(text, False)


def check(text: str, declared: bool) -> None:
    try:
        expression, _ = parse(text, SHAPES if declared else None)
    except TensordiffError as error:
        assert error.message
        assert str(error)
        if error.text is not None:
            assert 0 <= error.start <= error.end <= len(text)
    else:
        assert isinstance(expression, Matrix)
