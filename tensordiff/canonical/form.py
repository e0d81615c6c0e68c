"""The canonical form: equality up to renaming of indices, order of factors and terms, and symmetry.

A canonical tensor is a sum of coefficient * product, sorted by key; products are flat, their factors are symbols,
functions of canonical arguments, and entrywise powers of such. Equal nodes then mean equal tensors, for certain; unequal
nodes mean that this form could not show them equal.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations

from tensordiff.canonical.block_functions import by_blocks
from tensordiff.canonical.closed_forms import closed_form
from tensordiff.canonical.expand import expand
from tensordiff.canonical.extents import Extents
from tensordiff.canonical.jets import opened_jet
from tensordiff.canonical.monomial import normalise
from tensordiff.canonical.recognise import recognise
from tensordiff.errors import BudgetError
from tensordiff.functions import PINV, MatrixFunction, keeps_symmetry
from tensordiff.simplify import Product, word_letters
from tensordiff.tensor import (
    ONE,
    UNIT,
    Apply,
    Einsum,
    Named,
    Node,
    Sum,
    Symbol,
    Tensor,
    add,
    apply,
    broadcast,
    combination,
    einsum,
    permute,
    postorder,
    split_coefficient,
    times,
)

_MAX_TERMS = 3000
_MAX_FACTORS = 6_000
_PER_NODE = 4
"""So many factors may all products that are written out for one form have, and more where the graph itself is large: each
takes a tenth of a millisecond."""
_MATRIX = 2
"""Sums with more axes are never factors."""
_MAX_AXES = 3
"""Arguments of elementwise functions with more axes keep the order of axes they have."""


def canonical(node: Tensor, *, distribute: bool = True, define: bool = True, max_terms: int = _MAX_TERMS) -> Tensor:
    """The canonical form of a tensor.

    `distribute`: products of sums are multiplied out (needed for equality); without it, sums stay factors, which is
    shorter to read. `define`: functions are replaced by their definitions in more basic ones (needed for equality).
    Raises BudgetError where multiplying out gives more than `max_terms` terms.
    """
    return Canonicaliser(distribute=distribute, define=define, max_terms=max_terms).tensor(node)


Sums = frozenset[frozenset[tuple[Tensor, Fraction]]]


def sum_key(node: Tensor) -> frozenset[tuple[Tensor, Fraction]]:
    """A sum up to a factor."""
    terms = node.terms if isinstance(node, Sum) else ((Fraction(1), node),)
    first = min(terms, key=lambda term: term[1].key, default=(Fraction(1), node))[0]
    return frozenset((term, c / first) for c, term in terms)


class Canonicaliser:
    """Canonical forms that share their work; one object per setting. Without `distribute`, sums stay factors: all of them,
    or those among `kept`."""

    def __init__(
        self, *, distribute: bool = True, define: bool = True, max_terms: int = _MAX_TERMS, kept: Sums | None = None
    ) -> None:
        self.distribute = distribute
        self.kept = kept
        self.define = define
        self.max_terms = max_terms
        self._forms: dict[Tensor, Tensor] = {}
        self._functions: dict[Node, Tensor] = {}
        self._ready: set[Node] = set()
        self._symmetric: dict[Tensor, bool] = {}
        self._short: dict[Tensor, Tensor] = {}
        self._inside = self._left = 0
        self._too_long: set[Node] = set()
        self._extents = Extents(self)

    def tensor(self, node: Tensor) -> Tensor:
        """The canonical form of any tensor. Depth costs no recursion: functions are done innermost first."""
        found = self._forms.get(node)
        if found is None:
            self._inside += 1
            try:
                self._prepare(node)
                found = self._form(node)
            except BudgetError:
                if self._inside == 1:
                    self._too_long.add(node)
                    self._ready.discard(node)
                raise
            finally:
                self._inside -= 1
            self._remember(node, found)
        return found

    def _prepare(self, root: Tensor) -> None:
        """Bring every function below a node to canonical form, innermost first; sums that stay factors too, and products
        that would be long when they are written out: powers of powers are short, and repeated terms are collected."""
        order = postorder([root], known=self._ready)
        if self._inside == 1:
            self._left = _MAX_FACTORS + _PER_NODE * len(order)
        if not self._too_long.isdisjoint(order):
            raise BudgetError("a part of the expression is too long to be multiplied out by itself")
        for node in order:
            if isinstance(node, Apply) and node not in self._functions:
                self._functions[node] = self._function(node)
            elif node is not root and self._is_done_first(node):
                self._remember(node, self._form(node))
            self._ready.add(node)

    def _is_done_first(self, node: Node) -> bool:
        if isinstance(node, Sum):
            return not self.distribute and node not in self._forms and node.rank <= _MATRIX
        return isinstance(node, Einsum) and self._extents.is_long(node)

    def _remember(self, node: Tensor, found: Tensor) -> None:
        self._forms[node] = found
        self._forms[found] = found
        if isinstance(node, Einsum) and self._extents.is_long(node):
            self._short[node] = found
            self._extents.shorten(node, found)

    def is_atom(self, node: Tensor) -> bool:
        """Whether a node may stand as a factor of a canonical product."""
        if isinstance(node, Apply):
            return self.atom(node) is node
        return isinstance(node, Symbol) or (isinstance(node, Sum) and not self.distribute and self.tensor(node) is node)

    def atom(self, node: Tensor) -> Tensor:
        """What stands for a symbol or a function's value in a canonical product: itself, or something to be opened."""
        if isinstance(node, Apply):
            if node not in self._functions:
                self._functions[node] = self._function(node)
            return self._functions[node]
        if isinstance(node, Einsum):
            return self._short.get(node, node)
        return self.tensor(node) if isinstance(node, Sum) else node

    def symmetric(self, node: Tensor) -> bool:
        """Whether a square matrix is known to equal its transpose."""
        if node.rank != 2 or node.dims[0] is not node.dims[1]:
            return False
        found = self._symmetric.get(node)
        if found is None:
            self._symmetric[node] = False  # what asks again while this is being found out counts as not known
            found = self._symmetric[node] = self._is_symmetric(node)
        return found

    def _is_symmetric(self, node: Tensor) -> bool:
        if isinstance(node, Symbol):
            return node.structure.symmetric
        if isinstance(node, Apply):
            if not node.children:
                return False
            if keeps_symmetry(node.function):
                return all(not a.dims or self.symmetric(self.tensor(a)) for a in node.children)
            return False
        if isinstance(node, Named):
            return self.symmetric(self.tensor(node.definition))
        letters = word_letters(node)
        if letters is not None:
            code = [(letter, 0 if self.symmetric(letter) else slot) for letter, slot in letters]
            turned = [(letter, 0 if self.symmetric(letter) else 1 - slot) for letter, slot in reversed(letters)]
            if code == turned:
                return True
            if self._forms.get(node) is node and not any(_is_pinv(letter) for letter, _ in letters):
                return False  # in canonical form a word is its transpose just where it reads the same
        return self.tensor(permute(node, (1, 0))) is self.tensor(node)

    def _keep_sum(self, node: Tensor) -> bool:
        if self.distribute or node.rank > _MATRIX:
            return False
        return self.kept is None or sum_key(self.tensor(node)) in self.kept

    def _form(self, root: Tensor) -> Tensor:
        """The canonical form of a tensor whose functions are done."""
        if isinstance(root, Symbol) or root is ONE:
            return root
        if isinstance(root, Apply):
            value = self._functions[root]
            return root if value is root else self.tensor(value)
        collected: dict[Tensor, Fraction] = {}
        if isinstance(root, Sum) and len(root.children) == 1:
            self._collect(collected, root.coefficients[0], self.tensor(root.children[0]))
        else:
            self._expand(root, collected)
        if len(collected) > 1:
            collected = dict(sorted(collected.items(), key=_key))
        return combination(collected, root.dims)

    def _expand(self, root: Tensor, collected: dict[Tensor, Fraction]) -> None:
        work: list[tuple[Fraction, Tensor]] = [(UNIT, root)]
        while work:
            coefficient, node = work.pop()
            if node in self._forms and node is not root:
                self._collect(collected, coefficient, self._forms[node])
                continue
            products = expand(coefficient, node, self.atom, self._keep_sum, self.max_terms, self._left)
            self._left -= sum(len(product.factors) for product in products)
            for product in products:
                if not self.distribute and self._vanishes(product):
                    continue
                factor, made, done = normalise(product, self)
                if done:
                    self._collect(collected, factor, made)
                elif factor:
                    work.append((factor, made))

    def _vanishes(self, product: Product) -> bool:
        """Whether a sum that stays a factor is zero when it is totalled, as x - mean(x) is, or its trace is, as that of a
        deviator.

        Terminates: the total's terms have the sum's own factors, and no sum around them.
        """
        for node, indices in product.factors.values():
            if not isinstance(node, Sum):
                continue
            own = Counter(indices)
            totalled = [i for i in indices if len(product.places[i]) == own[i] and i not in product.output]
            if totalled:
                kept = [i for i in dict.fromkeys(indices) if i not in totalled]
                dims = dict(zip(indices, node.dims, strict=True))
                terms = [(c, einsum([(core, indices)], kept)) for c, core in node.terms]
                total = self.tensor(add(terms, [dims[i] for i in kept]))
                if isinstance(total, Sum) and not total.children:
                    return True
        return False

    @staticmethod
    def _collect(collected: dict[Tensor, Fraction], coefficient: Fraction, node: Tensor) -> None:
        for c, term in node.terms if isinstance(node, Sum) else ((UNIT, node),):
            value = times(coefficient, c)
            known = collected.get(term)
            if known is not None:
                value = known + value
            if value:
                collected[term] = value
            else:
                collected.pop(term, None)

    def _function(self, node: Apply) -> Tensor:
        """A function of canonical arguments, in the axes order and with the definitions that make it unique."""
        arguments = tuple(self.tensor(argument) for argument in node.children)
        made = apply(node.function, *arguments)
        if not isinstance(made, Apply) or made.function != node.function or made.children != arguments:
            return self._again(made)
        if self.define and (definition := made.function.rewrite(arguments)) is not None and definition is not made:
            return self._again(definition)
        if not self.define and (named := recognise(made)) is not made:
            return self._again(named)
        if (opened := closed_form(made, self)) is not None:
            return self._again(opened)
        if (parted := by_blocks(made, self.define)) is not None:
            return self._again(parted)
        if self.define and (jet := opened_jet(made)) is not None:
            return self._again(jet)
        if (reduced := self._without_broadcast(made)) is not None:
            return self._again(reduced)
        best, axes = self._orientation(made)
        if axes is None:
            self._functions[made] = made
            return made
        self._functions[best] = best
        return permute(best, axes) if axes else best

    def _again(self, node: Tensor) -> Tensor:
        """The canonical form of what a function was replaced by; a lone function is returned bare."""
        return self.tensor(node)

    def _orientation(self, node: Apply) -> tuple[Apply, tuple[int, ...] | None]:
        """The same function with its argument's axes in the order of least key, and how to permute the result back;
        None where the order is best as it is."""
        argument = node.children[0] if node.children else None
        if argument is None or argument.rank < 2 or any(other.dims for other in node.children[1:]):
            return node, None
        if self._reads_best(argument):
            return node, None
        rank = argument.rank
        if isinstance(node.function, MatrixFunction):
            half = rank // 2
            orders = [tuple(range(half, rank)) + tuple(range(half))]
        elif node.function.elementwise and rank <= _MAX_AXES:
            orders = [order for order in permutations(range(rank)) if order != tuple(range(rank))]
        else:
            return node, None
        best, back = argument, None
        for order in orders:
            other = self.tensor(permute(argument, order))
            if (_weight(other), other.key) < (_weight(best), best.key):
                best, back = other, order
        if back is None:
            return node, None
        made = Apply.make(node.function, (best, *node.children[1:]))
        if not made.dims:
            return made, ()
        inverse = [0] * rank
        for new, old in enumerate(back):
            inverse[old] = new
        return made, tuple(inverse)

    def _reads_best(self, argument: Tensor) -> bool:
        """Whether a glance tells that the axes are in the order that weighs least: those of an atom, whose transpose is a
        product or itself, and those of a word with fewer letters transposed than not."""
        if not isinstance(argument, Einsum):
            return not isinstance(argument, Sum)
        letters = word_letters(argument)
        if letters is None or 2 * sum([slot for _, slot in letters]) >= len(letters):
            return False
        # Symmetric letters and projectors may be read either way.
        return not any(self.symmetric(letter) or _is_pinv(letter) for letter, _ in letters)

    def _without_broadcast(self, node: Apply) -> Tensor | None:
        """g of a tensor that is constant along an axis, as g of the smaller tensor repeated along that axis."""
        if not node.function.elementwise or not node.dims or len(node.children) != 1:
            return None
        (argument,) = node.children
        terms = [core for _, core in argument.terms] if isinstance(argument, Sum) else [argument]
        free = [p for p in range(node.rank) if all(_constant_along(term, p) for term in terms)]
        if not free:
            return None
        kept = tuple(p for p in range(node.rank) if p not in free)
        # Any one slice along the free axes: each term with those axes summed is n times it, so they are cut instead.
        small = add([(c, _cut(core, free)) for c, core in _terms(argument)], [node.dims[p] for p in kept])
        value = apply(node.function, small)
        if not value.dims:
            return broadcast(value, node.dims)
        return einsum([(value, kept)], tuple(range(node.rank)), dict(enumerate(node.dims)))


