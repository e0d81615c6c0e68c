"""All texts of a call, read together: names, kinds and sizes are those of the whole call, and what was assumed is said.

`parse` reads the first text, with its definitions, and gives its scope; `parse_answer` reads a further one in that scope.
The scope carries the conventions of the call (its `Vocabulary`), so that every text is read in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tensordiff.errors import GroupingError, ParseError, TensordiffError, UnknownNameError
from tensordiff.functions import Undefined
from tensordiff.matrix import Matrix, Scope, Shape
from tensordiff.parse import languages
from tensordiff.parse.alternatives import first
from tensordiff.parse.assumed import second_name
from tensordiff.parse.code import code_language, read_code
from tensordiff.parse.declare import Shapes, declare, families
from tensordiff.parse.definitions import ordered, where_names, within
from tensordiff.parse.differentials import Differentials
from tensordiff.parse.kinds.letters import usual_rank
from tensordiff.parse.languages import scan
from tensordiff.parse.names import spellings
from tensordiff.parse.syntax import Tree
from tensordiff.parse.undeclared import Undeclared, with_new_names
from tensordiff.parse.values import valued
from tensordiff.parse.vocabulary import Vocabulary
from tensordiff.records import replace
from tensordiff.tensor import Function


def parse(
    text: str,
    shapes: Shapes | None = None,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
    functions: Iterable[Function] = (),
    language: str | None = None,
    *,
    sizes: str | None = None,
    beside: Sequence[str] = (),
    answer: str | None = None,
    applied: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Matrix, Scope]:
    """The expression that a text stands for, and the scope of its names.

    With `shapes`, every name must be declared; without, shapes are inferred. `where` names parts, in any order. `functions`
    are functions of the user's own, called by their names (f' is the derivative of f). `sizes` are names of sizes that no
    variable has. `beside` are the other texts of the call, which say what words mean; `answer` is the one among them that
    may settle kinds which letters alone decided, by conforming. Raises ParseError, ShapeError,
    UnknownNameError, with the place in the text.

    >>> from tensordiff.matrix import shape_text
    >>> shape_text(parse("inv(X'*P*X)", {"X": ("n", "m"), "V": ("n", "n")}, where={"P": "inv(V)"})[0].shape)
    'm-by-m'
    >>> {name: shape_text(x.shape) for name, x in parse("X'*inv(V)*X")[1].symbols.items()}
    {'X': 'n-by-m', 'V': 'n-by-n'}
    """
    own = Scope()
    for function in functions:
        own = own.with_function(function)
    texts = [text, *(where or {}).values(), *beside]
    if shapes is None:
        if (code := code_language(text, language)) is not None:
            raise ParseError(
                "shapes of code are not inferred", text=text, start=0, end=len(text),
                hint=f'the text is read as {code}; declare its names: shapes={{"X": "n m", "w": "m"}}',
            )  # fmt: skip
        return Undeclared(text, structures, where, assume, own, sizes, texts, answer, applied).read()
    scope = declare(families(shapes, text), structures, assume).merge(own)
    for name in (sizes or "").replace(",", " ").split():
        scope = scope.with_dim(name)
    scope = scope.with_conventions(Vocabulary(open=False, applied=applied))
    defined_names = where_names(where)
    scope = _with_second_names(_with_unknown_functions(scope, texts, defined_names), texts)
    scope = scope.with_conventions(_vocabulary(scope, texts, defined_names))
    return _parse_declared(text, scope, where, language)


def _parse_declared(text: str, scope: Scope, where: Mapping[str, str] | None, language: str | None) -> tuple[Matrix, Scope]:
    """Like `parse_answer`; variables of compound size ("n*m") are split in the order that their neighbours have."""
    tried = {(name, node.shape) for name, node in scope.symbols.items()}
    found_first: GroupingError | None = None
    while True:
        try:
            return parse_answer(text, scope, where, language)
        except GroupingError as error:
            found_first = found_first or error
            found = next((regrouping for regrouping in error.regroupings if regrouping not in tried), None)
            if found is None:
                raise found_first from None
            tried.add(found)
            scope = scope.regrouped(*found)


def parse_answer(
    text: str,
    scope: Scope,
    where: Mapping[str, str] | None = None,
    language: str | None = None,
    wanted: Sequence[Shape] = (),
) -> tuple[Matrix, Scope]:
    """The expression that a further text stands for in a scope, and the scope with `where` names and what was assumed."""
    return read_in(text, define(scope, where), None, language, wanted)


def define(scope: Scope, where: Mapping[str, str] | None) -> Scope:
    """The scope with further `where` names, in any order."""
    names = where_names(where)
    for name in names:
        if name in scope.symbols or name in scope.dims:
            kind = "symbol" if name in scope.symbols else "size"
            raise UnknownNameError(
                f"{name} is defined by `where`, but is declared as a {kind}", hint="use another name for one"
            )
    trees = {}
    for name, part in names.items():
        vocabulary = _vocabulary(scope, [part], names)
        try:
            trees[name] = languages.read(part, vocabulary)
        except TensordiffError as error:
            raise within(name, error) from None
    for name, tree in ordered(trees):
        try:
            value, scope = valued(tree, scope)
            scope = scope.with_where(name, value)
        except TensordiffError as error:
            raise within(name, error) from None
    return scope


def parse_matrix(text: str, scope: Scope, differentials: Differentials | None = None, language: str | None = None) -> Matrix:
    """The expression that a text stands for in a scope, in which differentials may be names."""
    return read_in(text, scope, differentials, language)[0]


def read_in(
    text: str,
    scope: Scope,
    differentials: Differentials | None = None,
    language: str | None = None,
    wanted: Sequence[Shape] = (),
) -> tuple[Matrix, Scope]:
    """The expression that a text stands for in a scope, and the scope with what was assumed. `wanted` are the shapes that
    the whole may have, for constants whose size nothing else says. Code is told by its marks, or is in the `language`."""
    if (code := code_language(text, language, scope.names())) is not None:
        value, notes = read_code(text, scope, code)
        return value, scope if scope.conventions is None else scope.with_conventions(scope.conventions.noting(*notes))
    scope = _with_unknown_functions(scope, [text], ())
    vocabulary = replace(_vocabulary(scope, [text], ()), claim=differentials is not None)
    if differentials is not None:  # dX is the differential of X, also where it has a value in the scope
        vocabulary = replace(vocabulary, names=vocabulary.names - differentials.hidden)
    return first(vocabulary, lambda words: valued(languages.read(text, words), scope, differentials, wanted))


def extended(text: str, scope: Scope, *, claim: bool = False) -> Scope:
    """The scope with the names of a further text that nobody declared, where that is allowed. They are settled by conforming,
    not by what would be right; where nothing conforms their letters decide."""
    conventions = scope.conventions
    if conventions is None or not conventions.open:
        return scope
    return with_new_names(tree_in(text, scope, claim=claim), scope)


def tree_in(text: str, scope: Scope, *, claim: bool = False, hidden: Collection[str] = ()) -> Tree:
    """The syntax of a text in a scope, but for names that are hidden; in a claim d is the differential."""
    vocabulary = _vocabulary(scope, [text], ())
    return languages.read(text, replace(vocabulary, claim=claim, names=vocabulary.names.difference(hidden)))


def value_in(tree: Tree, scope: Scope) -> Matrix:
    """The value of a tree, or of a part of one, in a scope."""
    return valued(tree, scope)[0]


def _vocabulary(scope: Scope, texts: Sequence[str], names: Collection[str]) -> Vocabulary:
    """What words mean in a scope; `names` are those that are about to be defined."""
    base: Vocabulary = scope.conventions or Vocabulary(open=False)
    scalars = frozenset([*scope.dims, *(name for name, node in scope.symbols.items() if not node.shape)])
    known = frozenset([*scope.names(), *names])
    counts = {*scalars, *(name for name, node in scope.where.items() if not node.shape), *names}
    return replace(
        base,
        names=known,
        sizes=frozenset(scope.dims),
        functions=frozenset(scope.functions),
        letters=base.letters | scan.alone(texts),
        indices=base.indices | scan.indices(texts),
        scalars=scalars,
        raised=base.raised | scan.raised(texts, counts),
        exponential=base.exponential and scan.exponential(texts),
        of_matrices=base.of_matrices | scan.of_matrices(texts),
    )


def _with_second_names(scope: Scope, texts: Sequence[str]) -> Scope:
    """The scope with x' beside x, where x is a scalar, or where the same text transposes by another mark."""
    mixed = scan.primes([text for text in texts if scan.marks_transposes_otherwise([text])])
    primed = set()
    for name in sorted(scan.primes(texts)):
        node = next((scope.symbols[other] for other in (name, *spellings(name)) if other in scope.symbols), None)
        if node is not None and (not node.shape or (name in mixed and usual_rank(name) < 2)) and f"{name}_prime" not in scope:
            symbol = node.data[0]
            scope = scope.declare(f"{name}_prime", node.shape, symbol.structure, symbol.assumption)
            scope = scope.with_conventions(scope.conventions.noting(second_name(name)))
            primed.add(name)
    return scope.with_conventions(replace(scope.conventions, primed=frozenset(primed)))


def _with_unknown_functions(scope: Scope, texts: Sequence[str], names: Collection[str]) -> Scope:
    """The scope with the letters that are functions nobody defined."""
    found = scan.unknown_functions(texts, [*scope.names(), *names, *scope.functions])
    for name in sorted(found):
        scope = scope.with_function(Undefined(name))
        if scope.conventions is not None:
            scope = scope.with_conventions(scope.conventions.noting(f"{name} read as an unknown entrywise function"))
    return scope
