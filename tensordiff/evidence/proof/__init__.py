"""Proofs of equality beyond equal canonical forms: by the relations of inverses and other functions."""

from tensordiff.evidence.proof.prove import proof

__all__ = ["proof"]
