"""Text to matrix form: the entry points of the parser."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction

from tensordiff.errors import GroupingError, ParseError, TensordiffError, UnknownNameError
from tensordiff.matrix import Matrix, Scope
from tensordiff.parse.code import code_language, read_code
from tensordiff.parse.declare import ASSUMPTIONS, Shapes, check_name, declare, declared_scope, read_choices, refuse_undeclared
from tensordiff.parse.differentials import Differentials
from tensordiff.parse.elaborate import elaborate, size_of
from tensordiff.parse.grammar import parse_syntax
from tensordiff.parse.infer import Inference
from tensordiff.parse.kinds import infer
from tensordiff.parse.names import LETTERS, SIZED, UNSIZED, is_function, spellings
from tensordiff.parse.sizes import Naming
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.tensor import STRUCTURES, Function, Group


def parse(
    text: str,
    shapes: Shapes | None = None,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
    functions: Iterable[Function] = (),
    language: str | None = None,
) -> tuple[Matrix, Scope]:
    """The expression that a text stands for, and the scope of its names.

    With `shapes`, every name must be declared; without, shapes are inferred. `where` names parts, in any order. `functions`
    are functions of the user's own, called by their names (f' is the derivative of f). Raises ParseError, ShapeError,
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
    if shapes is None:
        if (found := code_language(text, language)) is not None:
            raise ParseError(
                "shapes of code are not inferred", text=text, start=0, end=len(text),
                hint=f'the text is read as {found}; declare its names: shapes={{"X": "n m", "w": "m"}}',
            )  # fmt: skip
        return _parse_undeclared(text, structures, where, assume, own)
    return _parse_declared(text, declare(shapes, structures, assume).merge(own), where, language)


def _parse_declared(text: str, scope: Scope, where: Mapping[str, str] | None, language: str | None) -> tuple[Matrix, Scope]:
    """Like `parse_answer`; variables of compound size ("n*m") are split in the order that their neighbours have."""
    tried = {(name, node.shape) for name, node in scope.symbols.items()}
    first: GroupingError | None = None
    while True:
        try:
            return parse_answer(text, scope, where, language)
        except GroupingError as error:
            first = first or error
            found = next((regrouping for regrouping in error.regroupings if regrouping not in tried), None)
            if found is None:
                raise first from None
            tried.add(found)
            scope = scope.regrouped(*found)


def parse_answer(
    text: str, scope: Scope, where: Mapping[str, str] | None = None, language: str | None = None
) -> tuple[Matrix, Scope]:
    """The expression that a text stands for in a scope, and the scope with further `where` names."""
    scope = define(scope, where)
    return parse_matrix(text, scope, language=language), scope


def define(scope: Scope, where: Mapping[str, str] | None) -> Scope:
    """The scope with further `where` names, in any order."""
    names = _where_names(where)
    known = {*scope.names(), *names}
    trees = _ordered({name: _where_tree(name, part, known, scope) for name, part in names.items()})
    for name, tree in trees:
        try:
            scope = scope.with_where(name, _elaborated(tree, scope))
        except TensordiffError as error:
            raise _within(name, error) from None
    return scope


def parse_matrix(text: str, scope: Scope, differentials: Differentials | None = None, language: str | None = None) -> Matrix:
    """The expression that a text stands for in a scope, in which differentials may be names. Code is told by its marks, or
    is in the `language` given."""
    if (found := code_language(text, language, scope.names())) is not None:
        return read_code(text, scope, found)[0]
    tree = _tree(text, scope.names(), scope, differentials)
    return _elaborated(tree, scope, None if differentials is None else differentials.of)


