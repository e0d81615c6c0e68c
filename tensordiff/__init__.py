"""tensordiff: index-notation tensor calculus for matrix expressions with symbolic sizes.

    >>> import tensordiff as td
    >>> F = td.parse("inv(X'*inv(V)*X)", shapes={"X": "n m", "V": "n n"})
    >>> J = td.diff(F, "V")
    >>> J.shape
    (Dim(m), Dim(m), Dim(n), Dim(n))

See docs/ for the tutorial and the architecture.
"""

from tensordiff.api.derivative import Derivative, diff
from tensordiff.api.expression import Expression
from tensordiff.api.functions import (
    NAMED,
    applied,
    commutation,
    dims,
    eye,
    function,
    kron,
    matrix,
    named,
    number,
    ones,
    parse,
    pi,
    scalar,
    tensor,
    vector,
    where,
    zeros,
)
from tensordiff.api.programs import compile_expressions as compile
