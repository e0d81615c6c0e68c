"""Derivatives of index-form tensors: accumulation, structured variables, the chain rule through named intermediates."""

from tensordiff.differentiate.accumulate import differentiate, pullback, pushforward
from tensordiff.differentiate.chain import Chain, Link, chain, contract_links
from tensordiff.differentiate.entries import Entries, constrain, constrained_dims, freed, restore

__all__ = [
    "Chain", "Entries", "Link", "chain", "constrain", "constrained_dims", "contract_links", "differentiate", "freed",
    "pullback", "pushforward", "restore",
]  # fmt: skip
