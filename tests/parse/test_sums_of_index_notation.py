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
        ("b[i]/(1+X[i,j]^2) -> [i]", "b.*((1./(1+X.^2))*ones(m))"),
        ("b[i]./(u[i]^2+X[i,j]^2) -> [i]", "b.*((1./(X.^2+(u.^2)*ones(m)'))*ones(m))"),
        ("exp(A[i,j]*x[j]-u[i])*x[j] -> [i]", "exp(A.*(ones(n)*x')-u*ones(m)')*x"),
        ("(A[i,j]*x[j]+b[i])/a -> []", "sum(A*x+b)/a"),
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
        ("-«(y[i]-A[i,j]*B[i,j]*x[j])^2» -> []", "summed outside"),
        ("«exp(2*(A[i,j]*x[j]+b[i]))» -> [i]", "summed outside"),
        ("a*«sqrt((A[i,j]*x[j]-b[i])^2)» -> []", "summed outside"),
        ("«exp(b[i]+sin(A[i,j]*x[j]))» -> [i]", "summed outside"),
        ("y[i]/«(A[i,j]*x[j]+b[i])» -> [i]", "summed outside"),
        ("y[i]./«(A[i,j]*x[j]+b[i])^2» -> [i]", "summed outside"),
        ("«a^(A[i,j]*x[j]+b[i])» -> [i]", "summed outside"),
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


def test_both_ways_to_write_it_are_shown_and_read():
    shapes = {"T": "n m p", "A": "n q", "B": "m q", "C": "p q"}
    with pytest.raises(td.ParseError) as caught:
        td.parse("(T[i,j,k]-A[i,r]*B[j,r]*C[k,r])^2 -> []", shapes=shapes)
    assert "S = A[i,r]*B[j,r]*C[k,r] -> [i,j,k], and S[i,j,k]" in caught.value.hint
    assert "S = (T[i,j,k]-A[i,r]*B[j,r]*C[k,r]) -> [i,j,k,r], and S[i,j,k,r]" in caught.value.hint
    inside = td.parse("(T[i,j,k]-S[i,j,k])^2 -> []", shapes=shapes, where={"S": "A[i,r]*B[j,r]*C[k,r] -> [i,j,k]"})
    outside = td.parse("S[i,j,k,r]^2 -> []", shapes=shapes, where={"S": "(T[i,j,k]-A[i,r]*B[j,r]*C[k,r]) -> [i,j,k,r]"})
    values = {name: [[[2.0]]] if name == "T" else [[1.0, 2.0]] for name in shapes}
    assert inside.evaluate(**values) == (2 - 9) ** 2
    assert outside.evaluate(**values) == (2 - 1) ** 2 + (2 - 8) ** 2
