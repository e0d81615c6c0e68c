"""Declarations: shapes, structures and assumptions given by name make a scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tensordiff.errors import ShapeError, TensordiffError, UnknownNameError, nearest
from tensordiff.matrix import Scope, ShapeLike
from tensordiff.parse import languages
from tensordiff.parse.names import is_function, normalise
from tensordiff.parse.vocabulary import Vocabulary
from tensordiff.tensor import STRUCTURES, Assumption, Structure, is_told, symmetric_under
from tensordiff.tensor.structure import structure

Shapes = Mapping[str, ShapeLike] | Iterable[tuple[str, ShapeLike]]

Choice = TypeVar("Choice")
ASSUMPTIONS = {str(assumption): assumption for assumption in Assumption}


def declare(
    shapes: Shapes,
    structures: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
) -> Scope:
    """The scope of some declared names.

    A shape is ("n", "m"), "n m", "n*m" (one compound axis), a number, or () for a scalar. Raises UnknownNameError for a
    name that is declared twice or kept for a function, for a structure or an assumption that does not exist, and for one
    whose name is not declared.

    >>> declare({"X": ("n", "m"), "V": "n n"}, {"V": "symmetric"}).names()
    ['X', 'V', 'n', 'm']
    """
    pairs = [(check_name(name), shape) for name, shape in (shapes.items() if isinstance(shapes, Mapping) else shapes)]
    structure_of = read_structures(structures)
    assumption_of = read_choices("assumption", assume, ASSUMPTIONS)
    declared: dict[str, ShapeLike] = {}
    for name, shape in pairs:
        if name in declared:
            raise UnknownNameError(f"{name} is declared twice", hint="give each name one shape")
        declared[name] = shape
    refuse_undeclared("structure", structure_of, declared)
    refuse_undeclared("assumption", assumption_of, declared)
    for size in (scope := Scope().declare_all(declared, structure_of, assumption_of)).dims:
        check_name(size)
    return scope


_MEMBER = re.compile(r"(?P<family>[^\W\d_]\w*?)_\{?(?P<index>[a-z])\}?")


def families(shapes: Shapes, text: str) -> Shapes:
    r"""The declarations with x_i, a vector for each i under a sum sign over i, as its data: x of shape (n, d), with the size of
    another name that has the index, or else a new one.

    >>> families({"x_i": "d", "w": "d", "y": "n"}, r"\sum_i (y_i - w^T x_i)^2")
    {'x': ('n', 'd'), 'w': 'd', 'y': 'n'}
    """
    given = dict(shapes.items() if isinstance(shapes, Mapping) else shapes)
    found: dict[str, ShapeLike] = {}
    for name, shape in given.items():
        member = _MEMBER.fullmatch(name)
        index = member["index"] if member else ""
        one_axis = isinstance(shape, str) and len(shape.split()) == 1
        if member is None or member["family"] in given or not one_axis or not _summed(index, text):
            found[name] = shape
            continue
        beside = (other for other, size in given.items() if isinstance(size, str) and len(size.split()) == 1 and other != name)
        limit = re.search(rf"\\sum(?:\\limits)?_\s*\{{?\s*{index}\s*=\s*1\s*\}}?\s*\^\s*\{{?\s*(\w)", text)
        known = limit[1] if limit and limit[1].isalpha() else None
        known = known or next((given[other] for other in beside if re.search(rf"(?<!\w){other}_\{{?{index}\b", text)), None)
        sizes = {part for size in given.values() if isinstance(size, str) for part in size.split()}
        found[member["family"]] = (known or next(size for size in "nNmM" if size not in sizes), str(shape))
    return found


def _summed(index: str, text: str) -> bool:
    return re.search(rf"\\sum(\\limits)?_\s*(\{{\s*)?{index}(?![a-z])", text) is not None


def _latex_name(written: str) -> str:
    """A name as LaTeX writes it, \\Sigma or \\mathbf{x}; what is no name is given back."""
    try:
        root = languages.read(written, Vocabulary()).root
    except TensordiffError:
        return written
    return str(root.data) if root.op == "name" else written


def check_name(name: str) -> str:
    """The normalised name. Raises UnknownNameError where it may not be declared."""
    found = normalise(name)
    if "\\" in found:
        found = _latex_name(found)
    if not found.isidentifier():
        raise UnknownNameError(f"{name!r} cannot be a name", hint="names are letters, digits and underscores")
    if is_function(found):
        raise UnknownNameError(f"{name} cannot be declared: it is a function of the language", hint="use another name")
    if found == "pi":
        raise UnknownNameError("pi cannot be declared: it is the number pi", hint="use another name")
    return found


def read_structures(given: Mapping[str, str | Structure] | None) -> dict[str, Structure]:
    """The structure of each name, by name or as it is (`td.pattern`). Raises UnknownNameError, with the list, for one that does
    not exist."""
    told = {name: text for name, text in (given or {}).items() if is_told(text)}
    named = {name: str(text) for name, text in (given or {}).items() if name not in told}
    found = read_choices("structure", named, STRUCTURES)
    return found | {check_name(name): structure(text) for name, text in told.items()}


def with_symmetries(
    structures: Mapping[str, str | Structure] | None, symmetries: Mapping[str, Iterable[Sequence[int]]] | None
) -> Mapping[str, Any] | None:
    """The structures, and those that permutations of axes tell. Raises ShapeError for what is no permutation, or too many, and
    where a name has another structure, which is of matrices."""
    if not symmetries:
        return structures
    found: dict[str, Any] = dict(structures or {})
    for name, permutations in symmetries.items():
        made = read_symmetries(name, permutations)
        if made.general:
            continue
        old = read_structures({name: found[name]})[check_name(name)] if name in found else made
        if not (made.symmetric and old.symmetric) and old != made:
            raise ShapeError(
                f"{name} is declared {old}, a structure of matrices, and has symmetries of its axes beside",
                hint="give one of both",
            )
        found[name] = old
    return found


def read_symmetries(name: str, permutations: Iterable[Sequence[int]]) -> Structure:
    """The structure of tensors that these permutations of axes leave as they are. Raises ShapeError for what is none."""
    try:
        return symmetric_under(tuple(tuple(int(axis) for axis in axes) for axes in permutations))
    except (TypeError, ValueError) as error:
        raise ShapeError(
            f"the symmetries of {name} are no permutations of its axes: {error}",
            hint="axes are counted from 0: symmetries=[(1, 0, 2, 3), (2, 3, 0, 1)]",
        ) from error


def read_choices(kind: str, given: Mapping[str, str] | None, choices: Mapping[str, Choice]) -> dict[str, Choice]:
    """The structure or assumption of each name. Raises UnknownNameError, with the list, for one that does not exist."""
    found: dict[str, Choice] = {}
    for name, text in (given or {}).items():
        key = str(text).strip().lower().replace("_", "-").replace(" ", "-")
        if key not in choices:
            known = ", ".join(choices)
            near = nearest(key, list(choices))
            raise UnknownNameError(
                f"{name} cannot have the {kind} {text!r}: there is none of that name",
                hint=f"{f'did you mean {near}? ' if near else ''}there are {known}",
            )
        found[check_name(name)] = choices[key]
    return found


def refuse_undeclared(kind: str, given: Iterable[str], declared: Iterable[str]) -> None:
    """Raises UnknownNameError for a structure or an assumption of a name that is not declared."""
    known = list(declared)
    for name in given:
        if name not in known:
            near = nearest(name, known)
            raise UnknownNameError(
                f"{name} is given {'an' if kind[0] in 'aeiou' else 'a'} {kind}, but is not declared",
                hint=f"did you mean {near}?" if near else f"declared are {', '.join(known) or 'no names'}",
            )
