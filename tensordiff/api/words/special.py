"""Special functions, and functions of two arguments, entry by entry.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called
from tensordiff.api.expression import Expression


def erf(x: Operand, /) -> Expression:
    """2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.erf(x)), x).matrix_form())
        2*exp(-x.^2)/sqrt(pi)

    Source: DLMF 7.2 and 7.10.
    """
    return called("erf", x)


def gammaln(x: Operand, /) -> Expression:
    """log(abs(gamma(x))), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.gammaln(x)), x).matrix_form())
        digamma(x)

    Source: DLMF 5.2 and 5.15.
    """
    return called("gammaln", x)


def digamma(x: Operand, /) -> Expression:
    """The derivative of gammaln, entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.digamma(x)), x).matrix_form())
        polygamma(1, x)

    Source: DLMF 5.2 and 5.15.
    """
    return called("digamma", x)


def polygamma(k: Operand, x: Operand, /) -> Expression:
    """The k-th derivative of digamma at every entry of x, k a whole number.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.polygamma(1, x)), x).matrix_form())
        polygamma(2, x)

    Source: DLMF 5.2 and 5.15.
    """
    return called("polygamma", k, x)


def erfc(x: Operand, /) -> Expression:
    """1 - erf(x), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.erfc(x)), x).matrix_form())
        -2*exp(-x.^2)/sqrt(pi)

    Source: DLMF 7.2 and 7.10.
    """
    return called("erfc", x)


def erfinv(x: Operand, /) -> Expression:
    """The inverse of erf, entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.erfinv(x)), x).matrix_form())
        sqrt(pi)*exp(erfinv(x).^2)/2

    Source: DLMF 7.17.
    """
    return called("erfinv", x)


def normpdf(x: Operand, /) -> Expression:
    """exp(-x^2/2)/sqrt(2*pi), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.normpdf(x)), x).matrix_form())
        -x.*normpdf(x)

    Source: DLMF 7.2 and 7.10.
    """
    return called("normpdf", x)


def normcdf(x: Operand, /) -> Expression:
    """(1 + erf(x/sqrt(2)))/2, entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.normcdf(x)), x).matrix_form())
        normpdf(x)

    Source: DLMF 7.2 and 7.10.
    """
    return called("normcdf", x)


def logaddexp(a: Operand, b: Operand, /) -> Expression:
    """log(exp(a) + exp(b)), entry by entry.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> a, b = td.vector("a", "n"), td.vector("b", "n")
        >>> print(td.diff(td.sum(td.logaddexp(a, b)), a).matrix_form())
        sigmoid(a - b)

    Source: the logistic function, Bishop (2006), section 4.3.2.
    """
    return called("logaddexp", a, b)


def xlogy(a: Operand, b: Operand, /) -> Expression:
    """a*log(b), and 0 where a is 0, entry by entry.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> a, b = td.vector("a", "n"), td.vector("b", "n")
        >>> print(td.diff(td.sum(td.xlogy(a, b)), a).matrix_form())
        log(b)

    Source: the definition.
    """
    return called("xlogy", a, b)


def hypot(a: Operand, b: Operand, /) -> Expression:
    """sqrt(a^2 + b^2), entry by entry.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> a, b = td.vector("a", "n"), td.vector("b", "n")
        >>> print(td.diff(td.sum(td.hypot(a, b)), a).matrix_form())
        a./hypot(a, b)

    Source: the definition.
    """
    return called("hypot", a, b)
