"""What the index form needs to know of a function; functions/ holds the real ones, one small file each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf
from typing import Any, ClassVar, NamedTuple

from tensordiff.errors import MissingRuleError, ShapeError
from tensordiff.tensor.base import Tensor, bits, dims_text
from tensordiff.tensor.dim import Dim
from tensordiff.tensor.node import digest, hash_of


class Bounds(NamedTuple):
    """Every entry lies in [low, high]."""

    low: float = -inf
    high: float = inf


UNBOUNDED = Bounds()
"""Nothing is known."""


class Function:
    """A function of tensors, as the head of an `Apply` node.

    Elementwise functions act on every entry: the result has the axes of the first argument; each further argument has
    the same axes or none (a scalar). Other functions say their axes in `result_dims`; a matrix function takes an
    argument with two equal groups of axes (rows, columns), each of any number of axes.

    Functions are values: two with the same name and parameters are equal. `parameters` must identify them.
    """

    name: str
    """The spelling in text syntax (and in messages)."""
    elementwise: ClassVar[bool] = False
    arguments: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the most arguments that a call takes; None for any number, taken two by two."""
    head: str = ""
    """What it is looked for as in `Tensor.heads`; by default its name."""
    reserved: bool = True
    """Whether its name is kept for it; otherwise it is a call before a parenthesis only, and an ordinary name elsewhere."""
    latex_name: str = ""
    """LaTeX of the name; by default an upright operator name."""

    real_only: bool = False
    """Whether it has no complex derivative, or is evaluated by comparing its arguments: programs refuse complex ones."""

    exponent_argument: int | None = None
    """The position of an argument that is an exponent: evaluation passes it as an exact Fraction where it has a value
    that depends on sizes alone."""

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        """What tells apart two functions of one class."""
        return ()

    @cached_property
    def bit(self) -> int:
        """Its bit in `Tensor.heads`."""
        return bits(self.head or self.name)

    @cached_property
    def key(self) -> bytes:
        return digest("function", type(self).__name__, self.name, *self.parameters)

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self.key == other.key)

    def __hash__(self) -> int:
        return hash_of(self.key)

    def __repr__(self) -> str:
        return f"<function {self.name}>"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        """The axes of the result. Raises ShapeError when the arguments do not fit."""
        dims = arguments[0].dims
        for other in arguments[1:]:
            if other.dims and other.dims != dims:
                raise ShapeError(f"{self.name}: arguments of sizes {dims_text(dims)} and {dims_text(other.dims)}")
        return dims

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        """The derivative by argument `position`.

        Elementwise: a tensor with the argument's result axes, entry by entry dg/da. Otherwise: a tensor with the axes
        of the result, then those of the argument. Raises MissingRuleError where there is no rule.
        """
        raise MissingRuleError(
            f"{self.name}: no derivative rule by argument {position + 1}",
            hint="the derivative is not zero: give the function a rule, or rewrite the expression without it",
        )

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """A simpler tensor equal to the function of these arguments for every value, or None. Used when a node is
        made; must be cheap and must not expand."""
        return None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """The same value in more basic functions or in a normal arrangement, or None when it is already so.

        Equality is decided on canonical forms in which every function has been rewritten, again and again until
        nothing changes; printing uses the form before. Rewriting must end: each step goes to functions that stand
        lower (tanh -> exp, relu -> abs, sign -> abs), or to the same function of a normal argument.
        """
        return None

    def logarithm(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """The logarithm of the value where it has a form of its own, or None."""
        return None

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        """What is known of the entries: 2 positive, 1 nonnegative, 0 nothing. `signs` says the same of the arguments."""
        return 0

    def branches(self, arguments: Sequence[Tensor]) -> Sequence[Tensor]:
        """The tensors whose signs say which of several formulas gives the value: x for abs(x), x - 50 for one that changes
        at 50. What agrees with something smooth on one side of a branch need not on the other."""
        return ()

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        """Bounds on the entries, where `known` are bounds on those of the arguments."""
        return UNBOUNDED

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        """SymPy's expression for the function of scalar expressions of SymPy. Raises MissingRuleError."""
        raise MissingRuleError(f"{self.name} has no counterpart in SymPy", hint="other forms: latex(), compile().source")

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """The same value in functions that are evaluated, where this one is not: opened before anything is evaluated, so
        that it is contracted part by part."""
        return None

    def shielded(self, arguments: Sequence[Tensor], factor: Tensor) -> Tensor:
        """What may stand for a factor beside this value on the same indices: where this value is 0, anything."""
        return factor

    def evaluate(self, ops: Any, *arguments: Any) -> Any:
        """The value, written in the primitive operations `ops` (see `operations`); the same text serves floating point,
        exact arithmetic, high precision and the recording of programs."""
        raise NotImplementedError(f"{type(self).__name__} has no value")  # pragma: no cover - abstract
