"""What a program is asked to compute, and how: equal requests give the same program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from tensordiff.compile.plan.lengths import Joined
from tensordiff.errors import EvaluationError
from tensordiff.records import record
from tensordiff.tensor import Symbol, Tensor

_NOTHING: Mapping[str, tuple[int, ...]] = MappingProxyType({})


@record
class Request:
    """The tensors to compute and what is known of the inputs and results; hashable."""

    outputs: tuple[Tensor, ...]
    inputs: tuple[Symbol, ...] = ()
    """The symbols that are declared: they may be given, and those that the outputs do not need are checked and ignored."""
    allowed: frozenset[str] = frozenset()
    """Further names that may be given, and are ignored."""
    backend: str = "numpy"
    sizes: tuple[tuple[str, int], ...] | None = None
    """Numbers for named dimensions that the program is planned for at once; it is right for all sizes."""
    groups: tuple[tuple[int, ...], ...] = ()
    """How many neighbouring axes of each result are joined to one (compound axes), by default none."""
    single: bool = False
    """Whether the program gives its one result bare."""
    validate: bool = True
    """Whether arrays that break the structure which their symbols declare are refused."""
    real: tuple[tuple[str, str], ...] = ()
    """Inputs that must be real besides those that enter functions of real arguments, each with the reason."""
    compound: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """How many neighbouring axes of an input are one axis of its array, by the names of those with compound axes."""
    order: str = "K"
    """"C": results lie in memory row by row; "K": as they were computed."""

    @classmethod
    def of(
        cls,
        outputs: Iterable[Tensor],
        *,
        inputs: Iterable[Symbol] = (),
        allowed: Collection[str] = (),
        backend: str = "numpy",
        sizes: Mapping[str, int] | None = None,
        groups: Iterable[Sequence[int]] = (),
        single: bool = False,
        validate: bool = True,
        real: Mapping[str, str] = MappingProxyType({}),
        compound: Joined = _NOTHING,
        order: str = "K",
    ) -> Request:
        """The request made of ordinary lists and dictionaries. Raises EvaluationError for an unknown order."""
        if order not in ("K", "C"):
            raise EvaluationError(f'order is "K" (as computed) or "C" (row by row), got {order!r}')
        request = cls(
            tuple(outputs),
            tuple(inputs),
            frozenset(allowed),
            backend,
            None if sizes is None else tuple(sorted(sizes.items())),
            tuple(tuple(counts) for counts in groups),
            single,
            validate,
            tuple(sorted(real.items())),
            tuple(sorted((name, tuple(counts)) for name, counts in compound.items())),
            order,
        )
        assert not single or len(request.outputs) == 1
        return request
