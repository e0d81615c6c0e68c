"""Functions of whole matrices.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called
from tensordiff.api.expression import Expression


def inv(A: Operand, /) -> Expression:
    """The inverse of a square matrix. Of a tensor: of the matrices on its last two axes.

    A is square, or a tensor with square matrices on its last two axes; the value has its shape. It has a value where A is
    invertible. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.inv(A)), A).matrix_form())
        -(inv(A)^2)'

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapter 8.
    """
    return called("inv", A)


def chol(A: Operand, /) -> Expression:
    """The Cholesky factor of a symmetric positive definite matrix, lower triangular.

    A is square; the value has its shape. It has a value where A is positive definite. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> V = td.matrix("V", "n", "n", structure="positive-definite")
        >>> print(td.chol(V), td.chol(V).shape)
        chol(V) (Dim(n), Dim(n))

    Source: Smith (1995), Differentiation of the Cholesky algorithm; Murray (2016).
    """
    return called("chol", A)


def det(A: Operand, /) -> Expression:
    """The determinant of a square matrix.

    A is square, and the value a scalar; a tensor with square matrices on its last two axes gives a number for each.
    Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.det(A)), A).matrix_form())
        adj(A)'

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapter 8.
    """
    return called("det", A)


def logdet(A: Operand, /) -> Expression:
    """log|det| of a square matrix.

    A is square, and the value a scalar; a tensor with square matrices on its last two axes gives a number for each. It
    has a value where A is invertible. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.logdet(A)), A).matrix_form())
        inv(A)'

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapter 8.
    """
    return called("logdet", A)


def adj(A: Operand, /) -> Expression:
    """The adjugate of a square matrix.

    A is square, or a tensor with square matrices on its last two axes; the value has its shape. Raises ShapeError for
    other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.adj(A)), A).matrix_form())
        det(A)*(tr(inv(A))*inv(A)' - (inv(A)^2)')

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapter 8.
    """
    return called("adj", A)


def eigvals(A: Operand, /) -> Expression:
    """The eigenvalues of a symmetric matrix, in ascending order.

    A is n-by-n; the value is a column of n. It has a value where A is symmetric; declare the symbol so. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.diff(td.sum(td.exp(td.eigvals(A))), A).matrix_form())
        expm(A)

    Source: Magnus (1985), On differentiating eigenvalues and eigenvectors.
    """
    return called("eigvals", A)


def lambda_max(A: Operand, /) -> Expression:
    """The largest eigenvalue of a symmetric matrix.

    A is square; the value is a scalar. It has a value where A is symmetric; declare the symbol so. Raises ShapeError for
    other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.diff(td.lambda_max(A), A).matrix_form())
        eigvec_max(A)*eigvec_max(A)'

    Source: Magnus (1985), On differentiating eigenvalues and eigenvectors.
    """
    return called("lambda_max", A)


def lambda_min(A: Operand, /) -> Expression:
    """The smallest eigenvalue of a symmetric matrix.

    A is square; the value is a scalar. It has a value where A is symmetric; declare the symbol so. Raises ShapeError for
    other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.diff(td.lambda_min(A), A).matrix_form())
        eigvec_min(A)*eigvec_min(A)'

    Source: Magnus (1985), On differentiating eigenvalues and eigenvectors.
    """
    return called("lambda_min", A)


def eigvec_max(A: Operand, /) -> Expression:
    """The eigenvector of length 1 of the largest eigenvalue of a symmetric matrix; its largest entry is positive.

    A is n-by-n; the value is a column of n. It has a value where A is symmetric; declare the symbol so. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.eigvec_max(A).shape)
        (Dim(n),)

    Source: Magnus (1985), On differentiating eigenvalues and eigenvectors.
    """
    return called("eigvec_max", A)


def eigvec_min(A: Operand, /) -> Expression:
    """The eigenvector of length 1 of the smallest eigenvalue of a symmetric matrix; its largest entry is positive.

    A is n-by-n; the value is a column of n. It has a value where A is symmetric; declare the symbol so. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.eigvec_min(A).shape)
        (Dim(n),)

    Source: Magnus (1985), On differentiating eigenvalues and eigenvectors.
    """
    return called("eigvec_min", A)


def pinv(A: Operand, /) -> Expression:
    """The pseudo-inverse of a matrix of full rank.

    A is n-by-m; the value is m-by-n. It has a value where A has full rank. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.pinv(X).shape)
        (Dim(m), Dim(n))

    Source: Golub and Pereyra (1973), The differentiation of pseudo-inverses, equation 4.12.
    """
    return called("pinv", A)


def sqrtm(A: Operand, /) -> Expression:
    """The principal matrix square root.

    A is square; the value has its shape. It has a value where no eigenvalue is negative or zero. Raises ShapeError for
    other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.sqrtm(A)), A).matrix_form())
        inv(sqrtm(A))'/2

    Source: Higham (2008), Functions of Matrices, chapters 3, 6, 10 and 11.
    """
    return called("sqrtm", A)


def kyfan(X: Operand, p: Operand, /) -> Expression:
    """The sum of the k largest singular values, k a number.

    X is a matrix or a vector, p a scalar; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.kyfan(X, 2))
        kyfan(X, 2)

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("kyfan", X, p)


