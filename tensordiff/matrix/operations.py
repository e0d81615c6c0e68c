"""What an operation of the matrix form is: one record for each, with every fact that a pass may need.

A pass asks the record and never lists names. The functions of one matrix in functions/ bring their facts as attributes of
their own (`WholeMatrix`), so that such a function is one file; elementwise functions share the record "apply". A fact is
tested in numbers for every record in tests/matrix/test_operations_are_what_they_say.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from tensordiff.errors import ShapeError
from tensordiff.functions import ELEMENTWISE, MATRIX, WholeMatrix
from tensordiff.matrix.operation import Operation
from tensordiff.matrix.shorthands import SHORTHANDS, itself


def _of_function(function: WholeMatrix) -> Operation:
    """The record that a function of functions/ brings."""
    return Operation(
        function.name, function.shape, function.doc, function.arguments, function.operands,
        of_scalar=function.of_scalar, transposes=function.transposes, linear=function.linear,
        real=function.real_only and not function.scalar,
        names_itself=function.names_itself, meets_scalars=function.meets_scalars, conjugates=function.conjugates,
        holomorphic=function.holomorphic, domain=function.domain, result=function.result, primary=function.primary,
        latex=function.latex_name, superscript=function.superscript, function=function, own_law=type(function).law,
        elsewhere=function.elsewhere,
    )  # fmt: skip


def _one(form: Any) -> Any:
    return form.number(1)


def _sum(form: Any, x: Any, axis: Any = None) -> Any:
    """The row of column sums (axis 1), the column of row sums (axis 2); None where it is the node of its own."""
    if axis is None or len(x.shape) > 2:
        return None
    return (
        form.product(form.transpose(form.ones(x.rows)), x) if form.as_number(axis) == 1 else form.product(x, form.ones(x.cols))
    )


def _vec(form: Any, x: Any) -> Any:
    return x if len(x.shape) == 1 else None


def _mean(form: Any, x: Any, axis: Any = None) -> Any:
    """A sum over its length; None where it is the node of its own, the mean of all entries of a vector or matrix."""
    if axis is None and 0 < len(x.shape) < 3:
        return None
    groups = x.shape if axis is None else (form.axis(x, axis),)
    total = form.call("sum", x, *(() if axis is None else (axis,)))
    return form.divide(total, form.product(*(form.size(dim) for group in groups for dim in group)))


def _norm_p(form: Any, x: Any, p: Any = None) -> Any:
    if p is None:
        raise ShapeError("norm takes the exponent too, norm(x,p)", hint=f"write {_ELSEWHERE['norm']}")
    if (name := {1: "norm1", 2: "norm2"}.get(form.as_number(p))) is not None:
        return form.call(name, x)
    powers = form.call("sum", form.dot_power(form.call("abs", x), p))
    return form.power(powers, form.divide(form.number(1), p))


def _condition(form: Any, x: Any) -> Any:
    return form.product(form.call("norm_spec", x), form.call("norm_spec", form.call("pinv", x)))


_ELSEWHERE = {
    "norm": "norm2(A), the Euclidean or Frobenius norm, or norm1(A)",
    "vdot": "dot(x,y)", "inner": "x'*y for vectors, tr(A'*B) for matrices", "matmul": "A*B", "hadamard": "A.*B",
    "multiply": "A.*B", "matpow": "A^k",
}  # fmt: skip
"""How other systems' words for several operations together are written here."""

_AXIS: tuple[Literal["value", "size", "axis", "integer", "condition"], ...] = ("value", "axis")

_OPERATORS = (
    Operation("add", "entries", transposes="operands", linear=(-1,), names_itself=True, integral=True, result="alike"),
    Operation("product", "product", transposes="reversed", linear=(-1,), integral=True, elsewhere=_ELSEWHERE),
    Operation("hadamard", "entries", transposes="operands", linear=(-1,), result="alike"),
    Operation("divide", "quotient", transposes="operands", linear=(0,), names_itself=True, result="alike"),
    Operation("dot_divide", "entries", transposes="operands", linear=(0,), names_itself=True, result="alike"),
    Operation(
        "power", "power", transposes="outside", names_itself=True, integral=True, result="alike", primary=True,
    ),
    Operation("dot_power", "entries", transposes="operands", names_itself=True, result="alike"),
    Operation("apply", "entries", transposes="operands", names_itself=True, result="alike"),
    Operation(
        "map", "square-to-square", transposes="outside", names_itself=True, conjugates="never", holomorphic=False, real=True,
        domain="symmetric", result="symmetric",
    ),
    Operation("named", "entries", transposes="outside", linear=(0,), integral=True, result="alike"),
    Operation("block", transposes="blocks", linear=(-1,)),
    Operation("entry", linear=(0,)),
    Operation("contract", linear=(-1,)),
)  # fmt: skip
"""What has no call."""

