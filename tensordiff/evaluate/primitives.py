"""The primitive array operations: what each one is, stated once.

Programs, every kind of arithmetic and all backends read these records. A new primitive is its record here, its source for
each library (`compile/write`), and its arithmetic in `double`, `high_precision` and, where it is rational, `field`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from tensordiff.records import field, record, replace
from tensordiff.tensor import Dim, Extent

Shape = tuple[Extent, ...]
Law = Callable[[Shape], tuple[Shape, ...]]
Kind = Literal[
    "input", "number", "elementwise", "view", "layout", "contraction", "sum", "constant", "assembly", "matrix", "factors",
    "factorised", "item",
]  # fmt: skip
"""What programs do with an operation.

input, number: leaves; a number is one of Python. elementwise: on every entry, operands broadcast as in NumPy. view: looks at
the operand's memory. layout: the same entries on other axes, copied where they have to be. contraction, sum: along axes.
constant: depends on sizes alone. assembly: arrays put side by side. matrix: of one matrix. factors: a factorisation that
`factorised` operations compute with. item: one of several results.
"""


@record
class Primitive:
    """One operation on arrays."""

    name: str
    kind: Kind
    shape: Law | None = None
    """The shapes of the results from that of the first operand (for constants from (n, n)); None where it takes more than
    that to tell."""
    results: int = 1
    """How many arrays it gives; of several, `item` takes one."""
    guarded: bool = False
    """Not every number admits it: while programs that have it run, NaN and division by zero are errors."""
    may_fail_as: str | None = None
    """Not every matrix admits it; the function that a person would say it was."""
    cost: Fraction = Fraction(0)
    """Operations, in units of n^3 for an n-by-n matrix (Golub and Van Loan, Matrix Computations; Higham, Functions of
    Matrices)."""
    keeps_symmetry: bool = False
    """Of a symmetric matrix it gives a symmetric one."""
    other_type: bool = False
    """Entries of results may have another type than those of operands: nothing is then added to them in place."""
    batch: bool = False
    """Libraries have it for stacks of matrices, as `batch_<name>`."""
    complex: bool = True
    """It takes complex entries."""
    number: str | None = None
    """How it is written for numbers of Python, if not as in `math`."""
    mpmath: str | None = None
    """What mpmath calls it, for a number or a matrix."""
    rational: bool = False
    """Exact arithmetic has it."""
    libraries: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What libraries call it, where that is not its name in their main module: by "numpy", "jax" and "torch"."""


# Shapes


def _same(shape: Shape) -> tuple[Shape, ...]:
    return (shape,)


def _scalar(shape: Shape) -> tuple[Shape, ...]:
    return ((),)


def _turned(shape: Shape) -> tuple[Shape, ...]:
    return (shape[::-1],)


def _vector(shape: Shape) -> tuple[Shape, ...]:
    return (shape[:1],)


def _two_scalars(shape: Shape) -> tuple[Shape, ...]:
    return ((), ())


def _eigen(shape: Shape) -> tuple[Shape, ...]:
    return (shape[:1], shape)


def _cube(shape: Shape) -> tuple[Shape, ...]:
    return ((shape[0], *shape),)


def _duplication(shape: Shape) -> tuple[Shape, ...]:
    return ((*shape, _triangle(shape[0], strict=False)),)


def _skew_duplication(shape: Shape) -> tuple[Shape, ...]:
    return ((*shape, _triangle(shape[0], strict=True)),)


def _diagonals(shape: Shape) -> tuple[Shape, ...]:
    return ((*shape, shape[0] + shape[0]),)


def _elimination(shape: Shape) -> tuple[Shape, ...]:
    return ((_triangle(shape[0], strict=False), *shape),)


