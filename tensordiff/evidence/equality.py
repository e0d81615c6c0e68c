"""Whether two expressions are equal, with the same graded evidence as a verdict on a claim."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.modular import ModularOps
from tensordiff.evaluate.rational import RationalOps
from tensordiff.evidence.agreement import Evidence, Method, sizes_text
from tensordiff.evidence.domains import assumptions, reserved
from tensordiff.evidence.evidence import compare, examine
from tensordiff.evidence.printing import show, show_array
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.precision import MOST_DIGITS
from tensordiff.evidence.sampling.values import Array
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build, same_sizes, shape_text
from tensordiff.records import record
from tensordiff.show.notebook import verdict_html
from tensordiff.tensor import Tensor

_DIGITS = (40, 100, 250, MOST_DIGITS)
"""With ever more of them, what differs is shown to."""


@record
class Difference:
    """The first entry where two expressions differ, and where."""

    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    position: tuple[int, ...]
    """Counted from 1, one place for each axis."""
    left: object
    right: object

    def __str__(self) -> str:
        place = f"entry [{','.join(map(str, self.position))}]" if self.position else "the value"
        sizes = f" with {sizes_text(self.sizes)}" if self.sizes else ""
        lines = [f"{place} is {show(self.left)} on the left and {show(self.right)} on the right{sizes}"]
        lines.extend(f"    {name} = {show_array(value)}" for name, value in self.values.items())
        return "\n".join(lines)


@record(repr=False)
class Equality:
    """Whether two expressions are equal (None: not decided), how that is known, and numbers that show a difference."""

    equal: bool | None
    method: Method | None
    basis: str
    witness: Difference | None = None
    assumptions: tuple[str, ...] = ()
    """What one side needs to have a value, and the other does not: "a is positive"."""

    def __bool__(self) -> bool:
        return self.equal is True

    def __repr__(self) -> str:
        return f"<{str(self).partition(chr(10))[0]}>"

    def _repr_html_(self) -> str:
        status = "undecided" if self.equal is None else "right" if self.equal else "wrong"
        return verdict_html(status, str(self).splitlines())

    def __str__(self) -> str:
        if self.equal is None:
            return f"Undecided: {self.basis}."
        head = f"{'Equal' if self.equal else 'Not equal'}: {self.basis}."
        return head if self.witness is None else f"{head}\n{self.witness}"


def equal(a: Matrix, b: Matrix) -> Equality:
    """Whether two expressions have equal values for all sizes and values of their symbols.

    Expressions of different sizes are not equal; compound axes are compared as plain ones where they are grouped
    otherwise (then nothing is called proved). The number 0 is zero of any shape.
    """
    a, b = _shaped(a, b), _shaped(b, a)
    if not same_sizes(a.shape, b.shape):
        return Equality(False, "proved", f"the sizes differ, {shape_text(a.shape)} and {shape_text(b.shape)}")
    b = build.fit(b, a.shape) or b
    a = build.fit(a, b.shape) or a
    left, right = lower(a), lower(b)
    samples = Samples([left, right])

    def pair(point: Point) -> tuple[Array, Array]:
        return _values(point, left, right)

    same = a.shape == b.shape
    found = examine(pair, samples, left if same else None, right if same else None)
    if not found:
        return _reported(found, left, right)
    needed = (*assumptions(a, [b], [right]), *assumptions(b, [a], [left]))
    words = reserved(found.basis, [a, b], pair, samples, needed, proved=found.method == "proved")
    return Equality(True, found.method, words, assumptions=needed)


def _shaped(a: Matrix, other: Matrix) -> Matrix:
    """a; the number 0 in the shape of the other."""
    return build.zeros(*other.shape) if a.op == "number" and a.data[0] == 0 and other.shape else a


def equal_tensors(a: Tensor, b: Tensor) -> Equality:
    """The same for index forms with equal axes."""
    return _reported(compare(a, b), a, b)


def assert_equal(a: Matrix, b: Matrix) -> None:
    """Raises AssertionError, which says why, unless two expressions are found equal."""
    found = equal(a, b)
    if not found:
        raise AssertionError(str(found))


def _reported(evidence: Evidence, a: Tensor, b: Tensor) -> Equality:
    witness = None if evidence.point is None else _difference(evidence.point, a, b)
    return Equality(evidence.equal, evidence.method, evidence.basis, witness)


def _difference(found: Point, a: Tensor, b: Tensor) -> Difference | None:
    """At a point of small integers where the two differ there too, else where they were found to; None where the values are
    too long to be shown."""
    samples = Samples([a, b])
    for start in (2, 3):
        point = next(samples.integers(start), None)
        if point is not None and not point.equal(*_values(point, a, b)):
            return _at(point, a, b)
    if not isinstance(found.ops, ModularOps):
        return _at(found, a, b)
    try:
        return _at(found.under(NumpyOps() if samples.has_pi else RationalOps()), a, b)
    except EvaluationError:  # numbers of millions of digits
        return None


def _values(point: Point, a: Tensor, b: Tensor) -> tuple[Array, Array]:
    value = point.value(a)
    return value, point.value(b).reshape(value.shape)


def _at(point: Point, a: Tensor, b: Tensor) -> Difference:
    left, right = _values(point, a, b)
    for digits in _DIGITS:
        if not point.equal(left, right):
            break
        point = point.with_digits(digits)  # a term of 1 beside one of 10^20
        left, right = _values(point, a, b)
    largest = max(np.max(abs(left)), np.max(abs(right)))
    scale = 0 if point.is_exact else min(1e-6 * largest, np.max(abs(left - right)) / 2)
    place = next(place for place in np.ndindex(left.shape) if abs(left[place] - right[place]) > scale)
    position = tuple(int(i) + 1 for i in place)
    return Difference(dict(point.sizes), dict(point.exact), position, left[place], right[place])