def _is_pinv(node: Tensor) -> bool:
    return isinstance(node, Apply) and node.function == PINV


def _key(item: tuple[Tensor, Fraction]) -> bytes:
    return item[0].key


def _terms(node: Tensor) -> tuple[tuple[Fraction, Tensor], ...]:
    return node.terms if isinstance(node, Sum) else (split_coefficient(node),)


def _constant_along(term: Tensor, axis: int) -> bool:
    if not isinstance(term, Einsum):
        return False
    index = term.output[axis]
    return term.output.count(index) == 1 and all(index not in indices for _, indices in term.factors)


def _cut(term: Tensor, axes: list[int]) -> Tensor:
    assert isinstance(term, Einsum)
    gone = {term.output[p] for p in axes}
    output = tuple(i for i in term.output if i not in gone)
    return einsum(term.factors, output, {i: d for i, d in enumerate(term.index_dims) if i not in gone})


def _weight(node: Tensor) -> tuple[int, int]:
    """How a matrix reads: bare symbols before products, and few transposed letters: inv(X'*P*X), not inv(X'*P'*X)'."""
    turned = 0
    for _, term in _terms(node):
        letters = word_letters(term)
        if letters is not None:
            turned += sum(slot for _, slot in letters)
        elif isinstance(term, Einsum) and len(term.factors) == 1 and term.factors[0][1] == term.output[::-1]:
            turned += 1
    return (1 if isinstance(node, Einsum | Sum) else 0), turned
