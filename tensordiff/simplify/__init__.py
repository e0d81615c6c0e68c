"""The catalogue of rules on products of factors, each with the reason why it terminates."""

from tensordiff.simplify.cofactors import settle_cofactors
from tensordiff.simplify.division import divide_out
from tensordiff.simplify.frechet import close_frechet, close_frechet_in
from tensordiff.simplify.inclusions import place_parts, split_indicator, unite_parts
from tensordiff.simplify.links import reduce_links, word_letters
from tensordiff.simplify.product import Product, product_of
from tensordiff.simplify.sums import sum_beside_power, sum_probabilities
from tensordiff.simplify.unit_vectors import cut_at_places

__all__ = [
    "Product", "settle_cofactors", "cut_at_places", "close_frechet", "close_frechet_in", "divide_out", "place_parts",
    "product_of", "reduce_links", "split_indicator", "sum_beside_power", "sum_probabilities", "unite_parts",
    "word_letters",
]  # fmt: skip
