"""Every error says what is wrong in the user's words and shows the place in the user's text."""

import re

import pytest

from tensordiff.errors import BlockError, DomainError, ParseError, ShapeError, TensordiffError
from tensordiff.parse import parse

SHAPES = {
    "A": ("n", "n"), "B": ("n", "n"), "X": ("n", "m"), "Y": ("m", "p"), "x": ("n",), "y": ("n",), "z": ("m",), "a": (),
    "T": ("n", "m", "p"),
}  # fmt: skip

CASES = [
    # malformed text: the place is the part in «»
    ("A*«(»A + A", ParseError, "never closed"),
    ("A + A«)»", ParseError, "closes nothing"),
    ("A*(A + A«]»", ParseError, "does not close the ( at character 3"),
    ("A[i,j«)» -> [i]", ParseError, "does not close the [ at character 2"),
    ("A + «*» A", ParseError, "two operators in a row: + and *"),
    ("A * «*» A", ParseError, "two operators in a row"),
    ("A «+»", ParseError, "the text ends after +"),
    ("«*»A", ParseError, "an operand is missing before *"),
    ("tr«(»A,", ParseError, "never closed"),
    ("tr(A,«)»", ParseError, "an operand is missing before )"),
    ("tr(«)»", ParseError, "an operand is missing before )"),
    ("A«,»B", ParseError, "cannot stand here"),
    ("x «=» y", ParseError, "= is not an operator"),
    ("A + «#»", ParseError, "unexpected character '#'"),
    ("A[i,j] -> [i] «->» [i]", ParseError, "an arrow cannot stand here"),
    ("A[i,«+»] -> [i]", ParseError, "cannot read"),
    ("«[»A B; A", ParseError, "never closed"),
    ("«1e9999»*A", ParseError, "too long"),
    # names
    ("A*«Q»", ParseError, "unknown name Q"),
    ("A*«alpha»", ParseError, "unknown name alpha"),
    ("«foo»(A)", ParseError, "unknown function foo"),
    ("«logdte»(A)", ParseError, "unknown function logdte"),
    ("«inv»*A", ParseError, "inv is a function"),
    ("A(1«,»2)", ParseError, "cannot stand here"),
    ("eye(«q»)", ParseError, "unknown name q"),
    ("eye(«x»)", ParseError, "x is not a size"),
    ("ones(«n-m»)", ParseError, "n-m is not a size"),
    ("«ones(n,m,n)»", ParseError, "one or two sizes"),
    ("«eye(n,m)»", ShapeError, "is not square"),
    ("«D(n*m)»", ShapeError, "one dimension"),
    # shapes, at the operator that fails
    ("A*B*X«*»A*X", ShapeError, "A*B*X (n-by-m) and A (n-by-n)"),
    ("x«*»y", ShapeError, "x (n-by-1) and y (n-by-1)"),
    ("2*A*x + (a*A*x«*»A)'*x", ShapeError, "a*A*x (n-by-1) and A (n-by-n)"),
    ("A + B - B«+»X", ShapeError, "A (n-by-n) and X (n-by-m)"),
    ("1 + A«+»x", ShapeError, "A (n-by-n) and x (n-by-1)"),
    ("x«-»z", ShapeError, "cannot subtract z (m-by-1) from x (n-by-1)"),
    ("A «$» B", ParseError, "dollar signs go around the whole formula"),
    ("A «?» B", ParseError, "unexpected character '?'"),
    ("A «~» B", ParseError, "unexpected character '~'"),
    ("A.*B«.*»x", ShapeError, "(n-by-n) and x (n-by-1)"),
    ("x«./»z", ShapeError, "x (n-by-1) and z (m-by-1)"),
    ("A«/»B", ShapeError, "cannot divide by B (n-by-n)"),
    ("inv(A*«tr(X)»)", ShapeError, "tr needs a square matrix, got X (n-by-m)"),
    ("A*«inv(X)»", ShapeError, "inv needs a square matrix, got X (n-by-m)"),
    ("«X^2»", ShapeError, "square"),
    ("x*«x^2»'", ShapeError, "square"),
    ("«A^0.3»", DomainError, "integer"),
    ("«A^x»", ShapeError, "exponent x"),
    ("«T'»", ShapeError, "3 axes"),
    ("«x[i,j]» -> [i,j]", ShapeError, "2 indices"),
    ("«A[i]» -> [i]", ShapeError, "1 indices"),
    ("A[i,j]«*»X[j,i] -> []", ShapeError, "the index i runs over n in A[i,j] and over m in X[j,i]"),
    ("A[i,j]«*»B -> [i,j]", ShapeError, "B"),
    ("«inv(A[i,j])» -> [i,j]", ShapeError, "inv"),
    ("«A[i,j]*B[j,k] -> [i,l]»", ShapeError, "index l"),
    ("«A[i,j] -> [i,i]»", ShapeError, "twice"),
    ("«A[i,j]*x[j]»", ParseError, "the indices i,j are open"),
    ("A[i,«1.5»] -> [i]", ParseError, "not an index"),
    ("A[i,j] -> [i,«2»]", ParseError, "not an index"),
    ("«x[0]»", ShapeError, "place 0"),
    ("[A B; «X» A]", BlockError, "differ in their columns"),
    ("«[A B; A]»", ParseError, "different lengths"),
    ("sum(«vector(1)»)", ParseError, "does not follow"),
    ("«vector(1,2)»*x", ParseError, "one argument"),
    # Unicode and LaTeX keep their own places
    ("Xᵀ«·»Xᵀ", ShapeError, "X' (m-by-n) and X' (m-by-n)"),
    ("«‖A‖₁»", ShapeError, "norm of A"),
    ("«|x|»", ShapeError, "norm2(x)"),
    (r"x^\top X «x»", ShapeError, "x'*X (1-by-m)"),
    (r"A^{-1} «Q»", ParseError, "unknown name Q"),
    (r"\frac{x}«{»a", ParseError, "never closed"),
    (r"\log a «\cdot» a", ParseError, "argument of the function ends"),
    (r"a / a «a» \,", ParseError, "divided or divides"),
    (r"A \odot B «\otimes» A", ParseError, "two kinds"),
    (r"A«^{*}» \,", ParseError, "conjugates"),
    (r"A^{\top} «\nabla x»", ParseError, "a derivative cannot stand here"),
    (r"«\int» x", ParseError, "integrals are not read"),
    (r"\log«^»2 a", ParseError, "cannot follow the function name"),
    (r"«\sum_i *» x_i", ParseError, "a sign stands before * alone"),
    (r"«\sum_i /» x_i", ParseError, "a sign stands before / alone"),
    (r"«\sum_i»", ParseError, "stands before nothing"),
    (r"«\sum_i + x»", ShapeError, "nothing that is summed has the index i"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "kind", "fragment"), CASES, ids=[case[0] for case in CASES])
