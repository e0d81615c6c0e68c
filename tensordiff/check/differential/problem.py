"""A problem whose answer is in differentials."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.check.claim import Claim
from tensordiff.check.differential.degree import is_additive, is_quadratic
from tensordiff.check.differential.form import PLAIN, Form, change_of, name_of, with_direction
from tensordiff.check.differential.left_side import located_in, split
from tensordiff.check.differential.truth import DifferentialTruth
from tensordiff.check.expected import expected, manner
from tensordiff.check.grade import Grader
from tensordiff.check.problem import Present, Problem, presented
from tensordiff.check.truth import Candidate, DerivativeTruth, Truth
from tensordiff.check.words import in_layouts
from tensordiff.derive import along, free_derivative, identified
from tensordiff.derive.layouts import matrix_axes
from tensordiff.errors import DomainError, TensordiffError
from tensordiff.evidence.printing import listed
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, build, text
from tensordiff.parse import Differentials, define, parse_matrix
from tensordiff.records import record
from tensordiff.tensor import Symbol, Tensor, add, postorder


@record
class DifferentialProblem(Problem):
    """Whether `answer` is the differential of f in all of the variables together."""

    form: Form = PLAIN

    def read(self) -> tuple[Claim, Scope]:
        directions, scope = self.declared()
        if isinstance(self.answer, Matrix):
            given = dict(zip(self.form.names.values(), directions, strict=True))
            changed = {
                node: given[node.data[0].name]
                for node in postorder([self.answer])
                if isinstance(node, Matrix) and node.op == "symbol" and node.data[0].name in given
            }
            return Claim.of(build.replace(self.answer, changed)), scope
        standing: dict[Tensor, Tensor] = {}
        for name, differential in self.form.parts.items():
            scope = scope.with_where(differential, self._differential_of(scope.where[name], scope, standing))
        names = {**self.form.names, **self.form.parts}
        of = (lambda matrix: self._differential_of(matrix, scope, standing)) if self.form.operator else None
        _, right = split(self.answer)
        try:
            matrix = parse_matrix(right, scope, Differentials(names, of))
            return Claim.of(matrix, self.answer, standing), scope
        except TensordiffError as error:
            raise located_in(error, right, self.answer) from None

    def truth(self) -> DifferentialTruth:
        directions, _ = self.declared()
        return DifferentialTruth(self.f, self.variables, directions, self.form, self.entries, self.derivative)

    def correct(self, truth: Truth, candidate: Candidate, scope: Scope, present: Present | None) -> object:
        """The differential with its left-hand side, as text."""
        formula, scope = self.formula(truth, candidate, scope)
        left = self.form.left
        name = "d2" if self.form.kind != "first" else "d"
        shown = f"{name}{scope.name_for(self.f)}"
        if candidate.axes is not None and candidate.shape != self.f.shape:
            shown = f"vec({shown})"
        if left is not None and left.written is not None:
            shown = left.written
        return f"{shown} = {presented(formula, scope, None)}"

    def formula(self, truth: Truth, candidate: Candidate, scope: Scope) -> tuple[Matrix | str, Scope]:
        """The differential as a formula, and the scope of its names."""
        if not set(self.form.names.values()) <= set(scope.names()):
            _, scope = self.declared()
        return self._stacked(truth, candidate, scope) or self._shortest(truth, candidate, scope), scope

    def objection(self, claim: Claim) -> str:
        """Why a claim cannot be a differential at all: it is not linear in dX. "" where it is."""
        varied = {name_of(node) for node in self.variables}
        changes = [change_of(lower(direction), varied) for direction in self.declared()[0]]
        names = list(self.form.names.values())
        terms = build.terms_of(claim.matrix) if not claim.by_entries else [(1, claim.matrix)]
        kind = "linear" if self.form.kind == "first" else "quadratic" if self.form.kind == "second" else "bilinear"
        order = "A second differential" if self.form.kind != "first" else "A differential"
        shown = listed(names)
        if not any(node in changes for node in postorder([claim.tensor])) and (layouts := self._derivative_in(claim)):
            return f"It is the derivative {in_layouts(layouts)}, not the differential."
        for coefficient, term in terms:
            tensor = claim.lowered(term)
            part = text(build.scale(coefficient, term)) if len(terms) > 1 else "the claim"
            if not any(node in changes for node in postorder([tensor])):
                return f"{order} is {kind} in {shown}, but {part} is free of {'them' if len(names) > 1 else 'it'}."
            if not self._is_of_degree(tensor, changes):
                return f"{order} is {kind} in {shown}, but {part} is not."
        return ""

    def _derivative_in(self, claim: Claim) -> list[str]:
        """The layouts in which the claim is the derivative."""
        variables = self.variables * (2 if self.form.kind == "second" else 1)
        if self.form.kind == "first" and len(variables) > 1:
            return []
        right = Grader(DerivativeTruth(self.f, variables, derivative=self.derivative), claim).right
        return list(dict.fromkeys(match.reading.candidate.layout for match in right if match.reading.candidate.axes))

    def _is_of_degree(self, tensor: Tensor, symbols: Sequence[Symbol]) -> bool:
        """T(a + b) = T(a) + T(b), or T(a + b) + T(a - b) = 2 T(a) + 2 T(b)."""
        if self.form.kind == "mixed":
            return all(is_additive(tensor, [symbol]) for symbol in symbols)
        return is_additive(tensor, symbols) if self.form.kind == "first" else is_quadratic(tensor, symbols)

    def _shortest(self, truth: Truth, candidate: Candidate, scope: Scope) -> Matrix | str:
        found, identified = expected(truth, candidate, scope), self._identified(truth, scope)
        if identified is None:
            return found
        return found if len(found if isinstance(found, str) else text(found)) < len(text(identified)) else identified

    def _identified(self, truth: Truth, scope: Scope) -> Matrix | None:
        """tr(G'*dX) or g'*dx, for the first differential of a scalar in one variable."""
        if truth.applied(truth.free) is None:
            return None
        (variable,) = self.variables
        return identified(self.f, truth.free, [scope.lookup(self.form.names[name_of(variable)])], manner(scope))

    def _stacked(self, truth: Truth, candidate: Candidate, scope: Scope) -> Matrix | None:
        """M*vec(dV), for the vec of a first differential in one variable."""
        if candidate.axes is None or candidate.shape == self.f.shape or truth.applied(truth.free) is None:
            return None
        (variable,) = self.variables
        if len(variable.shape) > 2:
            return None
        matrix = manner(scope).form(truth.free, matrix_axes("vec-column", self.f.shape, [variable.shape]))
        direction = scope.lookup(self.form.names[name_of(variable)])
        return None if matrix is None else build.product(matrix, build.call("vec", direction))

    def declared(self) -> tuple[list[Matrix], Scope]:
        """The differentials of the variables, and the scope with them and the names of parts."""
        scope = define(self.scope, self.where)
        directions = []
        for variable in self.variables:
            made, scope = with_direction(variable, self.form.names[name_of(variable)], scope, self.entries)
            directions.append(made)
        return directions, scope

    def _differential_of(self, matrix: Matrix, scope: Scope, standing: dict[Tensor, Tensor]) -> Matrix:
        """The first differential of an expression: as a formula, or a symbol that stands for it where there is none."""
        if self.derivative is not None or len(matrix.shape) > 2:
            raise DomainError("d(...) is not read here", hint="write the differential out")
        directions, _ = self.declared()
        parts = [
            (1, along(free_derivative(matrix, [variable]), [d]))
            for variable, d in zip(self.variables, map(lower, directions), strict=True)
        ]
        differential = add(parts)
        found = manner(scope).form(differential, matrix_axes("numerator", matrix.shape, [()]))
        if found is None:
            symbol = Symbol.make(f"d({text(matrix)})", differential.dims)
            standing[symbol] = differential
            found = build.symbol(symbol, matrix.shape)
        return found
