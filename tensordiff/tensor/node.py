"""The generic node layer: immutable, interned, keyed values with children. It knows no tensors.

Equal structure is the same object, so equality is identity and every pass can memoise by node. The key is a digest
made of the children's digests: fixed length, linear to build, and independent of `id`, memory order and the hash seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from marshal import dumps
from typing import Any, ClassVar, Self, TypeVar
from weakref import WeakValueDictionary

Value = TypeVar("Value")


def digest(*parts: bytes | str | int) -> bytes:
    """A 16-byte digest of a sequence of parts; injective in the sequence.

    Version 0 of the marshal format writes equal values equally (later ones tell interned strings from others).
    """
    return blake2b(dumps(parts, 0), digest_size=16).digest()


class Node:
    """An interned value. Subclasses name their own slots and are made through `Node._interned`."""

    __slots__ = ("__weakref__", "_hash", "children", "key")

    key: bytes
    children: tuple[Any, ...]

    _table: ClassVar[WeakValueDictionary[bytes, Node]] = WeakValueDictionary()

    @classmethod
    def _interned(cls, key: bytes, children: tuple[Any, ...], **fields: Any) -> Self:
        found = Node._table.get(key)
        if found is None:
            made = object.__new__(cls)
            put = object.__setattr__
            put(made, "key", key)
            put(made, "_hash", int.from_bytes(key[:7], "big"))
            put(made, "children", children)
            for name, value in fields.items():
                put(made, name, value)
            found = Node._table.setdefault(key, made)
        assert type(found) is cls
        return found

    def rebuild(self, children: tuple[Any, ...]) -> Any:
        """The same node on other children (smart constructors may simplify it)."""
        raise NotImplementedError(f"{type(self).__name__} has no rebuild")  # pragma: no cover - abstract

    def __hash__(self) -> int:
        return self._hash  # type: ignore[no-any-return, attr-defined]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} nodes are immutable")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def postorder(roots: Iterable[Node]) -> list[Any]:
    """Every node reachable from the roots once, children before parents, in a reproducible order. Iterative."""
    order: list[Node] = []
    done: set[Node] = set()
    stack: list[tuple[Node, bool]] = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, expanded = stack.pop()
        if node in done:
            continue
        if expanded or not node.children:
            done.add(node)
            order.append(node)
            continue
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node.children) if child not in done)
    return order


def bottom_up(root: Node, visit: Callable[[Any, tuple[Value, ...]], Value], memo: dict[Node, Value] | None = None) -> Value:
    """The value of `visit(node, values of its children)` at the root, each shared node visited once.

    `memo` may hold values from earlier calls; nodes found there are not entered again.
    """
    values: dict[Node, Value] = {} if memo is None else memo
    stack: list[Node] = [root]
    while stack:
        node = stack[-1]
        if node in values:
            stack.pop()
            continue
        missing = [child for child in node.children if child not in values]
        if missing:
            stack.extend(reversed(missing))
            continue
        stack.pop()
        values[node] = visit(node, tuple(values[child] for child in node.children))
    return values[root]


def replace(root: Node, substitution: dict[Any, Any]) -> Any:
    """The graph with some nodes replaced; what holds none of them is kept as it is."""

    def visit(node: Node, children: tuple[Any, ...]) -> Any:
        return node if children == node.children else node.rebuild(children)

    return bottom_up(root, visit, dict(substitution))
