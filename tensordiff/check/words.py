"""How things are worded."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.evidence.printing import listed
from tensordiff.matrix import Matrix, brief, text

_LONG = 160


def instead(new: Matrix, old: Matrix, whole: Matrix) -> str:
    """ "with B in place of A it is right, ..."; the whole formula where it is short and not said already."""
    said = f"with {brief(new)} in place of {brief(old)} it is right"
    return f"{said}: {text(whole)}." if whole is not new and len(brief(whole, _LONG)) < _LONG else f"{said}."


def in_layouts(layouts: Sequence[str]) -> str:
    """ "in the gradient layout", "in the vec-column and vec-row layouts"."""
    if tuple(layouts) == (DIFFERENTIAL,):
        return "as a differential"
    return f"in the {listed(layouts)} layout{'s' if len(layouts) > 1 else ''}"
