"""Where the sums of index notation stand.

An index that is not on the right of the arrow is summed within the smallest additive term that contains it, products
distributing over brackets: in a*(A[i,j]*x[j] + b[i]) -> [i] the sum is that of A[i,j]*x[j]. Functions, powers and divisors
act entry by entry. What people mean otherwise is refused, with both ways to write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from tensordiff.errors import ParseError
from tensordiff.parse.syntax import Range, Syntax, Tree

Letters = Mapping[Syntax, frozenset[str]]

_DIVIDES = ("/", "./")
_OF_ENTRIES = ("*", "", "·", ".*", *_DIVIDES)


def place_sums(tree: Tree) -> Tree:
    """The tree with a sum where an index is summed within a factor. Raises ParseError for what is not clear."""
    contractions = [node for node in tree.nodes if node.op == "contract"]
    if not contractions:
        return tree
    letters = _letters(tree)
    notes: list[str] = []
    for node in contractions:
        (body,) = node.children
        summed = letters[body] - {str(label) for label in node.data}
        for term in _terms(body):
            _refuse_inner_sums(tree, term, summed & letters[term], letters, notes)
            _place(tree, term, summed & letters[term], letters)
    placed = Tree(tree.text, tree.root)
    placed.notes = (*tree.notes, *dict.fromkeys(notes))
    return placed


def _letters(tree: Tree) -> dict[Syntax, frozenset[str]]:
    """The open letters of every node."""
    found: dict[Syntax, frozenset[str]] = {}
    for node in tree.nodes:
        own = frozenset[str]().union(*(found[child] for child in node.children))
        if node.op == "index":
            own |= {str(label) for label in node.data if label.type == "NAME"}
        elif node.op == "contract":
            own = frozenset()
        elif node.op == "sum":
            own -= {each.letter for each in node.data}
        found[node] = own
    return found


def _terms(node: Syntax) -> Iterator[Syntax]:
    """The additive terms, through signs."""
    pending = [node]
    while pending:
        top = pending.pop()
        if top.op in ("add", "negative"):
            pending.extend(reversed(top.children))
        else:
            yield top


def _factors(term: Syntax) -> list[Syntax]:
    """The factors of a term, through products of entries and signs; divisors are left as they stand."""
    found: list[Syntax] = []
    pending = [term]
    while pending:
        top = pending.pop()
        if top.op == "product" and all(operator in _OF_ENTRIES for operator, _, _ in top.data):
            divided = [False, *(operator in _DIVIDES for operator, _, _ in top.data)]
            for child, below in zip(reversed(top.children), reversed(divided), strict=True):
                found.append(child) if below else pending.append(child)
        elif top.op == "negative":
            pending.extend(top.children)
        else:
            found.append(top)
    return found


def _place(tree: Tree, term: Syntax, summed: frozenset[str], letters: dict[Syntax, frozenset[str]]) -> None:
    """Puts the sums within the factors of a term, each as deep as the terms that hold its index."""
    pending = [(term, letter, False) for letter in sorted(summed)]
    while pending:
        top, letter, within = pending.pop()
        holding = [factor for factor in _factors(top) if letter in letters[factor]]
        sums = [x for x in holding if x.op == "add" and x not in _divisors(top)]
        partial = [x for x in sums if any(letter not in letters[t] for t in _terms(x))]
        if len(partial) > 1:
            first = partial[1]
            raise ParseError(
                f"it is not clear where the index {letter} is summed: two factors have terms without it",
                text=tree.text, start=first.start, end=first.end,
                hint=f"multiply the factors out, or name the sum of each by `where`: r = A[i,{letter}]*x[{letter}] -> [i]",
            )  # fmt: skip
        if len(holding) == 1 and partial:
            pending.extend((inner, letter, True) for inner in _terms(partial[0]) if letter in letters[inner])
        elif within:
            _wrap(top, letter, letters)


def _wrap(node: Syntax, letter: str, letters: dict[Syntax, frozenset[str]]) -> None:
    """Makes a node the sum of what it was."""
    inner = Syntax(node.op, node.start, node.end, node.children, node.data)
    inner.closed = node.closed
    letters[inner] = letters[node]
    node.op, node.children, node.data, node.closed = "sum", (inner,), (Range(letter),), True


def _refuse_inner_sums(tree: Tree, term: Syntax, summed: frozenset[str], letters: Letters, notes: list[str]) -> None:
    """An index that stands twice in one product inside a function, power or divisor, while a term beside it lacks it, and
    nowhere outside: (A[i,j]*x[j] - y[i])^2, of which people mean the square of the sum."""
    outside = _factors(term)
    for factor in outside:
        inside = factor.children if factor.op in ("power", "call") else (factor,) if factor in _divisors(term) else ()
        for argument, letter in product(inside, sorted(summed & letters[factor])):
            if any(letter in letters[other] for other in outside if other is not factor):
                continue
            for twice, is_beside_others in _products_of(argument, letter, letters):
                if is_beside_others:
                    raise ParseError(
                        f"the index {letter} of {tree.source(twice)} is summed outside of what acts entry by entry here",
                        text=tree.text, start=factor.start, end=factor.end,
                        hint=_both_sums(tree, twice, argument, letter, letters),
                    )  # fmt: skip
                notes.append(f"the sum over {letter} read as outside of {tree.source(factor)}, which acts entry by entry")


def _divisors(term: Syntax) -> list[Syntax]:
    """What a term is divided by."""
    found: list[Syntax] = []
    pending = [term]
    while pending:
        top = pending.pop()
        if top.op == "product":
            below = [operator in _DIVIDES for operator, _, _ in top.data]
            found.extend(child for child, divides in zip(top.children[1:], below, strict=True) if divides)
        if top.op in ("product", "negative"):
            pending.extend(top.children)
    return found


def _products_of(argument: Syntax, letter: str, letters: Letters) -> Iterator[tuple[Syntax, bool]]:
    """The products in which an index stands twice, however deep; with each whether a term beside it or around it lacks it."""
    pending = [(argument, False)]
    while pending:
        top, is_beside_others = pending.pop()
        terms = list(_terms(top))
        is_beside_others |= any(letter not in letters[term] for term in terms)
        for term in terms:
            holding = [factor for factor in _factors(term) if letter in letters[factor]]
            if len(holding) > 1:
                yield term, is_beside_others
            elif holding and holding[0].op == "add":
                pending.append((holding[0], is_beside_others))
            elif holding and holding[0].op in ("power", "call", "product"):
                pending.extend((child, is_beside_others) for child in holding[0].children if letter in letters[child])


def _both_sums(tree: Tree, twice: Syntax, argument: Syntax, letter: str, letters: Letters) -> str:
    """How to write the sum inside, and that outside."""
    name = next(x for x in "SRQZYWVUTPONMLKJHGFECBA" if f"{x}[" not in tree.text)
    inner, outer = ",".join(sorted(letters[twice] - {letter})), ",".join(sorted(letters[argument]))
    return (
        f"name a part by `where`: for the sum inside {name} = {tree.source(twice)} -> [{inner}], and {name}[{inner}] for it; "
        f"for the sum outside {name} = {tree.source(argument)} -> [{outer}], and {name}[{outer}] for it"
    )
