"""Proofreading: a whole derivation, as pasted, judged line by line."""

from tensordiff.check.proofread.preparation import Call, proofread
from tensordiff.check.proofread.proof import Proof, Step

__all__ = ["Call", "Proof", "Step", "proofread"]
