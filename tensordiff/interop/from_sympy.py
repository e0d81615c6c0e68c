"""SymPy's matrix expressions into matrix form.

Sizes are SymPy symbols and integers; a MatrixSymbol with one column is a column, one with a single entry a scalar. Scalars
are SymPy's ordinary expressions. A Sum over whole axes of MatrixElements is read as index notation. Whatever has no
counterpart raises MissingRuleError with the name of SymPy's class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tensordiff.errors import MissingRuleError, ShapeError
from tensordiff.functions import SYMPY, Undefined
from tensordiff.interop.sympy_arrays import ARRAYS, operands_of, rearranged, reshaped, sliced
from tensordiff.interop.sympy_sizes import read_size
from tensordiff.matrix import Matrix, Scope, build, normalise, same_size
from tensordiff.parse import check_name
from tensordiff.parse.declare import ASSUMPTIONS, read_choices, read_structures, refuse_undeclared
from tensordiff.tensor import Assumption, Dim, Group, Structure, Symbol

_LETTERS = "ijklpqrstuvw"


def from_sympy(
    expression: Any, structures: Mapping[str, str] | None = None, assume: Mapping[str, str] | None = None
) -> tuple[Matrix, Scope]:
    """The matrix form of a SymPy expression, and the scope of its symbols.

    `structures` and `assume` say what SymPy's symbols do not. A scalar that SymPy knows to be positive or nonzero is so
    here. Raises MissingRuleError for what has no counterpart, ShapeError for sizes that cannot be read.
    """
    import sympy

    if isinstance(expression, sympy.MatrixBase):
        expression = expression.as_immutable()
    if not isinstance(expression, sympy.Basic | int | float | Fraction):
        raise TypeError(f"not an expression of SymPy: {expression!r} ({type(expression).__name__})")
    return _Reader(sympy.sympify(expression, strict=True), structures, assume).result()


class _Reader:
    def __init__(self, root: Any, structures: Mapping[str, str] | None, assume: Mapping[str, str] | None) -> None:
        self.root = root
        self.structures = read_structures(structures)
        self.assume = read_choices("assumption", assume, ASSUMPTIONS)
        self.scope = Scope()
        order = _postorder(root)
        self.sizes = {name for node in order for size in _sizes(node) for name in size.free_symbols}
        self.indices = {limit[0] for node in order if type(node).__name__ == "Sum" for limit in node.args[1:]}
        self.letters: dict[Any, str] = {}
        self.called: dict[str, Any] = {}
        """By name, SymPy's symbol: two that are called alike would become one."""

    def result(self) -> tuple[Matrix, Scope]:
        matrix = self.read(self.root, {})
        if matrix.free:
            letters = ", ".join(str(index) for index, letter in self.letters.items() if letter in dict(matrix.free))
            raise ShapeError(f"the index {letters} is not summed", hint="only Sum(..., (i, 0, n - 1)) gives an index a meaning")
        refuse_undeclared("structure", self.structures, self.scope.symbols)
        refuse_undeclared("assumption", self.assume, self.scope.symbols)
        return matrix, self.scope

    def read(self, root: Any, bound: Mapping[Any, Matrix]) -> Matrix:
        """The value of an expression; `bound` are the values of the variables of a Lambda, applied entry by entry."""
        values: dict[Any, Matrix] = dict(bound)
        for node in _postorder(root):
            if node not in values:
                children = [values[child] for child in _operands(node)]
                values[node] = self.visit(node, children, entrywise=bool(bound))
        return values[root]

    def visit(self, node: Any, children: list[Matrix], entrywise: bool) -> Matrix:
        name = type(node).__name__
        if node.is_Symbol:
            return self.scalar(node)
        if node.is_Rational:
            return build.number(Fraction(int(node.p), int(node.q)))
        if node.is_Float:
            return build.number(Fraction(str(float(node)) if node._prec <= 53 else str(node)))
        if (constant := _CONSTANTS.get(name)) is not None:
            return constant()
        if name in ("ElementwiseApplyFunction", "ArrayElementwiseApplyFunc"):
            return self.applied(node.args[0], children[0])
        if name in _LEAVES:
            return self.leaf(name, node)
        if name in ARRAYS:
            return rearranged(node, children)
        if name == "Reshape":
            return reshaped(node, children[0])
        if name == "MatrixSlice":
            return sliced(node, children[0])
        if name == "FunctionMatrix":
            return self.unit(node)
        if name == "MatrixElement":
            return self.element(node, children[0], node.args[1:])
        if name == "ArrayElement":
            return self.element(node, children[0], node.args[1])
        if name == "Sum":
            return self.sum(node, children[0])
        if name in _BLOCKS:
            return self.blocks(name, node, children)
        if (rule := _MATRICES.get(name)) is not None:
            return rule(*children)
        if not entrywise and any(not child.is_scalar for child in children):
            return _of_matrix(node, name, children)
        if (rule := _SCALARS.get(name)) is not None:
            return rule(*children)
        return self.function(node, name, children)

    def blocks(self, name: str, node: Any, children: list[Matrix]) -> Matrix:
        if name == "BlockDiagMatrix":
            zero = build.number(0)
            return build.block([[x if r == c else zero for c in range(len(children))] for r, x in enumerate(children)])
        down, across = node.blockshape if name == "BlockMatrix" else node.shape
        if not children:
            raise ShapeError("a matrix without entries has no counterpart here")
        assert down * across == len(children)
        return build.block([children[start : start + across] for start in range(0, len(children), across)])

    # Symbols and sizes.

    def scalar(self, node: Any) -> Matrix:
        if not node.is_commutative:
            raise _missing(node, "symbols of scalars commute here")
        if node in self.indices:
            raise _missing(node, f"the index {node} of a Sum can only be an index of a matrix")
        if node in self.sizes:
            self.scope = self.scope.with_dim(check_name(node.name))
            return build.size(Dim.named(node.name))
        known = Assumption.POSITIVE if node.is_positive else Assumption.NONZERO if node.is_nonzero else Assumption.NONE
        return self.declared(node, node.name, (), known)

    def declared(self, node: Any, name: str, shape: tuple[Group, ...], known: Assumption = Assumption.NONE) -> Matrix:
        name = check_name(name)
        if self.called.setdefault(name, node) != node:
            raise MissingRuleError(f"two different symbols of SymPy are called {name}", hint="give them different names")
        structure = self.structures.get(name, Structure.GENERAL)
        symbol = Symbol.make(name, tuple(dim for group in shape for dim in group), structure, self.assume.get(name, known))
        self.scope = self.scope.with_symbol(build.symbol(symbol, shape))
        return self.scope.symbols[name]

    def leaf(self, name: str, node: Any) -> Matrix:
        groups = tuple(self.group(size) for size in _sizes(node))
        if name == "Identity":
            return build.eye(groups[0])
        if name in ("MatrixSymbol", "ArraySymbol"):
            return self.declared(node, str(node.name), normalise(groups) if len(groups) < 3 else _with_ones(groups))
        if name in ("ZeroArray", "ZeroMatrix"):
            return build.zeros(*groups)
        if len(groups) > 2:
            raise _missing(node, "ones have at most two axes here")
        return build.ones(*groups)

    def unit(self, node: Any) -> Matrix:
        """A column with a one at a place, as `to_sympy` writes it."""
        rows, columns, function = node.args
        delta = function.expr
        if columns == 1 and type(delta).__name__ == "KroneckerDelta" and len(group := self.group(rows)) == 1:
            (place,) = [part for part in delta.args if part != function.variables[0]] or [None]
            if getattr(place, "is_Integer", False):
                return build.unit(group[0], int(place) + 1)
        raise _missing(node)

    def group(self, size: Any) -> Group:
        found = read_size(size)
        for dim in found:
            for name in dim.names():
                self.scope = self.scope.with_dim(check_name(name))
        return found

    # Entries.

    def element(self, node: Any, whole: Matrix, places: Any) -> Matrix:
        """One entry: places are counted from 0 in SymPy, from 1 here."""
        if whole.is_scalar:
            return whole
        labels = [self.label(node, index) for index in places]
        if whole.is_vector:  # the index along the axis of size 1 says nothing
            labels = labels[:1] if whole.rows else labels[1:]
        found = build.entry(whole, tuple(labels))
        return found if found.free else build.contract(found, ())

    def label(self, node: Any, index: Any) -> str | int:
        if index.is_Integer:
            return int(index) + 1
        if index not in self.indices:
            raise _missing(node, f"the index {index} is neither a number nor summed over by a Sum")
        return self.letter(index)

    def letter(self, index: Any) -> str:
        """SymPy's own letter, where it is one and is free."""
        if index not in self.letters:
            taken = set(self.letters.values())
            wanted = index.name if index.name.isalpha() and len(index.name) == 1 else ""
            others = (letter for letter in (wanted, *_LETTERS, f"i{len(taken)}") if letter and letter not in taken)
            self.letters[index] = next(others)
        return self.letters[index]

    def sum(self, node: Any, body: Matrix) -> Matrix:
        """A sum over whole axes; a term without the index counts as often as the axis is long."""
        groups = dict(body.free)
        terms = [(c, term) for c, term in build.terms_of(body)]
        for index, low, high in node.args[1:]:
            letter = self.letter(index)
            group = self.group(high + 1)
            if low != 0 or not same_size(groups.get(letter, group), group):
                raise _missing(node, f"the index {index} must run over a whole axis, from 0 to its size less 1")
            ones = build.entry(build.ones(groups.get(letter, group)), (letter,))
            terms = [(c, term if letter in dict(term.free) else build.product(term, ones)) for c, term in terms]
            groups.pop(letter, None)
        if groups:
            raise _missing(node, "sums inside sums are read as one: Sum(..., (i, 0, n - 1), (j, 0, m - 1))")
        return build.contract(build.add(terms), ())

    # Functions.

    def applied(self, function: Any, argument: Matrix) -> Matrix:
        """A function of every entry."""
        (variable,) = function.variables
        result = self.read(function.expr, {variable: argument})
        if result.is_scalar and not argument.is_scalar:
            return build.product(result, build.ones(argument.rows, argument.cols))
        return result

    def function(self, node: Any, name: str, children: list[Matrix]) -> Matrix:
        if node.is_Function and type(type(node)).__name__ == "UndefinedFunction" and len(children) == 1:
            head = Undefined(check_name(name))
            self.scope = self.scope.with_function(head)
            return build.call(head, *children)
        if name == "Heaviside":
            if build.as_number(children[1]) != Fraction(1, 2):
                raise _missing(node, "the value at 0 is 1/2 here")
            children = children[:1]
        if (found := SYMPY.get(name)) is None:
            raise _missing(node)
        spelled = found.name
        result = children[0]
        if len(children) == 1 or found.arguments == (len(children), len(children)):
            return build.call(spelled, *children)
        for other in children[1:]:  # Max and Min
            scalar_first = result.is_scalar and not other.is_scalar
            result = build.call(spelled, other, result) if scalar_first else build.call(spelled, result, other)
        return result