def _elaborated(tree: Tree, scope: Scope, differential: Callable[[Matrix], Matrix] | None = None) -> Matrix:
    """The value of a tree; constants of unknown size get the size that their neighbours have."""
    if not any(_is_unsized(node) for node in tree.nodes):
        return elaborate(tree, scope, differential=differential)
    known = {name: value.shape for kind in (scope.symbols, scope.where) for name, value in kind.items()}
    leaves = known | dict.fromkeys(scope.dims, ())
    leaves |= {other: leaves[name] for name in list(leaves) for other in spellings(name)}
    inference = Inference(
        [("", tree)], leaves, lambda tree, node: size_of(tree, node, scope), strict=False, is_own=scope.has_function
    )
    return elaborate(tree, scope, _constants(tree, inference, Naming(())), differential)


def _constants(tree: Tree, inference: Inference, naming: Naming) -> dict[Syntax, tuple[Group, ...]]:
    """The shapes of vector(1), matrix(1) and bare `eye`. Raises ParseError where nothing decides a size."""
    found: dict[Syntax, tuple[Group, ...]] = {}
    for node in tree.nodes:
        if _is_unsized(node):
            if len(node.children) > 1:
                raise ParseError(
                    f"{node.data} takes one argument, the value of its entries",
                    text=tree.text, start=node.start, end=node.end,
                )  # fmt: skip
            before = naming.count
            found[node] = naming.shape(inference.values[node].sizes)
            if naming.count > before:
                raise ParseError(
                    f"the size of {tree.source(node)} does not follow from what is around it",
                    text=tree.text, start=node.start, end=node.end, hint="say it: ones(n), ones(n,m), eye(n)",
                )  # fmt: skip
    return found


def _is_unsized(node: Syntax) -> bool:
    return (node.op == "call" and node.data in UNSIZED) or (node.op == "name" and node.data == "eye")


# Trees.


def _tree(text: str, known: Collection[str], scope: Scope, differentials: Differentials | None = None) -> Tree:
    """The syntax tree of a text; an exponent T is the transpose where T is no size, scalar or `where` name."""
    tree = parse_syntax(text, known, scope.functions, differentials)
    if not scope.lookup("T").is_scalar if "T" in scope else "T" not in known:
        found = [node for node in tree.nodes if node.op == "power" and _raised_to_t(node)]
        for node in found:
            base, exponent = node.children
            if exponent.op == "negative":
                minus_one = Syntax("number", exponent.start, exponent.end, (), Fraction(-1))
                base = Syntax("power", node.start, node.end, (base, minus_one), "^")
            node.op, node.children, node.data = "transpose", (base,), None
        tree = Tree(text, tree.root) if found else tree
    return tree


def _raised_to_t(node: Syntax) -> bool:
    """Whether this power is A^T or A^-T."""
    exponent = node.children[1].children[0] if node.children[1].op == "negative" else node.children[1]
    return node.data == "^" and exponent.op == "name" and exponent.data == "T"


def _where_names(where: Mapping[str, str] | None) -> dict[str, str]:
    """The texts by normalised name."""
    names: dict[str, str] = {}
    for name, text in (where or {}).items():
        found = check_name(name)
        if found in names:
            raise UnknownNameError(f"{name} is defined twice", hint="use another name for one")
        names[found] = text
    return names


def _where_tree(name: str, text: str, known: Collection[str], scope: Scope) -> Tree:
    if name in scope.symbols or name in scope.dims:
        kind = "symbol" if name in scope.symbols else "size"
        raise UnknownNameError(f"{name} is defined by `where`, but is declared as a {kind}", hint="use another name for one")
    try:
        return _tree(text, known, scope)
    except TensordiffError as error:
        raise _within(name, error) from None


def _within(name: str, error: TensordiffError) -> TensordiffError:
    error.message = f"in the definition of {name}: {error.message}"
    return error


