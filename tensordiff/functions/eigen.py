"""Eigenvalues and eigenvectors of symmetric matrices.

With A u = lambda u, |u| = 1 and R = pinv(lambda*I - A): d lambda = u' dA u, du = R dA u (Magnus 1985, theorem 1). All are
functions of the symmetric part (A + A')/2, so their derivatives are symmetric.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from tensordiff.errors import MissingRuleError, ShapeError
from tensordiff.functions.matrix_function import Conjugates, Domain, Transposes, WholeMatrix
from tensordiff.tensor import Apply, Dim, Einsum, Tensor, add, apply, dims_text, einsum, identity, multiply

HALF = Fraction(1, 2)


class SymmetricFunction(WholeMatrix):
    """A function of a symmetric matrix with single axes."""

    transposes: ClassVar[Transposes] = "itself"
    domain: ClassVar[Domain] = "symmetric"
    real_only = True

    def square(self, argument: Tensor) -> Dim:
        """The number of rows. Raises ShapeError where the argument is no matrix with as many single columns."""
        if argument.rank != 2 or argument.dims[0] is not argument.dims[1]:
            raise ShapeError(f"{self.name} needs a square matrix, got {dims_text(argument.dims)}")
        return argument.dims[0]

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """f(A') = f(A)."""
        return self.through_view(arguments)

    def through_view(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        turned = isinstance(argument, Einsum) and len(argument.factors) == 1 and argument.factors[0][1] == (1, 0)
        return apply(self, argument.children[0]) if turned and argument.output == (0, 1) else None  # type: ignore[attr-defined]


class Eigenvalues(SymmetricFunction):
    """The eigenvalues in ascending order: d lambda_k = u_k' dA u_k."""

    name = "eigvals"
    doc = "The eigenvalues of a symmetric matrix, in ascending order."
    shape = "square-to-column"
    elsewhere: ClassVar[dict[str, str]] = {"eig": "eigvals(A) of a symmetric matrix A", "eigvalsh": "eigvals(A)"}

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (self.square(arguments[0]),)

    def of_scalar(self, form: Any, x: Any) -> Any:
        return x

    def __init__(self, asked: Dim | None = None) -> None:
        """So many of the first are asked for: only those have to be simple to have a derivative."""
        self.asked = asked

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return () if self.asked is None else (self.asked.key,)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return apply(Projectors(self.asked or self.square(arguments[0])), *arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.eigh(args[0])[0]


class Projectors(Eigenvalues):
    """u_k u_k' for every eigenvalue, axis k first; each eigenvalue must be simple. dP_k = R_k dA P_k + P_k dA R_k."""

    name = "eigenprojectors"
    doc = ""

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (self.square(arguments[0]), *arguments[0].dims)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (a,) = arguments
        p, r = apply(self, a), apply(GAP_INVERSES, a)
        pairs = [(p, r, "kib", "kaj"), (p, r, "kia", "kbj"), (r, p, "kib", "kaj"), (r, p, "kia", "kbj")]
        return add([(HALF, einsum([(x, left), (y, right)], "kijab")) for x, y, left, right in pairs])

    def evaluate(self, ops: Any, *args: Any) -> Any:
        assert self.asked is not None
        return ops.eig_projectors(args[0], ops.size(self.asked))


class GapInverses(Projectors):
    """pinv(lambda_k*I - A) for every eigenvalue, axis k first."""

    name = "eigengaps"

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        raise MissingRuleError(
            "third derivatives of eigvals are not known", hint="those of lambda_max, lambda_min and of sums of f(eigvals) are"
        )

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.eig_gap_inverses(args[0])


class Extreme(SymmetricFunction):
    """Something of the largest or the smallest eigenvalue; what is of the smallest is of the largest of -A."""

    def __init__(self, largest: bool) -> None:
        self.largest = largest
        self.name = f"{self.stem}_{'max' if largest else 'min'}"
        self.doc = self.sentence.format("largest" if largest else "smallest")  # type: ignore[misc]

    stem: ClassVar[str]
    sentence: ClassVar[str] = ""

    def turned(self, ops: Any, matrix: Any) -> Any:
        return matrix if self.largest else ops.negative(matrix)


class ExtremeValue(Extreme):
    stem = "lambda"
    conjugates: ClassVar[Conjugates] = "drops"
    holomorphic: ClassVar[bool] = False
    sentence = "The {} eigenvalue of a symmetric matrix."
    scalar = True
    shape = "square-to-scalar"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return ()

    def of_scalar(self, form: Any, x: Any) -> Any:
        return x

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        u = apply(EIGVEC_MAX if self.largest else EIGVEC_MIN, *arguments)
        return einsum([(u, "i"), (u, "j")], "ij")

    def evaluate(self, ops: Any, *args: Any) -> Any:
        value = ops.eigval_max(self.turned(ops, args[0]))
        return value if self.largest else ops.negative(value)


class ExtremeVector(Extreme):
    stem = "eigvec"

    sentence = "The eigenvector of length 1 of the {} eigenvalue of a symmetric matrix; its largest entry is positive."
    shape = "square-to-column"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (self.square(arguments[0]),)

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.number(1)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        u, r = apply(self, *arguments), apply(GAP_MAX if self.largest else GAP_MIN, *arguments)
        return add([(HALF, einsum([(r, "ik"), (u, "l")], "ikl")), (HALF, einsum([(r, "il"), (u, "k")], "ikl"))])

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.eigvec_max(self.turned(ops, args[0]))


class GapInverse(Extreme):
    """R = pinv(lambda*I - A): dR = R dA R - (u'dA u) R^2 - R^2 dA u u' - u u' dA R^2."""

    stem = "gap"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return arguments[0].dims

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        r, u = apply(self, *arguments), apply(EIGVEC_MAX if self.largest else EIGVEC_MIN, *arguments)
        square = einsum([(r, "ia"), (r, "aj")], "ij")
        terms = [(-1, einsum([(u, "k"), (u, "l"), (square, "ij")], "ijkl"))]
        for k, l in ("kl", "lk"):
            terms += [
                (HALF, einsum([(r, f"i{k}"), (r, f"{l}j")], "ijkl")),  # type: ignore[list-item]
                (-HALF, einsum([(square, f"i{k}"), (u, l), (u, "j")], "ijkl")),  # type: ignore[list-item]
                (-HALF, einsum([(u, "i"), (u, k), (square, f"{l}j")], "ijkl")),  # type: ignore[list-item]
            ]
        return add(terms)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        value = ops.gap_inverse(self.turned(ops, args[0]))
        return value if self.largest else ops.negative(value)

    def printed(self, form: Any, x: Any) -> Any:
        """pinv(lambda*I - A)"""
        value = form.call(f"lambda_{self.name[-3:]}", x)
        return form.call("pinv", form.add([(1, form.product(value, form.eye(x.rows))), (-1, x)]))


class Eigenvectors(SymmetricFunction):
    """The eigenvectors in columns, in ascending order of their eigenvalues: no derivative, since each may be turned round, but
    the place where functions of the matrix take their directions from."""

    name = "eigenvectors"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return arguments[0].dims

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.eigh(args[0])[1]


class TopProjector(SymmetricFunction):
    """U U' for the eigenvectors of the k largest eigenvalues, k the second argument."""

    name = "top_projector"
    exponent_argument = 1

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        self.square(arguments[0])
        return arguments[0].dims

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return apply(TOP_SLOPE, *arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.top_projector(args[0], args[1])


class TopGaps(TopProjector):
    name = "top_gaps"

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.top_gaps(args[0], args[1])


class TopSlope(TopProjector):
    """The derivative of the projector: U (G .* (U' dA U)) U' and its transpose, G the reciprocal gaps."""

    name = "top_slope"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return super().result_dims(arguments) * 2

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        raise MissingRuleError("third derivatives of kyfan are not known")

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        u, gaps = apply(EIGENVECTORS, arguments[0]), apply(TopGaps(), *arguments)
        return symmetrised(u, gaps)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        raise AssertionError("opened before")  # pragma: no cover


def symmetrised(u: Tensor, weights: Tensor) -> Tensor:
    """The derivative U (W .* (U' dA U)) U' of a function of a symmetric matrix, W symmetric or else with its transpose, as a
    tensor with axes i, j, k, l; dA enters by its symmetric part."""
    terms = []
    for i, j, k, l in ("ijkl", "ijlk", "jikl", "jilk"):
        terms.append((HALF, einsum([(u, f"{i}a"), (u, f"{j}b"), (weights, "ab"), (u, f"{k}a"), (u, f"{l}b")], "ijkl")))
    return add(terms)


EIGVALS = Eigenvalues()
EIGENVECTORS = Eigenvectors()
TOP_PROJECTOR, TOP_SLOPE = TopProjector(), TopSlope()
GAP_INVERSES = GapInverses()
LAMBDA_MAX, LAMBDA_MIN = ExtremeValue(largest=True), ExtremeValue(largest=False)
EIGVEC_MAX, EIGVEC_MIN = ExtremeVector(largest=True), ExtremeVector(largest=False)
GAP_MAX, GAP_MIN = GapInverse(largest=True), GapInverse(largest=False)


def gap_inverse(argument: Tensor) -> Tensor | None:
    """pinv(lambda_max(A)*I - A) of its argument, which has not full rank, and likewise of lambda_min; None for others."""
    for part in (part for term in argument.children for part in term.children):
        for function, gap in ((LAMBDA_MAX, GAP_MAX), (LAMBDA_MIN, GAP_MIN)):
            if isinstance(part, Apply) and part.function == function:
                (a,) = part.children
                if add([(1, multiply(part, identity(a.dims[:1]))), (-1, a)]) is argument:
                    return apply(gap, a)
    return None
