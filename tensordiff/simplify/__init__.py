"""The catalogue of rules on products of factors, each with the reason why it terminates."""

from tensordiff.simplify.catalogue import RULES
from tensordiff.simplify.frechet import close_frechet_in, close_spectrum
from tensordiff.simplify.links import word_letters
from tensordiff.simplify.powers import power_of, power_parts
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Rule, Step

__all__ = [
    "RULES", "Context", "Product", "Rule", "Step", "close_frechet_in", "close_spectrum", "power_of", "power_parts",
    "word_letters",
]  # fmt: skip
