"""Folding: a canonical tensor of the index form as an expression in matrix form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from tensordiff.canonical import Canonicaliser
from tensordiff.errors import BudgetError, FoldError
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.frechet import with_frechets
from tensordiff.fold.letters import Axes, Job, arguments, groupings, letter
from tensordiff.fold.network.cuts import matrix_of
from tensordiff.fold.network.network import Letter, Network, Vertices, network
from tensordiff.fold.network.reduce import reduce
from tensordiff.fold.network.terminals import Graph
from tensordiff.fold.norms import with_norms
from tensordiff.fold.orient import orient
from tensordiff.fold.rotations import with_hats
from tensordiff.fold.sums.collect import as_term, collect
from tensordiff.fold.sums.terms import Term, cancelled, powers
from tensordiff.matrix import Matrix, Shape, normalise, text
from tensordiff.matrix.build import call, product, size
from tensordiff.tensor import UNIT, Apply, Einsum, Named, Sum, Symbol, Tensor, times


def fold(tensor: Tensor, rows: Sequence[int], columns: Sequence[int], written: Mapping[str, Matrix] | None = None) -> Matrix:
    """The matrix whose row group is the axes `rows` of the tensor and whose column group is the axes `columns`, slowest
    first.

    T_ijkl with rows (1, 0) and columns (3, 2) is d vec F / d vec X' for column stacking; (0, 1) and (2, 3) for row
    stacking. A vector has rows (0,) and columns (). `written` gives symbols and names as the user wrote them, by name;
    it is needed where a declared axis is a product of sizes, and gives names their own definitions.

    Raises FoldError where there is no matrix form.
    """
    return folding(written)(tensor, rows, columns)


def folding(written: Mapping[str, Matrix] | None = None) -> Callable[[Tensor, Sequence[int], Sequence[int]], Matrix]:
    """`fold` for many tensors that share parts, which are folded once."""
    folder = _Folder(written or {})

    def folded(tensor: Tensor, rows: Sequence[int], columns: Sequence[int]) -> Matrix:
        assert sorted((*rows, *columns)) == list(range(tensor.rank)), "rows and columns are all axes of the tensor"
        return orient(with_norms(folder.matrix(tensor, tuple(rows), tuple(columns)), folder.flat), folder.flat)

    return folded


def fold_best(
    forms: Iterable[Tensor],
    rows: Sequence[int],
    columns: Sequence[int],
    written: Mapping[str, Matrix] | None = None,
    like: Matrix | None = None,
) -> Matrix:
    """The form that reads best of a tensor given in several equal ways (multiplied out or not): the shortest, and a
    symmetric matrix as one whose transpose is seen to be the same. Differences are written the way round that they have
    in the expression `like`, where their sign is free. Raises the first FoldError where none has a form."""
    found: list[tuple[int, bool, Matrix]] = []
    failure: FoldError | None = None
    for tensor in forms:
        folder = _Folder(written or {}, like)
        try:
            flat = folder.matrix(tensor, tuple(rows), tuple(columns))
        except FoldError as error:
            failure = failure or error
            continue
        matrix = orient(with_norms(flat, folder.flat), folder.flat)
        spelled = text(matrix)
        found.append((len(spelled) + _ONES * spelled.count("ones("), folder.flat.is_symmetric(flat), matrix))
    if not found:
        raise failure or FoldError("there is no form of nothing")
    symmetric = any(same for _, same, _ in found)
    return min(found, key=lambda way: way[0] + (_LOPSIDED if symmetric and not way[1] else 0))[2]


_ONES = 10
"""How much longer a form may be for each matrix of ones that it does without."""
_MAX_STACKED = 3
"""Matrices with more axes are derivatives of matrices, which are written as such or not at all."""
_LOPSIDED = 25
"""How much longer a symmetric matrix may be, to be seen to be so."""


class _Folder:
    """Folds a tensor and the arguments of the functions in it, innermost first, without recursion."""

    def __init__(self, written: Mapping[str, Matrix], like: Matrix | None = None) -> None:
        self.written = written
        self.flat = Flat(like)
        self.forms = Canonicaliser(distribute=False, define=False)
        self.values: dict[Job, Matrix | FoldError] = {}
        self.root: Job | None = None

    def matrix(self, tensor: Tensor, rows: Vertices, columns: Vertices) -> Matrix:
        """The flat form; of a matrix of few axes that has none as the entries of a vector, unvec(v, n, m), where the
        sizes n and m are read back as they are: products of plain ones."""
        try:
            return self.run((tensor, rows, columns))
        except FoldError:
            compound = any(tensor.dims[axis].is_compound for axis in (*rows, *columns))
            if not rows or not columns or tensor.rank > _MAX_STACKED or compound:
                raise
            vector = self.run((tensor, (*columns, *rows), ()))
            sides = [product(*(size(tensor.dims[axis]) for axis in side)) for side in (rows, columns)]
            return call("unvec", vector, *sides)

    def run(self, root: Job) -> Matrix:
        root = (with_frechets(with_hats(root[0]), self._symmetric), *root[1:])
        self.root = root
        stack = [root]
        while stack:
            job = stack[-1]
            if job in self.values:
                stack.pop()
                continue
            try:
                missing = [needed for needed in dict.fromkeys(self._needed(job)) if needed not in self.values]
                if missing:
                    stack.extend(reversed(missing))
                    continue
                self.values[job] = self._fold(job)
            except FoldError as error:
                self.values[job] = error
            stack.pop()
        value = self.values[root]
        if isinstance(value, FoldError):
            raise value
        return value

    def _needed(self, job: Job) -> Iterator[Job]:
        tensor, rows, columns = job
        for _, term in _terms(tensor):
            output = term.output if isinstance(term, Einsum) else tuple(range(term.rank))
            ends = tuple(output[p] for p in rows), tuple(output[p] for p in columns)
            for node, indices in term.factors if isinstance(term, Einsum) else ((term, output),):
                for axes in self._open(node, indices, ends):
                    yield from arguments(node, axes, self.written)

    def _open(self, node: Tensor, indices: Vertices, ends: tuple[Vertices, Vertices]) -> list[Axes]:
        """How the axes of a factor may be grouped: of equally good ways, those whose arguments did not fail to fold."""
        on_rows, on_columns = (tuple([indices.index(v) for v in side if v in indices]) for side in ends)
        if sorted(on_rows + on_columns) != list(range(node.rank)):
            on_rows, on_columns = (), ()
        failure: FoldError | None = None
        for tier in groupings(node, self.written, on_rows, on_columns):
            found: list[Axes] = []
            for axes in tier:
                values = [self.values.get(job) for job in arguments(node, axes, self.written)]
                failed = [value for value in values if isinstance(value, FoldError)]
                if not failed:
                    found.append(axes)
                failure = failure or next(iter(failed), None)
            if found:
                return found
        raise failure or FoldError(f"{_name(node)} has {node.rank} axes: there is no matrix form of it")

    def _axes(self, node: Tensor, indices: Vertices, ends: tuple[Vertices, Vertices]) -> Axes:
        """The grouping of a factor's axes with which its arguments are shortest."""
        ways = self._open(node, indices, ends)
        return ways[0] if len(ways) == 1 else min(ways, key=lambda axes: self._length(arguments(node, axes, self.written)))

    def _length(self, jobs: Sequence[Job]) -> int:
        return sum(self.flat.length(value) for job in jobs if isinstance(value := self.values[job], Matrix))

    def _fold(self, job: Job) -> Matrix:
        tensor, rows, columns = job
        shape: Shape = normalise((tuple(tensor.dims[p] for p in rows), tuple(tensor.dims[p] for p in columns)))
        whole = job is self.root  # an argument of a function is better grouped in another way
        return collect([self._term(c, term, rows, columns, whole) for c, term in _terms(tensor)], shape, self.flat)

    def _term(self, coefficient: Fraction, node: Tensor, rows: Vertices, columns: Vertices, whole: bool) -> Term:
        output = node.output if isinstance(node, Einsum) else tuple(range(node.rank))
        ends = tuple(output[p] for p in rows), tuple(output[p] for p in columns)
        net = network(node, rows, columns, lambda factor, indices: self._letter(factor, indices, ends), self.flat)
        reduce(net, self.flat)
        found = matrix_of(net.rows, net.columns, _graph(net, self.flat), self.flat, unstack=whole)
        if found is None:
            factors = ", ".join(dict.fromkeys(_name(child) for child in node.children)) or "ones"
            raise FoldError(f"the product of {factors} on these rows and columns has no matrix form")
        scalars, matrix = found
        for scalar in scalars:
            net.multiply(scalar, self.flat)
        scalar_factors = powers(cancelled(net.scalars, self.flat))
        return as_term(times(coefficient, net.coefficient), scalar_factors, None if matrix.is_scalar else matrix, self.flat)

    def _letter(self, node: Tensor, indices: Vertices, ends: tuple[Vertices, Vertices]) -> Letter:
        axes = self._axes(node, indices, ends)
        values = [self.values[job] for job in arguments(node, axes, self.written)]
        folded = [value for value in values if isinstance(value, Matrix)]
        assert len(folded) == len(values)
        return letter(node, axes, folded, self.written, self._symmetric, self.flat)

    def _symmetric(self, node: Tensor) -> bool:
        try:
            return self.forms.symmetric(node)
        except BudgetError:
            return False


def _name(node: Tensor) -> str:
    if isinstance(node, Symbol | Named):
        return node.name
    return f"{node.function.name}(...)" if isinstance(node, Apply) else "a sum"


def _terms(tensor: Tensor) -> list[tuple[Fraction, Tensor]]:
    """The terms of a sum, sums inside opened."""
    found: list[tuple[Fraction, Tensor]] = []
    stack: list[tuple[Fraction, Tensor]] = [(UNIT, tensor)]
    while stack:
        coefficient, node = stack.pop()
        if isinstance(node, Sum):
            stack.extend((times(coefficient, c), term) for c, term in reversed(node.terms))
        else:
            found.append((coefficient, node))
    return found


def _graph(net: Network, flat: Flat) -> Graph:
    """What is left of a network, its words read out."""
    links = [(edge.tail, edge.head, edge.word.matrix(flat)) for edge in net.edges.values()]
    weights = {v: word.matrix(flat) for v in net.dims if (word := net.weight(v, flat)) is not None}
    return Graph(net.dims, links, weights, net.blocks)
