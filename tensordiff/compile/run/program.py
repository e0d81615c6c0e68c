"""Programs: planned for the sizes that they meet, compiled once, run often."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from keyword import iskeyword
from math import log
from threading import Lock
from typing import Any, ParamSpec
from unicodedata import normalize

from tensordiff.canonical import defined, recognised
from tensordiff.compile.plan.cost import Cost, estimate, steps
from tensordiff.compile.plan.graph import live
from tensordiff.compile.plan.lengths import axes_of
from tensordiff.compile.plan.plan import Plan, plan
from tensordiff.compile.run import inputs as binding
from tensordiff.compile.run.backends import backend_called, library
from tensordiff.compile.run.batch import BatchCall, Runs, common_shape
from tensordiff.compile.run.coloured import source_html
from tensordiff.compile.run.compiled import Compiled
from tensordiff.compile.run.pickling import pack, unpack
from tensordiff.compile.run.request import Request
from tensordiff.compile.run.validate import Check, check_of, is_complex
from tensordiff.compile.write.library import ArrayLibrary
from tensordiff.compile.write.source import write
from tensordiff.errors import EvaluationError
from tensordiff.records import replace
from tensordiff.tensor import Einsum, Symbol, postorder

_KEPT_SIZES = 64
"""Programs for so many sets of sizes are kept."""
_KEPT_SIGNATURES = 256
_TYPICAL = 100
"""Sizes that nobody gave are planned for as about this, each a little smaller than the one before."""


_P = ParamSpec("_P")


def _compiler(request: Callable[_P, Request]) -> Callable[_P, Program]:
    cached = lru_cache(maxsize=512)(lambda made: Program(made))

    def compile_program(*outputs: _P.args, **options: _P.kwargs) -> Program:
        """A program that computes the tensors from arrays given by name; the options are those of `Request.of`.

        Equal requests give the same program. Raises TensordiffError for an unknown backend.
        """
        return cached(request(*outputs, **options))

    return compile_program


compile_program = _compiler(Request.of)


class Program:
    """Call it with arrays, by name or in the order of `inputs`; it gives the list of results, in the order of the outputs (one
    that was asked for alone, bare).

    It is planned at the first call for each set of sizes (sizes within about a tenth share a plan). `source` is its text,
    which stands alone. Programs may be shared by threads and pickled.
    """

    def __init__(self, request: Request, *, complex_inputs: bool = False) -> None:
        self._request = request
        self._outputs, self._defined = request.outputs, tuple(map(defined, request.outputs))
        self._real = {**binding.real_inputs(self._defined), **dict(request.real)}
        if not complex_inputs:
            self._outputs = tuple(recognised(output, evaluated=True) for output in request.outputs)
        self._complex: Program | None = None
        self._backend = backend_called(request.backend, rows=request.order == "C")
        self._compound = dict(request.compound)
        self.parameters = binding.parameters(request.outputs, request.inputs, self._compound)
        self._names = tuple(parameter.name for parameter in self.parameters)
        symbols = [node for node in postorder(request.outputs) if isinstance(node, Symbol)]
        self._symbols = {symbol.name: symbol for symbol in (*request.inputs, *symbols)}
        self._checks: tuple[tuple[int, Check], ...] = ()
        self._signature = _signature_of(self._names)
        self._lock = Lock()
        self._compiled: dict[tuple[object, ...], Compiled] = {}
        self._ready: dict[tuple[object, ...], Runs] = {}
        self._loose: dict[tuple[object, ...], tuple[Runs, list[Any]]] = {}
        self._size_names = {name for symbol in self._symbols.values() for dim in symbol.dims for name in dim.names()}
        self._planned_for = {**self._typical(), **(self.sizes or {})}
        if self.sizes is not None:
            self._for_sizes(self.sizes)

    @cached_property
    def _library(self) -> ArrayLibrary:
        """Imported when the program first runs; its text needs none."""
        return library(self._request.backend, rows=self._request.order == "C")

    @property
    def backend(self) -> str:
        return self._request.backend

    @property
    def sizes(self) -> dict[str, int] | None:
        """The numbers that it was planned for, where some were given."""
        return None if self._request.sizes is None else dict(self._request.sizes)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs that the program needs, in the order of the function's parameters."""
        return self._names

    def __call__(self, /, *given: Any, **arrays: Any) -> Any:
        """The results for these inputs, by name, or by place in the order of `inputs` and of the printed function.

        Raises EvaluationError for missing or unknown names, too many inputs, shapes that do not fit, data that break a declared
        structure or assumption beyond rounding, singular matrices, and values outside the domain of a function.
        """
        if given:
            arrays = self._named(given, arrays)
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

    def _named(self, given: Sequence[Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs by name, of which the first are given by place."""
        takes = f"the program takes {', '.join(self._names) or 'no inputs'}"
        if len(given) > len(self._names):
            raise EvaluationError(f"{takes}, and {len(given)} inputs are given by place", hint="give further sizes by name")
        placed = dict(zip(self._names, given, strict=False))
        for name in arrays:
            if normalize("NFKC", name) in placed:
                raise EvaluationError(f"{takes}, and {name} is given by place and by name")
        return {**placed, **arrays}

    def _run_loose(self, arrays: Mapping[str, Any]) -> Any:
        """A call with plain numbers among the inputs, or with anything else that takes checking."""
        if not all(map(str.isascii, arrays)):
            arrays = {normalize("NFKC", name): array for name, array in arrays.items()}  # as Python does with keywords
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
        if not isinstance(ready, Compiled) or ready.guarded or ready.results > 1:
            return None
        return partial(ready.function, *values[:-1])

    def __repr__(self) -> str:
        return f"<{self.backend} program of {', '.join(self._names) or 'no inputs'}>"

    def _repr_html_(self) -> str:
        return source_html(repr(self)[1:-1], self.source)

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

    def cost(self, /, **sizes: int) -> Cost:
        """An estimate of the work: numbers for given sizes (`program.cost(n=400, m=10)`), and formulas for all sizes. Sizes
        that are not given are those that the program was planned for, else about 100."""
        for name in sizes:
            if name not in self._planned_for:
                known = ", ".join(self._planned_for) or "none"
                raise EvaluationError(f"{name} is no size of this program; its sizes are {known}")
        full = {**self._planned_for, **sizes}
        return estimate(self._plan(full).outputs, full)

    def explain(self, /, **sizes: int) -> str:
        """What the program does, for a person: its inputs, its contractions, its cost, its steps with their shapes and costs
        and what they share, and its text."""
        compiled = self._for_sizes(sizes)
        full = {**self._planned_for, **sizes}
        lines = [f"inputs: {', '.join(self._names) or 'none'}"]
        lines += [f"contraction: {subscripts}" for subscripts in compiled.contractions]
        known = ", ".join(f"{name}={value}" for name, value in full.items())
        lines.append(f"cost{f' for {known}' if known else ''}: {self.cost(**sizes)}")
        lines += ["steps:", *(f"  {line}" for line in steps(self._plan(full).outputs))]
        return "\n".join([*lines, "", compiled.source.text])

    def _bind(self, arrays: Mapping[str, Any], signature: tuple[object, ...] | None = None) -> tuple[list[Any], Runs]:
        """The arrays as the function takes them, and the function for their sizes."""
        if self._request.validate and not self._checks:
            self._checks = self._structures()
        size_names = self._size_names
        binding.check_names(arrays, self.parameters, {*self._symbols, *self._request.allowed, *size_names})
        sizes = binding.Sizes()
        prepared: dict[str, Any] = {}
        for name, array in arrays.items():
            symbol = self._symbols.get(name)
            if symbol is not None:
                prepared[name] = binding.as_declared(self._library.array(name, array), self._compound.get(name, ()))
                sizes.add(name, axes_of(symbol, self._compound), self._library.shape(prepared[name]))
            elif name in size_names or name in self._names:
                sizes.give(name, array)
                prepared[name] = sizes.values[name]
        sizes.settle()
        for parameter in self.parameters:
            if parameter.shape is None and parameter.name not in prepared:
                prepared[parameter.name] = sizes.number(parameter.name)
        for name, function in self._real.items():
            if name in prepared and is_complex(prepared[name].dtype):
                raise binding.complex_entries(name, function)
        if self._defined != self._outputs and any(is_complex(getattr(array, "dtype", None)) for array in prepared.values()):
            self._complex = self._complex or Program(replace(self._request, outputs=self._defined), complex_inputs=True)
            return self._complex._bind(arrays, signature)
        weak = [type(arrays.get(name, 0)) in (bool, int, float, complex) for name in self._names]
        values = self._library.alike([prepared[name] for name in self._names], weak)
        ready: Runs = self._for_sizes(sizes.values, frozenset(name for name in self._names if name in sizes.batches))
        if sizes.batches:
            shapes = [sizes.batches.get(name) for name in self._names]
            ready = BatchCall(ready, shapes, common_shape(sizes.batches), self._library.namespace)
        self._remember(arrays, values, weak, ready, signature)
        return values, ready

    def _remember(
        self,
        arrays: Mapping[str, Any],
        values: Sequence[Any],
        weak: Sequence[bool],
        ready: Runs,
        signature: tuple[object, ...] | None,
    ) -> None:
        """Notes what a call needs, so that the next one with such inputs is not checked again. Arrays that the program does not
        need may be among them; numbers of sizes may not, since their values are no part of a signature."""
        needed = set(self._names)
        if any(parameter.shape is None for parameter in self.parameters) or not needed <= arrays.keys() <= {
            *needed,
            *self._symbols,
        }:
            return
        kept = [value is arrays[name] for value, name in zip(values, self._names, strict=True)]
        if all(kept) and len(arrays) == len(needed):
            if len(self._ready) >= _KEPT_SIGNATURES:
                self._ready.clear()
            self._ready[self._signature(**arrays)[0]] = ready
        elif signature is not None and all(same or soft for same, soft in zip(kept, weak, strict=True)):
            if len(self._loose) >= _KEPT_SIGNATURES:
                self._loose.clear()
            kinds = [None if same else value.dtype for same, value in zip(kept, values, strict=True)]
            self._loose[signature] = ready, kinds

    def _for_sizes(self, sizes: Mapping[str, int], batched: frozenset[str] = frozenset()) -> Compiled:
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
        axes = {symbol: len(axes_of(symbol, self._compound)) for _, symbol in declared}
        made = [(place, check_of(symbol, self._library, axes[symbol])) for place, symbol in declared]
        return tuple((place, check) for place, check in made if check is not None)

    def _typical(self) -> dict[str, int]:
        names: dict[str, None] = {}
        for node in postorder(self._request.outputs):
            for dim in node.index_dims if isinstance(node, Einsum) else node.dims:
                names.update(dict.fromkeys(dim.names()))
        for parameter in self.parameters:
            for extent in parameter.shape or ():
                names.update(dict.fromkeys(sorted(extent.names())))
        return {name: max(_TYPICAL - number, 2) for number, name in enumerate(sorted(names))}

    def _compile(self, sizes: Mapping[str, int], batched: frozenset[str]) -> Compiled:
        made = self._plan(sizes, batched)
        direct = None if made.direct is None else (made.direct.outputs, made.direct.graph.hints)
        source = write(made.outputs, self.parameters, made.graph.hints, self._backend, made.batch, direct)
        for other in self._compiled.values():
            if other.source.text == source.text:
                return other
        values = live([*made.outputs, *(made.direct.outputs if made.direct else ())])
        guarded = any(value.primitive.guarded for value in values)
        results = len(self._request.outputs)
        return Compiled(source, tuple(made.contractions), lambda: self._library, self._request.single, results, guarded)

    def _plan(self, sizes: Mapping[str, int], batched: Collection[str] = ()) -> Plan:
        request, backend = self._request, self._backend
        return plan(
            self._outputs,
            sizes,
            request.groups,
            batched,
            inputs=self._compound,
            free_layout=backend.blocks,
            low_rank=backend.retries,
        )

    def __getstate__(self) -> dict[str, Any]:
        """The request, its nodes as a table."""
        outputs, declared = self._request.outputs, self._request.inputs
        rest = replace(self._request, outputs=(), inputs=())
        return {"nodes": pack([*outputs, *declared]), "outputs": len(outputs), "request": rest}

    def __setstate__(self, state: dict[str, Any]) -> None:
        nodes, count = unpack(state["nodes"]), state["outputs"]
        request = replace(state["request"], outputs=tuple(nodes[:count]), inputs=tuple(nodes[count:]))
        self.__init__(request)  # type: ignore[misc]


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
