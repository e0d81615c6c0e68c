"""From a text and declarations to a proof."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tensordiff.check.proofread.assumptions import is_declaration
from tensordiff.check.proofread.judge import Proofreader
from tensordiff.check.proofread.mend import Writer
from tensordiff.check.proofread.proof import Proof
from tensordiff.check.proofread.split import split
from tensordiff.check.proofread.statements import DEFINED, Statement
from tensordiff.check.proofread.world import World, called_plainly
from tensordiff.errors import ParseError, TensordiffError
from tensordiff.evidence.equality import equal
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.parse import define, is_latex, parse, resolve_name, tree_in
from tensordiff.parse.declare import ASSUMPTIONS
from tensordiff.parse.names import GREEK, spellings
from tensordiff.parse.syntax import Tree
from tensordiff.parse.vocabulary import Vocabulary
from tensordiff.records import field, record, replace
from tensordiff.tensor import Structure, Symbol

_CALLED = re.compile(
    r"^(?P<head>[^()=+*/ ]+?|\\[A-Za-z]+\s*\{[^{}]*\})\s*(?:\\left\s*)?\((?P<arguments>[^()=]*?)(?:\\right\s*)?\)$"
)


@record
class Call:
    """What was given beside the text."""

    f: str | Matrix | None = None
    wrt: tuple[str, ...] = ()
    shapes: Mapping[str, Any] | None = None
    structures: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    assume: Mapping[str, str] = field(default_factory=dict)
    sizes: str | None = None
    scope: Scope | None = None
    """That of f, where f is an expression."""


def proofread(text: str, call: Call) -> Proof:
    """What holds of a derivation. Raises TensordiffError where f, the variables or the declarations cannot be read; what cannot
    be read in the text is a step of the proof."""
    return _Preparation(text, call).proof()


class _Preparation:
    def __init__(self, text: str, call: Call) -> None:
        self.text = text
        self.call = call
        self.statements = [part for part in split(text) if isinstance(part, Statement) and not is_declaration(part)]
        self.sides = [side.text for statement in self.statements for side in statement.sides]
        self.writer = Writer(text)
        self.assumed: dict[str, str] = {}
        self.f_name: str | None = None
        self.f_text = call.f if isinstance(call.f, str) else None
        if self.f_text is not None:
            self.name_of_f()

    def name_of_f(self) -> None:
        """f may be given as L = ... or f(x) = ..."""
        assert self.f_text is not None
        found = [part for part in split(self.f_text) if isinstance(part, Statement)]
        if len(found) == 1 and len(found[0].sides) == 2 and (head := self.writer.heads(found[0])) is not None:
            self.f_name = self.bare(head)
            self.f_text = found[0].sides[1].text

    def marked(self, text: str) -> str:
        """f or a definition with a mark of LaTeX, where the text is LaTeX and it looks like it."""
        return text + r"\," if self.writer.is_latex and not is_latex(text) and "*" not in text and "'" not in text else text

    def open_tree(self, text: str) -> Tree | None:
        """The syntax of a text whose names are not known yet; None where it has none."""
        scope = Scope().with_conventions(Vocabulary(open=True))
        try:
            return tree_in(self.marked(text), scope, claim=True)
        except TensordiffError:
            return None

    def bare(self, head: str) -> str | None:
        """The name that a text is, where it is one."""
        tree = self.open_tree(head)
        return str(tree.root.data) if tree is not None and tree.root.op == "name" else None

    # Definitions.

    def definitions(self, known: set[str]) -> dict[str, tuple[str, str]]:
        """By name, the head as it is written and the right side: names that a statement defines, where they are new."""
        found: dict[str, tuple[str, str]] = {}
        seen: set[str] = set()
        for statement in self.statements:
            head = self.writer.heads(statement)
            name = self.bare(head) if head is not None else None
            if (
                name is not None
                and head is not None
                and name not in known
                and name not in found
                and self.defines(statement, name, seen)
            ):
                found[name] = head, statement.sides[1].text
            for side in statement.sides:
                tree = self.open_tree(side.text)
                seen |= set() if tree is None else {str(node.data) for node in tree.nodes if node.op == "name"}
        return found

    def defines(self, statement: Statement, name: str, seen: set[str]) -> bool:
        right = self.open_tree(statement.sides[1].text)
        if right is None or (right.root.op == "number" and right.root.data == 0):
            return False
        if any(node.op == "name" and node.data == name for node in right.nodes):
            return False
        said = statement.relations[0] == DEFINED or any(
            word in statement.label.lower() for word in ("where", "let", "with", "den", "defin", "put", "set")
        )
        return said or self.call.shapes is not None or self.call.scope is not None or name not in seen

    # The world.

    def proof(self) -> Proof:
        call = self.call
        known = {*(call.shapes or {}), *call.where, *(call.sizes or "").replace(",", " ").split()}
        if call.scope is not None:
            known |= set(call.scope.names())
        if self.f_name is not None:
            known.add(self.f_name)
        if call.f is not None:  # names of f are no definitions
            tree = self.open_tree(self.f_text) if self.f_text is not None else None
            known |= (
                set()
                if tree is None or call.shapes is not None or tree.root.op == "name"
                else {str(n.data) for n in tree.nodes if n.op == "name"}
            )
        known |= {str(name) for name in call.wrt} | {f"{name}_hat" for name in call.wrt}
        found = self.definitions(known)
        self.found = found
        self.writer.defined = {head: name for name, (head, _) in found.items()}
        self.calls = tuple(self.called(known))
        self.beside = [called_plainly(side, self.calls) for side in self.sides]
        world = self.world(call.structures)
        if call.f is not None and self.f_name is None and not self.is_name():
            self.f_name = self.name_among(found, world)
            if self.f_name is not None:
                head, _ = found.pop(self.f_name)
                del self.writer.defined[head]
                world = self.world(call.structures)
        self.writer.see(tree for side in self.sides if (tree := self.tree_in(side, world)) is not None)
        reader = Proofreader(world, self.writer, self.again, list(found))
        return reader.read(self.text)

    @staticmethod
    def tree_in(side: str, world: World) -> Tree | None:
        try:
            return world.tree(side)
        except TensordiffError:
            return None

    def again(self, world: World, structures: Mapping[str, str]) -> World:
        """The world with structures that the text assumes."""
        self.assumed = {name: kind for name, kind in structures.items() if kind in ASSUMPTIONS}
        structures = {name: kind for name, kind in structures.items() if kind not in ASSUMPTIONS}
        made = self.world({**self.call.structures, **structures})
        return replace(made, claimed={}, habits=world.habits)

    def world(self, structures: Mapping[str, str]) -> World:
        f, scope = self.base(structures)
        pending = {name: right for name, (_, right) in self.found.items() if name not in scope}
        while pending:
            done = []
            for name, right in pending.items():
                try:
                    scope = define(scope, {name: self.marked(right)})
                    done.append(name)
                except TensordiffError:
                    continue
            if not done:
                break
            pending = {name: right for name, right in pending.items() if name not in done}
        if f is not None and self.f_name is not None and self.f_name not in scope:
            scope = scope.with_where(self.f_name, f)
            f = scope.where[self.f_name]
        if f is None and self.found:
            f = self.named_f(scope)
        variables = []
        for name in self.call.wrt:
            variable = scope.lookup(resolve_name(str(name), scope))
            variables.append(variable)
        world = World(scope, f, tuple(variables), called=self.calls, latex=self.writer.is_latex)
        return world.varying(self.varied(world))

    def called(self, known: Collection[str]) -> Iterator[tuple[re.Pattern[str], str]]:
        """f(x), J(w) with the arguments that a left side gives, and undefined letters before the variable alone."""
        heads: dict[str, set[str]] = {}
        given = split(self.call.f) if isinstance(self.call.f, str) else []
        for statement in [*self.statements, *(part for part in given if isinstance(part, Statement))]:
            match = _CALLED.match(statement.sides[0].text) if len(statement.sides) > 1 else None
            if match is not None and (
                match["head"] in self.writer.defined or self.bare(match["head"]) == self.f_name is not None
            ):
                heads.setdefault(match["head"].strip(), set()).add(match["arguments"].strip())
        for head, arguments in heads.items():
            for inside in arguments:
                brackets = rf"(?:\\left\s*)?\(\s*{re.escape(inside)}\s*(?:\\right\s*)?\)"
                yield re.compile(rf"(?<![A-Za-z\\]){re.escape(head)}\s*{brackets}"), head
        sign = r"\nabla " if self.writer.is_latex else "∇ "
        yield re.compile(r"(?<![\w\\])[gG]rad\s+(?=[A-Za-z(\\])|\\(?:operatorname|mathrm)\{grad\}\s*"), sign
        yield from self.solutions()
        for name in self.call.wrt:
            for spelling in {str(name), *spellings(str(name)), *(rf"\{other}" for other in GREEK if other == name)}:
                bare = rf"(?:{re.escape(spelling)}|\\(?:mathrm|mathbf|boldsymbol|bm|vec)\s*\{{?\s*{re.escape(spelling)}\s*\}}?)"
                for letter in ("f", "L", "J", "E", "g", r"\mathcal{L}", r"\mathcal L", r"\ell", "F", "S", "Q"):
                    if letter.strip("\\{} ")[-1] in known and letter not in heads:
                        continue
                    yield (
                        re.compile(rf"(?<![A-Za-z\\]){re.escape(letter)}\s*(?:\\left\s*)?\(\s*{bare}\s*(?:\\right\s*)?\)"),
                        letter,
                    )

    def solutions(self) -> Iterator[tuple[re.Pattern[str], str]]:
        r"""\hat w and w^* for the variable w: what solves a condition on it."""
        if self.writer.is_latex:
            for name in self.call.wrt:
                letter = rf"\{name}" if name in GREEK else str(name)
                declared = {*(self.call.shapes or {}), *self.call.where}
                if f"{name}_hat" in declared or (len(letter) > 1 and letter[0] != "\\"):
                    continue
                bare = (
                    rf"(?:\\(?:mathrm|mathbf|boldsymbol|bm)\s*\{{\s*{re.escape(letter)}\s*\}}|{re.escape(letter)}(?![A-Za-z]))"
                )
                hat = rf"\\(?:wide)?hat\s*(?:\{{\s*{bare}\s*\}}|{bare})"
                star = rf"(?<![A-Za-z\\]){bare}\s*\^\s*\{{?\s*(?:\\star|\\ast|\*)\s*\}}?"
                solved = re.compile(rf"{hat}|{star}")
                texts = [statement.text for statement in self.statements]
                beside = any(solved.search(text) and re.search(bare, solved.sub(" ", text)) for text in texts)
                if not beside:  # \hat w - w = ... is about both
                    yield solved, f" {letter} "

    def base(self, structures: Mapping[str, str]) -> tuple[Matrix | None, Scope]:
        """f and the scope of the call."""
        call = self.call
        if call.scope is not None:
            assert isinstance(call.f, Matrix) or call.f is None
            scope = define(call.scope, call.where)
            if not structures and not self.assumed:
                return call.f, scope
            return self.restructured(call.f, scope, structures)
        options: dict[str, Any] = {
            "assume": {**call.assume, **self.assumed} or None,
            "sizes": call.sizes,
            "beside": self.beside,
        }
        if call.shapes is not None:
            main = self.marked(self.f_text) if self.f_text is not None else "0"
            where = {name: self.marked(part) for name, part in call.where.items()}
            f, scope = self.first_read(main, where, structures, options)
            return (None if self.f_text is None else f), scope
        return self.undeclared(structures, options)

    def first_read(
        self, main: str, where: Mapping[str, str], structures: Mapping[str, str], options: Mapping[str, Any]
    ) -> tuple[Matrix, Scope]:
        """f as it is read beside the text; else with the names that the text defines; else alone, whatever the text has."""
        defined = {name: self.marked(right) for name, (_, right) in self.found.items()}
        failure: TensordiffError | None = None
        for parts, beside in ((where, self.beside), ({**where, **defined}, self.beside), (where, [])):
            try:
                return parse(main, self.call.shapes, structures or None, parts or None, **{**options, "beside": beside})
            except TensordiffError as error:
                failure = failure or error
        assert failure is not None
        raise failure

    def undeclared(self, structures: Mapping[str, str], options: dict[str, Any]) -> tuple[Matrix | None, Scope]:
        where = {**self.call.where, **{name: right for name, (_, right) in self.found.items()}}
        where = {name: self.marked(part) for name, part in where.items()}
        if self.f_text is not None:
            for parts in (where, dict(self.call.where)):
                try:
                    return parse(self.marked(self.f_text), None, structures or None, parts or None, **options)
                except TensordiffError as error:
                    first = error
            raise first
        for main in [*(right for _, right in self.found.values()), *self.operands(), *self.sides]:
            try:
                _, scope = parse(self.marked(main), None, structures or None, where or None, **options)
            except TensordiffError:
                continue
            return None, scope
        raise ParseError(
            "nothing in the text could be read", hint="give f, and shapes where names are not what their letters say"
        )

    def name_among(self, found: Mapping[str, object], world: World) -> str | None:
        """The name that derivatives are of and that the text says what it is, where that is f, or can be nothing else."""
        names = [name for name in dict.fromkeys(self.differentiated()) if name in found and name in world.scope.where]
        parts = {name: world.scope.where[name].children[0] for name in names}
        assert world.f is not None
        same = [name for name, part in parts.items() if part.shape == world.f.shape and equal(part, world.f)]
        if same:
            return same[0]
        return names[0] if len(names) == 1 and parts[names[0]].shape == world.f.shape else None

    def is_name(self) -> bool:
        """Whether f was given by a name."""
        if not isinstance(self.call.f, str):
            return isinstance(self.call.f, Matrix) and self.call.f.op == "named"
        tree = self.open_tree(self.call.f)
        return tree is not None and tree.root.op == "name"

    def differentiated(self) -> list[str]:
        """The names that left sides are derivatives or differentials of."""
        found = []
        for statement in self.statements:
            tree = self.open_tree(called_plainly(statement.sides[0].text, self.calls)) if statement.sides else None
            root = None if tree is None else tree.root
            while root is not None and root.op in ("derivative", "differential", "index") and root.children:
                root = root.children[0]
                if root.op in ("name", "call"):
                    found.append(str(root.data))
        return found

    def operands(self) -> list[str]:
        """What derivative signs on left sides are of."""
        found = []
        for statement in self.statements:
            tree = self.open_tree(statement.sides[0].text) if statement.sides else None
            if tree is not None and tree.root.op in ("derivative", "differential") and tree.root.children:
                found.append(tree.source(tree.root.children[0]))
        return found

    def named_f(self, scope: Scope) -> Matrix | None:
        """The first definition that no other uses and that is differentiated: what the text is about."""
        return None

    def restructured(self, f: Matrix | None, scope: Scope, structures: Mapping[str, str]) -> tuple[Matrix | None, Scope]:
        """The expression and its scope with other structures and assumptions of symbols."""
        changed = {}
        for name in dict.fromkeys([*structures, *self.assumed]):
            node = scope.symbols[name]
            old: Symbol = node.data[0]
            structure = Structure(structures[name]) if name in structures else old.structure
            assumption = ASSUMPTIONS[self.assumed[name]] if name in self.assumed else old.assumption
            changed[node] = build.symbol(Symbol.make(name, old.dims, structure, assumption), node.shape)
        symbols = {name: changed.get(node, node) for name, node in scope.symbols.items()}
        where = {name: build.replace(node, changed) for name, node in scope.where.items()}
        return (None if f is None else build.replace(f, changed)), replace(scope, symbols=symbols, where=where)

    def varied(self, world: World) -> list[str]:
        """What varies in differentials: the variables, and every declared name whose differential is written."""
        found: dict[str, None] = {}
        for variable in world.variables:
            if variable.op == "symbol":
                found[str(variable.data[0].name)] = None
        for side in self.sides:
            tree = self.tree_in(side, world)
            for node in () if tree is None else tree.nodes:
                if node.op == "differential":
                    inner = node.children[0]
                    while inner.op in ("index", "transpose"):
                        inner = inner.children[0]
                    name = resolve_name(str(inner.data), world.scope) if inner.op == "name" else ""
                    if name in world.scope.symbols:
                        found[name] = None
        return list(found)
