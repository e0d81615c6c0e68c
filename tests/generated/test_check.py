"""Verdicts: a true formula is right, in exactly the layouts where the numbers agree; a false one never is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensordiff as td
from tests.generated.derivatives import LAYOUTS, MEANINGS, Question, ask, laid_out
from tests.generated.examples import examples
from tests.generated.found import FOUND
from tests.generated.grammar import GROUPS, SIZES, STRUCTURES, Sentence, length, random_values, sentences
from tests.generated.language import Array, Node, Point, UnsuitableError, text, value
from tests.generated.mutations import mutated
from tests.generated.reader import read
from tests.generated.truth import differentiated, parsed

OPTIONS = {"depth": 2}
OTHER_SIZES = [{"n": 4, "m": 5, "p": 2}, {"n": 5, "m": 4, "p": 3}]
SAME, DIFFERENT = 1e-7, 1e-5


class Truth:
    """A derivative by numbers, in every layout and meaning of entries, at points of several sizes."""

    def __init__(self, question: Question, seed: int) -> None:
        self.question = question
        self.points = [question.point]
        self.known: list[dict[tuple[str, str], Array]] = [dict(self.values(question.point))]
        for place, sizes in enumerate(OTHER_SIZES):
            for factor in (1.0, 3.0):
                self.add(random_values(seed + place + 1, sizes, factor), sizes)

    def add(self, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> None:
        """One more point, where the derivative is defined there."""
        point = Point(arrays, sizes, self.question.sentence.where)
        try:
            known = dict(self.values(point))
        except UnsuitableError:
            return
        self.points.append(point)
        self.known.append(known)

    def values(self, point: Point) -> Iterator[tuple[tuple[str, str], Array]]:
        structure = STRUCTURES.get(self.question.words[0])
        for meaning in MEANINGS[structure] if structure else ["free"]:
            asked = replace(self.question, point=point, entries=meaning)
            derivative = asked.derivative()
            for layout in LAYOUTS:
                found = laid_out(asked, derivative, layout)
                if found is not None:
                    yield (layout, meaning), found

    def look_further(self) -> None:
        """Points on both sides of more kinks."""
        for seed in range(100, 130):
            self.add(random_values(seed, SIZES, (1.0, 2.0, 4.0)[seed % 3]), SIZES)

    def agreement(self, claim: Node) -> dict[tuple[str, str], float] | None:
        """By layout and meaning, how far a claim is off, relative to the derivative; None where it does not conform."""
        off: dict[tuple[str, str], float] = {}
        for point, known in zip(self.points, self.known, strict=True):
            fresh = Point(point.arrays, point.sizes, point.where)
            try:
                claimed = value(claim, fresh)
            except UnsuitableError:
                continue
            except (AssertionError, ValueError, np.linalg.LinAlgError):
                return None
            for key, expected in known.items():
                full = expected.reshape((*expected.shape, 1, 1)[:2]) if expected.ndim < 2 else expected
                got = claimed.reshape(1, 1) if claimed.ndim == 0 else claimed
                if got.shape != full.shape:
                    off[key] = np.inf
                    continue
                size = max(np.max(np.abs(full), initial=0), np.max(np.abs(got), initial=0))
                distance = np.max(np.abs(got - full), initial=0)
                off[key] = max(off.get(key, 0.0), float(distance / size) if size > 1e-9 * (1 + fresh.largest) else 0.0)
        if not off:
            raise UnsuitableError("no point")
        return off


def check_claim(truth: Truth, claim: Node) -> td.Verdict | None:
    """The verdict on a claim, compared with the numbers."""
    f, word = parsed(truth.question.sentence), truth.question.words[0]
    off = truth.agreement(claim)
    try:
        verdict = td.check(text(claim), f, word)
    except (td.ParseError, td.DomainError):
        assert off is None or min(off.values()) > DIFFERENT, f"{text(claim)} was refused"
        return None
    what = f"{text(claim)} for {truth.question}: {verdict.status} {verdict.layouts} {verdict.entries} {verdict.basis} {off}"
    if off is None:
        assert not verdict, what
        return verdict
    if verdict and verdict.entries != ("admissible",):
        for layout in verdict.layouts:
            assert any(off[key] < DIFFERENT for key in off if key[0] == layout), what
    if not verdict and min(off.values(), default=1) < SAME and len(truth.points) < 10:
        truth.look_further()
        off = truth.agreement(claim) or {}
    same = {layout for (layout, _), distance in off.items() if distance < SAME}
    if same:
        assert verdict.status in ("right", "undecided"), what
        assert same <= set(verdict.layouts) or verdict.status == "undecided", what
    elif min(off.values(), default=1) > DIFFERENT:
        assert not verdict or verdict.entries == ("admissible",), what
    return verdict


def check_verdicts(sentence: Sentence, seed: int) -> None:
    random = Random(seed)
    try:
        question = ask(sentence, seed)
        truth = Truth(question, seed)
        if not all(np.max(np.abs(array), initial=0) < 1e4 for known in truth.known for array in known.values()):
            return
        J = differentiated(question)
        layout = random.choice(
            sorted({layout for (layout, meaning) in truth.known[0] if meaning == (question.entries or "free")})
        )
        try:
            form = J.matrix_form(layout)
        except td.FoldError:
            return
        verdict = td.check(str(form), parsed(sentence), question.words[0], layout=layout)
        assert verdict, f"{question}: {form} in {layout} is {verdict.status}: {verdict.basis}"
        claim = read(str(form))
        check_claim(truth, claim)
        for _ in range(3):
            other = mutated(claim, random.randrange)
            refused = check_claim(truth, other)
            if refused is not None and not refused:
                check_witness(question, other, refused)
    except UnsuitableError:
        return


def check_witness(question: Question, claim: Node, verdict: td.Verdict) -> None:
    """The witness' numbers, computed again."""
    witness = verdict.witness
    if witness is None or witness.layout == "index":
        return
    lengths = {word: [length(group, witness.sizes) for group in GROUPS[word]] for word in witness.values}
    arrays = {word: np.reshape(np.array(array, dtype=float), lengths[word]) for word, array in witness.values.items()}
    point = Point(arrays, witness.sizes, question.sentence.where)
    what = f"{text(claim)} for {question}:\n{witness}"
    near = pytest.approx(float(witness.correct), rel=1e-5, abs=1e-7)
    try:
        claimed = value(claim, point)
        asked = replace(question, point=point, entries=None)
        found = None
        for meaning in MEANINGS.get(STRUCTURES.get(question.words[0], ""), ["free"]):
            asked = replace(asked, entries=meaning)
            found = laid_out(asked, asked.derivative(), witness.layout)
            if found is not None and _entry(found, witness.position) == pytest.approx(
                float(witness.correct), rel=1e-5, abs=1e-9
            ):
                break
    except (UnsuitableError, KeyError, IndexError):
        return
    assert found is not None, what
    assert _entry(claimed, witness.position) == pytest.approx(float(witness.claimed), rel=1e-5, abs=1e-7 * point.largest), what
    assert _entry(found, witness.position) == near, what
    assert float(witness.claimed) != pytest.approx(float(witness.correct), rel=1e-9), what


def _entry(matrix: Array, position: tuple[int, ...]) -> float:
    return float(
        matrix.reshape(matrix.shape if len(position) == matrix.ndim else [n for n in matrix.shape if n != 1])[
            tuple(place - 1 for place in position)
        ]
    )


@examples(12)
@given(sentence=sentences(**OPTIONS), seed=st.integers(0, 1000))
def test_verdicts(sentence: Sentence, seed: int) -> None:
    check_verdicts(sentence, seed)


@pytest.mark.parametrize("formula", FOUND)
def test_once_wrong(formula: str) -> None:
    check_verdicts(Sentence(read(formula)), 0)