def _ordered(trees: Mapping[str, Tree]) -> list[tuple[str, Tree]]:
    """The definitions in an order in which each comes after those it uses. Raises ParseError for a circle."""
    uses = {
        name: [node for node in tree.nodes if node.op == "name" and _defined(node.data, trees)] for name, tree in trees.items()
    }
    order: dict[str, None] = {}
    for start in trees:
        path: dict[str, int] = {start: 0}
        while path:
            name = next(reversed(path))
            if name in order or path[name] == len(uses[name]):
                order[name] = None
                del path[name]
                continue
            node = uses[name][path[name]]
            path[name] += 1
            used = _defined(node.data, trees)
            if used in path:
                circle = [*list(path)[list(path).index(used) :], used]
                raise ParseError(
                    f"the definitions go in a circle: {' uses '.join(circle)}",
                    text=trees[name].text, start=node.start, end=node.end,
                )  # fmt: skip
            if used not in order:
                path[used] = 0
    return [(name, trees[name]) for name in order]


def _defined(name: str, trees: Mapping[str, Tree]) -> str:
    """The definition that a name stands for; "" for none."""
    return name if name in trees else next((other for other in spellings(name) if other in trees), "")


# Texts without declarations.


def _parse_undeclared(
    text: str,
    structures: Mapping[str, str] | None,
    where: Mapping[str, str] | None,
    assume: Mapping[str, str] | None,
    own: Scope,
) -> tuple[Matrix, Scope]:
    structure_of = read_choices("structure", structures, STRUCTURES)
    assumption_of = read_choices("assumption", assume, ASSUMPTIONS)
    names = _where_names(where)
    known = {*names, *structure_of, *assumption_of}
    definitions = _ordered({name: _where_tree(name, part, known, own) for name, part in names.items()})
    tree = _tree(text, known, own)
    written = [tree, *(dict(definitions)[name] for name in names)]

    sizes = _size_names(written)
    variables = _variables(written, sizes, dict(definitions))
    refuse_undeclared("structure", structure_of, variables)
    refuse_undeclared("assumption", assumption_of, variables)
    squares = frozenset(name for name, structure in structure_of.items() if structure.square)
    variables.update(dict.fromkeys(squares, 2))

    naming = Naming({*variables, *names, *sizes, *_letters(written)})
    trees = [*definitions, ("", tree)]
    inference, found = infer(
        trees, variables, squares, sizes, lambda tree, node: size_of(tree, node, None), naming, own.has_function
    )
    scope = declared_scope({name: naming.shape(leaf) for name, leaf in found.items()}, structure_of, assumption_of)
    scope = scope.merge(own)
    for name in sizes:
        scope = scope.with_dim(name)
    for name, definition in definitions:
        value = elaborate(definition, scope, _constants(definition, inference, naming))
        scope = scope.with_where(name, value)
    return elaborate(tree, scope, _constants(tree, inference, naming)), scope


def _size_names(trees: Sequence[Tree]) -> dict[str, None]:
    """The names that are arguments of eye, ones, K ... and so are sizes."""
    names: dict[str, None] = {}
    for tree in trees:
        inside: set[Syntax] = set()
        for node in reversed(tree.nodes):
            if node in inside or (node.op == "call" and (node.data in SIZED or node.data in LETTERS)):
                inside.update(node.children)
        names |= {node.data: None for node in tree.nodes if node.op == "name" and node in inside}
    return names


def _variables(trees: Sequence[Tree], sizes: Collection[str], definitions: Mapping[str, Tree]) -> dict[str, int | None]:
    """The names that are variables, in order of appearance, each with the number of its indices where it has some."""
    ranks: dict[str, int | None] = {}
    for tree in trees:
        for node in tree.nodes:
            if node.op == "name":
                node.data = next((other for other in spellings(node.data) if other in ranks), node.data)
                known = node.data in sizes or _defined(node.data, definitions) or node.data in ("pi", "π")
                if not known and not is_function(node.data):
                    ranks.setdefault(node.data, None)
            elif node.op == "index" and node.children[0].op == "name" and node.children[0].data in ranks:
                name = node.children[0].data
                ranks[name] = ranks[name] or len(node.data)
    return ranks


def _letters(trees: Sequence[Tree]) -> set[str]:
    """The index letters."""
    return {str(token) for tree in trees for node in tree.nodes if node.op in ("index", "contract") for token in node.data}