def _postorder(root: Any) -> list[Any]:
    """Every part once, operands before what is made of them. Iterative."""
    order: list[Any] = []
    done: set[Any] = set()
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if node in done:
            continue
        operands = _operands(node)
        if expanded or not operands:
            done.add(node)
            order.append(node)
            continue
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(operands))
    return order


def _operands(node: Any) -> tuple[Any, ...]:
    """The parts of a node that have values of their own."""
    name = type(node).__name__
    if name in _LEAVES or name == "FunctionMatrix" or node.is_Symbol or not node.args:
        return ()
    if name in ARRAYS:
        return operands_of(node)
    if name in ("Inverse", "MatrixElement", "ArrayElement", "MatrixSlice", "Reshape", "Sum"):
        return (node.args[0],)
    if name in ("ElementwiseApplyFunction", "ArrayElementwiseApplyFunc"):
        return (node.args[1],)
    if name == "BlockMatrix":
        return tuple(node.blocks)
    if name in _BLOCKS and name != "BlockDiagMatrix":
        return tuple(node)
    known = name in _MATRICES or name in _SCALARS or name in SYMPY or name in _BLOCKS or node.is_Function
    if not known or name in _FOREIGN:
        raise _missing(node)
    return tuple(node.args)


def _sizes(node: Any) -> tuple[Any, ...]:
    """The sizes that a node mentions."""
    name = type(node).__name__
    if name == "MatrixSymbol":
        return tuple(node.args[1:])
    if name == "ArraySymbol":
        return tuple(node.shape)
    if name == "FunctionMatrix":
        return tuple(node.args[:2])
    if name == "Sum":
        return tuple(limit[2] + 1 for limit in node.args[1:])
    return tuple(node.args) if name in _LEAVES else ()


