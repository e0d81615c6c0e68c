"""Without declarations, sizes follow by unification and kinds by letters, as on matrixcalculus.org."""

import pytest

from tensordiff.errors import ParseError, ShapeError, UnknownNameError
from tensordiff.matrix import shape_text, text
from tensordiff.parse import parse


def shapes(written, **more):
    scope = parse(written, **more)[1]
    return " ".join(f"{name}:{shape_text(node.shape)}" for name, node in scope.symbols.items()).replace("-by-", "x")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("X'*inv(V)*X", "X:nxm V:nxn"),
        ("0.5*x'*A*x", "x:nx1 A:nxn"),
        ("A*exp(x)", "A:nxm x:mx1"),
        ("(y.*v)'*x", "y:nx1 v:nx1 x:nx1"),
        ("a^b", "a:scalar b:scalar"),
        ("norm1(A*x-y)", "A:nxm x:mx1 y:nx1"),
        ("sum(log(exp(-y.*(X*w)) + vector(1)))", "y:nx1 X:nxm w:mx1"),
        ("tr(A*X'*B*X*C)", "A:nxm X:pxm B:pxp C:mxn"),
        ("log(det(inv(X)))", "X:nxn"),
        ("inv(X'*X + c*eye)*X'*y", "X:nxm c:scalar y:nx1"),
        ("A.*B + C", "A:nxm B:nxm C:nxm"),
        ("kron(A,B)*x", "A:nxm B:pxq x:(m*q)x1"),
        ("vec(A*X*B)'*vec(Y)", "A:nxm X:mxp B:pxq Y:nxq"),
        ("vech(S)'*z", "S:nxn z:n*(n+1)/2x1"),
        ("diag(X*Y)", "X:nxm Y:mxn"),
        ("diag(x)*X*diag(y)", "x:nx1 X:nxm y:mx1"),
        ("sum(X,1)*w + sum(X*w)", "X:nxm w:mx1"),
        ("[A B; C D]*x", "A:nxm B:nxp C:qxm D:qxp x:(m+p)x1"),
        ("log(|A|)*A", "A:nxn"),
        ("softmax(W*x)'*y", "W:nxm x:mx1 y:nx1"),
        ("max(X, Y)*x", "X:nxm Y:nxm x:mx1"),
        (r"(x-\mu)^\top \Sigma^{-1} (x-\mu)", "x:nx1 mu:nx1 Sigma:nxn"),
        ("x'*Σ*x + tr(Sigma)", "x:nx1 Σ:nxn"),
        # index notation says how many axes there are
        ("T[i,j,k]*x[j]*y[k] -> [i]", "T:nxmxp x:mx1 y:px1"),
        ("a[i,j]*b[j] -> [i]", "a:nxm b:mx1"),
        ("A[i,s]*B[s,j] + C[i,t] -> [i,j]", "A:nxm B:mxp C:nxq"),
        ("x[1] + A[2,3]", "x:nx1 A:mxp"),
        # names of sizes
        ("eye(n)*X - X*eye(k)", "X:nxk"),
        ("n*logdet(V) + tr(eye(n)*V)", "V:nxn"),
        ("D(n)*vech(S)", "S:nxn"),
        ("K(m,n)*vec(A)", "A:mxn"),
        ("ones(3)'*A*ones(n*m)", "A:3x(n*m)"),
        ("X - vector(1)*m'", "X:nxp m:px1"),
        # usage forces another kind
        ("x*y", "x:scalar y:nx1"),
        ("A + s*B", "A:nxm s:scalar B:nxm"),
        ("X*b + y", "X:nxm b:mx1 y:nx1"),
        ("diag(b)*A", "b:nx1 A:nxm"),
        ("tr(x)", "x:nxn"),
        ("x/y", "x:nx1 y:scalar"),
        ("A^k", "A:nxn k:scalar"),
        ("2^x", "x:scalar"),
        ("sum(x)/n", "x:mx1 n:scalar"),
        ("s*a[i]*a[j] -> [i,j]", "s:scalar a:nx1"),
        ("det(b) + X*c - z", "b:nxn X:mxp c:px1 z:mx1"),
    ],
)  # fmt: skip
def test_shapes(written, expected):
    assert shapes(written) == expected


@pytest.mark.parametrize(
    ("marked", "fragment"),
    [
        ("A*x«*»y", "A*x (n-by-1) and y (m-by-1)"),
        ("x «+» A", "x (n-by-1) and A (m-by-p)"),
        ("eye(n)«*»eye(m)", "eye(n) (n-by-n) and eye(m) (m-by-m)"),
        ("eye(n)*X*eye(m) «+» X'", "eye(n)*X*eye(m) (n-by-m) and X' (m-by-n)"),
        ("eye(2)*X*eye(3) «+» X'", "(2-by-3) and X' (3-by-2)"),
        ("x[i] + «x[i,j]» -> [i,j]", "x (n-by-1)"),
    ],
)  # fmt: skip
def test_conflicts_name_both_places_and_both_sizes(marked, fragment):
    written = marked.replace("«", "").replace("»", "")
    with pytest.raises(ShapeError) as caught:
        parse(written)
    error = caught.value
    assert f"{written[: error.start]}«{written[error.start : error.end]}»{written[error.end :]}" == marked
    assert fragment in error.message
    assert "declare them" in str(error)


def test_sizes_that_nothing_decides():
    with pytest.raises(ParseError, match=r"the size of vector\(1\) does not follow"):
        parse("sum(vector(1)) + x'*x")


def test_definitions_take_part():
    expression, scope = parse("x'*P*x + tr(R)", where={"R": "P*eye(k)", "P": "inv(V)"})
    assert text(expression) == "x'*P*x + tr(R)"
    assert shapes("x'*P*x + tr(R)", where={"R": "P*eye(k)", "P": "inv(V)"}) == "x:kx1 V:kxk"
    assert list(scope.where) == ["P", "R"]


def test_structures_make_square_matrices():
    assert shapes("a*x", structures={"a": "symmetric"}) == "a:nxn x:nx1"
    assert shapes("V*X", structures={"V": "orthogonal"}, assume={"X": "positive"}) == "V:nxn X:nxm"
    with pytest.raises(UnknownNameError, match="Q is given a structure, but is not declared"):
        parse("V*X", structures={"Q": "symmetric"})


def test_names_of_inferred_sizes_avoid_names_in_use():
    assert shapes("X*n + Y*m") == "X:pxq n:qx1 Y:pxr m:rx1"
