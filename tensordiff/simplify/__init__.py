"""The catalogue of rules on products of factors, each with the reason why it terminates."""

from tensordiff.simplify.cofactors import settle_cofactors
from tensordiff.simplify.division import divide_out
from tensordiff.simplify.frechet import close_frechet, close_frechet_in
from tensordiff.simplify.links import reduce_links, word_letters
from tensordiff.simplify.places import cut_at_places
from tensordiff.simplify.product import Product, product_of
from tensordiff.simplify.sums import sum_beside_power, sum_probabilities

__all__ = [
    "Product", "settle_cofactors", "cut_at_places", "close_frechet", "close_frechet_in", "divide_out", "product_of",
    "reduce_links", "sum_beside_power", "sum_probabilities", "word_letters",
]  # fmt: skip
