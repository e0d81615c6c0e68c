"""Checking: layouts, proof, numerical witness, diagnosis, verdict.

The names are imported when they are first asked for: evidence needs NumPy, which other uses of the package start without.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensordiff.check.callables import check_callable
    from tensordiff.check.chain import ChainVerdict, check_chain
    from tensordiff.check.judge import check_claim
    from tensordiff.check.verdict import Verdict
    from tensordiff.check.witness import Witness
    from tensordiff.evidence.agreement import Evidence
    from tensordiff.evidence.equality import Equality, assert_equal, equal, equal_tensors
    from tensordiff.evidence.evidence import compare

_MODULES = {
    "ChainVerdict": "check.chain", "Equality": "evidence.equality", "Evidence": "evidence.agreement",
    "Verdict": "check.verdict", "Witness": "check.witness", "assert_equal": "evidence.equality",
    "check_callable": "check.callables", "check_chain": "check.chain", "check_claim": "check.judge",
    "compare": "evidence.evidence", "equal": "evidence.equality", "equal_tensors": "evidence.equality",
}  # fmt: skip

__all__ = [
    "ChainVerdict", "Equality", "Evidence", "Verdict", "Witness", "assert_equal", "check_callable", "check_chain",
    "check_claim", "compare", "equal", "equal_tensors",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"tensordiff.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
