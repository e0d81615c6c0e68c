"""Trigonometric and hyperbolic functions and their inverses, entry by entry.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called
from tensordiff.api.expression import Expression


def sin(x: Operand, /) -> Expression:
    """sin of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.sin(x)), x).matrix_form())
        cos(x)

    Source: DLMF 4.20.
    """
    return called("sin", x)


def cos(x: Operand, /) -> Expression:
    """cos of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.cos(x)), x).matrix_form())
        -sin(x)

    Source: DLMF 4.20.
    """
    return called("cos", x)


def tan(x: Operand, /) -> Expression:
    """tan of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.tan(x)), x).matrix_form())
        1 + tan(x).^2

    Source: DLMF 4.20.
    """
    return called("tan", x)


def arcsin(x: Operand, /) -> Expression:
    """arcsin of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.arcsin(x)), x).matrix_form())
        1./sqrt(1 - x.^2)

    Source: DLMF 4.24.
    """
    return called("arcsin", x)


def arccos(x: Operand, /) -> Expression:
    """arccos of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.arccos(x)), x).matrix_form())
        -1./sqrt(1 - x.^2)

    Source: DLMF 4.24.
    """
    return called("arccos", x)


def arctan(x: Operand, /) -> Expression:
    """arctan of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.arctan(x)), x).matrix_form())
        1./(1 + x.^2)

    Source: DLMF 4.24.
    """
    return called("arctan", x)


def sinh(x: Operand, /) -> Expression:
    """sinh of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.sinh(x)), x).matrix_form())
        cosh(x)

    Source: DLMF 4.34.
    """
    return called("sinh", x)


def cosh(x: Operand, /) -> Expression:
    """cosh of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.cosh(x)), x).matrix_form())
        sinh(x)

    Source: DLMF 4.34.
    """
    return called("cosh", x)


def tanh(x: Operand, /) -> Expression:
    """tanh of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.tanh(x)), x).matrix_form())
        1 - tanh(x).^2

    Source: DLMF 4.34.
    """
    return called("tanh", x)


def arsinh(x: Operand, /) -> Expression:
    """arsinh of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.arsinh(x)), x).matrix_form())
        1./sqrt(1 + x.^2)

    Source: DLMF 4.38.
    """
    return called("arsinh", x)


def arcosh(x: Operand, /) -> Expression:
    """arcosh of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.arcosh(x)), x).matrix_form())
        1./sqrt(x.^2 - 1)

    Source: DLMF 4.38.
    """
    return called("arcosh", x)


def artanh(x: Operand, /) -> Expression:
    """artanh of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.artanh(x)), x).matrix_form())
        1./(1 - x.^2)

    Source: DLMF 4.38.
    """
    return called("artanh", x)


def sec(x: Operand, /) -> Expression:
    """sec of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.sec(x)), x).matrix_form())
        sin(x)./cos(x).^2

    Source: DLMF 4.20.
    """
    return called("sec", x)


def csc(x: Operand, /) -> Expression:
    """csc of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.csc(x)), x).matrix_form())
        -cos(x)./sin(x).^2

    Source: DLMF 4.20.
    """
    return called("csc", x)


def cot(x: Operand, /) -> Expression:
    """cot of every entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.cot(x)), x).matrix_form())
        -(1 + 1./tan(x).^2)

    Source: DLMF 4.20.
    """
    return called("cot", x)


def atan2(y: Operand, x: Operand, /) -> Expression:
    """The angle of the point (x, y), entry by entry.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> y, x = td.vector("y", "n"), td.vector("x", "n")
        >>> print(td.diff(td.sum(td.atan2(y, x)), y).matrix_form())
        x./(x.^2 + y.^2)

    Source: DLMF 4.24.
    """
    return called("atan2", y, x)
