"""Checking: layouts, proof, numerical witness, diagnosis, verdict.

The names are imported when they are first asked for: evidence needs NumPy, which other uses of the package start without.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensordiff.check.callables import check_callable
    from tensordiff.check.chain import ChainVerdict, check_chain
    from tensordiff.check.claims import check_claim
    from tensordiff.check.equality import Equality, assert_equal, equal, equal_tensors
    from tensordiff.check.evidence import Evidence, compare
    from tensordiff.check.verdict import Verdict
    from tensordiff.check.witness import Witness

_MODULES = {
    "ChainVerdict": "chain", "Equality": "equality", "Evidence": "evidence", "Verdict": "verdict", "Witness": "witness",
    "assert_equal": "equality", "check_callable": "callables", "check_chain": "chain", "check_claim": "claims",
    "compare": "evidence", "equal": "equality", "equal_tensors": "equality",
}  # fmt: skip

__all__ = [
    "ChainVerdict", "Equality", "Evidence", "Verdict", "Witness", "assert_equal", "check_callable", "check_chain",
    "check_claim", "compare", "equal", "equal_tensors",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"tensordiff.check.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
