"""Functions of neural networks and robust losses, entry by entry.

Written by `python -m tests.api.definitions` from the records of the functions.
"""

from __future__ import annotations

from tensordiff.api.calls import Operand, called
from tensordiff.api.expression import Expression


def relu(x: Operand, /) -> Expression:
    """max(x, 0), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.relu(x)), x).matrix_form())
        step(x)

    Source: Nair and Hinton (2010); the derivative at 0 is 1/2.
    """
    return called("relu", x)


def step(x: Operand, /) -> Expression:
    """1 above 0, 0 below, 1/2 at 0, entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.step(x)), x).matrix_form())
        zeros(n)

    Source: Nair and Hinton (2010); the derivative at 0 is 1/2.
    """
    return called("step", x)


def sigmoid(x: Operand, /) -> Expression:
    """1/(1 + exp(-x)), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.sigmoid(x)), x).matrix_form())
        sigmoid(x).*(1 - sigmoid(x))

    Source: the logistic function, Bishop (2006), section 4.3.2.
    """
    return called("sigmoid", x)


def softplus(x: Operand, /) -> Expression:
    """log(1 + exp(x)), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.softplus(x)), x).matrix_form())
        sigmoid(x)

    Source: the logistic function, Bishop (2006), section 4.3.2.
    """
    return called("softplus", x)


def logsigmoid(x: Operand, /) -> Expression:
    """log(sigmoid(x)), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.logsigmoid(x)), x).matrix_form())
        1 - sigmoid(x)

    Source: the logistic function, Bishop (2006), section 4.3.2.
    """
    return called("logsigmoid", x)


def logcosh(x: Operand, /) -> Expression:
    """log(cosh(x)), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.logcosh(x)), x).matrix_form())
        tanh(x)

    Source: DLMF 4.34.
    """
    return called("logcosh", x)


def gelu(x: Operand, /) -> Expression:
    """x*normcdf(x), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.gelu(x)), x).matrix_form())
        (1 + erf(sqrt(2)*x/2) + sqrt(2)*(x.*exp(-x.^2/2))/sqrt(pi))/2

    Source: Hendrycks and Gimpel (2016).
    """
    return called("gelu", x)


def silu(x: Operand, /) -> Expression:
    """x*sigmoid(x), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.silu(x)), x).matrix_form())
        sigmoid(x).*(1 + x.*(1 - sigmoid(x)))

    Source: Elfwing, Uchibe and Doya (2018).
    """
    return called("silu", x)


def logit(x: Operand, /) -> Expression:
    """log(x/(1 - x)), entry by entry.

    The value has the shape of x. Raises TypeError for arrays: these are given to `evaluate`.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(td.sum(td.logit(x)), x).matrix_form())
        1./(x.*(1 - x))

    Source: the logistic function, Bishop (2006), section 4.3.2.
    """
    return called("logit", x)


def clip(x: Operand, d: Operand, /) -> Expression:
    """Every entry of x put between -d and d.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x, d = td.vector("x", "n"), td.vector("d", "n")
        >>> print(td.diff(td.sum(td.clip(x, d)), x).matrix_form())
        step(d - abs(x))

    Source: Huber (1964), Robust estimation of a location parameter.
    """
    return called("clip", x, d)


def huber(x: Operand, d: Operand, /) -> Expression:
    """Huber's loss of every entry: x^2/2 up to d, d*(abs(x) - d/2) beyond.

    The operands have one shape, or all but one are scalars. Raises ShapeError for other shapes.

        >>> import tensordiff as td
        >>> x, d = td.vector("x", "n"), td.vector("d", "n")
        >>> print(td.diff(td.sum(td.huber(x, d)), x).matrix_form())
        clip(x, d)

    Source: Huber (1964), Robust estimation of a location parameter.
    """
    return called("huber", x, d)
