"""Unknown sizes and the equations between them, solved by unification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

from tensordiff.errors import ShapeError
from tensordiff.matrix import same_size, shape_text
from tensordiff.tensor import Dim, Group, direct_sum


class Unknown:
    """A size, greater than 1, that is not known yet; `bound` is the size that it was found to be."""

    __slots__ = ("bound",)

    def __init__(self) -> None:
        self.bound: Size | None = None


class Triangular:
    """The size n(n+1)/2 of an unknown n, n(n-1)/2 where strict."""

    __slots__ = ("base", "strict")

    def __init__(self, base: Size, strict: bool = False) -> None:
        self.base = base
        self.strict = strict


class Total:
    """The size of an axis on which parts stand one after the other, some of them unknown."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Size]) -> None:
        self.parts = tuple(parts)


Atom = Dim | Unknown | Triangular | Total

Size = tuple[Atom, ...]
"""A compound size, slowest first, as a group of dimensions that may be unknown; the empty one is 1."""

Sizes = tuple[Size, ...]
"""The shape of a value: () a scalar, (rows,) a column, (rows, columns) a matrix, more for a tensor."""


class MismatchError(Exception):
    """Two sizes cannot be equal."""


def resolve(size: Size) -> Size:
    """The size with what is known of it put in."""
    if all(not isinstance(atom, Unknown) or atom.bound is None for atom in size):
        return size
    found: list[Atom] = []
    pending = list(reversed(size))
    while pending:
        atom = pending.pop()
        if isinstance(atom, Unknown) and atom.bound is not None:
            pending.extend(reversed(atom.bound))
        else:
            found.append(atom)
    result = tuple(found)
    if len(size) == 1 and isinstance(size[0], Unknown):
        size[0].bound = result
    return result


