"""Elementwise functions given as SymPy expressions; SymPy differentiates them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property, partial, reduce
from itertools import combinations
from typing import Any

from tensordiff.errors import MissingRuleError, UnknownNameError
from tensordiff.functions.constants import PI, constant
from tensordiff.functions.power import EXP, power
from tensordiff.functions.registry import SYMPY
from tensordiff.functions.table import Extremum
from tensordiff.functions.univariate import Univariate, like
from tensordiff.functions.views import elementwise_view
from tensordiff.tensor import UNBOUNDED, Bounds, Function, Tensor, add, apply, broadcast, multiply, number

_SIMPLIFY_BELOW = 60
"""SymPy simplifies derivatives of at most so many operations; it can take long on larger ones."""


class UserFunction(Function):
    """A function of one variable, applied to every entry, with its value and derivatives from a SymPy expression.

    The derivative is written in known functions where all parts are known, else it is a function of this kind again.
    Where SymPy has a delta or a derivative of a sign, it counts as zero (as for abs and step).
    """

    elementwise = True

    def __init__(self, name: str, expression: Any, latex: str | None = None) -> None:
        import sympy

        if isinstance(expression, str):  # SymPy would run it as Python
            raise TypeError(f"{name} is given by an expression of SymPy, not by text")
        expression = sympy.sympify(expression, strict=True)
        if len(expression.free_symbols) > 1:
            names = ", ".join(sorted(str(s) for s in expression.free_symbols))
            raise UnknownNameError(f"{name} is a function of one variable, but its expression has {names}")
        self.name = name
        self.latex_name = latex or ""
        self._letter = sympy.Symbol("x", real=True)
        self.expression = expression.xreplace(dict.fromkeys(expression.free_symbols, self._letter))
        self._text = sympy.srepr(self.expression)
        self._branches = _branches(self.expression)
        self.real_only = bool(self._branches)

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self._text,)

    @cached_property
    def primed(self) -> UserFunction:
        """The derivative, under the name f'."""
        return UserFunction(self.name + "'", _slope(self.expression, self._letter))

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        written = to_tensor(self.primed.expression, argument)
        return apply(self.primed, argument) if written is None else written

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        if (view := elementwise_view(arguments[0])) is None:
            return None
        core, restore = view
        return restore(apply(self, core))

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return to_tensor(self.expression, arguments[0])

    def branches(self, arguments: Sequence[Tensor]) -> Sequence[Tensor]:
        (argument,) = arguments
        return [self._at(branch, argument) for branch in self._branches]

    def _at(self, branch: Any, argument: Tensor) -> Tensor:
        written = to_tensor(branch, argument)
        return apply(UserFunction(f"a branch of {self.name}", branch), argument) if written is None else written

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return self._range

    @cached_property
    def _range(self) -> Bounds:
        """What SymPy tells at once of the sign; to ask it for the whole range could take long."""
        return Bounds(0) if self.expression.is_nonnegative else UNBOUNDED

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 2 if self.expression.is_positive else 1 if self._range.low >= 0 else 0

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return self.expression.xreplace({self._letter: arguments[0]})

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return _value(self.expression, ops, args[0])


def elementwise(name: str, expression: Any, latex: str | None = None) -> UserFunction:
    """The elementwise function given by a SymPy expression in one symbol.

    >>> import sympy
    >>> s = sympy.Symbol("s")
    >>> softsign = elementwise("softsign", s / (1 + abs(s)))

    Raises UnknownNameError where the expression has more than one symbol.
    """
    return UserFunction(name, expression, latex)


def _slope(expression: Any, letter: Any) -> Any:
    """The derivative, in the shortest of a few equal forms."""
    import sympy

    slope = sympy.diff(expression, letter)
    if slope.has(sympy.Derivative, sympy.Subs):
        raise MissingRuleError(f"SymPy has no derivative for {expression}")
    slope = slope.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    slope = slope.subs(letter * sympy.sign(letter), sympy.Abs(letter))
    forms = [slope]
    if slope.count_ops() <= _SIMPLIFY_BELOW:
        forms += [sympy.factor(slope), sympy.simplify(slope)]
    return min(forms, key=lambda form: (form.count_ops(), sympy.srepr(form)))


def _branches(expression: Any) -> tuple[Any, ...]:
    """The expressions whose signs say which formula holds: of Abs, sign, Heaviside their argument, of Max, Min and the
    conditions of a Piecewise the difference of both sides."""
    import sympy

    found: list[Any] = []
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.Abs | sympy.sign | sympy.Heaviside):
            found.append(part.args[0])
        elif isinstance(part, sympy.Max | sympy.Min):
            found += [a - b for a, b in combinations(part.args, 2)]
        elif isinstance(part, sympy.core.relational.Relational):
            found.append(part.lhs - part.rhs)
    return tuple(dict.fromkeys(branch for branch in found if branch.free_symbols))


