"""Traces, sums, norms, largest entries.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called, given
from tensordiff.api.expression import Expression


def sum(X: Operand, /, axis: Operand | None = None) -> Expression:
    """The sum of all entries, of every column (sum(X, 1)) or of every row (sum(X, 2)).

    The value of X n-by-m is a scalar, with axis 1 a row of m, with axis 2 a column of n. Raises ShapeError for other
    shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.sum(X), td.sum(X, 1), td.sum(X, 2))
        sum(X) ones(n)'*X X*ones(m)

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("sum", X, *given(axis))


def mean(X: Operand, /, axis: Operand | None = None) -> Expression:
    """The mean of all entries, of every column (axis 1) or of every row (axis 2).

    The value of X n-by-m is a scalar, with axis 1 a row of m, with axis 2 a column of n. Raises ShapeError for other
    shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.mean(X), td.mean(X, 1))
        mean(X) ones(n)'*X/n

    Source: Magnus and Neudecker (2019), Matrix Differential Calculus, chapters 2 and 3.
    """
    return called("mean", X, *given(axis))


def norm1(X: Operand, /) -> Expression:
    """The sum of the absolute values of all entries.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.norm1(X), X).matrix_form())
        sign(X)

    Source: Boyd and Vandenberghe (2004), Convex Optimization, appendix A.4 and section 3.1.
    """
    return called("norm1", X)


def norm2(X: Operand, /) -> Expression:
    """The Euclidean (Frobenius) norm.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.norm2(X), X).matrix_form())
        X/norm2(X)

    Source: Boyd and Vandenberghe (2004), Convex Optimization, appendix A.4 and section 3.1.
    """
    return called("norm2", X)


def norm_p(X: Operand, p: Operand, /) -> Expression:
    """(sum |x|^p)^(1/p) over all entries, p a number or a scalar.

    X is a matrix or a vector, p a scalar; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.norm_p(x, 3))
        sum(abs(x).^3)^(1/3)

    Source: Boyd and Vandenberghe (2004), Convex Optimization, appendix A.4 and section 3.1.
    """
    return called("norm_p", X, p)


def norm(X: Operand, p: Operand, /) -> Expression:
    """(sum |x|^p)^(1/p) over all entries, as norm_p.

    X is a matrix or a vector, p a scalar; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.norm(x, 3))
        sum(abs(x).^3)^(1/3)

    Source: Boyd and Vandenberghe (2004), Convex Optimization, appendix A.4 and section 3.1.
    """
    return called("norm", X, p)


def cond(X: Operand, /) -> Expression:
    """The condition number, the largest singular value by the smallest.

    X is a matrix or a vector; the value is a scalar. It has a value where X has full rank. Raises ShapeError for other
    shapes.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.cond(A))
        norm_spec(A)*norm_spec(pinv(A))

    Source: Lewis (1995), The convex analysis of unitarily invariant matrix functions.
    """
    return called("cond", X)


def softmax(X: Operand, /, axis: Operand | None = None) -> Expression:
    """exp(x)/sum(exp(x)) of a vector, of every column (softmax(X, 1)) or of every row (softmax(X, 2)) of a matrix.

    X is a vector, with an axis a matrix or a tensor; the value has its shape. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.softmax(x), x).matrix_form())
        diag(softmax(x)) - softmax(x)*softmax(x)'

    Source: Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.4.
    """
    return called("softmax", X, *given(axis))


def max(x: Operand, /, *others: Operand, axis: Operand | None = None) -> Expression:
    """The largest of all entries; of several operands that, entry by entry.

    The value of one operand is a scalar, along axis 1 of X n-by-m a row of m, along axis 2 a column of n; several
    operands have one shape, or are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.max(x), td.max(x, 0))
        max(x) max(x, 0)

    Source: Clarke (1983), Optimization and Nonsmooth Analysis, section 2.8; equal shares at ties.
    """
    return called("max", x, *others) if axis is None else called("largest", x, axis)


def min(x: Operand, /, *others: Operand, axis: Operand | None = None) -> Expression:
    """The smallest of all entries; of several operands that, entry by entry.

    The value of one operand is a scalar, along axis 1 of X n-by-m a row of m, along axis 2 a column of n; several
    operands have one shape, or are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.min(x), td.min(x, 0))
        min(x) min(x, 0)

    Source: Clarke (1983), Optimization and Nonsmooth Analysis, section 2.8; equal shares at ties.
    """
    return called("min", x, *others) if axis is None else called("smallest", x, axis)


def hardmax(X: Operand, /, axis: Operand | None = None) -> Expression:
    """1 where the largest of all entries stands (equal shares at ties), 0 elsewhere: the gradient of max(x).

    The value has the shape of X. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.max(x), x).matrix_form())
        hardmax(x)

    Source: Clarke (1983), Optimization and Nonsmooth Analysis, section 2.8; equal shares at ties.
    """
    return called("hardmax", X, *given(axis))


def logsumexp(X: Operand, /, axis: Operand | None = None) -> Expression:
    """log(sum(exp(x))) of a vector, of every column (axis 1) or of every row (axis 2) of a matrix.

    X is a vector, and the value a scalar; the value of X n-by-m is a row of m with axis 1, a column of n with axis 2.
    Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.logsumexp(x), x).matrix_form())
        softmax(x)

    Source: Boyd and Vandenberghe (2004), Convex Optimization, appendix A.4 and section 3.1.
    """
    return called("logsumexp", X, *given(axis))


def var(X: Operand, /) -> Expression:
    """The mean square difference from the mean of all entries.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.var(X), X).matrix_form())
        2*(X - mean(X))/(m*n)

    Source: the definition.
    """
    return called("var", X)


def prod(X: Operand, /) -> Expression:
    """The product of all entries.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.prod(x))
        det(diag(x))

    Source: the definition.
    """
    return called("prod", X)


def std(X: Operand, /) -> Expression:
    """The square root of the variance of all entries.

    X is a matrix or a vector; the value is a scalar. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> X = td.matrix("X", "n", "m")
        >>> print(td.diff(td.std(X), X).matrix_form())
        (X - mean(X))/(sqrt(m*n)*norm2(X - mean(X)))

    Source: the definition.
    """
    return called("std", X)
