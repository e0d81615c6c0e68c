"""The rules on whole products, in the order in which they are tried."""

from __future__ import annotations

from tensordiff.functions import ADJUGATE, EXP, INVERSE, POWER, SIGN, Frechet, Inclusion, Unit
from tensordiff.functions.symmetric_map import SymmetricSlope
from tensordiff.simplify.cofactors import settle_cofactors
from tensordiff.simplify.division import divide_out
from tensordiff.simplify.frechet import close_frechet
from tensordiff.simplify.inclusions import place_parts, split_indicator, unite_parts
from tensordiff.simplify.kinks import join_kinks
from tensordiff.simplify.links import reduce_links
from tensordiff.simplify.named_functions import name_functions
from tensordiff.simplify.powers import absorb_absolute_values, collect_powers
from tensordiff.simplify.rule import Rule, When
from tensordiff.simplify.sums import sum_beside_power, sum_probabilities
from tensordiff.simplify.unit_vectors import cut_at_places

_PLACES = frozenset({Inclusion, Unit})
_POWERS = frozenset({type(POWER)})

RULES = (
    Rule("parts of axes", place_parts, "each step removes a factor, or puts one on an axis that is shorter", heads=_PLACES),
    Rule("entries at places", cut_at_places, "a summed unit vector is then in one other slot, an open one in none",
         heads=_PLACES),
    Rule("parts on a diagonal", unite_parts, "each use removes a factor", heads=_PLACES, when=When.DEFINED),
    Rule("equal bases", collect_powers, "each use removes a factor", least=2),
    Rule("a sum beside its power", sum_beside_power, "each use removes a factor that is summed over", heads=_POWERS, least=2),
    Rule("absolute values", absorb_absolute_values, "the exponent of an absolute value gets nearer to 0", heads=_POWERS,
         least=2, when=When.READ),
    Rule("kinks", join_kinks, "each use removes a sign or a step", heads=frozenset({type(SIGN)}), least=2, when=When.READ),
    Rule("cofactors", settle_cofactors, "each use settles one matrix, which is then found settled",
         heads=frozenset({type(INVERSE), type(ADJUGATE)}), least=2, when=When.READ),
    Rule("functions with names", name_functions, "each use leaves fewer powers of exponentials, sinh, cosh and expm1",
         heads=frozenset({type(EXP)}), least=2, when=When.READ),
    Rule("probabilities", sum_probabilities, "each use removes a factor"),
    Rule("links", reduce_links, "each removes a factor or an index, or turns a projector, and each of those once", least=2),
    Rule("indicators", split_indicator, "what it makes begins at 0, and such are left alone", heads=_PLACES, when=When.DEFINED),
    Rule("division", divide_out, "monomials get smaller in a monomial order, or negative powers fewer",
         heads=_POWERS, least=2, when=When.DEFINED),
    Rule("Frechet derivatives", close_frechet, "each use removes one, lowers its order, or makes its value open",
         heads=frozenset({Frechet, SymmetricSlope})),
)  # fmt: skip
"""After a rule has rewritten a product in place, the first one is tried again: a rule may count on those before it."""
