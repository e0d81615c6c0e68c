"""The catalogue of rules on products of factors, each with the reason why it terminates."""

from tensordiff.simplify.cofactors import adjugate_over_determinant
from tensordiff.simplify.division import divide_out
from tensordiff.simplify.links import reduce_links, trace_of_frechet, word_letters
from tensordiff.simplify.product import Product, product_of

__all__ = [
    "Product", "adjugate_over_determinant", "divide_out", "product_of", "reduce_links", "trace_of_frechet", "word_letters",
]  # fmt: skip
