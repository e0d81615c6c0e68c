"""Singular values and vectors, and the norms made of them, by the symmetric matrix H = [0 A; A' 0].

With A v = s u and A' u = s v, H has the eigenvalues s and -s with eigenvectors [u; v]/sqrt(2) and [u; -v]/sqrt(2), and zeros
(Jordan and Wielandt; Golub and Van Loan, Matrix Computations, section 8.6): nothing is squared, so small singular values keep
their digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any, ClassVar

from tensordiff.errors import MissingRuleError, ShapeError
from tensordiff.functions.constants import constant
from tensordiff.functions.eigen import (
    EIGENVECTORS,
    EIGVALS,
    EIGVEC_MAX,
    GAP_MAX,
    LAMBDA_MAX,
    TOP_PROJECTOR,
    Eigenvalues,
    Projectors,
    SymmetricFunction,
)
from tensordiff.functions.inclusion import Inclusion, inclusion
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import Conjugates, Domain, Transposes, WholeMatrix
from tensordiff.functions.power import ABS, power
from tensordiff.functions.spectral import SQRTM
from tensordiff.tensor import (
    Dim,
    Extent,
    Tensor,
    add,
    apply,
    as_number,
    dims_text,
    direct_sum,
    einsum,
    multiply,
    number,
    scale,
    total,
)

HALF = Fraction(1, 2)


def places(a: Tensor) -> tuple[Tensor, Tensor]:
    """The inclusions of the rows and of the columns of a in those of H, axes (whole, part)."""
    rows, columns = a.dims
    (whole,) = direct_sum([(rows,), (columns,)])
    return inclusion(whole, Extent.number(0), (rows,)), inclusion(whole, Extent.of(rows), (columns,))


def doubled(a: Tensor) -> Tensor:
    """H = [0 A; A' 0]."""
    above, below = places(a)
    corner = einsum([(above, "pi"), (a, "ij"), (below, "qj")], "pq")
    return add([(1, corner), (1, einsum([(corner, "qp")], "pq"))])


class SingularFunction(WholeMatrix):
    """A function of any matrix with single axes."""

    domain: ClassVar[Domain] = "nonzero"
    real_only = True
    meets_scalars: ClassVar[bool] = False
    conjugates: ClassVar[Conjugates] = "drops"
    holomorphic: ClassVar[bool] = False

    def matrix(self, arguments: Sequence[Tensor]) -> Tensor:
        """The argument. Raises ShapeError where it is no matrix with single axes."""
        if arguments[0].rank != 2:
            raise ShapeError(f"{self.name} needs a matrix, got {dims_text(arguments[0].dims)}")
        return arguments[0]

    def evaluate(self, ops: Any, *args: Any) -> Any:
        raise AssertionError("opened before")  # pragma: no cover


class SingularNorm(SingularFunction):
    """A norm that is a function of the singular values."""

    shape = "to-scalar"
    scalar = True
    transposes: ClassVar[Transposes] = "itself"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.matrix(arguments)
        return ()

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("abs", x)


class SpectralNorm(SingularNorm):
    """The largest singular value: d s = u' dA v."""

    name = "norm_spec"
    doc = "The spectral norm of a matrix, its largest singular value."

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return einsum([(apply(LEFT_SV, *arguments), "i"), (apply(RIGHT_SV, *arguments), "j")], "ij")

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return apply(LAMBDA_MAX, doubled(arguments[0]))


class SingularVector(SingularFunction):
    """The left or the right singular vector of the largest singular value, a part of the eigenvector w of H:
    dw = R dH w with R = pinv(s*I - H)."""

    def __init__(self, left: bool) -> None:
        self.left = left
        self.name = "left_sv" if left else "right_sv"
        self.doc = f"The {'left' if left else 'right'} singular vector of length 1 of the largest singular value."  # type: ignore[misc]
        self.shape = "rows" if left else "columns"  # type: ignore[misc]

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (self.matrix(arguments).dims[0 if self.left else 1],)

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("sign", x) if self.left else form.number(1)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        a = arguments[0]
        own, above, below = self._own(a), *places(a)
        h = doubled(a)
        w, r = apply(EIGVEC_MAX, h), apply(GAP_MAX, h)
        first = einsum([(own, "pi"), (r, "pq"), (above, "qk"), (below, "sl"), (w, "s")], "ikl")
        second = einsum([(own, "pi"), (r, "pq"), (below, "ql"), (above, "sk"), (w, "s")], "ikl")
        return multiply(power(number(2), HALF), add([(1, first), (1, second)]))

    def _own(self, a: Tensor) -> Tensor:
        return places(a)[0 if self.left else 1]

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        a = arguments[0]
        part = einsum([(self._own(a), "pi"), (apply(EIGVEC_MAX, doubled(a)), "p")], "i")
        return multiply(power(number(2), HALF), part)


class SingularValues(SingularFunction):
    """All singular values, in descending order; which axis is the shorter one is known from the sizes."""

    name = "singvals"
    doc = "The singular values of a matrix, in descending order; its sizes must tell whether rows or columns are fewer."
    shape = "shorter"
    transposes: ClassVar[Transposes] = "itself"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (shorter(self.matrix(arguments).dims),)

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("abs", x)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        """d s_p = u_p' dA v_p, twice the corner of the projector on the eigenvector of H, which is that of -H."""
        first, h, part = self._of_doubled(arguments[0])
        above, below = places(arguments[0])
        projectors = apply(Projectors(part), scale(-1, h))
        return scale(2, einsum([(first, "ap"), (projectors, "axy"), (above, "xi"), (below, "yj")], "pij"))

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """Those of H from the largest down are those of -H from the least up."""
        first, h, part = self._of_doubled(arguments[0])
        return scale(-1, einsum([(first, "ap"), (apply(Eigenvalues(part), scale(-1, h)), "a")], "p"))

    def _of_doubled(self, a: Tensor) -> tuple[Tensor, Tensor, Dim]:
        h, part = doubled(a), shorter(a.dims)
        return inclusion(h.dims[0], Extent.number(0), (part,)), h, part


def shorter(dims: Sequence[Dim]) -> Dim:
    """The shorter of two axes. Raises ShapeError where the sizes do not tell."""
    rows, columns = dims
    if rows is columns or (columns.value is not None and columns.value == 1):
        return columns
    if rows.value is not None and columns.value is not None:
        return rows if rows.value < columns.value else columns
    raise ShapeError(
        f"the number of singular values of a {dims_text((rows, columns))} matrix is the smaller of two sizes",
        hint="give the sizes as numbers, or use norm_spec, norm_nuc or kyfan",
    )


class KyFan(SingularFunction):
    """The sum of the k largest singular values: the derivative is the corner of the projector on the eigenvectors of H to
    them, doubled. It exists where the k-th is larger than the next."""

    name = "kyfan"
    doc = "The sum of the k largest singular values, k a number."
    shape = "first-to-scalar"
    arguments = (2, 2)
    exponent_argument = 1
    scalar = True
    transposes: ClassVar[Transposes] = "never"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        k = as_number(arguments[1])
        if k is None or k.denominator != 1 or k < 1:
            raise ShapeError("kyfan(A,k) sums the k largest singular values: k is a whole number from 1 on")
        values = [dim.value for dim in self.matrix(arguments).dims if dim.value is not None]
        if values and k > min(values):
            raise ShapeError(f"kyfan: a {dims_text(arguments[0].dims)} matrix has no {k} singular values")
        return ()

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if position:
            return super().derivative(arguments, position)
        a, k = arguments
        above, below = places(a)
        return einsum([(number(2), ()), (above, "pi"), (apply(TOP_PROJECTOR, doubled(a), k), "pq"), (below, "qj")], "ij")

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        h, k = doubled(arguments[0]), as_number(arguments[1])
        assert k is not None
        first = constant(Inclusion(h.dims[0], Extent.number(0), (Dim.fixed(int(k)),)))
        return scale(-1, einsum([(first, "ap"), (apply(EIGVALS, scale(-1, h)), "a")], ""))


class NuclearNorm(SingularNorm):
    """The sum of the singular values: the derivative is the polar factor, where none is 0."""

    name = "norm_nuc"
    doc = "The nuclear norm of a matrix, the sum of its singular values."

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return apply(POLAR, *arguments)

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return scale(HALF, total(ABS(apply(EIGVALS, doubled(arguments[0])))))


class PolarFactor(SingularFunction):
    """The orthonormal factor U V' of A = U S V': A inv(sqrtm(A'A)) where the columns are independent, inv(sqrtm(A A')) A
    where the rows are. It is the corner of sign(H), whose derivative weighs the directions of H by the difference of signs
    over the difference of eigenvalues."""

    name = "polar"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return self.matrix(arguments).dims

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return apply(POLAR_SLOPE, *arguments)

    def printed(self, form: Any, x: Any) -> Any:
        turned = form.transpose(x)
        rows, columns = x.rows, x.cols
        wide = len(rows) == len(columns) == 1 and (rows[0].value or inf) < (columns[0].value or 0)
        if wide:
            return form.product(form.inverse(form.call("sqrtm", form.product(x, turned))), x)
        return form.product(x, form.inverse(form.call("sqrtm", form.product(turned, x))))

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """As it is printed: where the shorter side is not known, for independent columns."""
        (a,) = arguments
        wide = (a.dims[0].value or inf) < (a.dims[1].value or 0)
        gram = einsum([(a, "ia"), (a, "ja")] if wide else [(a, "ai"), (a, "aj")], "ij")
        root = apply(INVERSE, apply(SQRTM, gram))
        return einsum([(root, "ia"), (a, "aj")] if wide else [(a, "ia"), (root, "aj")], "ij")

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.polar(args[0])


class PolarSlope(PolarFactor):
    name = "polar_slope"

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return super().result_dims(arguments) * 2

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        raise MissingRuleError("third derivatives of norm_nuc are not known", hint="write it as tr(sqrtm(A'*A))")

    def printed(self, form: Any, x: Any) -> Any:
        return None

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (a,) = arguments
        h, (above, below) = doubled(a), places(a)
        u, weights = apply(EIGENVECTORS, h), apply(SIGN_GAPS, h)
        left, right = einsum([(above, "pi"), (u, "pa")], "ia"), einsum([(below, "qj"), (u, "qa")], "ja")
        outer = [(left, "ia"), (right, "jb"), (weights, "ab")]
        return add(
            [
                (1, einsum([*outer, (left, "ka"), (right, "lb")], "ijkl")),
                (1, einsum([*outer, (right, "la"), (left, "kb")], "ijkl")),
            ]
        )


class SignGaps(SymmetricFunction):
    """(sign(a) - sign(b))/(a - b) for the eigenvalues a, b of a matrix, 0 where the signs agree."""

    name = "sign_gaps"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return arguments[0].dims

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.sign_gaps(args[0])


SIGN_GAPS = SignGaps()
POLAR, POLAR_SLOPE = PolarFactor(), PolarSlope()
KYFAN, NORM_NUC, SINGVALS = KyFan(), NuclearNorm(), SingularValues()


NORM_SPEC = SpectralNorm()
LEFT_SV, RIGHT_SV = SingularVector(left=True), SingularVector(left=False)
