"""Functions of a symmetric matrix through its eigenvalues: f(A) = U diag(f(lambda)) U', for any real function f.

The derivatives are U (F .* (U' dA U)) U' with the divided differences F_ab = f[lambda_a, lambda_b] (Daleckii and Krein; Higham,
Functions of Matrices, theorem 3.11), and at the second order f[lambda_a, lambda_b, lambda_c] in the same way;
`divided_differences` has no hole at repeated eigenvalues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any, ClassVar

from tensordiff.errors import MissingRuleError
from tensordiff.functions.divided_differences import Table
from tensordiff.functions.eigen import EIGENVECTORS, SymmetricFunction
from tensordiff.functions.formula import PARAMETERS, T, at_numbers, slope
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import Transposes
from tensordiff.functions.matrix_power import matrix_power
from tensordiff.functions.power import EXP, LOG, POWER, SIGN, power
from tensordiff.functions.spectral import EXPM, LOGM, SQRTM
from tensordiff.functions.table import COS, SIN
from tensordiff.tensor import (
    Apply,
    Dim,
    Einsum,
    Function,
    Sum,
    Tensor,
    add,
    apply,
    as_number,
    einsum,
    identity,
    multiply,
    number,
    postorder,
    replace,
    split_coefficient,
)

_NAMES: dict[Tensor, str] = {}
"""The functions of numbers whose functions of matrices have a name."""


class SymmetricMap(SymmetricFunction):
    """f(A) for a function f of numbers, given as a scalar tensor of `T` and `PARAMETERS`, which are further arguments."""

    transposes: ClassVar[Transposes] = "outside"

    def __init__(self, scalar: Tensor, name: str = "", doc: str = "") -> None:
        self.formula = scalar
        self.name = name or _NAMES.get(scalar, "a function of a matrix")
        self.doc = doc  # type: ignore[misc]

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.formula.key,)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return arguments[0].dims

    def of_scalar(self, form: Any, x: Any) -> Any:
        (function,) = (node.function for node in postorder([self.formula]) if isinstance(node, Apply))
        return form.call(function, x)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """The functions of a matrix that have files of their own."""
        a, *parameters = arguments
        coefficient, core = split_coefficient(self.formula)
        made: Tensor | None = None
        if core is T:
            made = a
        elif T not in postorder([core]):
            values = dict(zip(PARAMETERS, parameters, strict=False))
            made = multiply(identity(a.dims[:1]), replace(core, values))
        elif isinstance(core, Apply) and core.children[0] is T:
            made = self._of_function(core, a, parameters)
        elif (scalars := [f for f in core.children if T not in postorder([f])]) and isinstance(core, Einsum):
            values = dict(zip(PARAMETERS, parameters, strict=False))
            rest = multiply(*(f for f in core.children if f not in scalars))
            outside = multiply(*(replace(f, values) for f in scalars))
            made = multiply(outside, apply(SymmetricMap(rest), *arguments))
        elif (inner := _multiple(core)) is not None:
            factor = replace(inner, dict(zip(PARAMETERS, parameters, strict=False)))
            made = apply(SymmetricMap(replace(core, {core.children[0]: T})), multiply(factor, a))
        elif coefficient != 1:
            made = apply(SymmetricMap(core), *arguments)
        if made is None or (made.children == tuple(arguments) and coefficient == 1 and getattr(made, "function", None) == self):
            return self.through_view(arguments) if not parameters else None
        return add([(coefficient, made)])

    def _of_function(self, core: Apply, a: Tensor, parameters: Sequence[Tensor]) -> Tensor | None:
        known: dict[Function, Function] = {EXP: EXPM, LOG: LOGM}
        if core.function in known:
            return apply(known[core.function], a)
        exponent = as_number(core.children[1]) if core.function == POWER else None
        if exponent is not None:
            if exponent.denominator == 1:
                return matrix_power(a, exponent)
            if abs(exponent) == Fraction(1, 2):
                root = apply(SQRTM, a)
                return root if exponent > 0 else apply(INVERSE, root)
        if core.function == POWER and exponent is None and parameters and core.children[1] is not PARAMETERS[0]:
            made, values = core.children[1], dict(zip(PARAMETERS, parameters, strict=False))
            return apply(SymmetricMap(power(T, PARAMETERS[0])), a, replace(made, values))
        if core.function == POWER and core.children[1] is PARAMETERS[0] and (value := as_number(parameters[0])) is not None:
            return apply(SymmetricMap(power(T, value)), a)
        if core is not self.formula:
            return apply(SymmetricMap(core), a, *parameters)
        return None

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if position:
            return apply(SymmetricMap(slope(self.formula, PARAMETERS[position - 1])), *arguments)
        return apply(SymmetricSlope(self.formula, 1), *arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        a, *parameters = args
        values, vectors = ops.eigh(a)
        found = ops.reshape(at_numbers(self.formula, ops, values, parameters), (1, a.shape[0]))
        return ops.matmul(ops.multiply(vectors, found), ops.transpose(vectors))

    def printed(self, form: Any, *operands: Any) -> Any:
        """In powers, products and sums of functions that have a name."""
        x, *parameters = operands
        return _printed(form, self.formula, x, dict(zip(PARAMETERS, parameters, strict=False)))


_UNNAMED = "the derivative of a function of a matrix"


class SymmetricSlope(SymmetricFunction):
    """The derivative of f(A) of some order, axes of f(A), then those of the directions."""

    head = "slope"

    def __init__(self, scalar: Tensor, order: int) -> None:
        self.formula, self.order = scalar, order
        named = isinstance(scalar, Apply) and scalar.children == (T,)
        self.name = f"D{order if order > 1 else ''}{scalar.function.name}" if named else _UNNAMED  # type: ignore[attr-defined]

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.formula.key, self.order)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return arguments[0].dims * (1 + self.order)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if position:
            return apply(SymmetricSlope(slope(self.formula, PARAMETERS[position - 1]), self.order), *arguments)
        if self.order == 2:
            raise MissingRuleError("third derivatives of functions of a symmetric matrix are not known")
        return apply(SymmetricSlope(self.formula, 2), *arguments)

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        u, weights = apply(EIGENVECTORS, arguments[0]), apply(DividedDifferences(self.formula, self.order), *arguments)
        if self.order == 1:
            sides = [(u, "ia"), (u, "jb"), (weights, "ab")]
            turned = [einsum([*sides, (u, f"{k}a"), (u, f"{l}b")], "ijkl") for k, l in (("k", "l"), ("l", "k"))]
            return add([(Fraction(1, 2), term) for term in turned])
        terms = []
        for first, second in permutations((("k", "l"), ("p", "q"))):
            for k, l in (first, first[::-1]):
                for p, q in (second, second[::-1]):
                    sides = [(u, "ia"), (u, "jc"), (u, f"{k}a"), (u, f"{l}b"), (u, f"{p}b"), (u, f"{q}c")]
                    terms.append((Fraction(1, 4), einsum([*sides, (weights, "abc")], "ijklpq")))
        return add(terms)

    def trace_rule(self, *arguments: Tensor) -> Tensor:
        """The derivative of the trace: d tr f(A) = tr(f'(A) dA)."""
        derived = slope(self.formula, T)
        return apply(SymmetricMap(derived) if self.order == 1 else SymmetricSlope(derived, self.order - 1), *arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        raise AssertionError("opened before")  # pragma: no cover


class DividedDifferences(SymmetricSlope):
    """f[lambda_a, lambda_b] or f[lambda_a, lambda_b, lambda_c] for the eigenvalues of a matrix."""

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (self.square(arguments[0]),) * (1 + self.order)

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None

    def evaluate(self, ops: Any, *args: Any) -> Any:
        a, *parameters = args
        values, n = ops.eigh(a)[0], a.shape[0]
        count = self.order + 1
        axes = [ops.reshape(values, tuple(n if other == axis else 1 for other in range(count))) for axis in range(count)]
        table = Table(self.formula, ops, parameters)
        return table.second(*axes) if self.order == 2 else table.first(*axes)


def _multiple(core: Tensor) -> Tensor | None:
    """c of f(c*t), a function of numbers of one argument without other parameters than those of c; None of anything else."""
    if not isinstance(core, Apply) or len(core.children) != 1 or core.children[0] is T:
        return None
    coefficient, inner = split_coefficient(core.children[0])
    factors = list(inner.children) if isinstance(inner, Einsum) else [inner]
    rest = [factor for factor in factors if factor is not T]
    if len(rest) != len(factors) - 1 or any(T in postorder([factor]) for factor in rest):
        return None
    return multiply(number(coefficient), *rest)


def _printed(form: Any, formula: Tensor, x: Any, parameters: Mapping[Tensor, Any]) -> Any:
    """A function of numbers at a matrix x, in the constructors of the matrix form; one without T is a scalar. None where a
    part has no name."""
    if formula is T:
        return x
    if formula in parameters:
        return parameters[formula]
    if (value := as_number(formula)) is not None:
        return form.number(value)
    children = [_printed(form, child, x, parameters) for child in formula.children]
    if any(child is None for child in children):
        return None
    if isinstance(formula, Sum):
        whole = any(child.shape for child in children)
        spread = [form.eye(x.rows) if whole and not child.shape else None for child in children]
        terms = [child if eye is None else form.product(child, eye) for child, eye in zip(children, spread, strict=True)]
        return form.add(list(zip(formula.coefficients, terms, strict=True)))
    if isinstance(formula, Einsum):
        return form.product(*children) if children else form.number(1)
    assert isinstance(formula, Apply)
    if not any(child.shape for child in children):
        return form.call(formula.function, *children)
    if formula.function == POWER and not children[1].shape:
        return form.real_power(*children) if as_number(formula.children[1]) is None else form.power(*children)
    name = {EXP: "expm", LOG: "logm", SIN: "sinm", COS: "cosm", SIGN: "signm"}.get(formula.function)  # type: ignore[call-overload]
    return form.call(name, children[0]) if name else form.map(formula.function, children[0])


def real_power(base: Tensor, exponent: Tensor) -> Tensor:
    """A^p for a symmetric positive definite A and any real p."""
    function, parameters = power_map(exponent)
    return apply(function, base, *parameters)


def power_map(exponent: Tensor) -> tuple[SymmetricMap, list[Tensor]]:
    """The function A^p of symmetric positive definite matrices, and its arguments after the matrix."""
    value = as_number(exponent)
    if value is not None:
        return SymmetricMap(power(T, value)), []
    return SymmetricMap(power(T, PARAMETERS[0])), [exponent]


SINM = SymmetricMap(SIN(T), "sinm", "The sine of a symmetric matrix.")
COSM = SymmetricMap(COS(T), "cosm", "The cosine of a symmetric matrix.")
SIGNM = SymmetricMap(SIGN(T), "signm", "The matrix sign function of a symmetric matrix without eigenvalue 0.")
_NAMES |= {function.formula: function.name for function in (SINM, COSM, SIGNM)}