def norm_nuc(X: Operand, /) -> Expression:
    """The nuclear norm of a matrix, the sum of its singular values.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.norm_nuc(X), X).matrix_form())
        X*inv(sqrtm(X'*X))

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("norm_nuc", X)


def singvals(A: Operand, /) -> Expression:
    """The singular values of a matrix, in descending order; its sizes must tell whether rows or columns are fewer.

    A is n-by-m; the value is a column of the lesser of the two, which must be known numbers or equal. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", 5, 3)
        >>> print(td.singvals(X).shape)
        (Dim(3),)

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("singvals", A)


def norm_spec(X: Operand, /) -> Expression:
    """The spectral norm of a matrix, its largest singular value.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.norm_spec(X), X).matrix_form())
        left_sv(X)*right_sv(X)'

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("norm_spec", X)


def left_sv(A: Operand, /) -> Expression:
    """The left singular vector of length 1 of the largest singular value.

    A is n-by-m; the value is a column of n. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.left_sv(X).shape)
        (Dim(n),)

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("left_sv", A)


def right_sv(A: Operand, /) -> Expression:
    """The right singular vector of length 1 of the largest singular value.

    A is n-by-m; the value is a column of m. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.right_sv(X).shape)
        (Dim(m),)

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("right_sv", A)


def expm(A: Operand, /) -> Expression:
    """The matrix exponential.

    A is square; the value has its shape. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.expm(A)), A).matrix_form())
        expm(A)'

    Source: Higham (2008), Functions of Matrices, chapters 3, 6, 10 and 11.
    """
    return called("expm", A)


def logm(A: Operand, /) -> Expression:
    """The principal matrix logarithm.

    A is square; the value has its shape. It has a value where no eigenvalue is negative or zero. Raises ShapeError for
    other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.diff(td.tr(td.logm(A)), A).matrix_form())
        inv(A)'

    Source: Higham (2008), Functions of Matrices, chapters 3, 6, 10 and 11.
    """
    return called("logm", A)


def sinm(A: Operand, /) -> Expression:
    """The sine of a symmetric matrix.

    A is square; the value has its shape. It has a value where A is symmetric; declare the symbol so. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.diff(td.tr(td.sinm(A)), A).matrix_form())
        cosm(A)

    Source: Higham (2008), Functions of Matrices, chapters 5 and 12; by eigenvalues, Lewis (1996), Derivatives of spectral
    functions.
    """
    return called("sinm", A)


def cosm(A: Operand, /) -> Expression:
    """The cosine of a symmetric matrix.

    A is square; the value has its shape. It has a value where A is symmetric; declare the symbol so. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.diff(td.tr(td.cosm(A)), A).matrix_form())
        -sinm(A)

    Source: Higham (2008), Functions of Matrices, chapters 5 and 12; by eigenvalues, Lewis (1996), Derivatives of spectral
    functions.
    """
    return called("cosm", A)


def signm(A: Operand, /) -> Expression:
    """The matrix sign function of a symmetric matrix without eigenvalue 0.

    A is square; the value has its shape. It has a value where A is symmetric; declare the symbol so. Raises ShapeError
    for other shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n", structure="symmetric")
        >>> print(td.diff(td.tr(td.signm(A)), A).matrix_form())
        zeros(n,n)

    Source: Higham (2008), Functions of Matrices, chapters 5 and 12; by eigenvalues, Lewis (1996), Derivatives of spectral
    functions.
    """
    return called("signm", A)
