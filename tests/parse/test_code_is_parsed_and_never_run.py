"""Code is read by a list of what is known: all else is an error at its place, and nothing is ever executed."""

import builtins
import os
import random
import time
from contextlib import suppress

import pytest

import tensordiff as td
from tensordiff.parse.arrays.reading import READERS
from tensordiff.parse.code import code_language

SHAPES = {"X": "n m", "w": "m", "y": "n", "A": "m m", "lambda": "", "beta": "m", "lam": "m"}

MARKED = [
    ("X @ «q»", "unknown name q"),
    ("X @ «np.foo(w)»", "unknown function foo"),
    ("X @ («w.real»)", ".real is not read"),
    ("«[v for v in X]» @ w", "ListComp is not read"),
    ("X @ w «if True else» y", "IfExp"),
    ("X «@» «»", "invalid syntax"),
    ("«X @ y»", "inner lengths differ"),
    ("np.exp(X) «+ y»", "cannot be combined"),
    ("lambda «q»: X@w", "the parameter q is no declared name"),
    ("np.sum(X, «axis»=5)", "has no axis 5"),
    ("2*X'*(X «@» w)", "unterminated"),
    ("X.T@«w[0:1]»", "parts of an axis"),
    ("np.linalg.norm(X, 2)", "operator norms"),
    ("np.exp«.(»X)", "marks of two languages"),
]


@pytest.mark.parametrize(("marked", "fragment"), MARKED)
def test_what_is_not_read_is_an_error_that_says_so(marked, fragment):
    with pytest.raises(td.TensordiffError) as caught:
        td.parse(marked.replace("«", "").replace("»", ""), shapes=SHAPES)
    assert fragment in str(caught.value)
    assert caught.value.text is not None


