"""The function of one source text, run and its errors told by the steps that they happen in."""

from __future__ import annotations

import linecache
import re
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import Any

from tensordiff.compile.write.library import ArrayLibrary
from tensordiff.compile.write.source import Source
from tensordiff.errors import EvaluationError, TensordiffError

_NUMBERS = count(1)
"""Programs are numbered: tracebacks show their text by that."""
_OUT_OF_MEMORY = re.compile(r"memory|RESOURCE_EXHAUSTED")
_NAME = re.compile(r"[^\W\d]\w*")


class Compiled:
    """The function of one source text, and how its errors are told."""

    def __init__(
        self,
        source: Source,
        contractions: tuple[str, ...],
        array_library: Callable[[], ArrayLibrary],
        single: bool,
        results: int,
        guarded: bool,
    ) -> None:
        self.source = source
        self.single = single
        self.guarded = guarded
        self.special = "scipy.special." in source.text
        self.contractions = contractions
        self.results = results
        self.filename = f"<program {next(_NUMBERS)}>"
        self._library = array_library

    @cached_property
    def library(self) -> ArrayLibrary:
        return self._library()

    @cached_property
    def _written(self) -> Callable[..., Any]:
        """The function of the text; tracebacks show the text as long as this object lives."""
        text = self.source.text
        namespace: dict[str, Any] = {"__name__": "tensordiff_program"}
        exec(compile(text, self.filename, "exec"), namespace)
        weakref.finalize(self, linecache.cache.pop, self.filename, None)
        linecache.cache[self.filename] = (len(text), None, text.splitlines(keepends=True), self.filename)
        written: Callable[..., Any] = namespace[self.source.function]
        return written

    @cached_property
    def function(self) -> Callable[..., Any]:
        """What a call runs."""
        return self.library.wrap(self._written)

    @property
    def parameters(self) -> tuple[str, ...]:
        code = self._written.__code__
        return code.co_varnames[: code.co_argcount]

    def run(self, values: Sequence[Any]) -> Any:
        try:
            if self.guarded:
                with self.library.errors(self.special):
                    result = self.function(*values)
            else:
                result = self.function(*values)
        except TensordiffError:
            raise
        except self.library.failures as error:
            raise self._explained(error) from error
        except (MemoryError, RuntimeError) as error:
            if not isinstance(error, MemoryError) and not _OUT_OF_MEMORY.search(str(error)):
                raise
            raise self._too_large(error) from error
        if self.single:
            return result
        return [result] if self.results == 1 else list(result)

    def _too_large(self, error: Exception) -> EvaluationError:
        """What is said where an array does not fit into memory."""
        told = self._explained(error)
        return EvaluationError(
            f"an array is too large for memory: {told.message}",
            hint="a derivative need not be formed: J.at(...) applies it to directions, td.jvp, td.vjp and td.hvp do",
        )

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
