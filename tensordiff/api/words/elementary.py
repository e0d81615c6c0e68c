"""Powers, exponentials and logarithms, entry by entry.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called
from tensordiff.api.expression import Expression


def abs(x: Operand, /) -> Expression:
    """abs of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.abs(x)), x).matrix_form())
        sign(x)

    Source: the definition.
    """
    return called("abs", x)


def exp(x: Operand, /) -> Expression:
    """exp of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.exp(x)), x).matrix_form())
        exp(x)

    Source: DLMF 4.7.
    """
    return called("exp", x)


def log(x: Operand, /) -> Expression:
    """log of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.log(x)), x).matrix_form())
        1./x

    Source: DLMF 4.7.
    """
    return called("log", x)


def sign(x: Operand, /) -> Expression:
    """sign of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.sign(x)), x).matrix_form())
        zeros(n)

    Source: the definition.
    """
    return called("sign", x)


def log1p(x: Operand, /) -> Expression:
    """log1p of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.log1p(x)), x).matrix_form())
        1./(1 + x)

    Source: DLMF 4.7.
    """
    return called("log1p", x)


def expm1(x: Operand, /) -> Expression:
    """expm1 of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.expm1(x)), x).matrix_form())
        exp(x)

    Source: DLMF 4.7.
    """
    return called("expm1", x)


def cbrt(x: Operand, /) -> Expression:
    """cbrt of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.cbrt(x)), x).matrix_form())
        1./cbrt(x).^2/3

    Source: the definition.
    """
    return called("cbrt", x)


def sqrt(x: Operand, /) -> Expression:
    """sqrt of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.sqrt(x)), x).matrix_form())
        1./sqrt(x)/2

    Source: the definition.
    """
    return called("sqrt", x)


def square(x: Operand, /) -> Expression:
    """square of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.square(x)), x).matrix_form())
        2*x

    Source: the definition.
    """
    return called("square", x)


def reciprocal(x: Operand, /) -> Expression:
    """reciprocal of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.reciprocal(x)), x).matrix_form())
        -1./x.^2

    Source: the definition.
    """
    return called("reciprocal", x)


def log2(x: Operand, /) -> Expression:
    """log2 of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.log2(x)), x).matrix_form())
        1./x/log(2)

    Source: DLMF 4.7.
    """
    return called("log2", x)


def log10(x: Operand, /) -> Expression:
    """log10 of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.log10(x)), x).matrix_form())
        1./x/log(10)

    Source: DLMF 4.7.
    """
    return called("log10", x)
