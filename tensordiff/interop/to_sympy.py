"""Matrix form into SymPy's matrix expressions.

A scalar becomes an ordinary SymPy expression (a 1-by-1 product of vectors its one entry), a column an n-by-1 matrix. What
SymPy's matrix expressions cannot say raises MissingRuleError with the name of the operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from tensordiff.canonical import Canonicaliser
from tensordiff.errors import BudgetError, FoldError, MissingRuleError
from tensordiff.fold import fold
from tensordiff.functions import Extremum
from tensordiff.interop.sympy_arrays import array_of, sum_of_arrays
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, brief, build
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.tensor import Assumption, Dim, Function, Group, Node, Symbol, bottom_up, postorder


def to_sympy(matrix: Matrix, symbols: Mapping[str, Any] | None = None) -> Any:
    """SymPy's expression for a matrix form.

    Names become Symbol(name) for sizes and scalars (positive where they are assumed so) and MatrixSymbol(name, rows,
    columns); `symbols` gives SymPy objects of the user's own for some names. Raises MissingRuleError for what SymPy has no
    expression for (K, D, L, vec, vech, expm inside products), BudgetError for nests that
    are too deep for SymPy, which recurses.
    """
    closed = _without_entries(matrix)
    writer = _Writer(closed, dict(symbols or {}))
    try:
        return bottom_up(closed, writer.visit, writer.values)
    except RecursionError:
        raise BudgetError("the expression is nested more deeply than SymPy can hold", hint="use latex() or compile()") from None


def _without_entries(matrix: Matrix) -> Matrix:
    """Index notation with sums replaced by matrix products. Raises MissingRuleError where there are none."""
    found: dict[Matrix, Matrix] = {}
    for node in postorder([matrix]):
        if node.op == "contract" and len(node.shape) < 3 and any(child.free for child in node.children):
            tensor = Canonicaliser(define=False).tensor(lower(node))
            rows = len(node.shape[0]) if node.shape else 0
            axes = tuple(range(tensor.rank))
            missing = MissingRuleError(f"SymPy has no matrix expression for {brief(node)}")
            try:
                found[node] = fold(tensor, axes[:rows], axes[rows:])
            except FoldError as error:
                if node is matrix:
                    continue  # an array expression can stand alone
                raise missing from error
            if any(part.op == "entry" and part.free for part in postorder([found[node]])):
                raise missing
    return build.replace(matrix, found) if found else matrix


def _refuse_tensor(node: Matrix) -> None:
    if len(node.shape) > 2 and node.op not in ("contract", "symbol", "zeros", "named", "add"):
        raise MissingRuleError(f"SymPy's matrix expressions have two axes, and {brief(node)} has {len(node.shape)}")


_LONG_POWER = 100_000
"""Numbers are raised to no higher power for SymPy, which writes out all digits."""


class _Writer:
    def __init__(self, root: Matrix, symbols: dict[str, Any]) -> None:
        import sympy
        from sympy.matrices.expressions import diagonal, matexpr

        self.sympy: Any = sympy
        self.diagonal: Any = diagonal
        self.entry: Any = matexpr.MatrixElement
        self.root = root
        self.symbols = symbols
        self.values: dict[Node, Any] = {}

    def visit(self, node: Matrix, children: tuple[Any, ...]) -> Any:
        if node.free:
            return None  # one entry, in the index notation of a tensor, which reads what has the entries
        _refuse_tensor(node)
        rule, record = _RULES.get(node.op), OPERATIONS[node.op]
        if rule is None and record.function is not None:
            return self.matrix_function(node, record.function, children)
        if rule is None:
            raise MissingRuleError(
                f"SymPy's matrix expressions have no {record.doc if record.is_constant else node.op}: {brief(node)}",
                hint="other forms: latex(), compile().source, einsum()",
            )
        value = rule(self, node, children)
        if not node.shape and getattr(value, "is_Matrix", False):
            return self.entry(value, 0, 0)
        return value

    def matrix_function(self, node: Matrix, function: Function, children: tuple[Any, ...]) -> Any:
        value = function.to_sympy(self.sympy, *children)
        if node.shape and not getattr(value, "is_Matrix", False) and node is not self.root:
            raise MissingRuleError(
                f"SymPy's {value} is no matrix expression, and can only stand alone: {brief(node)}",
                hint="other forms: latex(), compile().source, einsum()",
            )
        return value

    # Names and sizes.

    def name(self, name: str, **assumptions: Any) -> Any:
        return self.symbols.get(name) if name in self.symbols else self.sympy.Symbol(name, **assumptions)

    def dim(self, dim: Dim) -> Any:
        if dim.value is not None:
            return self.sympy.Integer(dim.value)
        if dim.base is not None:
            n = self.dim(dim.base)
            return n * (n - 1 if dim.strict else n + 1) / 2
        if dim.terms:
            return self.sympy.Add(*(count * self.size(product) for product, count in dim.terms))
        assert dim.name is not None
        return self.name(dim.name)

    def size(self, group: Group) -> Any:
        return self.sympy.Mul(*(self.dim(dim) for dim in group))

    def symbol(self, symbol: Symbol, node: Matrix) -> Any:
        if not node.shape:
            return self.name(symbol.name, **({"positive": True} if symbol.assumption is Assumption.POSITIVE else {}))
        if symbol.name in self.symbols:
            return self.symbols[symbol.name]
        if len(node.shape) > 2:
            from sympy.tensor.array.expressions import ArraySymbol

            return ArraySymbol(symbol.name, tuple(self.size(group) for group in node.shape))
        return self.sympy.MatrixSymbol(symbol.name, self.size(node.rows), self.size(node.cols))

    def number(self, value: Fraction) -> Any:
        return self.sympy.Rational(value.numerator, value.denominator)

    # Operations.

    def add(self, node: Matrix, children: Sequence[Any]) -> Any:
        """A scalar among matrices is added to every entry."""
        if len(node.shape) > 2:
            return sum_of_arrays(node.data, children, self.sympy)
        terms = [self.scaled(self.number(c), x) for c, x in zip(node.data, children, strict=True)]
        if not node.shape:
            return self.sympy.Add(*terms)
        ones = self.ones(node)
        terms = [self.scaled(term, ones) if child.is_scalar else term for child, term in zip(node.children, terms, strict=True)]
        return self.sympy.MatAdd(*terms) if len(terms) > 1 else terms[0]

    def ones(self, node: Matrix) -> Any:
        return self.sympy.OneMatrix(self.size(node.rows), self.size(node.cols))

    def scaled(self, coefficient: Any, value: Any) -> Any:
        if coefficient == 1:
            return value
        if getattr(value, "is_Matrix", False):
            return self.sympy.MatMul(coefficient, value).doit(deep=False)
        return coefficient * value

    def product(self, node: Matrix, children: Sequence[Any]) -> Any:
        """From left to right: where a run of factors ends in a scalar, its one entry multiplies the rest."""
        scalars: list[Any] = []
        run: list[Any] = []
        rows: Group | None = None
        for child, value in zip(node.children, children, strict=True):
            if child.is_scalar:
                scalars.append(value)
                continue
            run.append(value)
            rows = child.rows if rows is None else rows
            if not rows and not child.cols:
                scalars.append(self.entry(self.chain(run), 0, 0))
                run, rows = [], None
        scalar = self.sympy.Mul(*scalars)
        return self.scaled(scalar, self.chain(run)) if run else scalar

    def block(self, node: Matrix, children: Sequence[Any]) -> Any:
        """A BlockMatrix; of numbers alone a Matrix."""
        across: int = node.data[0]
        scalar = [child.is_scalar for child in node.children]
        blocks = children
        if not all(scalar):
            blocks = [self.sympy.ImmutableMatrix([[x]]) if one else x for one, x in zip(scalar, children, strict=True)]
        rows = [list(blocks[start : start + across]) for start in range(0, len(blocks), across)]
        return self.sympy.ImmutableMatrix(rows) if all(scalar) else self.sympy.BlockMatrix(rows)

    def chain(self, factors: Sequence[Any]) -> Any:
        return self.sympy.MatMul(*factors).doit(deep=False) if len(factors) > 1 else factors[0]

    def hadamard(self, factors: Sequence[Any]) -> Any:
        return self.sympy.HadamardProduct(*factors)

    def power(self, base: Any, exponent: Any) -> Any:
        return self.sympy.HadamardPower(base, exponent)

    def divide(self, node: Matrix, children: Sequence[Any]) -> Any:
        """By a scalar, or entry by entry."""
        above, below = children
        if node.children[1].is_scalar:
            return self.scaled(1 / below, above)
        reciprocal = self.power(below, self.sympy.Integer(-1))
        if node.children[0].is_scalar:
            return self.scaled(above, reciprocal)
        return self.hadamard([above, reciprocal])

    def raised(self, node: Matrix, children: Sequence[Any]) -> Any:
        base, exponent = children
        if node.shape:
            return self.sympy.MatPow(base, exponent).doit(deep=False)
        if base.is_Rational and exponent.is_Integer and abs(exponent) > _LONG_POWER and abs(base) != 1:
            raise BudgetError(f"SymPy writes out all digits of {base}^{exponent}", hint="give the number a name")
        return base**exponent

    def place(self, node: Matrix, whole: Any) -> Any:
        """An entry at a given place, counted from 1 here and from 0 in SymPy."""
        places = [letter - 1 for letter in node.data[0] if isinstance(letter, int)]
        assert len(places) == len(node.data[0]), "open letters are folded before"
        if len(places) > 2:
            return whole[tuple(places)]
        if node.children[0].is_vector:
            places = [places[-1] if node.children[0].cols else places[0]]
            places = [0, *places] if node.children[0].cols else [*places, 0]
        return self.entry(whole, *places)

    def mapped(self, node: Matrix, values: Sequence[Any], function: Callable[..., Any]) -> Any:
        """A function of every entry; of several arguments, at most one may be a matrix."""
        if not node.shape:
            return function(*values)
        places = [place for place, child in enumerate(node.children) if child.shape]
        if len(places) > 1:
            raise MissingRuleError(f"SymPy has no entrywise function of two matrices: {brief(node)}")
        variable = self.sympy.Dummy("x")
        arguments = [variable if place == places[0] else value for place, value in enumerate(values)]
        body = function(*arguments)
        if body.is_Pow and body.base is variable and body.exp.is_Rational:
            return self.power(values[places[0]], body.exp)
        return self.every(values[places[0]], variable, body)

    def every(self, value: Any, variable: Any, body: Any) -> Any:
        from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

        return ElementwiseApplyFunction(self.sympy.Lambda(variable, body), value)

    def apply(self, node: Matrix, children: Sequence[Any]) -> Any:
        function: Function = node.data[0]
        if isinstance(function, Extremum) and all(child.shape for child in node.children):
            a, b = children
            gap = self.absolute(self.scaled(self.number(Fraction(-1)), b), a)
            half = self.number(Fraction(1, 2))
            return self.sympy.MatAdd(self.scaled(half, a), self.scaled(half, b), self.scaled(function.greater * half, gap))
        return self.mapped(node, children, partial(function.to_sympy, self.sympy))

    def absolute(self, *terms: Any) -> Any:
        variable = self.sympy.Dummy("x")
        return self.every(self.sympy.MatAdd(*terms), variable, self.sympy.Abs(variable))

    def total(self, node: Matrix, value: Any) -> Any:
        """The sum of all entries of the value of a node."""
        if not node.shape:
            return value
        left = self.sympy.OneMatrix(1, self.size(node.rows))
        right = self.sympy.OneMatrix(self.size(node.cols), 1)
        factors = [*([left] if node.rows else []), value, *([right] if node.cols else [])]
        return self.entry(self.sympy.MatMul(*factors), 0, 0)

    def column_products(self, node: Matrix, a: Any, b: Any) -> Any:
        """kr(A, B) as kron(A, ones).*kron(ones, B)."""
        above, below = (self.sympy.OneMatrix(self.size(x.rows), 1) for x in node.children)
        return self.hadamard([self.sympy.KroneckerProduct(a, below), self.sympy.KroneckerProduct(above, b)])

    def norm(self, node: Matrix, value: Any) -> Any:
        x = node.children[0]
        if not x.shape:
            return self.sympy.Abs(value)
        if len(x.shape) == 1:
            return self.sympy.sqrt(self.entry(self.sympy.MatMul(self.sympy.Transpose(value), value), 0, 0))
        return self.sympy.sqrt(self.sympy.Trace(self.sympy.MatMul(self.sympy.Transpose(value), value)))

    def exponentials(self, value: Any) -> Any:
        variable = self.sympy.Dummy("x")
        return self.every(value, variable, self.sympy.exp(variable))

    def zeros(self, node: Matrix) -> Any:
        if len(node.shape) > 2:
            from sympy.tensor.array.expressions import ZeroArray

            return ZeroArray(*(self.size(group) for group in node.shape))
        return self.sympy.ZeroMatrix(self.size(node.rows), self.size(node.cols))

    def unit(self, node: Matrix) -> Any:
        """A column of Kronecker deltas, which SymPy can evaluate."""
        dim, place = node.data
        i, j = self.sympy.symbols("i j", cls=self.sympy.Dummy, integer=True)
        entries = self.sympy.Lambda((i, j), self.sympy.KroneckerDelta(i, place - 1))
        return self.sympy.FunctionMatrix(self.dim(dim), 1, entries)

    def contraction(self, node: Matrix, children: Sequence[Any]) -> Any:
        if any(child.free for child in node.children):
            return array_of(node, self.values, self.sympy)
        return self.sympy.Add(*(self.number(c) * term for c, term in zip(node.data[1], children, strict=True)))

    def refuse_axis(self, node: Matrix) -> None:
        if len(node.children) > 1:
            raise MissingRuleError(f"{brief(node)}: SymPy's matrix expressions have no {node.op} along an axis")

    def softmax(self, node: Matrix, value: Any) -> Any:
        if not node.shape:
            return self.sympy.Integer(1)
        self.refuse_axis(node)
        raised = self.exponentials(value)
        return self.scaled(1 / self.total(node, raised), raised)

    def logsumexp(self, node: Matrix, value: Any) -> Any:
        x = node.children[0]
        self.refuse_axis(node)
        return self.sympy.log(self.total(x, self.exponentials(value))) if x.shape else value

    def diag(self, node: Matrix, value: Any) -> Any:
        if len(node.shape) < 2:
            return self.diagonal.DiagonalOf(value)
        return self.diagonal.DiagMatrix(value if node.children[0].rows else self.sympy.Transpose(value))


Rule = Callable[[_Writer, Matrix, Sequence[Any]], Any]
_RULES: dict[str, Rule] = {
    "symbol": lambda w, node, x: w.symbol(node.data[0], node),
    "named": lambda w, node, x: x[0],
    "number": lambda w, node, x: w.number(node.data[0]),
    "size": lambda w, node, x: w.dim(node.data[0]),
    "pi": lambda w, node, x: w.sympy.pi,
    "eye": lambda w, node, x: w.sympy.Identity(w.size(node.rows)),
    "ones": lambda w, node, x: w.ones(node),
    "zeros": lambda w, node, x: w.zeros(node),
    "unit": lambda w, node, x: w.unit(node),
    "add": _Writer.add,
    "block": _Writer.block,
    "product": _Writer.product,
    "hadamard": lambda w, node, x: w.hadamard(x),
    "kron": lambda w, node, x: w.sympy.KroneckerProduct(*x),
    "divide": _Writer.divide,
    "dot_divide": _Writer.divide,
    "power": _Writer.raised,
    "dot_power": lambda w, node, x: w.power(*x),
    "transpose": lambda w, node, x: w.sympy.Transpose(x[0]),
    "tr": lambda w, node, x: w.sympy.Trace(x[0]),
    "sum": lambda w, node, x: w.total(node.children[0], x[0]),
    "mean": lambda w, node, x: w.total(node.children[0], x[0]) / w.sympy.Mul(*map(w.dim, node.children[0].dims)),
    "kr": lambda w, node, x: w.column_products(node, *x),
    "norm1": lambda w, node, x: w.total(node.children[0], w.absolute(x[0]) if node.children[0].shape else w.sympy.Abs(x[0])),
    "norm2": lambda w, node, x: w.norm(node, x[0]),
    "diag": lambda w, node, x: w.diag(node, x[0]),
    "softmax": lambda w, node, x: w.softmax(node, x[0]),
    "logsumexp": lambda w, node, x: w.logsumexp(node, x[0]),
    "apply": _Writer.apply,
    "entry": lambda w, node, x: w.place(node, x[0]),
    "contract": _Writer.contraction,
}