class Equations:
    """Equations between sizes. Those that do not decide anything yet wait for the others."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Size, Size]] = []

    def equate(self, left: Size, right: Size) -> None:
        """Makes two sizes equal. Raises MismatchError when they cannot be."""
        pending = [(left, right)]
        while pending:
            a, b = _stripped(resolve(pending[-1][0]), resolve(pending.pop()[1]))
            if not a and not b:
                continue
            if len(b) == 1 and isinstance(b[0], Unknown):
                a, b = b, a
            if len(a) == 1 and isinstance(a[0], Unknown):
                if not b or _occurs(a[0], b):
                    raise MismatchError
                a[0].bound = b
            elif not _open(a) and not _open(b):
                if not same_size(_known(a), _known(b)):
                    raise MismatchError
            elif not a or not b:
                raise MismatchError
            elif (rest := _without_common(a, b)) is not None:
                pending.extend(rest)
            elif len(a) == len(b) and all(_alike(x, y) for x, y in zip(a, b, strict=True)):
                pending.extend(_paired(x, y) for x, y in zip(a, b, strict=True))
            else:
                self._waiting.append((a, b))

    def finish(self) -> None:
        """Solves what had to wait, as far as the rest decides it. Raises MismatchError."""
        before = len(self._waiting) + 1
        while self._waiting and len(self._waiting) < before:
            before = len(self._waiting)
            waiting, self._waiting = self._waiting, []
            for left, right in waiting:
                self.equate(left, right)


def _stripped(a: Size, b: Size) -> tuple[Size, Size]:
    """The two sizes without equal ends."""
    low = 0
    while low < min(len(a), len(b)) and a[low] is b[low]:
        low += 1
    a, b = a[low:], b[low:]
    high = 0
    while high < min(len(a), len(b)) and a[-1 - high] is b[-1 - high]:
        high += 1
    return a[: len(a) - high], b[: len(b) - high]


def _without_common(a: Size, b: Size) -> list[tuple[Size, Size]] | None:
    """The equations between the parts of two sums that are left without those that both have; None where what is left
    does not decide which parts are equal."""
    left, right = _parts(a), _parts(b)
    if left is None or right is None:
        return None
    for part in list(left):
        other = next((x for x in right if _same(part, x)), None)
        if other is not None:
            left.remove(part)
            right.remove(other)
    if len(left) == len(right):
        return list(zip(left, right, strict=True))
    for some, others in ((left, right), (right, left)):
        if len(some) == 1 and len(some[0]) == 1 and isinstance(some[0][0], Unknown) and others:
            if not any(map(_open, others)):
                return [(some[0], direct_sum([_known(part) for part in others]))]
        elif not some and not others:
            return []
    if not left or not right:
        raise MismatchError
    return None


def _parts(size: Size) -> list[Size] | None:
    """The parts of a sum, of which one at least is one; None for what is no sum."""
    if len(size) != 1:
        return None
    (atom,) = size
    if isinstance(atom, Total):
        return [resolve(part) for part in atom.parts]
    if isinstance(atom, Dim) and atom.terms:
        return [(*((Dim.fixed(count),) if count > 1 and product else ()), *product) for product, count in atom.terms]
    return None


def _same(a: Size, b: Size) -> bool:
    """Whether two sizes are known to be equal."""
    if len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True)):
        return True
    return not _open(a) and not _open(b) and same_size(_known(a), _known(b))


def _unknowns(size: Size) -> Iterator[Unknown]:
    """What is unknown in a size, inside triangular sizes and sums too, from left to right."""
    pending = list(reversed(resolve(size)))
    while pending:
        atom = pending.pop()
        if isinstance(atom, Unknown):
            yield atom
        elif isinstance(atom, Triangular):
            pending.extend(reversed(resolve(atom.base)))
        elif isinstance(atom, Total):
            pending.extend(inner for part in reversed(atom.parts) for inner in reversed(resolve(part)))


def _open(size: Size) -> bool:
    """Whether something in the size is unknown."""
    return next(_unknowns(size), None) is not None


def _occurs(unknown: Unknown, size: Size) -> bool:
    return any(other is unknown for other in _unknowns(size))


def _known(size: Size) -> Group:
    """The group of a size in which nothing is unknown."""
    return tuple(name_dim(atom, {}) for atom in size)


def _alike(a: Atom, b: Atom) -> bool:
    """Whether two dimensions may be equal, and their being equal says what of their parts are."""
    if isinstance(a, Unknown) or isinstance(b, Unknown) or a is b:
        return True
    if not all(isinstance(x, Triangular) or (isinstance(x, Dim) and x.base is not None) for x in (a, b)):
        return False
    return _is_strict(a) == _is_strict(b)


def _is_strict(atom: Atom) -> bool:
    return isinstance(atom, Triangular | Dim) and atom.strict


def _paired(a: Atom, b: Atom) -> tuple[Size, Size]:
    """The equation between two dimensions, for triangular ones that between their bases."""
    known = not isinstance(a, Unknown) and not isinstance(b, Unknown) and a is not b
    return (_base(a), _base(b)) if known else ((a,), (b,))


def _base(atom: Atom) -> Size:
    """The n of n(n+1)/2."""
    if isinstance(atom, Triangular):
        return atom.base
    assert isinstance(atom, Dim) and atom.base is not None
    return (atom.base,)


def name_dim(atom: Atom, names: Mapping[Unknown, Dim]) -> Dim:
    """The dimension, unknown ones by their names."""
    made: dict[int, Dim] = {}
    pending: list[Atom] = [atom]
    while pending:
        top = pending[-1]
        inner = _inside(top)
        missing = [x for x in inner if id(x) not in made]
        if missing:
            pending.extend(missing)
            continue
        pending.pop()
        if isinstance(top, Triangular):
            made[id(top)] = Dim.triangular(made[id(inner[0])], strict=top.strict)
        elif isinstance(top, Total):
            groups = [tuple(made[id(x)] for x in resolve(part)) for part in top.parts]
            made[id(top)] = direct_sum(groups)[0]
        else:
            made[id(top)] = names[top] if isinstance(top, Unknown) else top
    return made[id(atom)]


def _inside(atom: Atom) -> list[Atom]:
    """What a compound dimension is made of."""
    if isinstance(atom, Triangular):
        return [_single(atom)]
    return [x for part in atom.parts for x in resolve(part)] if isinstance(atom, Total) else []


def _single(triangular: Triangular) -> Atom:
    base = resolve(triangular.base)
    if len(base) != 1:
        raise ShapeError("the size n(n+1)/2 needs one dimension n", hint="vech acts on a matrix whose rows are one dimension")
    return base[0]


class Naming:
    """Names for unknown sizes, n, m, p, q, r ... in order of first appearance, without those in use."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = frozenset(used)
        self.restart()

    def restart(self) -> None:
        """Forgets the names that were given."""
        self._names = _letters(self._used)
        self._dims: dict[Unknown, Dim] = {}

    def group(self, size: Size) -> Group:
        """The size with every unknown dimension named."""
        size = resolve(size)
        for atom in _unknowns(size):
            if atom not in self._dims:
                self._dims[atom] = Dim.named(next(self._names))
        return tuple(name_dim(atom, self._dims) for atom in size)

    @property
    def count(self) -> int:
        """How many sizes have been named."""
        return len(self._dims)

    def shape(self, sizes: Sizes) -> tuple[Group, ...]:
        return tuple(self.group(size) for size in sizes)

    def text(self, sizes: Sizes) -> str:
        """A shape for a message."""
        return shape_text(self.shape(sizes))


def _letters(used: frozenset[str]) -> Iterator[str]:
    numbered = (f"n{number}" for number in count(1))
    return (name for name in chain("nmpqrkl", numbered) if name not in used)
