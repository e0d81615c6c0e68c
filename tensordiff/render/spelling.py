"""How index notation is spelled: as plain text, and in LaTeX."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction

from tensordiff.matrix import number_text
from tensordiff.matrix.writer import ATOM, SUM
from tensordiff.render.latex import LATEX, function_latex, subscript
from tensordiff.render.names import latex_name
from tensordiff.tensor import Dim, Function


class Spelling(ABC):
    """The parts of index notation; every method gives the text around what it is given as pieces of any kind."""

    brackets: tuple[str, str]
    exponent_level: int
    """How tightly an exponent must bind that is no number."""

    @abstractmethod
    def name(self, name: str) -> str: ...

    @abstractmethod
    def lowered(self, letters: Sequence[str]) -> str:
        """Indices of an entry; nothing for a scalar."""

    @abstractmethod
    def number(self, value: Fraction) -> str: ...

    @abstractmethod
    def sigma(self, letters: Sequence[str]) -> str: ...

    @abstractmethod
    def delta(self, first: str, second: str) -> str: ...

    @abstractmethod
    def one(self, letter: str) -> str:
        """An entry of a vector of ones."""

    @abstractmethod
    def identity(self) -> str: ...

    @abstractmethod
    def size(self, dim: Dim) -> str: ...

    @abstractmethod
    def around(self, function: Function) -> tuple[str, str]:
        """What is around the arguments of a function."""

    @abstractmethod
    def root(self) -> tuple[str, str] | None:
        """What is around the argument of a square root, where it has a sign of its own."""

    @abstractmethod
    def constant(self, function: Function, letters: Sequence[str]) -> str:
        """A constant, or an entry of it."""

    @abstractmethod
    def inclusion(self, pieces: Sequence[str]) -> str:
        """The block column that puts a part of an axis in its place."""

    @abstractmethod
    def raised(self, exponent: Fraction | None, entrywise: bool = False) -> tuple[str, str]:
        """What is before and after an exponent; a number is an exponent by itself, and goes before."""

    @abstractmethod
    def transposed(self) -> str: ...

    @abstractmethod
    def matrix_of(self, letters: Sequence[str]) -> tuple[str, str]:
        """What is around an entry to mean the whole tensor, with the letters of its axes."""

    @abstractmethod
    def diag(self) -> str: ...

    @abstractmethod
    def trace(self) -> str: ...

    @abstractmethod
    def inverse(self) -> tuple[str, str] | None:
        """What is around the argument of an inverse, or None where a raised -1 follows it."""

    @abstractmethod
    def derivative(self, of: str, variables: Sequence[str]) -> str: ...


class Plain(Spelling):
    brackets = ("(", ")")
    exponent_level = ATOM

    def name(self, name: str) -> str:
        return name

    def lowered(self, letters: Sequence[str]) -> str:
        if not letters:
            return ""
        return f"_{''.join(letters)}" if all(len(x) == 1 for x in letters) else f"_{{{','.join(letters)}}}"

    def number(self, value: Fraction) -> str:
        return number_text(value)

    def sigma(self, letters: Sequence[str]) -> str:
        return f"sum{self.lowered(letters)} "

    def delta(self, first: str, second: str) -> str:
        return f"delta{self.lowered((first, second))}"

    def one(self, letter: str) -> str:
        return f"1{self.lowered((letter,))}"

    def identity(self) -> str:
        return "I"

    def size(self, dim: Dim) -> str:
        if dim.base is not None:
            base = f"({dim.base})" if dim.base.terms else dim.base
            return f"({base} ({dim.base} {'-' if dim.strict else '+'} 1)/2)"
        return f"({dim})" if dim.terms else str(dim)

    def around(self, function: Function) -> tuple[str, str]:
        return f"{function.name}(", ")"

    def root(self) -> tuple[str, str] | None:
        return None

    def constant(self, function: Function, letters: Sequence[str]) -> str:
        return function.name + self.lowered(letters)

    def inclusion(self, pieces: Sequence[str]) -> str:
        return f"[{'; '.join(pieces)}]"

    def raised(self, exponent: Fraction | None, entrywise: bool = False) -> tuple[str, str]:
        sign = ".^" if entrywise else "^"
        if exponent is None:
            return sign, ""
        return (f"{sign}{exponent}" if exponent.denominator == 1 else f"{sign}({exponent})"), ""

    def transposed(self) -> str:
        return "'"

    def matrix_of(self, letters: Sequence[str]) -> tuple[str, str]:
        return "[", "]" + self.lowered(letters)

    def diag(self) -> str:
        return "diag"

    def trace(self) -> str:
        return "tr"

    def inverse(self) -> tuple[str, str] | None:
        return "inv(", ")"

    def derivative(self, of: str, variables: Sequence[str]) -> str:
        order = f"^{len(variables)}" if len(variables) > 1 else ""
        below = " ".join(f"d{variable}" for variable in variables)
        return f"d{order}{of}/{below}" if len(variables) < 2 else f"d{order}{of}/({below})"


class Tex(Spelling):
    brackets = (r"\left(", r"\right)")
    exponent_level = SUM

    def name(self, name: str) -> str:
        core = latex_name(name)
        return f"{{{core}}}" if "_" in core else core

    def lowered(self, letters: Sequence[str]) -> str:
        return f"_{{{subscript(letters)}}}" if letters else ""

    def number(self, value: Fraction) -> str:
        return str(value.numerator) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    def sigma(self, letters: Sequence[str]) -> str:
        return rf"\sum{self.lowered(letters)} "

    def delta(self, first: str, second: str) -> str:
        return rf"\delta{self.lowered((first, second))}"

    def one(self, letter: str) -> str:
        return rf"\mathbf{{1}}{self.lowered((letter,))}"

    def identity(self) -> str:
        return "I"

    def size(self, dim: Dim) -> str:
        if dim.base is not None:
            return LATEX.size(dim)
        return rf"({LATEX.size(dim)})" if dim.terms else latex_name(str(dim))

    def around(self, function: Function) -> tuple[str, str]:
        if function.name == "abs":
            return r"\left\lvert ", r" \right\rvert"
        return function_latex(function) + self.brackets[0], self.brackets[1]

    def root(self) -> tuple[str, str] | None:
        return r"\sqrt{", "}"

    def constant(self, function: Function, letters: Sequence[str]) -> str:
        return (function.latex_name or latex_name(function.name)) + self.lowered(letters)

    def inclusion(self, pieces: Sequence[str]) -> str:
        rows = r" \\ ".join(pieces)
        return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"

    def raised(self, exponent: Fraction | None, entrywise: bool = False) -> tuple[str, str]:
        mark = r"^{\circ " if entrywise else "^{"
        return (mark, "}") if exponent is None else (f"{mark}{exponent}}}", "")

    def transposed(self) -> str:
        return r"^{\top}"

    def matrix_of(self, letters: Sequence[str]) -> tuple[str, str]:
        return r"{\left[", rf"\right]{self.lowered(letters)}}}"

    def diag(self) -> str:
        return r"\operatorname{diag}"

    def trace(self) -> str:
        return r"\operatorname{tr}"

    def inverse(self) -> tuple[str, str] | None:
        return None

    def derivative(self, of: str, variables: Sequence[str]) -> str:
        order = f"^{{{len(variables)}}}" if len(variables) > 1 else ""
        below = r" \, ".join(rf"\partial {variable}" for variable in variables)
        return rf"\frac{{\partial{order} {of}}}{{{below}}}"


PLAIN = Plain()
TEX = Tex()