_WORDS = (
    Operation(
        "transpose", "transposed", "The transpose.", (1, 1), of_scalar=itself, transposes="outside", linear=(0,),
        result="alike", elsewhere={"transpose": "A'"},
    ),
    Operation("kron", "kron", "The Kronecker product.", (1, None), transposes="operands", linear=(-1,), result="alike"),
    Operation(
        "tr", "numbers-of-matrices", "The trace of a square matrix; of a tensor, of those on its last two axes.", (1, 1),
        of_scalar=itself, transposes="itself",
        linear=(0,), names_itself=True, meets_scalars=False, elsewhere={"trace": "tr(A)"},
    ),
    Operation(
        "sum", "reduced", "The sum of all entries, of every column (sum(X, 1)) or of every row (sum(X, 2)).", (1, 2), _AXIS,
        of_scalar=itself, written=_sum, transposes="itself", linear=(0,), names_itself=True,
    ),
    Operation(
        "mean", "reduced", "The mean of all entries, of every column (axis 1) or of every row (axis 2).", (1, 2), _AXIS,
        written=_mean, transposes="itself", linear=(0,),
    ),
    Operation(
        "norm1", "to-scalar", "The sum of the absolute values of all entries.", (1, 1), transposes="itself",
        names_itself=True, conjugates="drops", holomorphic=False,
    ),
    Operation(
        "norm2", "to-scalar", "The Euclidean (Frobenius) norm.", (1, 1), transposes="itself", real=True, names_itself=True,
        conjugates="drops", holomorphic=False, domain="nonzero",
    ),
    Operation(
        "norm_p", "first-to-scalar", "(sum |x|^p)^(1/p) over all entries, p a number or a scalar.", (2, 2), written=_norm_p,
        transposes="never", conjugates="drops", holomorphic=False, domain="nonzero",
    ),
    Operation(
        "norm", "first-to-scalar", "(sum |x|^p)^(1/p) over all entries, as norm_p.", (1, 2), reserved=False, written=_norm_p,
        transposes="never", conjugates="drops", holomorphic=False, domain="nonzero",
    ),
    Operation(
        "cond", "to-scalar", "The condition number, the largest singular value by the smallest.", (1, 1), written=_condition,
        transposes="itself", conjugates="drops", holomorphic=False, domain="full-rank",
    ),
    Operation(
        "diag", "diagonal", "A vector as a diagonal matrix, or the diagonal of a square matrix.", (1, 1), of_scalar=itself,
        transposes="itself", linear=(0,), meets_scalars=False,
    ),
    Operation(
        "vec", "stacked", "The columns stacked.", (1, 1), of_scalar=itself, written=_vec, linear=(0,),
        meets_scalars=False,
    ),
    Operation(
        "vech", "half-stacked", "The columns of the lower triangle stacked.", (1, 1), of_scalar=itself, linear=(0,),
        meets_scalars=False,
    ),
    Operation(
        "softmax", "along",
        "exp(x)/sum(exp(x)) of a vector, of every column (softmax(X, 1)) or of every row (softmax(X, 2)) of a matrix.",
        (1, 2), _AXIS, names_itself=True, meets_scalars=False,
    ),
    Operation(
        "largest", "reduced", "The largest of all entries, of every column with max(X, axis=1), of every row with axis=2.",
        (1, 2), _AXIS,
        spelling="max", of_scalar=itself, transposes="itself", names_itself=True, conjugates="never", holomorphic=False,
        real=True,
    ),
    Operation(
        "smallest", "reduced", "The smallest of all entries, or along an axis: min(X, axis=1).", (1, 2), _AXIS,
        spelling="min", of_scalar=itself, transposes="itself", names_itself=True, conjugates="never", holomorphic=False,
        real=True,
    ),
    Operation(
        "hardmax", "anywhere",
        "1 where the largest of all entries stands (equal shares at ties), 0 elsewhere: the gradient of max(x).",
        (1, 2), _AXIS, reserved=False, transposes="outside", names_itself=True, conjugates="never", holomorphic=False,
        real=True,
    ),
    Operation(
        "logsumexp", "reduced-along",
        "log(sum(exp(x))) of a vector, of every column (axis 1) or of every row (axis 2) of a matrix.", (1, 2), _AXIS,
        names_itself=True, meets_scalars=False,
    ),
)  # fmt: skip

