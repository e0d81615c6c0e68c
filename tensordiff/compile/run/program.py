"""Programs: planned for the sizes that they meet, compiled once, run often."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from keyword import iskeyword
from math import log
from threading import Lock
from types import MappingProxyType
from typing import Any

from tensordiff.compile.plan.cost import Cost, estimate, steps
from tensordiff.compile.plan.graph import GUARDED, live
from tensordiff.compile.plan.plan import plan
from tensordiff.compile.run import inputs as binding
from tensordiff.compile.run.backends import ArrayLibrary, library
from tensordiff.compile.run.batch import BatchCall, Runs, common_shape
from tensordiff.compile.run.pickling import pack, unpack
from tensordiff.compile.run.validate import Check, check_of, is_complex
from tensordiff.compile.write.source import Source, write
from tensordiff.errors import EvaluationError, TensordiffError
from tensordiff.tensor import Einsum, Symbol, Tensor, postorder

_KEPT_SIZES = 64
"""Programs for so many sets of sizes are kept."""
_KEPT_SIGNATURES = 256
_TYPICAL = 100
"""Sizes that nobody gave are planned for as about this, each a little smaller than the one before."""


@lru_cache(maxsize=512)
def _cached(
    outputs: tuple[Tensor, ...],
    inputs: tuple[Symbol, ...],
    allowed: frozenset[str],
    backend: str,
    sizes: tuple[tuple[str, int], ...] | None,
    groups: tuple[tuple[int, ...], ...],
    single: bool,
    validate: bool,
    real: tuple[tuple[str, str], ...],
    compound: tuple[tuple[str, tuple[int, ...]], ...],
    order: str,
) -> Program:
    fixed = None if sizes is None else dict(sizes)
    return Program(outputs, inputs, allowed, backend, fixed, groups, single, validate, real, compound, order)


def compile_program(
    outputs: Sequence[Tensor],
    *,
    inputs: Sequence[Symbol] = (),
    allowed: Collection[str] = (),
    backend: str = "numpy",
    sizes: Mapping[str, int] | None = None,
    groups: Sequence[Sequence[int]] = (),
    single: bool = False,
    validate: bool = True,
    real: Mapping[str, str] = MappingProxyType({}),
    compound: binding.Joined = MappingProxyType({}),
    order: str = "K",
) -> Program:
    """A program that computes the tensors from arrays given by name.

    `inputs` are the symbols that are declared: they may be given, and those that the outputs do not need are checked and
    ignored. Names in `allowed` may be given too and are ignored. `backend` is "numpy", "jax" or "torch". With `sizes`
    (numbers for named dimensions) the program is planned at once and for these; it is right for all sizes. `groups` says
    how many neighbouring axes of each result are joined to one (compound axes), by default none; with `single` the program
    gives its one result bare. Unless told not to `validate`, it refuses arrays that break the structure which their symbols
    declare. `real` names inputs that must be real besides those that enter functions of real arguments, each with the reason.
    `compound` says of inputs by name how many neighbouring axes are one axis of their arrays, as `groups` does of results.
    With `order` "C" results lie in memory row by row, with "K" as they were computed.
    Equal requests give the same program. Raises TensordiffError for an unknown backend.
    """
    fixed = None if sizes is None else tuple(sorted(sizes.items()))
    joined = tuple(tuple(counts) for counts in groups)
    reasons = tuple(sorted(real.items()))
    names = frozenset(allowed)
    apart = tuple(sorted((name, tuple(counts)) for name, counts in compound.items()))
    return _cached(tuple(outputs), tuple(inputs), names, backend, fixed, joined, single, validate, reasons, apart, order)


class Program:
    """Call it with arrays by name; it gives the list of results, in the order of the outputs (one that was asked for alone,
    bare).

    It is planned at the first call for each set of sizes (sizes within about a tenth share a plan). `source` is its text,
    which stands alone. Programs may be shared by threads and pickled.
    """

    def __init__(
        self,
        outputs: Sequence[Tensor],
        inputs: Sequence[Symbol] = (),
        allowed: Collection[str] = (),
        backend: str = "numpy",
        sizes: Mapping[str, int] | None = None,
        groups: Sequence[Sequence[int]] = (),
        single: bool = False,
        validate: bool = True,
        real: Sequence[tuple[str, str]] = (),
        compound: Sequence[tuple[str, Sequence[int]]] = (),
        order: str = "K",
    ) -> None:
        if order not in ("K", "C"):
            raise EvaluationError(f'order is "K" (as computed) or "C" (row by row), got {order!r}')
        self._order = order
        assert not single or len(outputs) == 1
        self.backend = backend
        self._groups = tuple(tuple(counts) for counts in groups)
        self._single = single
        self._validate = validate
        self._real = {**binding.real_inputs(outputs), **dict(real)}
        self.sizes = None if sizes is None else dict(sizes)
        self._outputs = tuple(outputs)
        self._declared = tuple(inputs)
        self._allowed = frozenset(allowed)
        self._library: ArrayLibrary = library(backend, rows=order == "C")
        self._compound = {name: tuple(counts) for name, counts in compound}
        self.parameters = binding.parameters(self._outputs, self._declared, self._compound)
        self._names = tuple(parameter.name for parameter in self.parameters)
        symbols = [node for node in postorder(self._outputs) if isinstance(node, Symbol)]
        self._symbols = {symbol.name: symbol for symbol in (*self._declared, *symbols)}
        self._checks = self._structures() if validate else ()
        self._signature = _signature_of(self._names)
        self._lock = Lock()
        self._compiled: dict[tuple[object, ...], _Compiled] = {}
        self._ready: dict[tuple[object, ...], Runs] = {}
        self._loose: dict[tuple[object, ...], tuple[Runs, list[Any]]] = {}
        self._size_names = {name for symbol in self._symbols.values() for dim in symbol.dims for name in dim.names()}
        self._planned_for = {**self._typical(), **(self.sizes or {})}
        if sizes is not None:
            self._for_sizes(sizes)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs that the program needs, in the order of the function's parameters."""
        return self._names

    def __call__(self, /, **arrays: Any) -> Any:
        """The results for these inputs.

        Raises EvaluationError for missing or unknown names, shapes that do not fit, data that break a declared structure or
        assumption beyond rounding, singular matrices, and values outside the domain of a function.
        """
        try:
            signature, values = self._signature(**arrays)
            ready = self._ready.get(signature)
        except (AttributeError, TypeError):  # other names, or inputs that are no arrays
            return self._run_loose(arrays)
        if ready is None:
            values, ready = self._bind(arrays)
        for place, check in self._checks:
            check(values[place])
        return ready.run(values)

    def _run_loose(self, arrays: Mapping[str, Any]) -> Any:
        """A call with plain numbers among the inputs, or with anything else that takes checking."""
        signature = tuple([(name, type(v), getattr(v, "shape", None), getattr(v, "dtype", None)) for name, v in arrays.items()])
        known = self._loose.get(signature)
        if known is None:
            values, ready = self._bind(arrays, signature)
        else:
            ready, kinds = known
            values = [
                arrays[name] if kind is None else self._library.number(arrays[name], kind)
                for name, kind in zip(self._names, kinds, strict=True)
            ]
        for place, check in self._checks:
            check(values[place])
        return ready.run(values)

    def of_last(self, arrays: Mapping[str, Any]) -> Callable[[Any], Any] | None:
        """The function of the last input alone, with the others as they are here, for inputs such as those of an earlier
        call; None where a call takes checking."""
        if self._checks or not all(hasattr(value, "dtype") for value in arrays.values()):
            return None
        signature, values = self._signature(**arrays)
        ready = self._ready.get(signature)
        if not isinstance(ready, _Compiled) or ready.guarded or ready.results > 1:
            return None
        return partial(ready.function, *values[:-1])

    @property
    def source(self) -> str:
        """The program as text that stands alone, planned for `sizes`, else for sizes all about equal."""
        return self._for_sizes({}).source.text

    def batch_source(self, *inputs: str) -> str:
        """As `source`, for batches: the text of the function for inputs (by default all) that have one leading axis, of the
        same length in each, in front of those declared. Raises EvaluationError for a name that is no input."""
        arrays = [parameter.name for parameter in self.parameters if parameter.shape is not None]
        for name in inputs:
            if name not in arrays:
                raise EvaluationError(f"{name} is no array that this program takes; those are {', '.join(arrays) or 'none'}")
        return self._for_sizes({}, frozenset(inputs or arrays)).source.text

    @property
    def einsum(self) -> list[str]:
        """The contractions of the program as einsum strings, in the order in which they are computed."""
        return list(self._for_sizes({}).contractions)

    def cost(self, **sizes: int) -> Cost:
        """An estimate of the work: numbers for given sizes (`program.cost(n=400, m=10)`), and formulas for all sizes. Sizes
        that are not given are those that the program was planned for, else about 100."""
        for name in sizes:
            if name not in self._planned_for:
                known = ", ".join(self._planned_for) or "none"
                raise EvaluationError(f"{name} is no size of this program; its sizes are {known}")
        full = {**self._planned_for, **sizes}
        return estimate(plan(self._outputs, full, self._groups, inputs=self._compound).outputs, full)

    def explain(self, **sizes: int) -> str:
        """What the program does, for a person: its inputs, its contractions, its cost, its steps with their shapes and costs
        and what they share, and its text."""
        compiled = self._for_sizes(sizes)
        full = {**self._planned_for, **sizes}
        lines = [f"inputs: {', '.join(self._names) or 'none'}"]
        lines += [f"contraction: {subscripts}" for subscripts in compiled.contractions]
        known = ", ".join(f"{name}={value}" for name, value in full.items())
        lines.append(f"cost{f' for {known}' if known else ''}: {self.cost(**sizes)}")
        lines += [
            "steps:",
            *(f"  {line}" for line in steps(plan(self._outputs, full, self._groups, inputs=self._compound).outputs)),
        ]
        return "\n".join([*lines, "", compiled.source.text])

    def _bind(self, arrays: Mapping[str, Any], signature: tuple[object, ...] | None = None) -> tuple[list[Any], Runs]:
        """The arrays as the function takes them, and the function for their sizes."""
        size_names = self._size_names
        binding.check_names(arrays, self.parameters, {*self._symbols, *self._allowed, *size_names})
        sizes = binding.Sizes()
        prepared: dict[str, Any] = {}
        for name, array in arrays.items():
            symbol = self._symbols.get(name)
            if symbol is not None:
                prepared[name] = self._as_declared(name, self._library.array(name, array))
                sizes.add(name, binding.axes_of(symbol, self._compound), self._library.shape(prepared[name]))
            elif name in size_names or name in self._names:
                sizes.give(name, array)
                prepared[name] = sizes.values[name]
        sizes.settle()
        for name, function in self._real.items():
            if name in prepared and is_complex(prepared[name].dtype):
                raise binding.complex_entries(name, function)
        weak = [type(arrays[name]) in (bool, int, float, complex) for name in self._names]
        values = self._library.alike([prepared[name] for name in self._names], weak)
        ready: Runs = self._for_sizes(sizes.values, frozenset(name for name in self._names if name in sizes.batches))
        if sizes.batches:
            shapes = [sizes.batches.get(name) for name in self._names]
            ready = BatchCall(ready, shapes, common_shape(sizes.batches), self._library.namespace)
        self._remember(arrays, values, weak, ready, signature)
        return values, ready

    def _as_declared(self, name: str, array: Any) -> Any:
        """The array with axes of length one where it is declared as a row or column and given as a vector."""
        counts = self._compound.get(name, ())
        if len(array.shape) < len(counts) and len(array.shape) == sum(count > 0 for count in counts):
            lengths = iter(array.shape)
            return array.reshape(tuple(next(lengths) if count else 1 for count in counts))
        return array

    def _remember(
        self,
        arrays: Mapping[str, Any],
        values: Sequence[Any],
        weak: Sequence[bool],
        ready: Runs,
        signature: tuple[object, ...] | None,
    ) -> None:
        """Notes what a call needs, so that the next one with such inputs is not checked again."""
        if any(parameter.shape is None for parameter in self.parameters) or set(arrays) != set(self._names):
            return
        kept = [value is arrays[name] for value, name in zip(values, self._names, strict=True)]
        if all(kept):
            if len(self._ready) >= _KEPT_SIGNATURES:
                self._ready.clear()
            self._ready[self._signature(**arrays)[0]] = ready
        elif signature is not None and all(same or soft for same, soft in zip(kept, weak, strict=True)):
            if len(self._loose) >= _KEPT_SIGNATURES:
                self._loose.clear()
            kinds = [None if same else value.dtype for same, value in zip(kept, values, strict=True)]
            self._loose[signature] = ready, kinds

    def _for_sizes(self, sizes: Mapping[str, int], batched: frozenset[str] = frozenset()) -> _Compiled:
        """The program planned for these sizes, and for batches of these inputs; unknown sizes are taken from `self.sizes`, or
        as typical."""
        full = dict(self._planned_for)
        if self.sizes is None:
            full.update({name: value for name, value in sizes.items() if name in full})
        else:
            full.update({name: value for name, value in sizes.items() if name in full and name not in self.sizes})
        key = batched, *((name, _similar(value)) for name, value in sorted(full.items()))
        found = self._compiled.get(key)
        if found is None:
            with self._lock:
                found = self._compiled.get(key)
                if found is None:
                    if len(self._compiled) >= _KEPT_SIZES:
                        self._compiled.pop(next(iter(self._compiled)))
                    found = self._compiled[key] = self._compile(full, batched)
        return found

    def _structures(self) -> tuple[tuple[int, Check], ...]:
        """Places of inputs, and what tests their entries."""
        checks = [(place, self._symbols.get(name)) for place, name in enumerate(self._names)]
        declared = [(place, symbol) for place, symbol in checks if symbol is not None]
        axes = {symbol: len(binding.axes_of(symbol, self._compound)) for _, symbol in declared}
        made = [(place, check_of(symbol, self._library, axes[symbol])) for place, symbol in declared]
        return tuple((place, check) for place, check in made if check is not None)

    def _typical(self) -> dict[str, int]:
        names: dict[str, None] = {}
        for node in postorder(self._outputs):
            for dim in node.index_dims if isinstance(node, Einsum) else node.dims:
                names.update(dict.fromkeys(dim.names()))
        for parameter in self.parameters:
            for extent in parameter.shape or ():
                names.update(dict.fromkeys(sorted(extent.names())))
        return {name: max(_TYPICAL - number, 2) for number, name in enumerate(sorted(names))}

    def _compile(self, sizes: Mapping[str, int], batched: frozenset[str]) -> _Compiled:
        backend = self._library.backend
        made = plan(self._outputs, sizes, self._groups, batched, inputs=self._compound, free_layout=backend.blocks)
        source = write(made.outputs, self.parameters, made.graph.hints, backend, made.batch)
        for other in self._compiled.values():
            if other.source.text == source.text:
                return other
        guarded = any(value.operation in GUARDED for value in live(made.outputs))
        return _Compiled(source, tuple(made.contractions), self._library, self._single, len(self._outputs), guarded)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "graph": pack([*self._outputs, *self._declared]),
            "outputs": len(self._outputs),
            "allowed": self._allowed,
            "backend": self.backend,
            "sizes": self.sizes,
            "groups": self._groups,
            "single": self._single,
            "validate": self._validate,
            "real": tuple(self._real.items()),
            "compound": tuple(self._compound.items()),
            "order": self._order,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        nodes = unpack(state["graph"])
        count = state["outputs"]
        rest = [
            state[name] for name in ("allowed", "backend", "sizes", "groups", "single", "validate", "real", "compound", "order")
        ]
        self.__init__(nodes[:count], nodes[count:], *rest)  # type: ignore[misc]


