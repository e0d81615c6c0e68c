"""Checking a function of arrays that somebody wrote for a derivative: by numbers, and said so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from math import prod
from traceback import extract_tb
from typing import Any

import numpy as np

from tensordiff.check.differential import DifferentialProblem, posed_by_names
from tensordiff.check.judge import default_candidate
from tensordiff.check.problem import Present, Problem
from tensordiff.check.truth import Candidate, Truth
from tensordiff.check.verdict import Explanation, Verdict
from tensordiff.errors import EvaluationError
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.values import Array
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope
from tensordiff.tensor import permute

_POINTS = 3
_TOLERANCE = 1e-6


def check_callable(
    answer: Callable[..., Any],
    f: Matrix,
    variables: Sequence[Matrix],
    scope: Scope,
    *,
    layout: str = "any",
    entries: str = "any",
    present: Present | None = None,
) -> Verdict:
    """The verdict on a function of arrays, as the derivative of f: it is called at three random points of different sizes.

    Its parameters are names of symbols (or sizes, or parts), and it gets their arrays in double precision; one that takes no
    keywords gets them by position, those that are no names the symbols in the order of their declaration. It may return the
    matrix of a layout, or the array with the axes of f, then of the variables; with a parameter dX, the differential. The
    method is "numeric": agreement to six digits.
    Raises EvaluationError for a parameter that is no name of the scope, and where the function fails, with its line.
    """
    problem = Problem("", f, tuple(variables), scope, layout, entries, {})
    problem = posed_by_names(problem, [parameter.name for parameter in _parameters(answer)])
    truth = problem.truth()
    if isinstance(problem, DifferentialProblem):
        _, scope = problem.declared()
    wanted = _wanted(answer, scope)
    symbols = [node.data[0] for node in scope.symbols.values()]
    samples = Samples([*truth.meanings.values(), *symbols])
    agreeing = list(truth.candidates)
    refutation = ""
    tried: list[str] = []
    for number in range(_POINTS):
        point = next(samples.real(3 + number, number), None)
        if point is None:
            continue
        tried.append(", ".join(f"{name} = {value}" for name, value in sorted(point.sizes.items())))
        given = _called(answer, wanted, _arrays(wanted, scope, point))
        kept = [candidate for candidate in agreeing if _agrees(candidate, given, point)]
        if not kept and not refutation:
            refutation = _difference(_nearest(truth, agreeing), given, point)
        agreeing = kept
    name = getattr(answer, "__name__", "the function")
    if not tried:
        return Verdict("undecided", None, layout, name, basis="no point was found at which the derivative has a value")
    basis = f"called in double precision at {len(tried)} random points ({'; '.join(tried)})"
    asked = [c for c in agreeing if truth.asked(c, by_entries=True)]
    layouts = tuple(dict.fromkeys(c.layout for c in (asked or agreeing)))
    meanings = tuple(dict.fromkeys(str(c.entries) for c in (asked or agreeing)))
    status = "right" if asked else "right-in-other-layout" if agreeing else "wrong"

    def explain() -> Explanation:
        if status == "right":
            candidate = asked[0]
        else:
            candidate = next((c for c in truth.candidates if c.layout == layout), default_candidate(truth))
        return Explanation(problem.correct(truth, candidate, scope, present), candidate.layout)

    return Verdict(
        status,  # type: ignore[arg-type]  # one of three literals
        "numeric",
        layout,
        name,
        layouts=layouts,
        entries=meanings,
        basis=basis,
        structured=truth.structured,
        problem="" if agreeing else refutation,
        _explain=explain,
    )


def _parameters(answer: Callable[..., Any]) -> list[Parameter]:
    """The parameters of a function; those of a built-in that does not name them are by position, as many as it takes."""
    try:
        found = list(signature(answer).parameters.values())
    except (TypeError, ValueError):
        found = []
    count = getattr(answer, "nin", None)
    if isinstance(count, int):  # a function of NumPy of numbers
        found = [Parameter(f"x{place}", Parameter.POSITIONAL_ONLY) for place in range(count)]
    return found


def _wanted(answer: Callable[..., Any], scope: Scope) -> list[str]:
    """The names that the function takes, in its order."""
    known = scope.names()
    parameters = _parameters(answer)
    if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
        return known
    unnamed = [name for name in scope.symbols if name not in [p.name for p in parameters]]
    if any(p.kind is Parameter.VAR_POSITIONAL for p in parameters) or not parameters:
        return list(scope.symbols)
    wanted = []
    for parameter in parameters:
        if parameter.name in known:
            wanted.append(parameter.name)
        elif parameter.kind is Parameter.POSITIONAL_ONLY and unnamed:
            wanted.append(unnamed.pop(0))
        elif parameter.default is Parameter.empty:
            raise EvaluationError(
                f"the function takes {parameter.name}, which is no symbol of the expression",
                hint=f"symbols are {', '.join(scope.symbols)}",
            )
    return wanted


def _called(answer: Callable[..., Any], wanted: Sequence[str], arrays: Mapping[str, Any]) -> Array:
    """The value of the function. Raises EvaluationError, with the line, where it fails."""
    parameters = _parameters(answer)
    by_position = not parameters or any(p.kind in (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL) for p in parameters)
    try:
        return np.asarray(answer(*(arrays[name] for name in wanted)) if by_position else answer(**arrays))
    except Exception as error:
        raise EvaluationError(f"the claim fails{_line(error)}: {type(error).__name__}: {error}") from error


def _line(error: Exception) -> str:
    """Where a function failed: its own innermost line."""
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename != __file__]
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    if not own:
        return ""
    line = f" ({own[-1].line})" if own[-1].line else ""
    return f" in line {own[-1].lineno}{line}"


def _arrays(wanted: Sequence[str], scope: Scope, point: Point) -> Mapping[str, Any]:
    """The values as a person gives them: one axis per compound axis, plain floats for scalars."""
    arrays: dict[str, Any] = {}
    for name in wanted:
        if name in scope.dims:
            arrays[name] = point.sizes[name]
            continue
        node = scope.lookup(name)
        value = point.value(lower(node))
        shape = [prod(dim.size(point.sizes) for dim in group) for group in node.shape]
        arrays[name] = float(value) if not node.shape else np.array(value, dtype=float).reshape(shape)
    return arrays


def _truth_at(candidate: Candidate, point: Point) -> Array:
    value = point.value(permute(candidate.tensor, candidate.order))
    return value.reshape([prod(dim.size(point.sizes) for dim in group) for group in candidate.shape])


def _agrees(candidate: Candidate, given: Array, point: Point) -> bool:
    """Whether the array is the derivative in this layout; a row or column may have one axis or two."""
    value = _truth_at(candidate, point)
    if given.shape != value.shape and [n for n in given.shape if n != 1] != [n for n in value.shape if n != 1]:
        return False
    if 1 < given.ndim == value.ndim and given.shape != value.shape:
        return False
    given = given.reshape(value.shape)
    return bool(np.all(np.abs(given - value) <= _TOLERANCE * max(1.0, float(np.max(np.abs(value), initial=0)))))


def _nearest(truth: Truth, candidates: Sequence[Candidate]) -> Candidate:
    asked = [c for c in candidates if truth.asked(c, by_entries=True)]
    return (asked or list(candidates) or truth.candidates)[0]


def _difference(candidate: Candidate, given: Array, point: Point) -> str:
    """Where the function first differs from the derivative in the nearest layout."""
    value = _truth_at(candidate, point)
    sizes = ", ".join(f"{name} = {number}" for name, number in sorted(point.sizes.items()))
    if given.size != value.size:
        return f"The function gives an array of shape {given.shape}; the derivative has shape {value.shape} with {sizes}."
    entries = given.reshape(value.shape)
    wrong = np.argwhere(np.abs(entries - value) > _TOLERANCE * max(1.0, float(np.max(np.abs(value), initial=0))))
    if not len(wrong):
        return f"The function gives the right numbers in an array of shape {given.shape}, not {value.shape}, with {sizes}."
    first = tuple(int(i) for i in wrong[0])
    place = f"At {list(first)} (counted from 0) with {sizes}"
    return f"{place} the function gives {entries[first]:.6g}, the derivative is {value[first]:.6g}."
