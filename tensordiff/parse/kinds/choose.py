"""What kind of value an undeclared name is: a scalar, a vector, a matrix.

Among the readings that conform it is the first by a fixed order of preferences: capitals are matrices, small letters are
not; a name that is transposed, or stands alone under tr, det, inv or a norm, is no scalar; nor is one to the right of a
matrix, vector or row; no scalar is broadcast over + or -; then the letters decide, and a change from scalar to vector is
preferred to one from vector to scalar.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations, islice, product

from tensordiff.errors import ShapeError
from tensordiff.parse.kinds.conflicts import ConflictError
from tensordiff.parse.kinds.infer import Inference
from tensordiff.parse.kinds.letters import usual_rank
from tensordiff.parse.kinds.ranks import cost, of_square
from tensordiff.parse.kinds.sizes import Naming, Sizes, Unknown
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.records import record
from tensordiff.tensor import Group

_ALL_CHANGED = 7
"""With so many names or fewer, all choices are looked at; with more, those with few changes."""
_FEW = 3
_TRIED = 40
"""The most choices whose sizes are looked at."""
_STEPS = 60_000
"""The most nodes that are looked at in pricing choices."""


@record
class Choice:
    """A choice of kinds that conforms: the ranks, the sizes of all nodes, and those of the variables."""

    ranks: Mapping[str, int]
    inference: Inference
    leaves: Mapping[str, Sizes]
    cost: tuple[float, ...]


@record
class Question:
    """Trees whose names are to be given kinds.

    `variables` are the names that are not sizes or definitions, each with the rank that is certain or None; `known` those
    whose shape is settled; `squares` must be square matrices; `sizes` are names of sizes.
    """

    trees: Sequence[tuple[str, Tree]]
    variables: Mapping[str, int | None]
    squares: frozenset[str]
    sizes: Collection[str]
    known: Mapping[str, Sizes]
    size_of: Callable[[Tree, Syntax], Group]
    naming: Naming
    is_own: Callable[[str], bool] = lambda name: False
    families: frozenset[str] = frozenset()
    """Names with one index below them: vectors of which that is an entry, or families, the rows of a matrix."""

    def read(self, ranks: Mapping[str, int], cost: tuple[float, ...]) -> Choice:
        """The sizes that follow from a choice. Raises ConflictError."""
        leaves: dict[str, Sizes] = {}
        for name, rank in ranks.items():
            leaves[name] = tuple((Unknown(),) for _ in range(rank))
            if name in self.squares:
                leaves[name] = (leaves[name][0],) * 2
        inference = Inference(
            self.trees,
            {**self.known, **leaves, **dict.fromkeys(self.sizes, ())},
            self.size_of,
            strict=True,
            is_own=self.is_own,
            limits=self.sizes,
        )
        return Choice(ranks, inference, leaves, cost)


def choose(question: Question) -> Choice:
    """The first reading by the order of preferences. Raises ShapeError where no reading fits, or several fit as well."""
    found = readings(question)
    try:
        first = next(found)
    except StopIteration:
        raise _refused(question) from None
    second = next((other for other in found if other.cost == first.cost and other.ranks != first.ranks), None)
    if second is not None:
        raise _ambiguous(question, first, second)
    return first


def readings(question: Question) -> Iterator[Choice]:
    """The readings that conform, best first."""
    usual = usual_ranks(question)
    shown = {name: len(sizes) for name, sizes in question.known.items()}
    for name, sizes in question.known.items():
        if len(sizes) == 2 and not sizes[0]:
            shown[name] = -1
    free = [name for name, rank in question.variables.items() if rank is None]
    tried = 0
    seen: set[tuple[int, ...]] = set()
    most = max(4, _STEPS // max(1, sum(len(tree.nodes) for _, tree in question.trees)))
    small = _small(question.families)
    for alternatives in (small, _strange(_under_square_functions(question.trees))):
        priced = []
        for ranks, change in islice(
            _assignments(usual, free, alternatives, question.families, few=alternatives is not small), most
        ):
            key = tuple(ranks.values())
            if key in seen:
                continue
            seen.add(key)
            found = cost(question.trees, {**shown, **dict.fromkeys(question.sizes, 0), **ranks})
            if found is None or (change[1] and any(found[1:])):
                continue  # a letter that is usually a vector is made a scalar, but not to be broadcast
            priced.append(((*found, *change), ranks))
            if not any(found) and not any(change):
                break
        for price, ranks in sorted(priced, key=lambda pair: pair[0]):
            tried += 1
            if tried > _TRIED:
                return
            try:
                yield question.read(ranks, price)
            except ConflictError:
                continue


def usual_ranks(question: Question) -> dict[str, int]:
    """What the names are by their letters alone."""
    usual = {name: usual_rank(name) if rank is None else rank for name, rank in question.variables.items()}
    return {name: max(rank, 1) if name in question.families else rank for name, rank in usual.items()}


def _small(families: Collection[str]) -> Callable[[str, int], tuple[int, ...]]:
    """Small letters are scalars or vectors; with an index below them, vectors or families of vectors."""

    def alternatives(name: str, usual: int) -> tuple[int, ...]:
        if usual == 2:
            return (2,)
        return (1, 2) if name in families else (usual, 1 - usual)

    return alternatives


def _strange(under: Collection[str]) -> Callable[[str, int], tuple[int, ...]]:
    """Small letters under a function of square matrices (`under`) may be matrices."""

    def alternatives(name: str, usual: int) -> tuple[int, ...]:
        if usual == 2:
            return (2,)
        return (usual, 1 - usual, 2) if name in under else (usual, 1 - usual)

    return alternatives


def _under_square_functions(trees: Sequence[tuple[str, Tree]]) -> frozenset[str]:
    """The names that stand alone under a function of square matrices."""
    return frozenset(
        node.children[0].data
        for _, tree in trees
        for node in tree.nodes
        if node.op == "call" and of_square(node.data) and node.children[0].op == "name"
    )


def _assignments(
    usual: Mapping[str, int],
    free: Sequence[str],
    alternatives: Callable[[str, int], tuple[int, ...]],
    families: Collection[str],
    *,
    few: bool,
) -> Iterator[tuple[dict[str, int], tuple[int, int, int]]]:
    """Choices of ranks, each with what it changes: kinds that the letter excludes, vectors to scalars, changes in all."""
    yield dict(usual), (0, 0, 0)
    options = {name: alternatives(name, usual[name]) for name in free}
    open_names = [name for name in free if len(options[name]) > 1]
    most = 2 if few else _FEW if len(open_names) > _ALL_CHANGED else len(open_names)
    for count in range(1, min(most, len(open_names)) + 1):
        for names in combinations(open_names, count):
            for ranks in product(*(options[name][1:] for name in names)):
                made = {**usual, **dict(zip(names, ranks, strict=True))}
                strange = sum(
                    10 if usual[name] == 2 else rank == 2 and name not in families
                    for name, rank in zip(names, ranks, strict=True)
                )
                downward = sum(usual[name] == 1 and rank == 0 for name, rank in zip(names, ranks, strict=True))
                yield made, (strange, downward, count)


def _refused(question: Question) -> ShapeError:
    """Why the usual reading does not fit."""
    usual = usual_ranks(question)
    try:
        question.read(usual, ())
    except ConflictError as conflict:
        return conflict.error(question.naming)
    return ShapeError("the kinds of the names do not follow from the text", hint="declare their shapes")


def _ambiguous(question: Question, first: Choice, second: Choice) -> ShapeError:
    """The conflict of the usual reading, with the two ways out of it that are as good."""
    error = _refused(question)
    differing = [name for name in first.ranks if first.ranks[name] != second.ranks[name]]
    word = ("a scalar", "a vector", "a matrix")
    shown = " or ".join(
        " and ".join(f"{name} is {word[choice.ranks[name]]}" for name in differing) for choice in (first, second)
    )
    error.hint = f"shapes were inferred, and either {shown}; declare them to say which"
    return error
