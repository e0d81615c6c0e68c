"""Declared shapes, structures, assumptions and `where` names; what contradicts is refused."""

import pytest

import tensordiff as td
from tensordiff.errors import ParseError, ShapeError, TensordiffError, UnknownNameError
from tensordiff.functions import Undefined
from tensordiff.matrix import shape_text, text
from tensordiff.parse import declare, parse, parse_answer, parse_matrix
from tensordiff.tensor import Assumption, Dim, Structure


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (("n", "m"), "n-by-m"), ("n m", "n-by-m"), ("n,m", "n-by-m"), (("n",), "n-by-1"), ("n", "n-by-1"), ((), "scalar"),
        ("", "scalar"), (3, "3-by-1"), ((3, "n"), "3-by-n"), ("n*m", "(n*m)-by-1"), ("n*m p", "(n*m)-by-p"),
        (("n", 1), "n-by-1"), ((1, "n"), "1-by-n"), (("n", "m", "p"), "n-by-m-by-p"), ("n^2 n", "(n*n)-by-n"),
        ((Dim.named("n"), "m"), "n-by-m"), (["n", "m"], "n-by-m"), ("n*(n+1)/2", "n*(n+1)/2-by-1"),
    ],
)  # fmt: skip
def test_shapes(shape, expected):
    assert shape_text(declare({"A": shape}).symbols["A"].shape) == expected


def test_structures_and_assumptions():
    scope = declare({"V": "n n", "x": "n", "S": "m m"}, {"V": "positive-definite", "S": "lower_triangular"}, {"x": "positive"})
    symbols = {name: node.data[0] for name, node in scope.symbols.items()}
    assert symbols["V"].structure is Structure.POSITIVE_DEFINITE
    assert symbols["S"].structure is Structure.LOWER
    assert symbols["x"].assumption is Assumption.POSITIVE
    assert list(scope.dims) == ["n", "m"]


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (({"V": "n n"}, {"V": "symetric"}), "did you mean symmetric? there are general, symmetric"),
        (({"V": "n n"}, {"W": "symmetric"}), "W is given a structure, but is not declared"),
        (({"V": "n n"}, {}, {"W": "positive"}), "W is given an assumption, but is not declared"),
        (({"V": "n n"}, {}, {"V": "nice"}), "there are none, positive, nonzero"),
        (({"V": "n m"}, {"V": "symmetric"}), "needs a square matrix"),
        (([("V", "n n"), ("V", "n")],), "V is declared twice"),
        (({"n": "n m"},), "n is declared twice: as "),
        (({"inv": "n n"},), "inv cannot be declared: it is a function"),
        (({"pi": ()},), "pi cannot be declared"),
        (({"x y": "n"},), "cannot be a name"),
        (({"2x": "n"},), "cannot be a name"),
        (({"x": "sum"},), "sum cannot be declared: it is a function"),
        (({"x": 0},), "size must be positive"),
        (({"x": "n-1"},), "cannot read the size"),
    ],
)  # fmt: skip
def test_contradictions(arguments, fragment):
    with pytest.raises(TensordiffError) as caught:
        declare(*arguments)
    assert fragment in str(caught.value)


SHAPES = {"A": "n n", "x": "n"}


@pytest.mark.parametrize(
    ("where", "fragment"),
    [
        ({"A": "x*x'"}, "A is defined by `where`, but is declared as a symbol"),
        ({"n": "x'*x"}, "n is defined by `where`, but is declared as a size"),
        ({"exp": "x'*x"}, "exp cannot be declared: it is a function"),
        ({"P": "Q*A", "Q": "R", "R": "A*P"}, "the definitions go in a circle: P uses Q uses R uses P"),
        ({"P": "P*A"}, "the definitions go in a circle: P uses P"),
        ({"P": "A*Q"}, "in the definition of P: unknown name Q"),
        ({"P": "A[i,j]"}, "in the definition of P: the indices i,j are open"),
        ({"P": ""}, "in the definition of P: the expression is empty"),
    ],
)
def test_definitions_refused(where, fragment):
    with pytest.raises(TensordiffError) as caught:
        parse("A*x", SHAPES, where=where)
    assert fragment in str(caught.value)


def test_a_circle_shows_the_use_that_closes_it():
    with pytest.raises(ParseError) as caught:
        parse("A*x", SHAPES, where={"P": "A*Q", "Q": "2*P"})
    assert (caught.value.text, caught.value.start, caught.value.end) == ("2*P", 2, 3)


def test_undeclared_names_are_errors_once_shapes_are_given():
    with pytest.raises(ParseError, match="unknown name b"):
        parse("A*b", SHAPES)
    with pytest.raises(ParseError, match="no name is declared"):
        parse("A*b", {})


def test_further_text_in_the_same_scope():
    expression, scope = parse("x'*P*x", SHAPES, where={"P": "inv(A)"})
    answer, wider = parse_answer("Q*x", scope, where={"Q": "P + P'"})
    assert shape_text(answer.shape) == "n-by-1"
    assert list(wider.where) == ["P", "Q"] and list(scope.where) == ["P"]
    assert parse_matrix("x'*P*x", wider) is expression
    with pytest.raises(UnknownNameError, match="P is declared twice"):
        parse_answer("x", scope, where={"P": "A"})
    assert parse_answer("x", scope, where={"P": "inv(A)"})[1] == scope


def test_names_are_normalised_as_python_identifiers_are():
    expression, scope = parse("𝐗*x₁", {"𝐗": "n n", "x₁": "n"})
    assert list(scope.symbols) == ["X", "x1"]
    assert parse_matrix("X*x1", scope) is expression


def test_size_names_are_numbers():
    expression, scope = parse("n*x/m", {"x": "n", "A": "n m"})
    assert parse_matrix("(n*x)/m", scope) is expression
    with pytest.raises(ShapeError):
        parse("n'*x*x", {"x": "n"})


def test_functions_of_ones_own_and_their_derivatives():
    expression, scope = parse("x'*f(A*x) + sum(f'(x))", SHAPES, functions=[Undefined("f")])
    assert text(expression) == "x'*f(A*x) + sum(f'(x))"
    assert parse_matrix("x'*f(A*x) + sum(f'(x))", scope) is expression
    assert text(parse("f(A*x)", functions=[Undefined("f")])[0]) == "f(A*x)"
    with pytest.raises(ParseError, match="unknown function gg"):
        parse("gg(x)", SHAPES, functions=[Undefined("f")])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("F = inv(X'*inv(V)*X)", "inv(X'*inv(V)*X)"), ("f(x) = x'*A*x", "x'*A*x"), ("F(V) = inv(V)", "inv(V)"),
        (r"$\Sigma = A V A^T$", "A*V*A'"), (r"\mathcal{L}(w) = \|Xw - y\|^2", "norm2(X*w - y)^2"),
    ],
)  # fmt: skip
def test_a_definition_is_read_as_what_it_defines(text, right):
    assert str(td.parse(text)) == right


def test_an_equation_of_what_is_declared_is_no_definition():
    for written in ("F = inv(V)", "X*F = V", "f = F = V"):
        with pytest.raises(ParseError, match="= is not an operator") as caught:
            td.parse(written, shapes={"F": "n n", "V": "n n", "X": "n n"})
        assert caught.value.text == written
    with pytest.raises(ParseError) as caught:
        td.parse("G = inv(V", shapes={"V": "n n"})
    assert caught.value.text == "G = inv(V"