def to_tensor(expression: Any, argument: Tensor) -> Tensor | None:
    """The SymPy expression, in one symbol, at every entry of the argument; None where a part has no tensor form."""
    import sympy

    values: dict[Any, Tensor] = {}
    for part in sympy.postorder_traversal(expression):
        if part in values:
            continue
        children = [values[child] for child in part.args]
        made: Tensor | None = None
        if part.is_Symbol:
            made = argument
        elif part.is_Rational:
            made = number(Fraction(int(part.p), int(part.q)))
        elif part.is_Float:
            made = number(Fraction(str(part)))
        elif part is sympy.pi:
            made = constant(PI)
        elif part is sympy.E:
            made = EXP(number(1))
        elif children:
            made = _combined(part, children)
        if made is None:
            return None
        values[part] = made
    made = values[expression]
    return broadcast(made, argument.dims) if argument.dims and not made.dims else made


def _combined(part: Any, children: list[Tensor]) -> Tensor | None:
    if part.is_Add:
        widest = max(children, key=lambda child: child.rank)
        return add([(1, like(child, widest)) for child in children])
    if part.is_Mul:
        return multiply(*children)
    if part.is_Pow:
        return power(children[0], children[1])
    function = SYMPY.get(type(part).__name__)
    if isinstance(function, Extremum):
        return reduce(lambda made, other: apply(function, made, other), children)
    return None if function is None or not _is_plain(part) else apply(function, children[0])


def _is_plain(part: Any) -> bool:
    """Whether a function of SymPy is the one of the same name here: Heaviside has its value at 0 as a second argument."""
    return len(part.args) == 1 or (len(part.args) == 2 and part.args[1] == Fraction(1, 2))


_FOLDS = {"Add": "add", "Mul": "multiply"}
_COMPARISONS = {
    "GreaterThan": ("greater_equal", False),
    "StrictGreaterThan": ("greater", False),
    "LessThan": ("greater_equal", True),
    "StrictLessThan": ("greater", True),
}
_CONNECTED = ("And", "Or", "Not")
_MULTIPLIED_OUT = 8


def _value(expression: Any, ops: Any, x: Any) -> Any:
    """The expression in primitive operations, children first; no recursion."""
    import sympy

    values: dict[Any, Any] = {}
    for part in sympy.postorder_traversal(expression):
        if part not in values:
            values[part] = _part_value(part, [values[child] for child in part.args], ops, x)
    if expression.free_symbols:
        return values[expression]
    return ops.add(values[expression], ops.multiply(ops.constant(0), x))  # a constant has a value for every entry too


def _part_value(part: Any, children: list[Any], ops: Any, x: Any) -> Any:
    import sympy

    name = type(part).__name__
    if part.is_Symbol:
        return x
    if part in (sympy.true, sympy.false):
        return part == sympy.true
    if part.is_Rational or part.is_Float:
        return ops.constant(Fraction(int(part.p), int(part.q)) if part.is_Rational else Fraction(str(part)))
    if part is sympy.pi:
        return ops.pi()
    if not part.args and part.is_number:
        return ops.constant(float(part))
    if part.is_Pow:
        return _power_value(part.args[1], children, ops)
    if name in _FOLDS:
        return reduce(getattr(ops, _FOLDS[name]), children)
    function = SYMPY.get(name)
    if isinstance(function, Extremum):
        return reduce(partial(function.evaluate, ops), children)
    if isinstance(function, Univariate) and function.slope is not None and _is_plain(part):
        return function.evaluate(ops, children[0])
    if name in _COMPARISONS:
        operation, swapped = _COMPARISONS[name]
        return getattr(ops, operation)(*(reversed(children) if swapped else children))
    if name in _CONNECTED:
        return name, children
    if name in ("Equality", "Unequality"):
        both = ("And", [ops.greater_equal(*children), ops.greater_equal(*reversed(children))])
        return both if name == "Equality" else ("Not", [both])
    if name == "ExprCondPair":
        return tuple(children)
    if name == "Piecewise":
        made = children[-1][0]
        for value, condition in reversed(children[:-1]):
            made = _chosen(condition, value, made, ops)
        return made
    raise MissingRuleError(f"no numerical value for {part.func} of SymPy", hint="write it in elementary functions")


def _chosen(condition: Any, yes: Any, no: Any, ops: Any) -> Any:
    """One value or the other; conditions that are connected are asked one by one."""
    if condition is True or condition is False:
        return yes if condition else no
    if not isinstance(condition, tuple):
        return ops.where(condition, yes, no)
    name, parts = condition
    if name == "Not":
        return _chosen(parts[0], no, yes, ops)
    made = yes if name == "And" else no
    for part in reversed(parts):
        made = _chosen(part, made, no, ops) if name == "And" else _chosen(part, yes, made, ops)
    return made


def _power_value(exponent: Any, children: list[Any], ops: Any) -> Any:
    """A power; small integer ones by multiplication, which exact arithmetic can do too."""
    base = children[0]
    if not exponent.is_Integer or abs(int(exponent)) > _MULTIPLIED_OUT:
        return ops.power(*children)
    made = base
    for _ in range(abs(int(exponent)) - 1):
        made = ops.multiply(made, base)
    return made if exponent > 0 else ops.divide(ops.constant(1), made)