def test_place_and_message(marked, kind, fragment):
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(kind) as caught:
        parse(text, SHAPES)
    error = caught.value
    assert type(error) is kind
    assert error.text == text
    assert f"{text[: error.start]}«{text[error.start : error.end]}»{text[error.end :]}" == marked
    assert fragment in str(error)


def test_the_message_shows_a_caret():
    with pytest.raises(ShapeError) as caught:
        parse("A*x*y'*Y", SHAPES)
    assert str(caught.value).splitlines()[:3] == [
        "cannot multiply A*x*y' (n-by-n) and Y (m-by-p)",
        "    A*x*y'*Y",
        "          ^",
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_empty(text):
    with pytest.raises(ParseError, match="empty"):
        parse(text, SHAPES)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("A*Y1", "did you mean Y?"), ("lodget(A)", "did you mean logdet?"),
     ("x*y", "x'*y is the inner product"),
     ("A/B", "A*inv(B)"), ("x^2", "write .^"), ("A*Q", "declared are A, B, X"), ("A[i,j]", "-> [i,j]")],
)  # fmt: skip
def test_hints(text, hint):
    with pytest.raises(TensordiffError) as caught:
        parse(text, SHAPES)
    assert hint in str(caught.value)


def test_errors_in_a_definition_say_which():
    with pytest.raises(ShapeError, match=r"in the definition of P: inv needs a square matrix") as caught:
        parse("P*x", SHAPES, where={"P": "A*inv(X)"})
    assert (caught.value.text, caught.value.start) == ("A*inv(X)", 2)
    with pytest.raises(ParseError, match=r"in the definition of P: this \( is never closed"):
        parse("P*x", SHAPES, where={"P": "A*(B"})


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("inner(x,z)", "x'*y for vectors"),
        ("matmul(x,z)", "A*B"),
        ("norm(A)", "norm2(A)"),
        ("logdte(A)", "logdet"),
    ],
)
def test_an_unknown_function_says_what_to_write(theirs: str, ours: str) -> None:
    with pytest.raises(ParseError, match=re.escape(ours)):
        parse(theirs, shapes=SHAPES)
