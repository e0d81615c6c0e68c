"""What was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tensordiff.check.claim import Claim
from tensordiff.check.expected import expected
from tensordiff.check.specialise import Renaming, identified, identified_scope, scalar_scope, scalarised
from tensordiff.check.truth import Candidate, DerivativeTruth, Truth
from tensordiff.errors import DomainError
from tensordiff.matrix import Matrix, Scope, build, text
from tensordiff.parse import parse_answer
from tensordiff.records import record, replace
from tensordiff.tensor import Symbol, Tensor

Present = Callable[[Matrix, Scope], object]
"""How the correct formula is given back: from its matrix form, in the scope of its names."""

_WORD = re.compile(r"[^\W\d]\w*")


def _bare(text: str) -> str:
    """A text without braces and blanks."""
    return re.sub(r"[{}\s]", "", text)


def split_where(f: str, where: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The definitions that the text of f needs, and the others, which belong to the answer: a part of the answer that does
    not conform is no fault of f."""
    needed: dict[str, None] = {}
    pending = [f]
    while pending:
        text = pending.pop()
        words, bare = set(_WORD.findall(text)), _bare(text)
        for word in where:
            # Letters may stand side by side, so a name may be a part of a word; \\hat{y} is \\hat y, and y_hat.
            accented = re.fullmatch(r"(\w+)_(hat|bar|tilde|check|dot)", word)
            spelled = f"\\{accented[2]}{accented[1]}" if accented else _bare(word)
            if word not in needed and (word in words or word in text or spelled in bare):
                needed[word] = None
                pending.append(where[word])
    own = {name: text for name, text in where.items() if name in needed}
    return own, {name: text for name, text in where.items() if name not in needed}


@record
class Problem:
    """Whether `answer` is the derivative of f by the variables."""

    answer: str | Matrix
    f: Matrix
    variables: tuple[Matrix, ...]
    scope: Scope
    layout: str
    entries: str
    where: Mapping[str, str]
    derivative: Tensor | None = None
    """The derivative of a link, whose f and variable are parts of a chain; special cases are then not looked at."""
    language: str | None = None
    """The programming language of a textual answer, where it is said."""

    @property
    def is_link(self) -> bool:
        return self.derivative is not None

    def with_sizes_equal(self, renaming: Renaming) -> Problem:
        """The problem with some sizes made equal. Raises DomainError for a link."""
        self._refuse_link()
        return replace(
            self,
            answer=self.answer if isinstance(self.answer, str) else identified(self.answer, renaming),
            f=identified(self.f, renaming),
            variables=tuple(identified(v, renaming) for v in self.variables),
            scope=identified_scope(self.scope, renaming),
        )

    def of_symbols(self) -> Problem:
        """The problem of a link with the part that it is differentiated by as a symbol; any other problem as it is."""
        if not self.is_link:
            return self
        changed = {
            node: build.symbol(Symbol.make(str(node.data[0]), node.dims), node.shape)
            for node in self.variables
            if node.op == "named"
        }
        held = {str(node.data[0]) for node in changed}
        symbols = {**self.scope.symbols, **{str(node.data[0]): symbol for node, symbol in changed.items()}}
        where = {name: build.replace(node, changed) for name, node in self.scope.where.items() if name not in held}
        return replace(
            self,
            f=build.replace(self.f, changed),
            variables=tuple(changed.get(node, node) for node in self.variables),
            scope=Scope(symbols, self.scope.dims, where, self.scope.functions),
            derivative=None,
        )

    def with_numbers(self) -> Problem:
        """The problem with every matrix 1-by-1. Raises TensordiffError where it has no such reading."""
        self._refuse_link()
        scope = scalar_scope(self.scope)
        return replace(
            self,
            answer=self.answer if isinstance(self.answer, str) else scalarised(self.answer),
            f=scalarised(self.f),
            variables=tuple(scope.symbols[v.data[0].name] for v in self.variables),
            scope=scope,
            layout="any",
            entries="free",
        )

    def _refuse_link(self) -> None:
        if self.is_link:
            raise DomainError("a link of a chain has no special cases of its own")

    def read(self) -> tuple[Claim, Scope]:
        """The claim and its scope. Raises ShapeError where it does not conform, ParseError and others for bad input."""
        if isinstance(self.answer, Matrix):
            return Claim.of(self.answer), self.scope
        wanted = [candidate.shape for candidate in self.truth().candidates]
        matrix, scope = parse_answer(self.answer, self.scope, self.where, self.language, wanted)
        return Claim.of(matrix, self.answer), scope

    def truth(self) -> Truth:
        """The derivative to compare with."""
        return DerivativeTruth(self.f, self.variables, self.layout, self.entries, self.derivative)

    def correct(self, truth: Truth, candidate: Candidate, scope: Scope, present: Present | None) -> object:
        """The correct formula, as the caller wants it."""
        return presented(expected(truth, candidate, scope), scope, present)

    def objection(self, claim: Claim) -> str:
        """What a claim of a fitting shape lacks to be an answer at all; "" for nothing."""
        return ""


def presented(formula: Matrix | str, scope: Scope, how: Present | None) -> object:
    """The formula as the caller wants it; index notation stays text."""
    if isinstance(formula, str):
        return formula
    return text(formula) if how is None else how(formula, scope)
