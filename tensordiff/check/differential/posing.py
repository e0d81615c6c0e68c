"""Which problems are in differentials: where the layout, a left-hand side, or a dX says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from tensordiff.check.differential.form import Form, Kind, direction_name, name_of
from tensordiff.check.differential.left_side import LeftSide, is_derivative, located_in, read_left, split
from tensordiff.check.differential.problem import DifferentialProblem
from tensordiff.check.problem import Problem
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import DomainError, ParseError, ShapeError, UnknownNameError
from tensordiff.matrix import Matrix, Scope
from tensordiff.parse import code_language, define, resolve_name, tree_in
from tensordiff.parse.syntax import Tree
from tensordiff.records import replace
from tensordiff.tensor import postorder


def posed(problem: Problem) -> Problem:
    """The problem as it is meant: in differentials, where the layout, a left-hand side or a dX says so."""
    wanted = problem.layout == DIFFERENTIAL
    if isinstance(problem.answer, Matrix):
        return _of_expression(problem) if wanted else problem
    answer = problem.answer
    if code_language(answer, problem.language, problem.scope.names()) is not None:
        return problem
    left, right = split(answer)
    if left is not None and (part := _part_of(left, problem)) is not None:
        problem = replace(problem, f=part)
    if left is not None and is_derivative(left, problem.f, problem.variables, problem.scope):
        return replace(problem, answer=right.strip())
    if not wanted and left is None and not _SIGNS.search(answer):
        return problem
    try:
        scope = define(problem.scope, problem.where)
    except ShapeError:  # a verdict says so
        return problem
    names = {name: direction_name(name, scope) for name in (*scope.symbols, *scope.where)}
    operator = "d" not in scope
    try:
        tree = tree_in(right, scope, claim=True)
    except ParseError as error:
        raise located_in(error, right, answer) from None
    used = _differentials_in(tree, names, scope)
    if not wanted and left is None and not used & set(names.values()) and not (operator and "d" in used):
        return problem
    if left is not None or wanted:
        _refuse_clash(problem.variables, names, used, scope)
    said = None if left is None else read_left(answer, left, problem.f, scope)
    return _posed(problem, scope, names, used, said, operator)


def _part_of(left: str, problem: Problem) -> Matrix | None:
    """The `where` part that a left-hand side dP, d(P) or vec(dP) is the differential of; None where it is of something else."""
    bare = re.sub(r"\\[,;:! ]|[\s(){}]", "", left)
    match = re.fullmatch(r"(?:(?:\\operatorname|\\mathrm)?vec)?(?:\\mathrm)?d(?:(?:\\operatorname|\\mathrm)?vec)?(\w+)", bare)
    name = None if match is None else resolve_name(match[1], problem.scope)
    return problem.scope.where.get(name) if name is not None and name not in problem.scope.symbols else None


def posed_by_names(problem: Problem, used: Collection[str]) -> Problem:
    """The same for a function, given the names of its parameters."""
    names = {name: direction_name(name, problem.scope) for name in problem.scope.symbols}
    if problem.layout != DIFFERENTIAL and not set(names.values()) & set(used):
        return problem
    return _posed(problem, problem.scope, names, used, None, False)


def _posed(
    problem: Problem, scope: Scope, names: Mapping[str, str], used: Collection[str], said: LeftSide | None, operator: bool
) -> DifferentialProblem:
    """`names` are what differentials are called, `used` all names in the claim."""
    if problem.layout not in ("any", DIFFERENTIAL):
        raise DomainError(
            f"the claim is in differentials, which have no {problem.layout} layout",
            hint='leave the layout open ("any"), or ask for layout "differential"',
        )
    varied = list(dict.fromkeys(problem.variables))
    kind = _kind(problem.variables, said)
    if kind != "mixed":
        others = [node for name, node in scope.symbols.items() if names[name] in used and node not in varied]
        varied += others
    varying = {name_of(node): names[name_of(node)] for node in varied}
    parts = {name: names[name] for name in scope.where if names[name] in used and name not in varying}
    form = Form(kind, said, varying, parts, operator)
    return _with_form(problem, tuple(varied), problem.scope, form)


def _of_expression(problem: Problem) -> Problem:
    """The same for an expression: its symbols dX, of the shape of X, are the differentials."""
    varied = list(dict.fromkeys(problem.variables))
    names = {name_of(node): f"d{name_of(node)}" for node in varied}
    inside = {node.data[0].name for node in postorder([problem.f]) if isinstance(node, Matrix) and node.op == "symbol"}
    for node in varied:
        name = names[name_of(node)]
        given = problem.scope.symbols.get(name)
        if name in inside or (given is not None and given.shape != node.shape):
            raise UnknownNameError(f"{name} is not the differential of {name_of(node)}", hint="give the claim as text")
    symbols = {name: node for name, node in problem.scope.symbols.items() if name not in names.values()}
    form = Form(_kind(problem.variables, None), None, names, {}, False)
    return _with_form(problem, tuple(varied), replace(problem.scope, symbols=symbols), form)


def _with_form(problem: Problem, varied: tuple[Matrix, ...], scope: Scope, form: Form) -> DifferentialProblem:
    layout, entries, where, derivative = problem.layout, problem.entries, problem.where, problem.derivative
    return DifferentialProblem(
        problem.answer, problem.f, varied, scope, layout, entries, where, derivative, problem.language, form
    )


_SIGNS = re.compile(r"d|∂|\\partial|\\delta|delta_")
"""What every text with a differential in it has."""


def _differentials_in(tree: Tree, names: Mapping[str, str], scope: Scope) -> set[str]:
    """The names that a claim uses: those of differentials as they are called here, "d" for the differential of anything."""
    used = set(tree.names())
    for node in tree.nodes:
        if node.op == "differential":
            (child,) = node.children
            name = resolve_name(child.data, scope) if child.op == "name" else ""
            used.add(names.get(name, "d"))
    return used


def _kind(variables: Sequence[Matrix], left: LeftSide | None) -> Kind:
    """What is claimed. Raises DomainError where the left-hand side is of another order than was asked for."""
    several = len(variables) > 1
    distinct = len(set(variables)) > 1
    if len(variables) > 2:
        raise DomainError("differentials are read to second order", hint="give the derivative in another layout")
    if left is None:
        return ("mixed" if distinct else "second") if several else "first"
    if left.order == 1 and several and not distinct:
        raise DomainError(
            "the claim is a first differential, and a second derivative was asked for", hint="write d2f = ..., or wrt once"
        )
    if left.order > 2 or (left.order == 2 and not several):
        raise DomainError(
            "the claim is a differential of higher order than the derivative that was asked for",
            hint="give the variable twice for the second differential",
        )
    return "first" if left.order == 1 else "second"


def _refuse_clash(varied: Sequence[Matrix], names: Mapping[str, str], used: Collection[str], scope: Scope) -> None:
    for node in varied:
        name = name_of(node)
        plain = f"d{name}"
        if plain in scope and plain in used and names[name] not in used:
            raise UnknownNameError(
                f"{plain} is declared, so it cannot stand for the differential of {name}",
                hint=f"write {names[name]} for the differential, or rename what is declared",
            )
