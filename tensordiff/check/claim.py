"""A claim, and how it reads in a layout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from tensordiff.check.truth import INDEX, Candidate, Truth
from tensordiff.evidence.sampling.points import Point
from tensordiff.evidence.sampling.values import Array
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Shape, build, same_sizes, text
from tensordiff.records import field, record
from tensordiff.tensor import Symbol, Tensor, is_zero, multiply, permute, replace, zero


@record
class Claim:
    """An answer that conforms: what was written, and its expression."""

    matrix: Matrix
    source: str
    standing: Mapping[Tensor, Tensor] = field(default_factory=dict)
    """What symbols in it stand for that have no matrix form: d(sqrtm(A))."""

    @staticmethod
    def of(matrix: Matrix, source: str | None = None, standing: Mapping[Tensor, Tensor] | None = None) -> Claim:
        return Claim(matrix, text(matrix) if source is None else source, standing or {})

    @cached_property
    def tensor(self) -> Tensor:
        return self.lowered(self.matrix)

    def lowered(self, matrix: Matrix) -> Tensor:
        """An expression in the claim's symbols as a tensor."""
        made: Tensor = replace(lower(matrix), self.standing) if self.standing else lower(matrix)
        return made

    @property
    def by_entries(self) -> bool:
        """Whether it is in index notation."""
        return self.matrix.op == "contract"


@record
class Reading:
    """A claim compared with the true derivative in one layout.

    `tensor` is the claim with the axes of the derivative; None where the compound axes of the claim are made of their
    dimensions in another order than those of the layout (their sizes agree), so that only the plain matrices compare.
    """

    candidate: Candidate
    source: Tensor
    tensor: Tensor | None

    def pair(self, point: Point) -> tuple[Array, Array]:
        """(derivative, claim) at a point, both with the axes of the derivative."""
        return point.value(self.candidate.tensor), self.value(point)

    def value(self, point: Point) -> Array:
        value = point.value(self.source)
        lengths = [dim.size(point.sizes) for dim in self.candidate.tensor.dims]
        order = self.candidate.order
        return value.reshape([lengths[a] for a in order]).transpose(_inverse(order))

    def scaled(self, factor: Tensor) -> Reading:
        """The same reading of the claim times a scalar."""
        grouped = None if self.tensor is None else multiply(factor, self.tensor)
        return Reading(self.candidate, multiply(factor, self.source), grouped)


@record
class Subject:
    """What the numbers are about: f, the variables, and the claim as it was read."""

    f: Matrix
    variables: tuple[Symbol, ...]
    reading: Reading
    shapes: Mapping[str, Shape]
    """By name, the declared shapes."""
    changes: Mapping[str, str]
    """By variable, its differential, for a claim in differentials."""
    differences: int
    """The order of differences along these that tend to the differential."""


def read(claim: Claim, truth: Truth) -> list[Reading]:
    """The layouts that the claim's shape fits: those asked for first, and among them the usual one."""
    found = [reading for candidate in truth.candidates if (reading := read_as(claim, candidate)) is not None]

    def rank(reading: Reading) -> tuple[bool, bool]:
        candidate = reading.candidate
        return not truth.asked(candidate, claim.by_entries), candidate.layout != truth.default_layout

    return sorted(found, key=rank)


def read_as(claim: Claim, candidate: Candidate) -> Reading | None:
    """The claim in one layout; None where its sizes do not fit. The number 0 fits every layout."""
    dims = candidate.tensor.dims
    if is_zero(claim.tensor) and not claim.matrix.shape:
        nothing = zero([dims[a] for a in candidate.order])
        return Reading(candidate, nothing, zero(dims))
    if candidate.layout == INDEX:  # no rows and columns: a row has one axis too
        shape = tuple(group for group in claim.matrix.shape if group)
        return Reading(candidate, claim.tensor, claim.tensor) if shape == candidate.shape else None
    if not same_sizes(claim.matrix.shape, candidate.shape):
        return None
    fitted = build.fit(claim.matrix, candidate.shape)
    if fitted is None:
        return Reading(candidate, claim.tensor, None)
    source = claim.tensor if fitted is claim.matrix else claim.lowered(fitted)
    return Reading(candidate, source, permute(source, _inverse(candidate.order)))


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    inverse = [0] * len(order)
    for place, axis in enumerate(order):
        inverse[axis] = place
    return tuple(inverse)
