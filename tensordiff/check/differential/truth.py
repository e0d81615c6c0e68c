"""The true differential, which a claim is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tensordiff.check.differential.form import Form, change_of
from tensordiff.check.differential.left_side import LeftSide
from tensordiff.check.truth import Candidate, Truth, lighter
from tensordiff.derive import along, free_derivative
from tensordiff.derive.layouts import DIFFERENTIAL, matrix_axes
from tensordiff.differentiate import Entries
from tensordiff.errors import DomainError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, normalise
from tensordiff.tensor import Symbol, Tensor, add


class DifferentialTruth(Truth):
    """The true differential, as a tensor with the axes of f in which differentials are variables."""

    default_layout = DIFFERENTIAL

    def __init__(
        self,
        f: Matrix,
        variables: Sequence[Matrix],
        directions: Sequence[Matrix],
        form: Form,
        entries: str,
        derivative: Tensor | None = None,
    ) -> None:
        super().__init__(f, variables, DIFFERENTIAL)
        self.variables *= 2 if form.kind == "second" else 1
        self.directions = [lower(node) for node in directions]
        self.kind = form.kind
        if self.structured and form.kind != "first" and any(not s.structure.is_linear for s in self.symbols):
            raise DomainError(
                "orthogonal matrices are no linear space, so a second differential within the structure is not defined",
                hint='entries="free" takes all entries as independent',
            )
        tensor = self._differential(variables, derivative)
        meaning = Entries.FREE if not self.structured else Entries.PROJECTED if entries == "any" else Entries(entries)
        self.meanings = {meaning: tensor}
        self.candidates = list(self._forms(meaning, tensor, form.left))
        straight = all(isinstance(direction, Symbol) for direction in self.directions)
        self.differences = {"first": 1, "second": 2, "mixed": 0}[form.kind] * straight
        varied = {symbol.name for symbol in self.symbols}
        self.changes = {s.name: change_of(d, varied).name for s, d in zip(self.symbols, self.directions, strict=True)}

    def _differential(self, variables: Sequence[Matrix], derivative: Tensor | None) -> Tensor:
        """The differential. `free` becomes the derivative where there is one that gives it."""
        steps: list[tuple[tuple[Matrix, Tensor], ...]] = []
        pairs = list(zip(variables, self.directions, strict=True))
        if self.kind == "mixed":
            steps.append(tuple(pairs))
        else:
            steps.extend(product(pairs, repeat=1 if self.kind == "first" else 2))
        terms = []
        for step in steps:
            self.free = lighter(free_derivative(self.f, [v for v, _ in step])) if derivative is None else derivative
            terms.append(along(self.free, [d for _, d in step]))
        return add([(1, term) for term in terms])

    def _forms(self, meaning: Entries, tensor: Tensor, left: LeftSide | None) -> list[Candidate]:
        found: list[Candidate] = []
        for layout, stacked in (("numerator", False), ("vec-column", True)):
            if len(self.f.shape) > 2 or (left is not None and left.stacked is not stacked):
                continue
            axes = matrix_axes(layout, self.f.shape, [()])
            rows, columns = (tuple(tensor.dims[a] for a in part) for part in axes)
            candidate = Candidate(DIFFERENTIAL, meaning, tensor, axes.rows + axes.columns, normalise((rows, columns)), axes)
            if not found or found[0].shape != candidate.shape:
                found.append(candidate)
        groups = tuple(group for group in self.f.shape if group)
        if groups not in [candidate.shape for candidate in found] and not (left is not None and left.stacked):
            found.append(Candidate(DIFFERENTIAL, meaning, tensor, tuple(range(tensor.rank)), groups, None))
        return found

    def asked(self, candidate: Candidate, by_entries: bool) -> bool:
        return True

    def applied(self, derivative: Tensor) -> Tensor | None:
        if self.kind != "first" or len(self.variables) != 1:
            return None
        return along(derivative, self.directions)