def _similar(size: int) -> int:
    """Equal for sizes that are planned for alike: within about a tenth of each other."""
    return size if size < 8 else 8 + round(7.3 * log(size / 8))


def _signature_of(names: Sequence[str]) -> Callable[..., tuple[Any, Sequence[Any]]]:
    """A function of the inputs by name that gives what tells programs apart (types, shapes, entries), and the inputs in
    order: the shortest way through a call."""
    if not all(name.isidentifier() and not iskeyword(name) for name in names):
        return lambda **arrays: (
            tuple([(type(v), v.shape, v.dtype) for v in (arrays[name] for name in names)]),
            [arrays[name] for name in names],
        )
    parts = "".join(f"_type({name}), {name}.shape, {name}.dtype, " for name in names)
    values = "".join(f"{name}, " for name in names)
    namespace: dict[str, Any] = {"_type": type}
    exec(f"def signature({', '.join(names)}):\n    return ({parts}), ({values})", namespace)
    made: Callable[..., tuple[Any, Sequence[Any]]] = namespace["signature"]
    return made


_NAME = re.compile(r"[^\W\d]\w*")


class _Compiled:
    """The function of one source text, and how its errors are told."""

    def __init__(
        self,
        source: Source,
        contractions: tuple[str, ...],
        array_library: ArrayLibrary,
        single: bool,
        results: int,
        guarded: bool,
    ) -> None:
        self.source = source
        self.single = single
        self.guarded = guarded
        self.contractions = contractions
        self.results = results
        self.filename = f"<program {id(self):x}>"
        namespace: dict[str, Any] = {"__name__": "tensordiff_program"}
        exec(compile(source.text, self.filename, "exec"), namespace)
        linecache.cache[self.filename] = (len(source.text), None, source.text.splitlines(keepends=True), self.filename)
        written = namespace[source.function]
        self.parameters: tuple[str, ...] = written.__code__.co_varnames[: written.__code__.co_argcount]
        self.function: Callable[..., Any] = array_library.wrap(written)
        self.library = array_library

    def run(self, values: Sequence[Any]) -> Any:
        try:
            if self.guarded:
                with self.library.errors():
                    result = self.function(*values)
            else:
                result = self.function(*values)
        except TensordiffError:
            raise
        except self.library.failures as error:
            raise self._explained(error) from error
        if self.single:
            return result
        return [result] if self.results == 1 else list(result)

    def _explained(self, error: Exception) -> EvaluationError:
        """The error, told by the step that it happened in and by the inputs that this step is computed from."""
        place, line = error.__traceback__, None
        while place is not None:
            code = place.tb_frame.f_code
            if code.co_filename == self.filename and code.co_name in self.source.steps_in:
                line = place.tb_lineno
            place = place.tb_next
        if line is None:
            return EvaluationError(str(error))
        lines = self.source.text.splitlines()
        step = lines[line - 1].partition("#")[0].strip().removeprefix("return ")
        inputs = self._inputs_of(step, lines[: line - 1])
        hint = f"computed from {', '.join(inputs)}" if inputs else None
        if (label := self.source.labels.get(line)) is not None:
            return EvaluationError(f"{label}: {error}", hint=f"in {step}{f', {hint}' if hint else ''}")
        return EvaluationError(f"{error}, in {step}", hint=hint)

    def _inputs_of(self, step: str, earlier: Sequence[str]) -> list[str]:
        """The inputs that a step is computed from, by the lines before it."""
        needed = set(_NAME.findall(step.rpartition(" = ")[2]))
        for other in reversed(earlier):
            made, assigned, computed = other.partition("#")[0].strip().partition(" = ")
            if assigned and needed & set(_NAME.findall(made)):
                needed.update(_NAME.findall(computed))
        return [name for name in self.parameters if name in needed]
