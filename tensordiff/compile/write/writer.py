"""A graph of operations written down as one function, line by line."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from typing import Protocol

from tensordiff.compile.plan.graph import Value, is_number, live
from tensordiff.compile.plan.lengths import solution_text, solvable
from tensordiff.compile.write.names import Names
from tensordiff.compile.write.text import Scope, Text, atom, tuple_text
from tensordiff.records import record
from tensordiff.tensor import Extent

_WIDTH = 96
"""Longer lines are split into steps."""
_SHORT = 48
"""Longer expressions get a line and a name of their own."""
_INLINE = frozenset({"matmul", "reshape", "diagonal", "stack", "broadcast_to"})


class Backend(Protocol):
    """What maps primitive operations to the text of one array library, with results laid out in `rows` if so."""

    def __init__(self, rows: bool = False) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def imports(self) -> Mapping[str, str]: ...
    @property
    def shares_memory(self) -> bool: ...
    @property
    def blocks(self) -> bool: ...
    @property
    def retries(self) -> bool: ...
    @property
    def writes(self) -> bool: ...
    @property
    def dtype_name(self) -> str: ...
    def helpers(self) -> Mapping[str, str]: ...
    def dtype_line(self, inputs: Sequence[str]) -> str: ...
    def expression(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text: ...
    def statements(self, value: Value, operands: Sequence[Text], scope: Scope, name: str, fresh: bool) -> list[str] | None: ...
    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str: ...


@record
class Parameter:
    """An argument of the function: an array with the lengths of its axes, or a size (`shape` is None)."""

    name: str
    shape: tuple[Extent, ...] | None


class Writer:
    def __init__(
        self,
        outputs: Sequence[Value],
        parameters: Sequence[Parameter],
        hints: Mapping[Value, str],
        backend: Backend,
        function: str = "program",
        *,
        accumulate: bool = False,
    ) -> None:
        self.outputs = outputs
        self.parameters = parameters
        self.hints = hints
        self.backend = backend
        self.names = Names({*keyword.kwlist, *keyword.softkwlist, "np", "scipy", *backend.imports, *backend.helpers()})
        self.function = self.names.new(function)
        self.arguments = {p.name: self.names.new(p.name) for p in parameters}
        self.sizes: dict[str, str] = {p.name: self.arguments[p.name] for p in parameters if p.shape is None}
        self.sizes_used: dict[str, None] = {}
        self.dtype_name: str | None = None
        self.scope = Scope(self.arguments.__getitem__, self._size, self._dtype)
        self.uses: dict[Value, int] = {}
        self.texts: dict[Value, Text] = {}
        self.named: set[Value] = set()
        self.lines: list[tuple[str, str | None]] = []
        self.labels: dict[Value, str] = {}
        self.accumulate = accumulate
        self.in_place = backend.writes and not any(v.primitive.other_type or v.primitive.results > 1 for v in live(outputs))
        self.user: dict[Value, Value] = {}
        """The last value that uses a value."""
        self.result: list[str] | None = None
        """The last lines, where they are not to return the outputs."""

    def compute(self) -> None:
        """Writes the steps."""
        order = live(self.outputs)
        for value in order:
            for operand in value.operands:
                self.uses[operand] = self.uses.get(operand, 0) + 1
                self.user[operand] = value
        for value in self.outputs:
            self.uses[value] = self.uses.get(value, 0) + 1
        for value in order:
            self._visit(value)

    def name(self, value: Value) -> str:
        """What an output is called in the text; it gets a line of its own."""
        if value not in self.named:
            self._assign(value)
        return self.texts[value].text

    def write(self) -> list[tuple[str, str | None]]:
        """The lines of the function, and what those that may fail compute."""
        if not self.texts and self.outputs:
            self.compute()
        results = self._results() if self.result is None else self.result
        body = [*self._prologue(), *self.lines, *((line, None) for line in results)]
        head = [*self._signature(), *self._docstring()]
        return [*((line, None) for line in head), *((f"    {line}", label) for line, label in body)]

    # Steps

    def _visit(self, value: Value) -> None:
        operands = [self.texts[operand] for operand in value.operands]
        if value.operation == "add_diagonal":
            self._statements(value, operands)
            return
        if value.kind == "view" and self.uses[value] > 1 and self._is_computed(value.operands[0]):
            self._assign(value.operands[0])  # else it would be computed wherever the view is used
            operands = [self.texts[operand] for operand in value.operands]
        # A line that would grow too long has its longest parts computed before it.
        while sum(len(text.text) for text in operands) > _WIDTH - 24:
            longest = max(
                (operand for operand in value.operands if operand not in self.named and len(self.texts[operand].text) > 8),
                key=lambda operand: len(self.texts[operand].text),
                default=None,
            )
            if longest is None:
                break
            self._assign(longest)
            operands = [self.texts[operand] for operand in value.operands]
        if self._accumulates(value):
            self._add_in_place(value)
            return
        self.texts[value] = self.backend.expression(value, operands, self.scope)
        if (function := value.primitive.may_fail_as) is not None:
            self.labels[value] = f"{function}({self.texts[value.operands[0]].text})"
        elif value.kind == "factorised":
            self.labels[value] = self.labels[value.operands[0]]
        if not self._is_inline(value):
            self._assign(value)

    def _is_computed(self, value: Value) -> bool:
        """Whether the value's text computes something and has no name yet."""
        while value.kind in ("view", "layout") and value not in self.named:
            value = value.operands[0]
        return value not in self.named and value.kind not in ("number", "input", "item")

    def _is_inline(self, value: Value) -> bool:
        """Whether the value is written where it is used, without a line of its own."""
        if value.kind in ("number", "input", "item"):
            return True
        if value.primitive.results > 1:
            return False
        user = self.user.get(value)
        final = value in self.outputs if user is None else self._accumulates(user) and value is user.operands[1]
        final = final and self.uses[value] == 1
        if value in self.hints or len(self.texts[value].text) > (_SHORT if not final else _WIDTH - 16):
            return False
        if value.kind == "view" and value.operation != "diagonal":
            return True
        if self.uses[value] > 1:
            return False
        if value in self.user and self._accumulates(self.user[value]) and self.user[value].operands[0] is value:
            return False
        return value.kind == "elementwise" or value.operation in _INLINE

    def _accumulates(self, value: Value) -> bool:
        """Whether a term is added to an array of the program's own that has no other use: a large one, or one that has a line
        of its own anyway."""
        return self._target(value) is not None

    def _target(self, value: Value) -> Value | None:
        """The operand that is written to."""
        if not self.in_place or value.operation not in ("add", "subtract", "multiply") or not value.rank:
            return None
        for target in value.operands if value.operation != "subtract" else value.operands[:1]:
            large = self.accumulate and target is value.operands[0] and value.rank >= 4 and value.operation != "multiply"
            if (large or target in self.named) and target.shape == value.shape and self._is_own(target):
                return target
        return None

    def _is_own(self, value: Value) -> bool:
        return value not in self.outputs and self._is_fresh(value) and value.operation != "definite"

    def _add_in_place(self, value: Value) -> None:
        target = self._target(value)
        assert target is not None
        (term,) = [v for v in value.operands if v is not target] or [target]
        if target not in self.named:
            self._assign(target)
        name = self.texts[target].text
        sign = {"add": "+", "subtract": "-", "multiply": "*"}[value.operation]
        self._line(f"{name} {sign}= {self.texts[term].text}", value)
        self._bind(value, name)

    def _assign(self, value: Value) -> None:
        name = self.names.new(self.hints.get(value) or self._suggestion(value))
        self._line(f"{name} = {self.texts[value].text}", value)
        self._bind(value, name)

    def _statements(self, value: Value, operands: Sequence[Text]) -> None:
        base = value.operands[1] if len(value.operands) > 1 else None
        fresh = base is not None and self._is_fresh(base)
        if fresh and base in self.named and value not in self.hints:
            name = self.texts[base].text
        else:
            name = self.names.new(self.hints.get(value) or "t")
        lines = self.backend.statements(value, operands, self.scope, name, fresh)
        if lines is None:
            self.texts[value] = self.backend.expression(value, operands, self.scope)
            self._assign(value)
            return
        if lines[0] == f"{name} = {name}":
            lines.pop(0)
        else:
            self._line(lines.pop(0), value)
        self.lines += [(line, None) for line in lines]
        self._bind(value, name)

    def _is_fresh(self, value: Value) -> bool:
        """Whether the value is an array of the program's own that has one use, so that this use may write to it."""
        while self.uses[value] == 1 and value.operation in ("transpose", "reshape"):
            value = value.operands[0]
        return self.uses[value] == 1 and value.kind not in ("view", "layout", "input", "item")

    def _bind(self, value: Value, name: str) -> None:
        self.texts[value] = atom(name)
        self.named.add(value)

    def _line(self, text: str, value: Value) -> None:
        shape = ", ".join(_plain(extent) for extent in value.shape)
        self.lines.append((f"{text}  # {shape}" if value.shape else text, self.labels.get(value)))

    def _suggestion(self, value: Value) -> str:
        """A name that says what the value is, where that is short."""
        parts = [_short(self.texts[operand].text) for operand in value.operands]
        if value.operation == "matmul" and all(parts) and len("".join(parts)) <= 8:
            return "".join(parts)
        prefix = {"inv": "inv", "lu": "lu", "cholesky": "chol", "logdet": "logdet"}.get(value.operation)
        if value.operation in ("exp", "log", "tanh", "sin", "cos", "sqrt"):
            prefix = value.operation
        if prefix and parts and parts[0] and len(parts[0]) <= 8:
            return f"{prefix}_{parts[0]}"
        return "t"

    # What stands before the steps

    def _size(self, name: str) -> str:
        if name not in self.sizes:
            self.sizes[name] = self.names.new(name)
        self.sizes_used[name] = None
        return self.sizes[name]

    def _dtype(self) -> str:
        if self.dtype_name is None:
            self.dtype_name = self.names.new(self.backend.dtype_name)
        return self.dtype_name

    def _prologue(self) -> list[tuple[str, str | None]]:
        """Sizes read from the shapes of the arguments, and the type of the entries."""
        lines: list[tuple[str, str | None]] = []
        wanted = [name for name in self.sizes_used if all(p.name != name or p.shape is not None for p in self.parameters)]
        known: set[str] = set()
        for parameter in self.parameters:
            if parameter.shape is None:
                known.add(parameter.name)
        for parameter in self.parameters:
            axes = [_axis_name(extent) for extent in parameter.shape or ()]
            here = [name for name in dict.fromkeys(axes) if name is not None and name in wanted and name not in known]
            if not here:
                continue
            known.update(here)
            argument = self.arguments[parameter.name]
            if len(axes) > 1 and len(here) == len(axes):
                lines.append((f"{', '.join(self.sizes[name] for name in here)} = {argument}.shape", None))
            else:
                lines += [(f"{self.sizes[name]} = {argument}.shape[{axes.index(name)}]", None) for name in here]
        lines += [(line, None) for line in self._deduced(wanted, known)]
        if self.dtype_name is not None:
            arrays = [self.arguments[p.name] for p in self.parameters if p.shape is not None]
            lines.append((f"{self.dtype_name} = {self.backend.dtype_line(arrays)}", None))
        return lines

    def _deduced(self, wanted: Sequence[str], known: set[str]) -> list[str]:
        """Sizes from axes of compound lengths: m from n+m, n from n(n+1)/2; those that other sizes need among them."""
        axes = [
            (f"{self.arguments[p.name]}.shape[{axis}]", extent)
            for p in self.parameters
            for axis, extent in enumerate(p.shape or ())
        ]
        steps: list[tuple[str, str, Extent, set[str]]] = []
        read = {name: text for text, extent in axes if (name := _axis_name(extent)) is not None}
        have = known | set(read)
        while True:
            found = [(name, text, e) for text, e in axes if (name := solvable(e, have)) is not None]
            if not found:
                break
            steps.append((*found[0], set(have)))
            have.add(found[0][0])
        needed = {name for name in wanted if name not in known}
        used: list[tuple[str, str, Extent, set[str]]] = []
        for step in reversed(steps):
            if step[0] in needed:
                used.append(step)
                needed |= step[2].names() - known
        missing = sorted(needed - {step[0] for step in used})
        lines = [f"{self._size(name)} = {read[name]}" for name in missing]
        for name, text, extent, before in reversed(used):
            lines.append(f"{self._size(name)} = {solution_text(extent, text, before, self._size)}")
        return lines

    def _docstring(self) -> list[str]:
        shapes = []
        for p in self.parameters:
            lengths = ", ".join(_plain(extent) for extent in p.shape or ())
            shapes.append(f"{self.arguments[p.name]} ({lengths})" if lengths else self.arguments[p.name])
        if len(line := f'    """Shapes: {"; ".join(shapes)}."""') <= _WIDTH:
            return [line] if shapes else []
        return ['    """Shapes:', *(f"        {shape}" for shape in shapes), '    """']

    def _signature(self) -> list[str]:
        arguments = list(self.arguments.values())
        if len(line := f"def {self.function}({', '.join(arguments)}):") <= _WIDTH:
            return [line]
        return [f"def {self.function}(", *(f"    {argument}," for argument in arguments), "):"]

    # Results

    def _results(self) -> list[str]:
        texts: list[str] = []
        taken: set[Value] = set()
        for value in self.outputs:
            owner = _owner(value)
            shared = self.backend.shares_memory and (
                owner.operation in ("input", "broadcast_to") or owner in taken or _is_locked(value)
            )
            taken.add(owner)
            texts.append(self.backend.output(value, self.texts[value].text, self.scope, shared=shared))
        line = f"return {texts[0] if len(texts) == 1 else tuple_text(texts)}"
        return [line] if len(line) <= _WIDTH or len(texts) == 1 else ["return (", *(f"    {text}," for text in texts), ")"]


def _owner(value: Value) -> Value:
    """The value whose memory a view looks at."""
    while value.kind in ("view", "layout"):
        if value.operation == "broadcast_to" and is_number(value.operands[0]):
            return value
        value = value.operands[0]
    return value


def _is_locked(value: Value) -> bool:
    """Whether the result would be a view that cannot be written to."""
    while value.kind in ("view", "layout"):
        if value.operation in ("diagonal", "broadcast_to"):
            return True
        value = value.operands[0]
    return False


def _short(text: str) -> str:
    """A name, or the transpose of one as name + t; else nothing."""
    if text.isidentifier():
        return text
    if text.endswith(".T") and text[:-2].isidentifier():
        return text[:-2] + "t"
    return ""


def _plain(extent: Extent) -> str:
    return extent.text(str)


def _axis_name(extent: Extent) -> str | None:
    """The name of a dimension that an axis has as its length."""
    if len(extent.terms) == 1 and extent.terms[0][1] == 1 and len(extent.terms[0][0]) == 1:
        return extent.terms[0][0][0].name
    return None