def _triangle(n: Extent, *, strict: bool) -> Extent:
    """n(n+1)/2 or n(n-1)/2, where n is one dimension or a number."""
    if not n.names():
        value = n.value({})
        return Extent.number(value * (value - 1 if strict else value + 1) // 2)
    return Extent.of(Dim.triangular(n.group()[0], strict))


def _alike(names: str, kind: Kind, **facts: Any) -> list[Primitive]:
    return [Primitive(name, kind, **facts) for name in names.split()]


def _elementwise(name: str, mpmath: str | None = None, **facts: Any) -> Primitive:
    return Primitive(name, "elementwise", mpmath=mpmath, **facts)


def _special(name: str, mpmath: str | None = None, called: str | None = None, numpy: bool = True, **facts: Any) -> Primitive:
    """A function of scipy.special, jax.scipy.special and torch.special, of the same name there unless one is `called`; not
    `numpy` where that takes a helper function."""
    modules = {"jax": "jax.scipy.special", "torch": "torch.special"} | ({"numpy": "scipy.special"} if numpy else {})
    libraries = {library: f"{module}.{called or name}" for library, module in modules.items()}
    return Primitive(name, "elementwise", mpmath=mpmath, complex=False, libraries=MappingProxyType(libraries), **facts)


def _matrix(
    name: str, cost: Fraction | int, fails: str | None, shape: Law | None = _same, batch: bool = True, **facts: Any
) -> Primitive:
    return Primitive(name, "matrix", shape, may_fail_as=fails, cost=Fraction(cost), batch=batch, **facts)


def _table() -> dict[str, Primitive]:
    third = Fraction(1, 3)
    single = [
        Primitive("input", "input"),
        *_alike("constant size pi", "number"),
        # entry by entry
        *_alike("add subtract multiply negative square", "elementwise", rational=True),
        _elementwise("divide", guarded=True, rational=True),
        _elementwise("power", guarded=True, rational=True),
        _elementwise("sqrt", "sqrt", guarded=True),
        _elementwise("exp", "exp"),
        _elementwise("expm1", "expm1"),
        _elementwise("log", "log", guarded=True),
        _elementwise("log1p", "log1p", guarded=True),
        _elementwise("sin", "sin"),
        _elementwise("cos", "cos"),
        _elementwise("tan", "tan"),
        _elementwise("arcsin", "asin", guarded=True, number="math.asin"),
        _elementwise("arccos", "acos", guarded=True, number="math.acos"),
        _elementwise("arctan", "atan", number="math.atan"),
        _elementwise("sinh", "sinh"),
        _elementwise("cosh", "cosh"),
        _elementwise("tanh", "tanh"),
        _elementwise("arcsinh", "asinh", number="math.asinh"),
        _elementwise("arccosh", "acosh", guarded=True, number="math.acosh"),
        _elementwise("arctanh", "atanh", guarded=True, number="math.atanh"),
        _special("erf", "erf"),
        _special("erfc", "erfc"),
        _special("erfinv", "erfinv", guarded=True),
        _special("normcdf", "ncdf", "ndtr"),
        _special("gammaln", guarded=True, number="math.lgamma"),
        _special("digamma", "digamma", guarded=True),
        _special("polygamma", numpy=False, guarded=True),
        _special("logit", guarded=True),
        _special("xlogy", guarded=True),
        _elementwise("logaddexp", complex=False),
        _elementwise("hypot", "hypot", complex=False),
        _elementwise("arctan2", "atan2", number="math.atan2", complex=False),
        _elementwise("abs", number="abs", other_type=True),
        _elementwise("sign", "sign", complex=False),
        _elementwise("maximum", number="max", complex=False),
        _elementwise("minimum", number="min", complex=False),
        *_alike("greater greater_equal", "elementwise", other_type=True, complex=False),
        _elementwise("where"),
        # axes
        *_alike("transpose expand diagonal slice", "view"),
        *_alike("reshape broadcast_to", "layout"),
        *_alike("matmul inner inner_last einsum squared_distances", "contraction"),
        *_alike("sum trace", "sum", rational=True),
        Primitive("norm", "sum", batch=True),
        Primitive("logsumexp", "sum"),
        Primitive("amax", "sum", complex=False),
        *_alike("add_diagonal block concatenate stack", "assembly"),
        Primitive("item", "item"),
        # arrays that depend on sizes alone
        *_alike("zeros inclusion", "constant"),
        *_alike("eye lower_mask upper_mask", "constant", shape=_same),
        Primitive("unit", "constant", _vector),
        Primitive("duplication", "constant", _duplication),
        Primitive("skew_duplication", "constant", _skew_duplication),
        Primitive("elimination", "constant", _elimination),
        Primitive("diagonals", "constant", _diagonals),
        # functions of a matrix
        _matrix("inv", 2, "inv", keeps_symmetry=True, rational=True),
        _matrix("pinv", 20, "pinv", shape=_turned, keeps_symmetry=True, rational=True),
        _matrix("det", 2 * third, None, shape=_scalar, mpmath="det", rational=True),
        _matrix("slogdet", 2 * third, "logdet", shape=_two_scalars, results=2),
        _matrix("det_sign", 2 * third, None, shape=_scalar),
        _matrix("logdet", 2 * third, "logdet", shape=_scalar),
        _matrix("adjugate", 20, "adj", keeps_symmetry=True, rational=True),
        _matrix("expm", 30, "expm", keeps_symmetry=True, mpmath="expm"),
        _matrix("logm", 60, "logm", keeps_symmetry=True, mpmath="logm"),
        _matrix("sqrtm", 25, "sqrtm", keeps_symmetry=True, mpmath="sqrtm"),
        _matrix("cholesky_factor", third, "chol", mpmath="cholesky"),
        _matrix("matrix_power", 10, "matpow", keeps_symmetry=True, rational=True),
        _matrix("frechet", 10, "derivative", shape=None, rational=True),
        # of the symmetric part of a matrix, and of any
        _matrix("eigh", 9, None, shape=_eigen, results=2, complex=False),
        _matrix("eigval_max", 2, None, shape=_scalar, complex=False),
        _matrix("eigvec_max", 9, "eigvec_max", shape=_vector, complex=False),
        _matrix("gap_inverse", 11, "lambda_max", keeps_symmetry=True, complex=False),
        _matrix("eig_projectors", 10, "eigvals", shape=_cube, complex=False),
        _matrix("eig_gap_inverses", 12, None, shape=_cube, complex=False),
        _matrix("top_projector", 11, "kyfan", keeps_symmetry=True, complex=False),
        _matrix("top_gaps", 9, "kyfan", complex=False),
        _matrix("sign_gaps", 9, None, keeps_symmetry=True, complex=False),
        _matrix("polar", 20, "norm_nuc", keeps_symmetry=True, complex=False),
        # one factorisation for all that is asked of a matrix
        _matrix("definite", third, "inv", keeps_symmetry=True),
        _matrix("bounded", 0, "low rank", keeps_symmetry=True, batch=False),
        Primitive("solve", "factorised", may_fail_as="inv", cost=2 * third, batch=True),
        Primitive("inverse_times", "factorised"),
        Primitive("lu", "factors", may_fail_as="inv", cost=2 * third),
        Primitive("cholesky", "factors", may_fail_as="inv", cost=third),
        *_alike("lu_solve cholesky_solve", "factorised"),
        *_alike("lu_logdet cholesky_logdet", "factorised"),
        Primitive("lu_inverse", "factorised", cost=4 * third),
        Primitive("cholesky_inverse", "factorised", cost=2 * third),
    ]
    stacked = [replace(primitive, name=f"batch_{primitive.name}", batch=False) for primitive in single if primitive.batch]
    return {primitive.name: primitive for primitive in (*single, *stacked)}


PRIMITIVES: dict[str, Primitive] = _table()
"""The records by name."""
