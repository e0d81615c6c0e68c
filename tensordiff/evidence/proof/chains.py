"""A canonical product as chains of two-slot factors between its open indices, hubs and vectors."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.records import field, record
from tensordiff.tensor import Dim, Einsum, Factor, Tensor, einsum, size

End = tuple[str, int, int] | None
"""Where a chain ends: ("out", place, 0), ("hub", index, 0), ("slot", factor, slot); None for a vector."""


@record
class Link:
    """A factor passed by a chain: a matrix, entered at its columns if `turned`; a vector as a diagonal matrix; a vector as
    a column (`turned`: a row)."""

    kind: str
    """"matrix", "diagonal" or "vector"."""
    node: Tensor
    turned: bool = False


@record
class Chain:
    """A product of matrices in a row. `rows` and `columns` are its sizes, None at a vector."""

    links: tuple[Link, ...]
    start: End
    end: End
    rows: Dim | None
    columns: Dim | None

    def turned(self) -> Chain:
        """The transpose."""
        links = tuple(
            link if link.kind == "diagonal" else Link(link.kind, link.node, not link.turned) for link in reversed(self.links)
        )
        return Chain(links, self.end, self.start, self.columns, self.rows)


@record(frozen=False)
class Chains:
    """A product taken apart: scalars, open chains, closed ones (traces), and the factors that the chains hang on."""

    scalars: list[Tensor] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    cycles: list[tuple[Link, ...]] = field(default_factory=list)
    rest: list[tuple[Tensor, tuple[End, ...]]] = field(default_factory=list)
    output: list[tuple[End, Dim]] = field(default_factory=list)


Port = tuple[str, int, int]
"""An occurrence of an index: ("edge", factor, slot), ("slot", factor, slot) or ("out", place, 0)."""


def take_apart(node: Tensor) -> Chains:
    """The chains of a product of atoms (an Einsum, or one atom)."""
    return _Reader(node).read()


class _Reader:
    def __init__(self, node: Tensor) -> None:
        if isinstance(node, Einsum):
            self.factors, self.output, self.dims = node.factors, node.output, node.index_dims
        else:
            self.factors, self.output, self.dims = ((node, tuple(range(node.rank))),), tuple(range(node.rank)), node.dims
        self.found = Chains()
        self.ports: list[list[Port]] = [[] for _ in self.dims]
        self.weights: list[list[Factor]] = [[] for _ in self.dims]
        for number, (factor, indices) in enumerate(self.factors):
            if not indices:
                self.found.scalars.append(factor)
            elif len(set(indices)) == 1 and len(indices) <= 2:
                self.weights[indices[0]].append((factor, indices))
            else:
                kind = "edge" if len(indices) == 2 else "slot"
                for slot, index in enumerate(indices):
                    self.ports[index].append((kind, number, slot))
        for place, index in enumerate(self.output):
            self.ports[index].append(("out", place, 0))
        self.seen: set[Port] = set()

    def read(self) -> Chains:
        found = self.found
        for index, ports in enumerate(self.ports):
            if not ports:
                self._isolated(index)
            elif len(ports) == 1:
                if ports[0] not in self.seen:
                    self._walk(None, [Link("vector", self._weight(index), turned=True)], None, ports[0])
            elif len(ports) == 2:
                for port, other in (ports, ports[::-1]):
                    if port[0] != "edge" and port not in self.seen:
                        self.seen.add(port)
                        self._walk(port, self._diagonal(index), self.dims[index], other)
            else:
                found.rest.extend((factor, (("hub", index, 0),) * len(slots)) for factor, slots in self.weights[index])
                for port in ports:
                    if port[0] == "edge" and port not in self.seen:
                        self._walk(("hub", index, 0), [], self.dims[index], port)
        for number, (_, indices) in enumerate(self.factors):
            if len(indices) == 2 and indices[0] != indices[1] and ("edge", number, 0) not in self.seen:
                self._cycle(number)
            if len(indices) > 2:
                ends = tuple(self._label(index, ("slot", number, slot)) for slot, index in enumerate(indices))
                found.rest.append((self.factors[number][0], ends))
        for place, index in enumerate(self.output):
            found.output.append((self._label(index, ("out", place, 0)), self.dims[index]))
        return found

    def _label(self, index: int, port: Port) -> End:
        return ("hub", index, 0) if len(self.ports[index]) > 2 else port

    def _weight(self, index: int) -> Tensor:
        """The product of the vectors on an index, ones where there are none."""
        return einsum(self.weights[index], (index,), {index: self.dims[index]})

    def _diagonal(self, index: int) -> list[Link]:
        return [Link("diagonal", self._weight(index))] if self.weights[index] else []

    def _isolated(self, index: int) -> None:
        weights = self.weights[index]
        if not weights:
            self.found.scalars.append(size(self.dims[index]))
        elif len(weights) == 1 and len(weights[0][1]) == 2:
            self.found.cycles.append((Link("matrix", weights[0][0]),))
        else:
            self.found.scalars.append(einsum(weights, ()))

    def _walk(self, start: End, links: list[Link], rows: Dim | None, port: Port) -> None:
        """Follow the chain that leaves by a port until it ends."""
        while port[0] == "edge":
            node, slot = self._pass(port)
            links.append(Link("matrix", node, turned=bool(slot)))
            out = ("edge", port[1], 1 - slot)
            index = self.factors[port[1]][1][1 - slot]
            around = self.ports[index]
            if len(around) == 1:
                links.append(Link("vector", self._weight(index)))
                self.found.chains.append(Chain(tuple(links), start, None, rows, None))
                return
            if len(around) > 2:
                self.found.chains.append(Chain(tuple(links), start, ("hub", index, 0), rows, self.dims[index]))
                return
            links.extend(self._diagonal(index))
            port = around[1] if around[0] == out else around[0]
        self.seen.add(port)
        index = self.output[port[1]] if port[0] == "out" else self.factors[port[1]][1][port[2]]
        self.found.chains.append(Chain(tuple(links), start, port, rows, self.dims[index]))

    def _pass(self, port: Port) -> tuple[Tensor, int]:
        self.seen.update({("edge", port[1], 0), ("edge", port[1], 1)})
        return self.factors[port[1]][0], port[2]

    def _cycle(self, number: int) -> None:
        links: list[Link] = []
        port: Port = ("edge", number, 0)
        while port not in self.seen:
            node, slot = self._pass(port)
            links.append(Link("matrix", node, turned=bool(slot)))
            out = ("edge", port[1], 1 - slot)
            index = self.factors[port[1]][1][1 - slot]
            links.extend(self._diagonal(index))
            first, second = self.ports[index]
            port = second if first == out else first
        self.found.cycles.append(tuple(links))


def put_together(parts: Sequence[Link]) -> tuple[list[tuple[Tensor, tuple[int, ...]]], int]:
    """The factors of a row of links, on indices 0, 1, ..., and the last index."""
    factors: list[tuple[Tensor, tuple[int, ...]]] = []
    place = 0
    for link in parts:
        if link.kind == "matrix":
            factors.append((link.node, (place + 1, place) if link.turned else (place, place + 1)))
            place += 1
        else:
            factors.append((link.node, (place,)))
            if link.kind == "vector" and not link.turned:
                place += 1
    return factors, place


def matrix(links: Sequence[Link], rows: Dim | None, columns: Dim | None) -> Tensor:
    """The product of a row of links."""
    factors, last = put_together(links)
    output = ((0,) if rows is not None else ()) + ((last,) if columns is not None else ())
    return einsum(factors, output, {0: rows} if rows is not None and not links else {})


def trace(links: Sequence[Link]) -> Tensor:
    """The trace of a row of links."""
    factors, last = put_together(links)
    return einsum([(node, tuple(0 if i == last else i for i in indices)) for node, indices in factors], ())


def join(parts: Chains, chains: Sequence[Tensor], traces: Sequence[Tensor]) -> Tensor:
    """A product taken apart, with these tensors for its chains and traces."""
    factors: list[tuple[Tensor, Sequence[End]]] = [(scalar, ()) for scalar in (*parts.scalars, *traces)]
    factors.extend(parts.rest)
    for chain, node in zip(parts.chains, chains, strict=True):
        ends = ((chain.start, chain.rows), (chain.end, chain.columns))
        factors.append((node, [end for end, dim in ends if dim is not None]))
    return einsum(factors, [end for end, _ in parts.output], dict(parts.output))
