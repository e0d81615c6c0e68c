"""What is printed of the frozen texts, as text, LaTeX and Unicode, is read back as the same."""

import pytest

from tensordiff.check import equal
from tensordiff.matrix import text
from tensordiff.parse import parse, parse_answer
from tensordiff.render import latex, unicode
from tests.parse.test_frozen_readings import ROWS

SPELLINGS = {"text": text, "latex": lambda matrix: f"${latex(matrix)}$", "unicode": unicode}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_it_is_read_back(spelling):
    for row in ROWS[::5]:
        matrix, scope = parse(row["text"], *(row.get(key) for key in ("shapes", "structures", "where", "assume")))
        written = SPELLINGS[spelling](matrix)
        again, _ = parse_answer(written, scope)
        assert again is matrix or (again.shape == matrix.shape and equal(again, matrix)), written
