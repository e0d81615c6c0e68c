"""Checking: layouts, proof, numerical witness, diagnosis, verdict."""

from tensordiff.check.chain import ChainVerdict, check_chain
from tensordiff.check.claims import check_claim
from tensordiff.check.equal import Equality, assert_equal, equal, equal_tensors
from tensordiff.check.evidence import Evidence, compare
from tensordiff.check.verdict import Verdict
from tensordiff.check.witness import Witness

__all__ = [
    "ChainVerdict", "Equality", "Evidence", "Verdict", "Witness", "assert_equal", "check_chain", "check_claim", "compare",
    "equal", "equal_tensors",
]  # fmt: skip