def _with_ones(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(group or (Dim.fixed(1),) for group in groups)


_FOREIGN = ("Lambda", "Piecewise")
"""Functions to SymPy, whose arguments are no expressions."""
_LEAVES = frozenset(("MatrixSymbol", "ArraySymbol", "Identity", "ZeroMatrix", "OneMatrix", "ZeroArray", "OneArray"))
"""What has sizes for arguments."""
_BLOCKS = frozenset(("BlockMatrix", "BlockDiagMatrix", "ImmutableDenseMatrix", "ImmutableSparseMatrix"))


def _missing(node: Any, hint: str | None = None) -> MissingRuleError:
    shown = str(node)
    shown = shown if len(shown) <= 60 else shown[:60] + "..."
    return MissingRuleError(f"SymPy's {type(node).__name__} has no counterpart here: {shown}", hint=hint)


def _of_matrix(node: Any, name: str, children: list[Matrix]) -> Matrix:
    """SymPy writes exp(A) and log(A) for functions of the whole matrix."""
    if name in ("exp", "log") and len(children) == 1:
        return build.call(name + "m", *children)
    raise _missing(node, f"entry by entry write A.applyfunc({name})" if node.is_Function else None)


def _sum_of(*terms: Matrix) -> Matrix:
    return build.add([(1, term) for term in terms])


def _product_of(*factors: Matrix) -> Matrix:
    """An entrywise product, with reciprocals below a fraction bar."""
    under = [x.children[1] for x in factors if _is_reciprocal(x)]
    over = build.hadamard(*(x for x in factors if not _is_reciprocal(x)))
    return build.dot_divide(over, build.hadamard(*under)) if under else over


def _is_reciprocal(x: Matrix) -> bool:
    return x.op in ("divide", "dot_divide") and build.as_number(x.children[0]) == 1


def _power_of(base: Matrix, exponent: Matrix) -> Matrix:
    value = build.as_number(exponent)
    if value is None:
        return build.dot_power(base, exponent)
    positive = build.call("sqrt", base) if abs(value) == Fraction(1, 2) else build.dot_power(base, build.number(abs(value)))
    return positive if value > 0 else build.dot_divide(build.number(1), positive)


def _matrix_power(base: Matrix, exponent: Matrix) -> Matrix:
    value = build.as_number(exponent)
    if not base.is_scalar and value is not None and value.denominator == 2:
        root = build.call("sqrtm", base)
        return root if value == Fraction(1, 2) else build.power(root, build.number(2 * value))
    return build.power(base, exponent)


def _dot(left: Matrix, right: Matrix) -> Matrix:
    columns = [build.transpose(x) if x.shape and not x.rows else x for x in (left, right)]
    return build.product(build.transpose(columns[0]), columns[1])


_CONSTANTS: dict[str, Callable[[], Matrix]] = {
    "Pi": build.pi,
    "Exp1": lambda: build.call("exp", build.number(1)),
}
_MATRICES: dict[str, Callable[..., Matrix]] = {
    "MatAdd": _sum_of,
    "ArrayAdd": _sum_of,
    "MatMul": build.product,
    "MatPow": _matrix_power,
    "Transpose": build.transpose,
    "Inverse": build.inverse,
    "Trace": lambda x: build.call("tr", x),
    "Determinant": lambda x: build.call("det", x),
    "HadamardProduct": build.hadamard,
    "HadamardPower": build.dot_power,
    "KroneckerProduct": build.kron,
    "DotProduct": _dot,
    "DiagMatrix": lambda x: build.call("diag", x),
    "DiagonalOf": lambda x: build.call("diag", x),
    "DiagonalMatrix": lambda x: build.hadamard(x, build.eye(x.rows)),
}
_SCALARS: dict[str, Callable[..., Matrix]] = {
    "Add": _sum_of,
    "Mul": _product_of,
    "Pow": _power_of,
}
"""Of scalars; inside a Lambda that is applied to a matrix, entry by entry."""
