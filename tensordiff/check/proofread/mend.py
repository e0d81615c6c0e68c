"""The writer of a derivation: what names look like there, and a mended line in the same notation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from tensordiff.check.proofread.statements import Statement
from tensordiff.check.proofread.world import put
from tensordiff.errors import TensordiffError
from tensordiff.matrix import Matrix, Scope
from tensordiff.matrix import text as plain_text
from tensordiff.parse.names import is_function
from tensordiff.parse.syntax import Tree
from tensordiff.render.latex import Latex

if TYPE_CHECKING:
    from tensordiff.check.verdict import Verdict

_TRANSPOSES = re.compile(
    r"\^\s*\{?\s*(?:\\(?:top|intercal|prime|mathsf\s*\{?\s*T\s*\}?|text\s*\{T\}|rm\s*T)|[Tt](?![a-z]))\s*\}?|(?<=[\w)\]}])'|ᵀ|\.T\b"
)
_WORDS = {
    "tr": re.compile(
        r"\{\\rm\s+[tT]r\s*\}|\\(?:mathrm|text|operatorname|mbox)\s*\{\s*(?:[tT]r|[tT]race)\s*\}|\\(?:tr|Tr|trace)(?![A-Za-z])"
    ),
    "vec": re.compile(r"\{\\rm\s+vec\s*\}|\\(?:mathrm|text|operatorname|mbox)\s*\{\s*[vV]ec\s*\}|\\vec(?=\s*\()"),
    "diag": re.compile(r"\{\\rm\s+[dD]iag\s*\}|\\(?:mathrm|text|operatorname|mbox)\s*\{\s*[dD]iag\s*\}|\\[dD]iag(?![A-Za-z])"),
}
_SIGNS = ("d", "∂", "δ", r"\partial", r"\delta", r"\nabla")
"""What is a sign in front of a bracket."""
_NAME = re.compile(
    r"^(?P<head>[^()=+*/ ]+?|\\[A-Za-z]+\s*\{[^{}]*\}|\{\\(?:bf|rm|cal)\s+\w+\})\s*(?:\((?P<arguments>[^()=]*)\))?$"
)


class Writer:
    """How a derivation is written: LaTeX or plain text, and its spellings."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_latex = bool(re.search(r"\\[A-Za-z]|\$", text))
        marks = Counter(match[0].replace(" ", "") for match in _TRANSPOSES.finditer(text))
        self.transpose = marks.most_common(1)[0][0] if marks else (r"^{\top}" if self.is_latex else "'")
        self.names: dict[str, str] = {}
        self.defined: dict[str, str] = {}
        """By head of a left side, the name that it defines."""
        self.words = {word: found[0] for word, mark in _WORDS.items() if (found := mark.search(text))}

    def see(self, trees: Iterable[Tree]) -> None:
        """Notes how names are spelled."""
        for tree in trees:
            for node in tree.nodes:
                if node.op == "name":
                    self.names.setdefault(str(node.data), tree.source(node).strip())

    def heads(self, statement: Statement) -> str | None:
        """The text of a bare name on the left side, without its arguments: f(x) = ... is about f."""
        if len(statement.sides) < 2 or statement.open:
            return None
        match = _NAME.match(statement.sides[0].text)
        if match is None or (match["arguments"] is not None and not re.fullmatch(r"[\w\s,\\{}]*", match["arguments"])):
            return None
        return None if is_function(match["head"]) or match["head"] in _SIGNS else match["head"]

    def defined_name(self, statement: Statement) -> str | None:
        head = self.heads(statement)
        return None if head is None else self.defined.get(head)

    # Mended lines.

    def present(self, formula: Matrix, scope: Scope) -> str:
        """A formula in the writer's notation."""
        if self.is_latex:
            found = _Style(self).render(formula)
            for word, spelling in self.words.items():
                found = re.sub(rf"\\operatorname\{{{word}\}}", put(spelling), found)
            return found
        found = plain_text(formula)
        for name, spelling in self.names.items():
            if spelling.startswith("{"):  # a part without a name
                found = re.sub(rf"\b{name}\b", put(f"({spelling[1:-1]})"), found)
        mark = self.transpose if self.transpose in ("^T", "ᵀ", ".T") else "'"
        return found if mark == "'" else found.replace("'", mark)

    def line(self, left: str, value: Matrix, scope: Scope | None = None) -> str | None:
        """left = value."""
        try:
            shown = self.present(value, scope or Scope())
        except TensordiffError:
            return None
        return f"{left} = {shown}" if left else f"= {shown}"

    def entry(self, formula: str, indices: str) -> str:
        """One entry of a formula."""
        by_entries = re.fullmatch(r"\\left\((?P<entry>.*)\\right\)_\{(?P<letters>\w+)\}", formula)
        if by_entries:
            new = dict(zip(by_entries["letters"], indices, strict=False))
            inside = {letter for found in re.findall(r"_\{([A-Za-z]+)\}", by_entries["entry"]) for letter in found}
            free = (letter for letter in "pqrstuvab" if letter not in inside and letter not in indices)
            new |= {letter: next(free) for letter in sorted(inside - set(new)) if letter in indices}  # those summed over
            return re.sub(
                r"_\{([A-Za-z]+)\}",
                lambda found: f"_{{{''.join(new.get(x, x) for x in found[1])}}}",
                by_entries["entry"],
            )
        bare = re.fullmatch(r"\\?[A-Za-z]+", formula)
        return f"{formula}_{{{indices}}}" if bare else rf"\left({formula}\right)_{{{indices}}}"

    def mended(self, left: str, verdict: Verdict, indices: Collection[str] = ()) -> str | None:
        """The line with the correct right side, one entry where the left side has indices; None where there is none."""
        try:
            expected = verdict.expected
        except TensordiffError:
            return None
        if expected is None:
            return None
        if indices:
            expected = self.entry(str(expected), "".join(indices))
        return f"{left} = {expected}" if left else f"= {expected}"


class _Style(Latex):
    """LaTeX with the writer's letters."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def name(self, name: str) -> str:
        known = self.writer.names.get(name)
        if known is not None:
            return known
        for start in ("delta_", "differential_", "d"):
            inner = (
                self.writer.names.get(name.removeprefix(start)) if name.startswith(start) and len(name) > len(start) else None
            )
            if inner is not None:
                return f"d{inner}"
        return super().name(name)

    def transposed(self, inverted: bool) -> str:
        mark = self.writer.transpose
        if inverted:
            bare = mark.strip("^{} ") if mark.startswith("^") else "\\top"
            return f"^{{-{bare}}}"
        return mark if mark.startswith("^") or mark == "'" else r"^{\top}"
