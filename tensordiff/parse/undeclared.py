"""Texts whose names are not declared: kinds by the order of preferences, sizes by unification."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from tensordiff.errors import ParseError, ShapeError, TensordiffError
from tensordiff.functions import Undefined
from tensordiff.matrix import Matrix, Scope
from tensordiff.matrix.operations import WORDS
from tensordiff.parse import assumed, languages
from tensordiff.parse.alternatives import first
from tensordiff.parse.declare import ASSUMPTIONS, read_choices, read_structures, refuse_undeclared
from tensordiff.parse.definitions import defined, ordered, where_names, within
from tensordiff.parse.elaborate import Elaboration, elaborated
from tensordiff.parse.kinds.choose import Choice, Question, choose, readings
from tensordiff.parse.kinds.letters import usual_rank
from tensordiff.parse.kinds.sizes import Naming, Unknown
from tensordiff.parse.languages import scan
from tensordiff.parse.names import is_function, spellings
from tensordiff.parse.syntax import Syntax, Tree, is_member
from tensordiff.parse.values import constants, noted
from tensordiff.parse.vocabulary import Vocabulary
from tensordiff.parse.written_sizes import size_of
from tensordiff.records import replace

_OTHERS = 12
"""The most other readings of f that are tried where the answer does not conform."""


class Undeclared:
    """A text whose names are not declared."""

    def __init__(
        self,
        text: str,
        structures: Mapping[str, str] | None,
        where: Mapping[str, str] | None,
        assume: Mapping[str, str] | None,
        own: Scope,
        sizes: str | None,
        texts: Sequence[str],
        answer: str | None = None,
        applied: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.text = text
        self.structure_of = read_structures(structures)
        self.assumption_of = read_choices("assumption", assume, ASSUMPTIONS)
        self.where = where_names(where)
        self.own = own
        self.given = frozenset((sizes or "").replace(",", " ").split())
        self.texts = texts
        self.answer = answer
        self.applied = applied

    def read(self) -> tuple[Matrix, Scope]:
        known = frozenset({*self.where, *self.structure_of, *self.assumption_of, *self.given})
        unknown = scan.unknown_functions(self.texts, [*known, *self.own.functions])
        own = {name for name, _ in self.applied}
        for letter, argument in scan.applied_letters([self.text, *self.where.values()], known | own).items():
            raise ParseError(
                f"{letter}({argument}) may be a function of {argument} or a product", text=self.text,
                start=self.text.find(letter), end=self.text.find(letter) + 1,
                hint=f"write {letter}*{argument} for the product, or say by `where` or `shapes` what {letter} is",
            )  # fmt: skip
        notes = [f"{name} read as an unknown entrywise function" for name in sorted(unknown)]
        for name in sorted(unknown):
            self.own = self.own.with_function(Undefined(name))
        vocabulary = Vocabulary(
            names=known,
            sizes=self.given,
            functions=frozenset(self.own.functions),
            letters=scan.alone(self.texts),
            indices=scan.indices(self.texts),
            raised=scan.raised(self.texts, known),
            exponential=scan.exponential(self.texts),
            of_matrices=scan.of_matrices(self.texts),
            bold=scan.bold(self.texts),
            primed=self.primed(),
            applied=self.applied,
        ).noting(*notes)
        try:
            return first(vocabulary, self.read_as)
        except ShapeError:
            small = {name for name in scan.primes(self.texts) if usual_rank(name) < 2}
            primed = frozenset(small) - vocabulary.primed - vocabulary.functions
            if not primed:
                raise
            try:  # where a transposition does not conform, x' is another name
                return self.read_as(replace(vocabulary, primed=vocabulary.primed | primed))
            except TensordiffError:
                pass
            raise

    def primed(self) -> frozenset[str]:
        """Names with primes, where the same text transposes by another mark."""
        mixed = [text for text in self.texts if scan.marks_transposes_otherwise([text])]
        return frozenset(name for name in scan.primes(mixed) if usual_rank(name) < 2)

    def read_as(self, vocabulary: Vocabulary) -> tuple[Matrix, Scope]:
        definitions = ordered({name: self.tree(name, part, vocabulary) for name, part in self.where.items()})
        tree = languages.read(self.text, vocabulary)
        written = [tree, *(dict(definitions)[name] for name in self.where)]
        sizes = _size_names(written) | dict.fromkeys(sorted(self.given))
        if found := [name for name in _limits(written) if name not in sizes]:
            try:
                return self.read_with(vocabulary, definitions, tree, written, sizes | dict.fromkeys(found))
            except ShapeError:  # what a sum runs to is something else besides
                pass
        return self.read_with(vocabulary, definitions, tree, written, sizes)

    def read_with(
        self,
        vocabulary: Vocabulary,
        definitions: Sequence[tuple[str, Tree]],
        tree: Tree,
        written: Sequence[Tree],
        sizes: dict[str, None],
    ) -> tuple[Matrix, Scope]:
        """The text, given which names are sizes."""
        variables = _variables(written, sizes, dict(definitions))
        refuse_undeclared("structure", self.structure_of, variables)
        refuse_undeclared("assumption", self.assumption_of, variables)
        squares = frozenset(name for name, structure in self.structure_of.items() if structure.square)
        variables.update(dict.fromkeys(squares, 2))
        for name in variables:
            if name in vocabulary.bold and variables[name] is None and name not in _families(written):
                variables[name] = 1
        naming = Naming({*variables, *self.where, *sizes, *_letters(written), *vocabulary.letters})
        question = Question(
            [*definitions, ("", tree)], variables, squares, sizes, {}, lambda tree, node: size_of(tree, node, None), naming,
            self.own.has_function, _families(written),
        )  # fmt: skip
        chosen = choose(question)
        second = {name for name in scan.primes(self.texts) if chosen.ranks.get(name) == 0} - vocabulary.primed
        if second:  # a scalar has no transpose: x' is another name
            return self.read_as(replace(vocabulary, primed=vocabulary.primed | second))
        usual = self.made(chosen, question, definitions, tree, vocabulary)
        if self.answer is None or self.fits(self.answer, usual[1]):
            return usual
        # Letters alone decided between readings that are as good otherwise: the one with which the answer conforms is meant.
        for other in islice(readings(question), _OTHERS):
            if other.cost[:4] == chosen.cost[:4] and other.ranks != chosen.ranks:
                question.naming.restart()
                made = self.made(other, question, definitions, tree, vocabulary)
                if self.fits(self.answer, made[1]):
                    return made
        question.naming.restart()
        return self.made(chosen, question, definitions, tree, vocabulary)

    @staticmethod
    def fits(answer: str, scope: Scope) -> bool:
        """Whether an answer conforms in a scope; one that cannot be read says nothing."""
        vocabulary = replace(
            scope.conventions, names=frozenset(scope.names()), sizes=frozenset(scope.dims),
            functions=frozenset(scope.functions), claim=True,
        )  # fmt: skip
        try:
            tree = languages.read(answer, vocabulary)
        except TensordiffError:
            return True
        return _choice_in(tree, scope) is not None

    def made(
        self,
        choice: Choice,
        question: Question,
        definitions: Sequence[tuple[str, Tree]],
        tree: Tree,
        vocabulary: Vocabulary,
    ) -> tuple[Matrix, Scope]:
        """The expression and its scope, given the kinds."""
        naming = question.naming
        shapes = {name: naming.shape(leaf) for name, leaf in choice.leaves.items()}
        scope = Scope().declare_all(shapes, self.structure_of, self.assumption_of).merge(self.own)
        for name in question.sizes:
            scope = scope.with_dim(name)
        notes = [
            assumed.family(name, node) if name in question.families and choice.ranks[name] == 2 else assumed.kind_of(name, node)
            for name, node in scope.symbols.items()
        ]
        notes += [assumed.second_name(name[:-6]) for name in shapes if name.endswith("_prime")]
        scope = scope.with_conventions(vocabulary.noting(*(note for note in notes if note)))
        works = []
        for name, definition in definitions:
            works.append(Elaboration(definition, scope, constants(definition, choice.inference, naming), None))
            scope = scope.with_where(name, elaborated(works[-1]))
        works.append(Elaboration(tree, scope, constants(tree, choice.inference, naming), None))
        return elaborated(works[-1]), noted(scope, works)

    def tree(self, name: str, text: str, vocabulary: Vocabulary) -> Tree:
        try:
            return languages.read(text, vocabulary)
        except TensordiffError as error:
            raise within(name, error) from None


def _size_names(trees: Sequence[Tree]) -> dict[str, None]:
    """The names that are arguments of eye, ones, K ... and so are sizes."""
    names: dict[str, None] = {}
    for tree in trees:
        inside: set[Syntax] = set()
        for node in reversed(tree.nodes):
            if node in inside:
                inside.update(node.children)
            elif node.op == "call" and node.data in WORDS:
                kinds = zip(node.children, map(WORDS[node.data].kind, range(len(node.children))), strict=True)
                inside.update(child for child, kind in kinds if kind == "size" and not _is_triangle(node, child))
        names |= {node.data: None for node in tree.nodes if node.op == "name" and node in inside}
    return names


def _limits(trees: Sequence[Tree]) -> list[str]:
    """The names that sums run to and that stand as numbers too: n of \\frac1n\\sum_{i=1}^n."""
    standing = {node.data for tree in trees for node in tree.nodes if node.op == "name"}
    ranges = [each for tree in trees for node in tree.nodes if node.op == "sum" for each in node.data]
    return list(dict.fromkeys(each.limit for each in ranges if each.limit in standing))


def _is_triangle(node: Syntax, argument: Syntax) -> bool:
    """Whether this is tril or triu of a matrix: something other than a small letter stands in it."""
    inside = Tree("", argument).nodes
    return node.data in ("tril", "triu") and any(
        x.op not in ("name", "number", "product", "add") or (x.op == "name" and usual_rank(x.data) == 2) for x in inside
    )


def _variables(trees: Sequence[Tree], sizes: Collection[str], definitions: Mapping[str, Tree]) -> dict[str, int | None]:
    """The names that are variables, in order of appearance, each with the number of its indices where it has some."""
    ranks: dict[str, int | None] = {}
    for tree in trees:
        for node in tree.nodes:
            if node.op == "name":
                node.data = next((other for other in spellings(node.data) if other in ranks), node.data)
                known = node.data in sizes or defined(node.data, definitions) or node.data in ("pi", "π", "levi")
                if not known and not is_function(node.data):
                    ranks.setdefault(node.data, None)
            elif node.op == "index" and node.children[0].op == "name" and node.children[0].data in ranks:
                name = node.children[0].data
                if not is_member(node) and (len(node.data) > 1 or node.data[0].type != "SLICE"):
                    ranks[name] = ranks[name] or len(node.data)
    return ranks


def _families(trees: Sequence[Tree]) -> frozenset[str]:
    """The names with one index below them, which may be entries of a vector or members of a family."""
    nodes = (node.children[0] for tree in trees for node in tree.nodes if is_member(node))
    return frozenset(node.data for node in nodes if node.op == "name")


def _letters(trees: Sequence[Tree]) -> set[str]:
    """The index letters."""
    return {
        str(token)
        for tree in trees
        for node in tree.nodes
        if node.op in ("index", "contract")
        for token in node.data
        if token.type != "SLICE"
    }


def with_new_names(tree: Tree, scope: Scope) -> Scope:
    """The scope with the names of a tree that are new, settled by conforming, else by their letters."""
    new = _new_names(tree, scope)
    if not new:
        return scope
    question = _question(tree, scope, new)
    choice = _choice_in(tree, scope)
    if choice is None:
        ranks = {name: rank or usual_rank(name) for name, rank in question.variables.items()}
        shapes = {name: question.naming.shape(tuple((Unknown(),) for _ in range(rank))) for name, rank in ranks.items()}
    else:
        shapes = {name: question.naming.shape(leaf) for name, leaf in choice.leaves.items()}
    added = Scope().declare_all(shapes)
    notes = [assumed.kind_of(name, node) for name, node in added.symbols.items()]
    return scope.merge(added).with_conventions(scope.conventions.noting(*(note for note in notes if note)))


def _new_names(tree: Tree, scope: Scope) -> dict[str, int | None]:
    """The names of a tree that the scope does not have."""
    found = _variables([tree], {}, {})
    known = {*scope.names(), *(other for name in scope.names() for other in spellings(name))}
    return {name: rank for name, rank in found.items() if name not in known}


def _question(tree: Tree, scope: Scope, new: Mapping[str, int | None]) -> Question:
    known = {name: node.shape for kind in (scope.symbols, scope.where) for name, node in kind.items()}
    known |= {other: shape for name, shape in list(known.items()) for other in spellings(name)}
    naming = Naming({*scope.names(), *new, *_letters([tree]), *scope.conventions.letters})
    return Question(
        [("", tree)], dict(new), frozenset(), tuple(scope.dims), known, lambda tree, node: size_of(tree, node, scope), naming,
        scope.has_function, _families([tree]),
    )  # fmt: skip


def _choice_in(tree: Tree, scope: Scope) -> Choice | None:
    """The first reading of a tree in a scope that conforms; None where none does."""
    question = _question(tree, scope, _new_names(tree, scope))
    try:
        return next(readings(question), None)
    except TensordiffError:
        return None
