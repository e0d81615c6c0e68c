"""How long tensors are when they are written out, counted without writing them.

A graph that shares its parts may stand for products of more factors, and sums of more terms, than can be written: squares of
squares. What is long is brought to canonical form part by part, from the inside, where it often is short: a power, or few
terms with large coefficients. Parts are taken at lengths that double, so that a long chain costs no more than twice.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tensordiff.tensor import Apply, Einsum, Named, Node, Sum, Tensor, postorder

_LONG = 400
"""What has fewer factors in all is written out at once."""
_MOST = 10**12


class Forms(Protocol):
    """What is known of the nodes below."""

    distribute: bool

    def atom(self, node: Tensor) -> Tensor: ...


class _Extent(NamedTuple):
    terms: int
    factors: int
    """In the longest term."""
    known: int
    """The length of what was brought to canonical form below."""

    @property
    def length(self) -> int:
        return self.terms * self.factors


_ATOM = _Extent(1, 1, 0)


class Extents:
    """The extents of nodes, innermost first, with the short forms of those that were found long."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._known: dict[Node, _Extent] = {}

    def is_long(self, node: Einsum) -> bool:
        """Whether a product is so long that its canonical form is looked for by itself. Its functions must be done."""
        if len(node.children) <= _LONG and not any(child.children for child in node.children):
            return False
        found = self._of(node)
        return found.length > max(_LONG, 2 * found.known)

    def shorten(self, node: Tensor, form: Tensor) -> None:
        """Take note of the canonical form of a long product."""
        terms = form.children if isinstance(form, Sum) else (form,)
        factors = max((len(term.factors) if isinstance(term, Einsum) else 1 for term in terms), default=1)
        self._known[node] = _Extent(max(1, len(terms)), factors, len(terms) * factors)

    def _of(self, root: Tensor) -> _Extent:
        if (found := self._known.get(root)) is not None:
            return found
        for node in postorder([root], known=self._known):
            if node not in self._known:
                self._known[node] = self._measured(node)
        return self._known[root]

    def _measured(self, node: Node) -> _Extent:
        if isinstance(node, Einsum):
            parts = [self._known[child] for child, _ in node.factors]
            terms = factors = 1
            for part in parts:
                terms = min(terms * part.terms, _MOST)
                factors = min(factors + part.factors, _MOST)
            return _Extent(terms, factors, max((part.known for part in parts), default=0))
        if isinstance(node, Sum):
            parts = [self._known[child] for child in node.children]
            known = max((part.known for part in parts), default=0)
            if not self._forms.distribute and node.rank <= 2:
                return _Extent(1, 1, known)
            return _Extent(min(sum(part.terms for part in parts), _MOST), max((p.factors for p in parts), default=1), known)
        if isinstance(node, Named):
            return self._known[node.definition]
        if isinstance(node, Apply) and (value := self._forms.atom(node)) is not node:
            return self._of(value)
        return _ATOM
