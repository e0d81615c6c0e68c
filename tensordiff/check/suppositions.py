"""Assumptions under which a claim would be right: structures of square matrices, values of vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tensordiff.evidence.sampling.values import Traits
from tensordiff.matrix import Matrix
from tensordiff.records import record
from tensordiff.tensor import Assumption, Structure, Symbol, postorder

Suppose = Mapping[str, Traits]


@record
class Family:
    """One assumption, and the symbols that it may be made for. What holds for some of them holds for more."""

    traits: Traits
    names: tuple[str, ...]
    words: str
    changes: Mapping[str, str]
    """By variable, its differential, which is symmetric with it."""

    def suppose(self, names: Sequence[str]) -> dict[str, Traits]:
        found = dict.fromkeys(names, self.traits)
        if self.traits.structure.mirror and not self.traits.structure.zeros:
            found |= {self.changes[name]: self.traits for name in names if name in self.changes}
        return found


def families(symbols: Mapping[str, Symbol], rational: bool, changes: Mapping[str, str]) -> Iterator[Family]:
    """The assumptions worth trying, the weakest first. `changes` gives the differentials of variables, by name."""
    own = [s for s in symbols.values() if s.name not in changes.values()]
    plain = [s for s in own if s.assumption is Assumption.NONE]
    square = [s for s in plain if s.structure.general and is_square(s)]
    vectors = [s for s in plain if s.rank == 1]
    for structure in (Structure.SYMMETRIC, Structure.DIAGONAL, Structure.ORTHOGONAL):
        yield Family(Traits(structure), _names(square), f"is {structure}", changes)
    yield Family(Traits(sums_to_one=True), _names(vectors), "sums to one", changes)
    yield Family(Traits(assumption=Assumption.BINARY), _names(vectors), "has entries +1 or -1", changes)
    if not rational:  # in exact arithmetic a sign means nothing
        general = [s for s in plain if s.structure.general]
        yield Family(Traits(assumption=Assumption.POSITIVE), _names(general), "is positive", changes)


def is_square(symbol: Symbol) -> bool:
    half, odd = divmod(symbol.rank, 2)
    return not odd and half > 0 and symbol.dims[:half] == symbol.dims[half:]


def _names(symbols: Sequence[Symbol]) -> tuple[str, ...]:
    return tuple(sorted(s.name for s in symbols))


def smallest(family: Family, base: Suppose, holds: Callable[[Suppose], bool]) -> tuple[str, ...]:
    """The fewest symbols (none can be left out) for which the assumption is enough, given that it is for all of them."""
    needed = list(family.names)
    for name in family.names:
        fewer = [other for other in needed if other != name]
        if holds({**base, **family.suppose(fewer)}):
            needed = fewer
    return tuple(needed)


def in_words(suppose: Suppose, known: Sequence[Family]) -> tuple[str, ...]:
    """The assumptions as sentences: "B is symmetric"."""
    words = {family.traits: family.words for family in known}
    changes = {change for family in known for change in family.changes.values()}
    return tuple(f"{name} {words[traits]}" for name, traits in sorted(suppose.items()) if name not in changes)


def is_usual(name: str, traits: Traits, expressions: Sequence[Matrix]) -> bool:
    """Whether people make this assumption without saying so: symmetric or orthogonal matrices, vectors that sum to one or
    have entries +1 and -1, positive arguments of roots and logarithms."""
    if traits.assumption is Assumption.POSITIVE:
        inside = [node.children for node in postorder(expressions) if isinstance(node, Matrix) and _is_root(node)]
        return any(node.op == "symbol" and node.data[0].name == name for children in inside for node in postorder(children))
    return traits.sums_to_one or traits.assumption is Assumption.BINARY or traits.structure in _USUAL


_USUAL = (Structure.SYMMETRIC, Structure.ORTHOGONAL)
_ROOTS = ("sqrt", "log", "norm2")


def _is_root(node: Matrix) -> bool:
    name = node.data[0].name if node.op == "apply" else node.op
    return name in _ROOTS or (node.op in ("power", "dot_power") and node.children[1].op != "number")
