"""A product of tensors as a network (Penrose 1971): tensors are nodes, indices are wires, free indices are open wires.

A wire joins the slots that share an index. One that joins three or more slots, or two slots and the outside, meets in a
hub; an identity is a bare wire. Each part that hangs together is laid out on its own: a run of matrices on a line, a
trace on a circle, anything else by least stress (Kamada and Kawai 1989; majorisation by Gansner, Koren and North 2004).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import cos, hypot, pi, sin

from tensordiff.interop.to_einsum import EinsumTerm
from tensordiff.records import record
from tensordiff.tensor import Einsum

TENSOR, HUB, END = "tensor", "hub", "end"

_STEPS = 60
"""Rounds of majorisation: networks here have a few dozen vertices, and stand still after about thirty."""


@record
class Vertex:
    """A tensor with its text, a hub of an index, or the end of an open wire; placed in units of one wire's length."""

    kind: str
    label: str
    x: float
    y: float


@record
class Wire:
    """A line between two vertices (by their places in the network) that carries an index."""

    start: int
    end: int
    index: str
    size: str
    bend: float = 0.0
    """How far the middle is off the straight line: wires side by side are bent apart."""


@record
class Network:
    """A placed network; `words` says it without a picture."""

    coefficient: Fraction
    vertices: tuple[Vertex, ...]
    wires: tuple[Wire, ...]
    width: float
    height: float
    words: str


def network(term: EinsumTerm) -> Network | None:
    """The network of a product; None where its indices are more than letters."""
    if not isinstance(term.subscripts, str):
        return None
    inputs, output = term.subscripts.split("->")
    slots = inputs.split(",")
    sizes = {
        letter: str(dim)
        for letters, tensor in zip(slots, term.tensors, strict=True)
        for letter, dim in zip(letters, tensor.dims, strict=True)
    }
    kinds, labels, links = _graph(slots, output, term)
    first = {v: output.index(labels[v]) for v, kind in enumerate(kinds) if kind == END}
    components = _components(len(kinds), links)
    places: dict[int, tuple[float, float]] = {}
    top = width = 0.0
    for component in components:
        placed = _laid_out(component, [(a, b) for a, b, _ in links if a in component], first)
        left, low = min(x for x, _ in placed.values()), min(y for _, y in placed.values())
        right, high = max(x for x, _ in placed.values()), max(y for _, y in placed.values())
        places.update({vertex: (x - left, y - low + top) for vertex, (x, y) in placed.items()})
        top += high - low + 1
        width = max(width, right - left)
    return Network(
        term.coefficient,
        tuple(Vertex(kind, label, *places[i]) for i, (kind, label) in enumerate(zip(kinds, labels, strict=True))),
        tuple(_bent(links, sizes)),
        width,
        max(0.0, top - 1),
        _words(slots, output, term, sizes),
    )


def _graph(slots: Sequence[str], output: str, term: EinsumTerm) -> tuple[list[str], list[str], list[tuple[int, int, str]]]:
    """Kinds and labels of the vertices, and the wires between them as (start, end, letter)."""
    bare = [isinstance(tensor, Einsum) and not tensor.factors and tensor.rank == 2 for tensor in term.tensors]
    kinds, labels = [TENSOR for _ in slots], list(term.operands)
    ends: dict[str, list[int]] = {}
    for place, letters in enumerate(slots):
        if bare[place]:
            kinds[place], labels[place] = HUB, ""
        for letter in letters:
            ends.setdefault(letter, []).append(place)
    links: list[tuple[int, int, str]] = []
    for letter, joined in ends.items():
        if letter in output:
            kinds.append(END)
            labels.append(letter)
            joined = [*joined, len(kinds) - 1]
        if len(joined) == 2:
            links.append((joined[0], joined[1], letter))
            continue
        kinds.append(HUB)
        labels.append(letter)
        hub = len(kinds) - 1
        links.extend((vertex, hub, letter) for vertex in joined)
    return kinds, labels, links


def _components(count: int, links: Sequence[tuple[int, int, str]]) -> list[list[int]]:
    """Vertices that hang together, in the order of their first one."""
    neighbours: dict[int, list[int]] = {vertex: [] for vertex in range(count)}
    for a, b, _ in links:
        neighbours[a].append(b)
        neighbours[b].append(a)
    seen: set[int] = set()
    found = []
    for start in range(count):
        if start in seen:
            continue
        component, stack = [], [start]
        seen.add(start)
        while stack:
            vertex = stack.pop()
            component.append(vertex)
            fresh = [other for other in dict.fromkeys(neighbours[vertex]) if other not in seen]
            seen.update(fresh)
            stack.extend(fresh)
        found.append(component)
    return found


