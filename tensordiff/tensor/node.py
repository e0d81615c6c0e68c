"""The generic node layer: immutable, interned values with children. It knows no tensors.

Equal structure is the same object, so equality is identity and every pass can memoise by node. What interns a node is its
identity: what it is made of, with children by `id` (they live as long as the node does). What orders nodes is the key: a
digest made of the children's digests, of fixed length, linear to build, and independent of `id`, memory order and the hash
seed. It is made when an order is asked for: most nodes of a derivation live and die without one.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from marshal import dumps
from threading import RLock
from typing import Any, ClassVar, Self, TypeVar
from weakref import ref

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b  # the same; but this loads OpenSSL, which takes longer than a derivative

Value = TypeVar("Value")
Kind = TypeVar("Kind", bound="Node")

_put = object.__setattr__


def digest(*parts: bytes | str | int) -> bytes:
    """A 16-byte digest of a sequence of parts; injective in the sequence.

    Version 0 of the marshal format writes equal values equally (later ones tell interned strings from others).
    """
    return blake2b(dumps(parts, 0), digest_size=16).digest()


def hash_of(key: bytes) -> int:
    """A hash that is the same in every process, so that sets of nodes have the same order in every run."""
    return int.from_bytes(key[:7], "big")


class _Place(ref["Node"]):
    """Where a node stands in the table, for as long as somebody holds it."""

    __slots__ = ("identity",)

    identity: Hashable


_forgetting = RLock()


def _forget(place: Any) -> None:
    """Takes a place out of the table whose node is gone; where a new node has the identity, its place stays."""
    identity = place.identity
    with _forgetting:
        if Node._table.get(identity) is place:
            del Node._table[identity]


class Node:
    """An interned value. Subclasses name their own slots and are made through `Node._interned`."""

    __slots__ = ("__weakref__", "_hash", "_key", "children")

    children: tuple[Any, ...]
    _hash: int
    _key: bytes | None

    _table: ClassVar[dict[Hashable, _Place]] = {}

    @classmethod
    def _known(cls, identity: Hashable) -> Self | None:
        """The node with this identity, if there is one."""
        place = Node._table.get(identity)
        found = place() if place is not None else None
        assert found is None or type(found) is cls
        return found

    @classmethod
    def _interned(
        cls, identity: Hashable, children: tuple[Any, ...], hash_value: int, key: bytes | None, **fields: Any
    ) -> Self:
        """The node with this identity, made where it is new. `hash_value` must be the same in every process, as must `key`,
        where it is known."""
        made = object.__new__(cls)
        _put(made, "_key", key)
        _put(made, "_hash", hash_value)
        _put(made, "children", children)
        for name, value in fields.items():
            _put(made, name, value)
        place = _Place(made, _forget)
        place.identity = identity
        while (found := (there := Node._table.setdefault(identity, place))()) is None:
            _forget(there)  # its node is gone, and nobody was told yet
        assert type(found) is cls
        return found

    @property
    def key(self) -> bytes:
        """A digest of the structure below this node; every order of nodes is by it."""
        return self._key or self._keyed()

    def _keyed(self) -> bytes:
        """Make the keys that are missing from the bottom up, without recursion."""
        stack: list[Node] = [self]
        while stack:
            node = stack[-1]
            missing = [] if node._key else [child for child in node.children if not child._key]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            if not node._key:
                _put(node, "_key", node._digest())
        assert self._key
        return self._key

    def _digest(self) -> bytes:
        """The key, from the children's keys."""
        raise NotImplementedError(f"{type(self).__name__} has no digest")  # pragma: no cover - abstract

    def __hash__(self) -> int:
        return self._hash

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} nodes are immutable")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def postorder(
    roots: Iterable[Node], children: Callable[[Any], Sequence[Node]] | None = None, known: Container[Node] = ()
) -> list[Any]:
    """Every node reachable from the roots once, children before parents, in a reproducible order. Iterative.

    `children` says what is below a node, where that is not its children; nodes in `known` are not entered.
    """
    order: list[Node] = []
    done: set[int] = set()
    stack = [(root, False) for root in roots]
    stack.reverse()
    while stack:
        node, entered = stack.pop()
        if entered:
            done.add(id(node))
            order.append(node)
        elif id(node) not in done and node not in known:
            below = node.children if children is None else children(node)
            if below and (waiting := [(child, False) for child in reversed(below) if id(child) not in done]):
                stack.append((node, True))
                stack.extend(waiting)
            else:
                done.add(id(node))
                order.append(node)
    return order


def bottom_up(
    root: Kind,
    visit: Callable[[Any, tuple[Value, ...]], Value],
    memo: dict[Kind, Value] | None = None,
    children: Callable[[Any], Sequence[Any]] | None = None,
) -> Value:
    """The value of `visit(node, values of its children)` at the root, each shared node visited once.

    `memo` may hold values from earlier calls; nodes found there are not entered again. `children` says what is below a
    node, where that is not its children.
    """
    values: dict[Any, Value] = {} if memo is None else memo
    stack: list[tuple[Any, Sequence[Any] | None]] = [(root, None)]
    while stack:
        node, entered = stack.pop()
        if entered is None:
            if node in values:
                continue
            entered = node.children if children is None else children(node)
            if entered and (waiting := [(child, None) for child in reversed(entered) if child not in values]):
                stack.append((node, entered))
                stack.extend(waiting)
                continue
        values[node] = visit(node, tuple([values[child] for child in entered]))
    return values[root]
