"""A graph of operations as text that stands alone: functions behind the imports and helpers that they use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensordiff.compile.plan.graph import Graph, Value, is_number, live
from tensordiff.compile.plan.lift import Batch
from tensordiff.compile.write.names import words
from tensordiff.compile.write.renaming import renamed, wanted_names
from tensordiff.compile.write.writer import Backend, Parameter, Writer
from tensordiff.records import field, record


@record
class Source:
    """The text, the function's name in it, and what lines that may fail compute, e.g. "inv(V)", by line number."""

    text: str
    function: str
    labels: dict[int, str] = field(default_factory=dict)
    steps_in: frozenset[str] = frozenset()
    """The names of the functions whose lines are steps of the program (the others are helpers)."""


def write(
    outputs: Sequence[Value],
    parameters: Sequence[Parameter],
    hints: Mapping[Value, str],
    backend: Backend,
    batch: Batch | None = None,
    direct: tuple[Sequence[Value], Mapping[Value, str]] | None = None,
) -> Source:
    """The function of the parameters that computes the outputs: one array, or a tuple of several. Where that fails, it does
    so in the `direct` way, given as outputs and names."""
    if direct is not None:
        first = Writer(outputs, parameters, hints, backend, "_low_rank")
        second = Writer(direct[0], parameters, direct[1], backend, "_directly")
        outer = Writer([], parameters, {}, backend)
        arguments = ", ".join(outer.arguments.values())
        outer.result = [
            "try:",
            f"    return {first.function}({arguments})",
            "except (np.linalg.LinAlgError, ArithmeticError):",
            f"    return {second.function}({arguments})",
        ]
        return _joined([first, second, outer], backend)
    if batch is None:
        return _joined([Writer(outputs, parameters, hints, backend)], backend)
    stacked = [
        Parameter(p.name, (batch.points, *p.shape)) if p.shape is not None and p.name in batch.inputs else p for p in parameters
    ]
    if not backend.blocks:
        return _joined([Writer(outputs, stacked, hints, backend)], backend)
    return _joined(_in_blocks(outputs, stacked, hints, backend, batch), backend)


def _in_blocks(
    outputs: Sequence[Value], parameters: Sequence[Parameter], hints: Mapping[Value, str], backend: Backend, batch: Batch
) -> list[Writer]:
    """A function that computes a block of points, and one that computes what all points share, and calls it."""
    stacked = [value for value in live(outputs) if value in batch.values]
    shared: dict[Value, None] = {}
    waiting = [operand for value in stacked for operand in value.operands]
    while waiting:
        value = waiting.pop()
        if _is_light(value):
            waiting += value.operands
        elif value not in batch.values:
            shared[value] = None
    computed = sorted(shared, key=lambda value: value.number)
    outer = Writer(computed, parameters, hints, backend)
    outer.compute()
    known = {value: Parameter(outer.name(value), value.shape) for value in computed}

    graph = Graph()
    new = {value: graph.input(parameter.name, value.shape) for value, parameter in known.items()}
    for value in live(outputs):
        if value not in new and all(operand in new for operand in value.operands):
            new[value] = graph.emit(value.operation, [new[v] for v in value.operands], value.attributes, shape=value.shape)
    named = {new[value]: hint for value, hint in hints.items() if value in new and value not in known}
    inner = Writer([new[value] for value in outputs], [*parameters, *known.values()], named, backend, "_block", accumulate=True)
    inner.labels = {new[value]: label for value, label in outer.labels.items() if value in known}
    block = outer.names.new("block")
    arguments = []
    for parameter in parameters:
        name = outer.arguments[parameter.name]
        if parameter.shape is not None and parameter.name in batch.inputs:
            first, name = name, f"{name}[{block}]"
            name = f"np.asfortranarray({name})" if batch.narrow else name
        arguments.append(name)
    arguments += [parameter.name for parameter in known.values()]
    call = f"{inner.function}({', '.join(arguments)})"
    outer.result = [f"return _in_blocks(lambda {block}: {call}, len({first}), {batch.block})"]
    return [inner, outer]


def _is_light(value: Value) -> bool:
    """Whether a value is as well computed in each block again: a number, an input, or a view of one."""
    return is_number(value) or value.operation == "input" or (value.kind == "view" and _is_light(value.operands[0]))


def _joined(writers: Sequence[Writer], backend: Backend) -> Source:
    """Functions one after the other, behind the imports and helpers that they use; the last is the one to call."""
    functions = [writer.write() for writer in writers]
    text = "\n".join(line for lines in functions for line, _ in lines)
    lines = _head(text, backend)
    labels: dict[int, str] = {}
    for number, function in enumerate(functions):
        lines += ["", ""] if number else []
        labels |= {len(lines) + place: label for place, (_, label) in enumerate(function, start=1) if label is not None}
        lines += [line for line, _ in function]
    outer = writers[-1]
    wanted = {written: name for writer in writers for written, name in wanted_names(writer.arguments).items()}
    text = "\n".join(renamed(lines, wanted, outer.function)) + "\n"
    labels = dict(zip(labels, renamed(labels.values(), wanted, outer.function), strict=True))
    return Source(text, outer.function, labels, frozenset(writer.function for writer in writers))


def _head(text: str, backend: Backend) -> list[str]:
    """Imports and helpers that the text uses."""
    helpers = backend.helpers()
    said, used = words(text), set[str]()
    while more := (said & helpers.keys()) - used:
        used |= more
        said |= words("\n".join(helpers[name] for name in more))
    lines = [line for name, line in backend.imports.items() if name in said]
    lines += ["", ""] if lines else []
    for name in sorted(used):
        lines += [*helpers[name].rstrip("\n").split("\n"), "", ""]
    return lines
