"""The true derivative, in every meaning of its entries and every layout: what a claim is compared with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tensordiff.canonical import Canonicaliser
from tensordiff.derive import free_derivative
from tensordiff.derive.layouts import DerivativeAxes, MatrixAxes, symbol_of
from tensordiff.differentiate import Entries, constrain
from tensordiff.errors import BudgetError, DomainError
from tensordiff.functions import Frechet
from tensordiff.matrix import Matrix, Shape, normalise
from tensordiff.records import record
from tensordiff.tensor import Apply, Symbol, Tensor, postorder

INDEX = "index"
"""The layout of an answer by entries: `... -> [i,j,k,l]`, f's indices then the variables'."""


@record
class Candidate:
    """The true derivative under one meaning of its entries, in one layout."""

    layout: str
    entries: Entries
    tensor: Tensor
    """The derivative, with the axes of f, then of each variable."""
    order: tuple[int, ...]
    """Its axes in the order in which the layout has them."""
    shape: Shape
    axes: MatrixAxes | None
    """Rows and columns; None for index notation."""


class Truth(ABC):
    """What a claim is compared with: in every meaning of the entries, in every layout."""

    free: Tensor
    """The derivative by all entries of the variables."""
    meanings: Mapping[Entries, Tensor]
    candidates: Sequence[Candidate]
    default_layout: str
    """The layout to answer in where none is asked for."""
    changes: Mapping[str, str] = MappingProxyType({})
    """By variable, the name of its differential, for claims in differentials."""
    differences = 0
    """The order of the differences of f along all changes that tend to the differential; 0 where there are none."""

    def __init__(self, f: Matrix, variables: Sequence[Matrix], layout: str) -> None:
        self.f = f
        self.variables = tuple(variables)
        self.symbols: tuple[Symbol, ...] = tuple(symbol_of(v) for v in variables)
        self.layout = layout
        self.structured = any(not s.structure.general for s in self.symbols)

    def axes(self, meaning: Entries) -> DerivativeAxes:
        """The axes of the derivative under a meaning of the entries."""
        return DerivativeAxes.of(self.f.shape, self.variables, meaning)

    def by(self, meaning: Entries) -> Tensor:
        """The derivative under a meaning. Raises DomainError where a structure has none."""
        return constrain(self.free, len(self.f.dims), self.symbols, meaning)

    @abstractmethod
    def asked(self, candidate: Candidate, by_entries: bool) -> bool:
        """Whether a claim that is right in this layout is right in the one asked for. `by_entries`: the claim is in
        index notation, whose axes are f's, then the variable's."""

    @abstractmethod
    def applied(self, derivative: Tensor) -> Tensor | None:
        """A derivative by the variables (free, with the axes of f, then of each) as what a claim is compared with; None
        where it cannot be."""


class DerivativeTruth(Truth):
    """The derivative of f by the variables (declared symbols in matrix form), as a person may mean it.

    `layout` and `entries` are what was asked for, or "any"; `derivative` is given where it is known, and the variables may
    then be named parts. Raises FoldError for a layout that the shapes do not have,
    DomainError for a meaning that a structure does not have.
    """

    def __init__(
        self,
        f: Matrix,
        variables: Sequence[Matrix],
        layout: str = "any",
        entries: str = "any",
        derivative: Tensor | None = None,
    ) -> None:
        super().__init__(f, variables, layout)
        self.free = lighter(free_derivative(f, variables)) if derivative is None else derivative
        self.meanings = self._meanings(entries)
        self.default_layout = self.axes(next(iter(self.meanings))).default_layout
        self.candidates = [c for meaning, tensor in self.meanings.items() for c in self._laid_out(meaning, tensor)]
        if layout not in ("any", INDEX) and not any(c.layout == layout for c in self.candidates):
            meaning = next(iter(self.meanings))
            self.axes(meaning).in_layout(layout)  # raises

    def _meanings(self, entries: str) -> dict[Entries, Tensor]:
        if entries != "any":
            try:
                meaning = Entries(entries)
            except ValueError:
                raise DomainError(f"unknown entries={entries!r}", hint=f"known are any, {', '.join(Entries)}") from None
            return {meaning: self.by(meaning)}
        found = {Entries.FREE: self.free}
        for meaning in (Entries.PROJECTED, Entries.TIED, Entries.VECH) if self.structured else ():
            try:
                found[meaning] = self.by(meaning)
            except DomainError:
                continue
        return found

    def _laid_out(self, meaning: Entries, tensor: Tensor) -> list[Candidate]:
        found: list[Candidate] = []
        laid_out = dict(self.axes(meaning).laid_out())
        if meaning is Entries.VECH and self.structured and not self.f.shape and len(self.symbols) == 1:
            # A gradient by the free entries is a column of its own, as much as the row that stacking gives.
            laid_out |= {"gradient": MatrixAxes(tuple(range(tensor.rank)), ())}
        for layout, axes in laid_out.items():
            rows, columns = (tuple(tensor.dims[a] for a in part) for part in axes)
            found.append(Candidate(layout, meaning, tensor, axes.rows + axes.columns, normalise((rows, columns)), axes))
        found.append(Candidate(INDEX, meaning, tensor, tuple(range(tensor.rank)), self.axes(meaning).groups, None))
        return found

    def asked(self, candidate: Candidate, by_entries: bool) -> bool:
        if self.layout == "any":
            return candidate.layout != INDEX or by_entries
        return candidate.layout == self.layout

    def applied(self, derivative: Tensor) -> Tensor | None:
        return derivative


def lighter(tensor: Tensor) -> Tensor:
    """The derivative with traces of Frechet derivatives in closed form: as such they are costly to evaluate."""
    if not _has_frechet(tensor):
        return tensor
    try:
        made = Canonicaliser(distribute=False, define=False).tensor(tensor)
    except BudgetError:
        return tensor
    return tensor if _has_frechet(made) else made


def _has_frechet(tensor: Tensor) -> bool:
    return any(isinstance(node, Apply) and isinstance(node.function, Frechet) for node in postorder([tensor]))