DANGEROUS = [
    "__import__('os').system('ls') @ w",
    "np.lib.npyio.os.system('ls') @ w",
    "(lambda: exec('x=1'))() @ w",
    "X.__class__.__bases__ @ w",
    "open('/etc/passwd').read() @ w",
    "np.load('x') @ w",
    "eval('X') @ w",
    "np.fromfile('x') @ w",
    "f'{X}' @ w",
    "(x := X) @ w",
    "del X\nX @ w",
    "import os\nos.system('ls') @ w",
    "while True: pass\nX @ w",
    "def f(w=open('x')):\n    return X @ w",
    "@open\ndef f(w):\n    return X @ w",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_is_executed(text, monkeypatch):
    def forbidden(*arguments, **keywords):
        raise AssertionError("code was run")

    monkeypatch.setattr(builtins, "eval", forbidden)
    monkeypatch.setattr(os, "system", forbidden)
    with pytest.raises(td.TensordiffError):
        td.parse(text, shapes=SHAPES, language="python")


PIECES = {
    "python": "X w y A @ * + - / ** ( ) [ ] , : .T .dot( .sum( axis=0 np.exp( np.linalg.inv( None ... lambda def return = \n "
    "2 0.5 np.einsum('ij,j->i', 'fro' True > < .reshape( -1 np.outer( n m # q np. torch. .shape[0]",
    "matlab": "X w y A * .* + - / ./ \\ ^ .^ ' .' ( ) [ ] , : ; inv( sum( , 1) norm( 'fro' 2 0.5 = \n % n eye( ones( end > q .",
    "julia": "X w y A * .* + .+ - .- / \\ ^ ' ( ) [ ] , exp.( sum( dims=1 tr( Diagonal( I 2 1/2 # = \n n .",
    "r": "X w y A * %*% %o% + - / ^ ( ) [ ] , t( crossprod( solve( diag( sum( 2 <- \n # n q \"F\" norm(",
    "mathematica": "X w y A . * + - / ^ ( ) [ ] , Transpose[ Inverse[ Tr[ Exp[ Outer[ Times 2 IdentityMatrix[ n ] q",
}  # fmt: skip


@pytest.mark.parametrize("language", PIECES)
def test_any_text_is_read_or_refused_within_budget(language):
    pieces, choice = PIECES[language].split(" "), random.Random(11)
    began, read = time.perf_counter(), 0
    for _ in range(600):
        text = choice.choice(["", " "]).join(choice.choice(pieces) for _ in range(choice.randint(1, 14)))
        try:
            td.parse(text, shapes=SHAPES, language=language)
            read += 1
        except td.TensordiffError:
            pass
    assert read
    assert time.perf_counter() - began < 30


@pytest.mark.parametrize("language", READERS)
@pytest.mark.parametrize("piece", ["(", "-", "w+", "w*", "exp(", "[", "w'", "t(", "np.exp(", "X.T@"])
def test_long_and_deep_texts(language, piece):
    for text in (piece * 3000, piece * 3000 + "w", piece * 3000 + "w" + ")" * 3000):
        with suppress(td.TensordiffError):
            td.parse(text, shapes=SHAPES, language=language)


TOLD = {
    "2*X.T@(X@w-y)": "python",
    "X**2": "python",
    "np.exp(w)": "python",
    "X.dot(w)": "python",
    "lambda w: 2*w": "python",
    "def f(w):\n    return w": "python",
    "w[:, None]*y": "python",
    "2*X.'*(X*w-y)": "matlab",
    "A\\w": "matlab",
    "(X'*X)\\(X'*y)": "matlab",
    "exp.(X)*w": "julia",
    "X*w .- y": "julia",
    "t(X)%*%y": "r",
    "crossprod(X, y)": "r",
    "Transpose[X].y": "mathematica",
    "2*X.T*(X*w-y)": None,
    "2*X'*(X*w-y)": None,
    "x.*y./z.^2": None,
    "1.*x + 2.-y": None,
    "sum(X,1)": None,
    r"X^T(Xw - y)": None,
    r"\frac{1}{2}\|X w\|^2": None,
    r"A\beta": None,
    r"2X^T\lambda w": None,
    "A\\lam": "matlab",
    r"X^{\top}\left(X w\right)": None,
    "A[i,j]*x[j] -> [i]": None,
    "f = A.*B": None,
}


@pytest.mark.parametrize(("text", "language"), TOLD.items())
def test_the_language_is_told_by_marks(text, language):
    assert code_language(text, None, SHAPES) == language


def test_marks_of_two_languages_are_refused_and_language_decides():
    with pytest.raises(td.ParseError, match="two languages"):
        td.parse("X**2 .- exp.(X)", shapes=SHAPES)
    with pytest.raises(td.ParseError, match="known are"):
        td.parse("X", shapes=SHAPES, language="cobol")
    # ^ is the power of a matrix in MATLAB, entry by entry in R
    cube = {language: td.parse("A^3", shapes=SHAPES, language=language) for language in ("matlab", "r")}
    assert td.equal(cube["matlab"], td.parse("A*A*A", shapes=SHAPES))
    assert td.equal(cube["r"], td.parse("A.*A.*A", shapes=SHAPES))


def test_verdicts_on_code_are_proved():
    f = td.parse("norm2(X*w-y)^2", shapes=SHAPES)
    verdict = td.check("def grad(X, w, y):\n    r = X @ w - y\n    return 2 * X.T @ r", f, "w")
    assert verdict and verdict.method == "proved"
    assert td.check("2*(y - X@w) @ X", f, "w").factor == -1
    assert td.check("2*(X@w - y) @ w.T", f, "X")  # the outer product, of vectors whose lengths differ
    assert td.check("2*X'*(X*w - y)", f, "w", language="matlab")


@pytest.mark.parametrize("name", ["lam", "lambda_", "lmbda", "lambda", "lamda"])
def test_a_name_that_is_a_word_of_python(name):
    f = td.parse("norm2(X*w)^2 + lambda*norm2(w)^2", shapes={"X": "n m", "w": "m", "lambda": ""})
    assert td.check(f"2*X.T @ (X @ w) + 2*{name}*w", f, "w")
    assert td.check(f"lambda w: 2*X.T @ (X @ w) + 2*{name}*w", f, "w")


def test_functions_by_position_and_their_errors():
    f = td.parse("norm2(X*w-y)^2", shapes={name: SHAPES[name] for name in "Xwy"})
    assert td.check(lambda *arrays: 2 * arrays[0].T @ (arrays[0] @ arrays[1] - arrays[2]), f, "w")

    def wrong(X, w, y):
        return X @ y

    with pytest.raises(td.EvaluationError, match=r"the claim fails in line \d+"):
        td.check(wrong, f, "w")