_REARRANGED = (
    Operation(
        "hat", "hat", "The skew matrix of a vector of size 3: hat(w)*p is the cross product of w and p.", (1, 1),
        reserved=False, linear=(0,), meets_scalars=False,
    ),
    Operation(
        "unvec", "unstacked", "The n-by-m matrix with these columns one below the other: vec(unvec(v,n,m)) = v.", (3, 3),
        ("value", "size"), reserved=False, linear=(0,),
    ),
    Operation(
        "ptrace", "partial-trace",
        "Of a matrix of n by n blocks, m by m each: the traces of the blocks; with a 1 behind, the sum of the blocks on the "
        "diagonal.", (3, 4), ("value", "size", "size", "integer"), reserved=False, linear=(0,), transposes="outside",
        result="alike",
    ),
)  # fmt: skip

_CONSTANTS = (
    Operation(
        "eye", "square-of-size", "identity", (1, 2), ("size",), of_scalar=_one, transposes="itself", result="symmetric",
        elsewhere={"identity": "eye(n)"},
    ),
    Operation("ones", "filled", "array of ones", (1, 2), ("size",), of_scalar=_one),
    Operation("zeros", "filled", "array of zeros", (1, 2), ("size",), of_scalar=lambda form: form.number(0)),
    Operation("tril", "square-of-size", "mask of the lower triangle", (1, 1), ("size",), of_scalar=_one),
    Operation("triu", "square-of-size", "mask of the upper triangle", (1, 1), ("size",), of_scalar=_one),
    Operation(
        "commutation", "commutation", "commutation matrix K", (1, 2), ("size",), spelling="K", reserved=False,
        of_scalar=_one,
    ),
    Operation(
        "duplication", "duplication", "duplication matrix D", (1, 1), ("size",), spelling="D", reserved=False,
        of_scalar=_one,
    ),
    Operation(
        "skew_duplication", "skew-duplication", "duplication matrix of skew matrices Dskew", (1, 1), ("size",),
        spelling="Dskew", reserved=False,
    ),
    Operation(
        "elimination", "elimination", "elimination matrix L", (1, 1), ("size",), spelling="L", reserved=False,
        of_scalar=_one,
    ),
    Operation("unit", "unit", "unit vector", (2, 2), ("size", "integer"), reserved=False, of_scalar=_one),
)  # fmt: skip

_LEAVES = (
    Operation("symbol", integral=True),
    Operation("number", integral=True),
    Operation("size", of_scalar=_one, integral=True),
    Operation("pi"),
    Operation("levi"),
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        record.name: record
        for record in (
            *_OPERATORS,
            *_WORDS,
            *SHORTHANDS,
            *_REARRANGED,
            *_CONSTANTS,
            *_LEAVES,
            *(_of_function(function) for function in MATRIX.values()),
        )
    }
)
"""Every operation, by name."""

WORDS: Mapping[str, Operation] = MappingProxyType(
    {
        name: record
        for record in OPERATIONS.values()
        if record.arguments is not None
        for name in ((record.word, record.name) if record.word in ELEMENTWISE else (record.word,))
    }
)
"""Those that are called by a word, by that word; where a function of entries has it too, by the name as well."""


def called(word: str, count: int) -> Operation | None:
    """The operation of whole matrices that a call with so many operands stands for; None where it is entry by entry."""
    record = WORDS.get(word)
    if record is None or record.arguments is None or word not in ELEMENTWISE:
        return record
    return record if count == record.arguments[0] else None


ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {name: written for record in OPERATIONS.values() for name, written in record.elsewhere.items()}
)
"""What other systems call something, and how it is written here."""
