"""The error hierarchy: every message names the user's text or node, the place, the sizes, and what to do."""

from __future__ import annotations

from typing import Any


class TensordiffError(ValueError):
    """Base of every error that tensordiff raises on purpose.

    `text`, `start` and `end` locate the fault in what the user typed (0-based, end exclusive); when they are given
    the message shows the text with carets under the place. `hint` says what to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str | None = None,
        start: int | None = None,
        end: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.start = start
        self.end = end
        self.hint = hint

    def located(self, text: str, start: int, end: int) -> TensordiffError:
        """The same error, placed in `text` unless it already has a place (the innermost place is the best one)."""
        if self.text is None:
            self.text, self.start, self.end = text, start, end
        return self

    def __str__(self) -> str:
        parts = [self.message]
        if self.text is not None and self.start is not None:
            parts.append(caret(self.text, self.start, self.end))
        if self.hint:
            parts.append(self.hint)
        return "\n".join(parts)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: a fault of the input is told in its own words."""
        return f"{type(self).__name__}: {self}".splitlines()


class ParseError(TensordiffError):
    """The text is malformed, or uses a name that is not declared."""


class ShapeError(TensordiffError):
    """Sizes or groupings of axes do not fit the operation."""


class GroupingError(ShapeError):
    """Sizes agree, but compound axes are made of their dimensions in another order (or otherwise).

    `regroupings` are declarations of variables (name, shape) that would make them fit.
    """

    regroupings: tuple[tuple[str, Any], ...] = ()


class BlockError(ShapeError):
    """A block does not fit among the others of a block matrix; `block` is its place, row by row from 0."""

    def __init__(self, message: str, block: int, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.block = block


class UnknownNameError(TensordiffError):
    """A name is unknown, used twice, or may not be used here (a size or a `where` name as a variable)."""


class MissingRuleError(TensordiffError):
    """A function has no derivative rule (never silently zero)."""


class FoldError(TensordiffError):
    """A tensor has no matrix form in the layout asked for; the message carries its index form."""


class BudgetError(TensordiffError):
    """An expansion grew past its budget; the unexpanded result is still available."""


class EvaluationError(TensordiffError):
    """Numbers given to an evaluation do not fit: missing or extra names, wrong shapes, a singular matrix, a value outside
    the domain."""


class VerificationError(TensordiffError):
    """A derivative disagrees with differences of the function: a defect, or a function whose rule is wrong."""


class DomainError(TensordiffError):
    """The operation is not defined for this input, e.g. an order of derivative that a structure does not admit."""


def caret(text: str, start: int, end: int | None = None, width: int = 100) -> str:
    """The line of `text` that holds `start`, with carets under [start, end); long lines are cut around the place."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : len(text) if line_end < 0 else line_end]
    column = start - line_start
    length = max(1, min((end or start + 1) - start, len(line) - column))
    if len(line) > width:
        first = max(0, min(column - width // 3, len(line) - width))
        prefix = "..." if first else ""
        suffix = "..." if first + width < len(line) else ""
        column, length = column - first + len(prefix), min(length, first + width - column)
        line = prefix + line[first : first + width] + suffix
    return f"    {line}\n    {' ' * column}{'^' * max(1, length)}"


def nearest(name: str, known: list[str]) -> str | None:
    """The known name most like `name`, for "did you mean"; None when none is close."""
    from difflib import get_close_matches

    found = get_close_matches(name, known, n=1, cutoff=0.6)
    if found:
        return found[0]
    return next((k for k in known if k.lower() == name.lower()), None)
