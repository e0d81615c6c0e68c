"""An index that is not on the right is summed within the smallest additive term that contains it."""

import pytest

import tensordiff as td

SHAPES = {"A": "n m", "B": "n m", "x": "m", "b": "n", "c": "n", "y": "n", "a": "", "X": "n m", "u": "n"}


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("a*(A[i,j]*x[j]+b[i]) -> [i]", "a*(A*x+b)"),
        ("2*(A[i,j]*x[j]+b[i]) -> [i]", "2*(A*x+b)"),
        ("n*(A[i,j]*x[j]+b[i]) -> [i]", "n*(A*x+b)"),
        ("(A[i,j]*x[j]+b[i])*b[i] -> [i]", "(A*x+b).*b"),
        ("(A[i,j]*x[j]+b[i])*b[i] -> []", "(A*x+b)'*b"),
        ("(A[i,j]*x[j]+b[i])/a -> [i]", "(A*x+b)/a"),
        ("a*(A[i,j]*x[j]+b[i]) -> []", "a*sum(A*x+b)"),
        ("-2*(3*(A[i,j]*x[j]+b[i])+b[i]) -> [i]", "-2*(3*(A*x+b)+b)"),
        ("(A[i,j]+b[i])*x[j] -> [i]", "A*x+b*sum(x)"),
        ("A[i,j]*x[j] + b[i] -> [i]", "A*x+b"),
        ("(X[i,j]-u[i])^2 -> [i]", "((X-u*ones(m)').^2)*ones(m)"),
        ("exp(X[i,j]-u[i]) -> [i]", "exp(X-u*ones(m)')*ones(m)"),
    ],
)
def test_where_the_sum_stands(written, plain):
    assert td.equal(written, plain, shapes=SHAPES)
    expression = td.parse(written, shapes=SHAPES)
    assert td.parse(str(expression), shapes=SHAPES).matrix is expression.matrix


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("(A[i,j]*x[j]+b[i])*«(B[i,j]*x[j]+c[i])» -> [i]", "two factors have terms without it"),
        ("«(A[i,j]*x[j]-y[i])^2» -> []", "summed outside"),
        ("«exp(A[i,j]*x[j]+b[i])» -> [i]", "summed outside"),
    ],
)
def test_what_is_not_clear_is_refused(marked, message):
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(td.ParseError, match=message) as caught:
        td.parse(text, shapes=SHAPES)
    error = caught.value
    assert f"{text[: error.start]}«{text[error.start : error.end]}»{text[error.end :]}" == marked
    assert "where" in error.hint


def test_a_sum_outside_of_a_function_is_said():
    expression = td.parse("exp(A[i,j]*x[j]) -> [i]", shapes=SHAPES)
    assert any("outside" in sentence for sentence in expression.assumed)
    assert td.equal(expression, td.parse("exp(A.*(ones(n)*x'))*ones(m)", shapes=SHAPES))