def _laid_out(
    component: Sequence[int], links: Sequence[tuple[int, int]], first: Mapping[int, int]
) -> dict[int, tuple[float, float]]:
    """Places for the vertices of one component; a line begins at the open wire that is first in `first`."""
    neighbours: dict[int, list[int]] = {vertex: [] for vertex in component}
    for a, b in links:
        if a != b:
            neighbours[a].append(b)
            neighbours[b].append(a)
    if len(component) == 1:
        return {component[0]: (0.0, 0.0)}
    ends = [vertex for vertex in component if len(set(neighbours[vertex])) == 1]
    if all(len(set(joined)) <= 2 for joined in neighbours.values()):
        order = _walk(min(ends, key=lambda v: first.get(v, len(first))) if ends else component[0], neighbours)
        if ends:
            return {vertex: (float(place), 0.0) for place, vertex in enumerate(order)}
        radius = len(order) / (2 * pi) + 0.25
        return {v: (radius * cos(2 * pi * k / len(order)), radius * sin(2 * pi * k / len(order))) for k, v in enumerate(order)}
    return _least_stress(component, neighbours)


def _walk(start: int, neighbours: Mapping[int, Sequence[int]]) -> list[int]:
    order, previous = [start], -1
    while True:
        ahead = [v for v in neighbours[order[-1]] if v != previous and v not in order[:1]]
        if not ahead:
            return order
        previous = order[-1]
        order.append(ahead[0])


def _least_stress(component: Sequence[int], neighbours: Mapping[int, Sequence[int]]) -> dict[int, tuple[float, float]]:
    """Places whose distances are those along the wires, as nearly as a plane allows, weighted by 1/distance^2."""
    steps = {vertex: _distances(vertex, neighbours) for vertex in component}
    radius = len(component) / (2 * pi) + 0.5
    angle = {vertex: 2 * pi * place / len(component) for place, vertex in enumerate(component)}
    # A little apart from the circle, or what is symmetric stays on one line.
    places = {v: (radius * cos(a) * 1.2, radius * sin(a) + 0.01 * k) for k, (v, a) in enumerate(angle.items())}
    for _ in range(_STEPS):
        moved = {}
        for vertex in component:
            x, y = places[vertex]
            total = sum_x = sum_y = 0.0
            for other, distance in steps[vertex].items():
                if other == vertex:
                    continue
                weight = 1.0 / distance**2
                dx, dy = x - places[other][0], y - places[other][1]
                length = hypot(dx, dy) or 1e-9
                total += weight
                sum_x += weight * (places[other][0] + distance * dx / length)
                sum_y += weight * (places[other][1] + distance * dy / length)
            moved[vertex] = (sum_x / total, sum_y / total)
            places[vertex] = moved[vertex]
    return places


def _distances(start: int, neighbours: Mapping[int, Sequence[int]]) -> dict[int, int]:
    found, front = {start: 0}, [start]
    while front:
        ahead = [other for vertex in front for other in neighbours[vertex]]
        front = [other for other in dict.fromkeys(ahead) if other not in found]
        distance = max(found.values()) + 1
        found.update(dict.fromkeys(front, distance))
    return found


def _bent(links: Sequence[tuple[int, int, str]], sizes: Mapping[str, str]) -> list[Wire]:
    beside: dict[tuple[int, int], int] = {}
    for a, b, _ in links:
        pair = (min(a, b), max(a, b))
        beside[pair] = beside.get(pair, 0) + 1
    drawn: dict[tuple[int, int], int] = {}
    wires = []
    for a, b, letter in links:
        pair = (min(a, b), max(a, b))
        place = drawn[pair] = drawn.get(pair, -1) + 1
        bend = 0.0 if beside[pair] == 1 else (place - (beside[pair] - 1) / 2) * 0.7
        wires.append(Wire(a, b, letter, sizes[letter], bend if a < b else -bend))
    return wires


def _words(slots: Sequence[str], output: str, term: EinsumTerm, sizes: Mapping[str, str]) -> str:
    factors = " ".join(f"{text}[{','.join(letters)}]" for text, letters in zip(term.operands, slots, strict=True))
    summed = [letter for letter in dict.fromkeys("".join(slots)) if letter not in output]
    over = f", summed over {', '.join(f'{letter} (size {sizes[letter]})' for letter in summed)}" if summed else ""
    free = f"; open indices {', '.join(f'{letter} (size {sizes[letter]})' for letter in output)}" if output else ""
    return factors + over + free
