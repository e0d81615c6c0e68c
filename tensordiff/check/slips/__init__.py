"""Slips that people make, each a small function that confirms its guess by a test; the most telling first.

Causes explain how the claim came about (a wrong rule whose result is the claim), corrections make it right.
"""

from tensordiff.check.slips.brackets import lost_parentheses, other_text
from tensordiff.check.slips.dropped import by_another_variable, dropped_factor
from tensordiff.check.slips.nonconforming import text_corrections
from tensordiff.check.slips.numbers import only_for_numbers, plain_product, right_for_numbers
from tensordiff.check.slips.operations import (
    dropped_trace,
    duplication_for_elimination,
    missing_commutation,
    missing_factor,
    missing_inverse,
    other_product,
    square_of_denominator,
)
from tensordiff.check.slips.orientation import (
    exchanged_indices,
    missing_transpose,
    swapped_kronecker,
    swapped_kronecker_transposed,
    swapped_product,
    transposed,
)
from tensordiff.check.slips.rules import other_meaning, outer_factor, scalar_power_rule, symmetric_rule
from tensordiff.check.slips.terms import missing_term, number_added, wrong_coefficient, wrong_sign_inside
from tensordiff.check.slips.variation import by_the_inverse, occurrence_forgotten, part_held_constant

CAUSES = (
    symmetric_rule,
    by_another_variable,
    by_the_inverse,
    scalar_power_rule,
    part_held_constant,
    occurrence_forgotten,
    plain_product,
)
CORRECTIONS = (
    swapped_kronecker,
    other_text,
    transposed,
    exchanged_indices,
    missing_commutation,
    wrong_coefficient,
    number_added,
    dropped_factor,
    missing_transpose,
    swapped_kronecker_transposed,
    swapped_product,
    other_product,
    square_of_denominator,
    duplication_for_elimination,
    dropped_trace,
    missing_inverse,
    wrong_sign_inside,
    lost_parentheses,
    missing_factor,
    text_corrections,
    missing_term,
)
REMARKS = (outer_factor, only_for_numbers, right_for_numbers)
"""Of use where nothing else was found."""

__all__ = ["CAUSES", "CORRECTIONS", "REMARKS", "other_meaning", "plain_product"]
