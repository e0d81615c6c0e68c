"""Other words of the language.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called, given
from tensordiff.api.expression import Expression


def tr(A: Operand, /) -> Expression:
    """The trace of a square matrix; of a tensor, of those on its last two axes.

    A is square, and the value a scalar; a tensor with square matrices on its last two axes gives a number for each.
    Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.tr(A)), A).matrix_form())
        eye(n)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("tr", A)


def diag(x: Operand, /) -> Expression:
    """A vector as a diagonal matrix, or the diagonal of a square matrix.

    x is a column of n, and the value n-by-n; or n-by-n, and the value a column of n. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.tr(td.diag(x) @ td.matrix("B", "n", "n")), x).matrix_form())
        diag(B)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("diag", x)


def vec(A: Operand, /) -> Expression:
    """The columns stacked.

    A is n-by-m; the value is a column of n*m. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.vec(X), X).matrix_form())
        eye(m*n)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("vec", A)


def vech(A: Operand, /) -> Expression:
    """The columns of the lower triangle stacked.

    A is n-by-n; the value is a column of n*(n+1)/2. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.vech(A).shape)
        (Dim(n*(n+1)/2),)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("vech", A)


def sym(A: Operand, /) -> Expression:
    """(A + A')/2, the symmetric part.

    A is square; the value has its shape. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.sym(A)), A).matrix_form())
        eye(n)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("sym", A)


def skew(A: Operand, /) -> Expression:
    """(A - A')/2, the skew part of a matrix; of a vector of size 3 hat(w).

    A is square, or a column of 3; the value is square. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> w = td.vector("w", 3)
        >>> print(td.skew(w))
        hat(w)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("skew", A)


def dev(A: Operand, /) -> Expression:
    """A - tr(A)/n*eye(n), the deviator.

    A is square; the value has its shape. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.dev(A)), A).matrix_form())
        zeros(n,n)

    Source: Holzapfel (2000), Nonlinear Solid Mechanics, section 1.4.
    """
    return called("dev", A)


def cross(a: Operand, b: Operand, /) -> Expression:
    """The cross product of vectors of size 3, hat(a)*b.

    a and b are vectors of 3; the value is a column of 3. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> a, b = td.vector("a", 3), td.vector("b", 3)
        >>> print(td.diff(td.cross(a, b), b).matrix_form())
        hat(a)

    Source: Murray, Li and Sastry (1994), A Mathematical Introduction to Robotic Manipulation, section 2.2.
    """
    return called("cross", a, b)


def outer(x: Operand, y: Operand, /) -> Expression:
    """x*y' of vectors.

    x is a vector of n, y one of m; the value is n-by-m. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> a, b = td.vector("a", "n"), td.vector("b", "n")
        >>> print(td.outer(a, b))
        a*b'

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("outer", x, y)


def dot(x: Operand, y: Operand, /) -> Expression:
    """x'*y of vectors.

    x and y are vectors of one size; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> a, b = td.vector("a", "n"), td.vector("b", "n")
        >>> print(td.diff(td.dot(a, b), a).matrix_form())
        b

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("dot", x, y)


def solve(A: Operand, B: Operand, /) -> Expression:
    r"""inv(A)*B, also A\B.

    A is n-by-n, B has n rows; the value has the shape of B. It has a value where A is invertible. Raises ShapeError for
    other shapes.

        >>> import tensordiff as td
        >>> A, b = td.matrix("A", "n", "n"), td.vector("b", "n")
        >>> print(td.diff(td.solve(A, b), b).matrix_form())
        inv(A)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapter 8.
    """
    return called("solve", A, B)


def kr(A: Operand, B: Operand, /) -> Expression:
    """The Khatri-Rao product: the columns kron(a_j, b_j).

    A is n-by-k, B m-by-k; the value is n*m-by-k. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A, B = td.matrix("A", "n", "k"), td.matrix("B", "m", "k")
        >>> print(td.kr(A, B).shape)
        (Size(n*m), Dim(k))

    Source: Khatri and Rao (1968).
    """
    return called("kr", A, B)


def kronsum(A: Operand, B: Operand, /) -> Expression:
    """kron(A, eye(m)) + kron(eye(n), B) of square matrices.

    A is n-by-n, B m-by-m; the value is n*m-by-n*m. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A, B = td.matrix("A", "n", "n"), td.matrix("B", "m", "m")
        >>> print(td.kronsum(A, B).shape)
        (Size(n*m), Size(n*m))

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("kronsum", A, B)


def cumsum(x: Operand, /) -> Expression:
    """The sums of the first 1, 2, ... entries of a vector.

    x is a vector of n; the value is a column of n. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.cumsum(x), x).matrix_form())
        tril(n)

    Source: the definition.
    """
    return called("cumsum", x)


def hat(w: Operand, /) -> Expression:
    """The skew matrix of a vector of size 3: hat(w)*p is the cross product of w and p.

    w is a vector of 3; the value is 3-by-3. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> w, p = td.vector("w", 3), td.vector("p", 3)
        >>> print(td.diff(td.hat(w) @ p, w).matrix_form())
        -hat(p)

    Source: Murray, Li and Sastry (1994), A Mathematical Introduction to Robotic Manipulation, section 2.2.
    """
    return called("hat", w)


def unvec(v: Operand, rows: Operand, columns: Operand, /) -> Expression:
    """The n-by-m matrix with these columns one below the other: vec(unvec(v,n,m)) = v.

    v is a vector of n*m; the value is n-by-m. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> n, m = td.dims("n m")
        >>> print(td.unvec(td.vector("v", m * n), n, m).shape)
        (Dim(n), Dim(m))

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("unvec", v, rows, columns)


def ptrace(A: Operand, count: Operand, size: Operand, /, which: Operand | None = None) -> Expression:
    """Of a matrix of n by n blocks, m by m each: the traces of the blocks; with a 1 behind, the sum of the blocks on the
    diagonal.

    A is n*m-by-n*m; the value is n-by-n, with a 1 behind m-by-m. `count` is n, `size` is m. Raises ShapeError for other
    shapes.

        >>> import tensordiff as td
        >>> n, m = td.dims("n m")
        >>> print(td.ptrace(td.matrix("A", n * m, n * m), n, m).shape)
        (Dim(n), Dim(n))

    Source: Nielsen and Chuang (2010), section 2.4.3.
    """
    return called("ptrace", A, count, size, *given(which))
