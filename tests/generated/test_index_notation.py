"""Index notation with brackets, functions and divisors, against sums over letters written out: each index that is not on the
right is summed within the smallest additive term that has it, and functions, powers and divisors act entry by entry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest

import tensordiff as td

COUNT = int(os.environ.get("GENERATED_EXAMPLES", "0")) or 150
SIZES = {"i": 2, "j": 3, "k": 4}
TENSORS = {"A": "ij", "B": "jk", "C": "ik", "x": "i", "y": "j", "z": "k", "a": "", "T": "ijk"}
SHAPES = {name: " ".join({"i": "n", "j": "m", "k": "p"}[letter] for letter in letters) for name, letters in TENSORS.items()}
FUNCTIONS = {"exp": np.exp, "sin": np.sin, "tanh": np.tanh}
RNG = np.random.default_rng(8)
VALUES = {name: RNG.uniform(0.3, 0.9, [SIZES[letter] for letter in letters]) for name, letters in TENSORS.items()}
EVERY = "ijk"


@dataclass(frozen=True)
class Part:
    """A node: its text, its letters, its operation and operands."""

    op: str
    data: str
    parts: tuple[Part, ...] = ()

    @property
    def letters(self) -> frozenset[str]:
        own = frozenset(TENSORS.get(self.data, "")) if self.op == "entry" else frozenset[str]()
        return own.union(*(part.letters for part in self.parts))

    def __str__(self) -> str:
        shown = [str(part) for part in self.parts]
        match self.op:
            case "number":
                return self.data
            case "entry":
                letters = TENSORS[self.data]
                return f"{self.data}[{','.join(letters)}]" if letters else self.data
            case "add":
                return "(" + self.data.join(shown) + ")"
            case "product":
                return "*".join(shown)
            case "divide":
                return f"{shown[0]}/({shown[1]})" if self.parts[1].op != "add" else f"{shown[0]}/{shown[1]}"
            case "call":
                return f"{self.data}({shown[0]})"
        return f"({shown[0]})^{self.data}"


def drawn(random: Random, depth: int) -> Part:
    op = random.choice(
        ["entry", "entry", "product", "add", "divide", "call", "power"] if depth else ["entry", "entry", "number"]
    )
    if op == "number":
        return Part("number", random.choice(["2", "3"]))
    if op == "entry":
        return Part("entry", random.choice(list(TENSORS)))
    count = 1 if op in ("call", "power") else 2
    parts = tuple(drawn(random, depth - 1) for _ in range(count))
    if op == "product":
        parts = tuple(part for given in parts for part in (given.parts if given.op == "product" else (given,)))
    if op == "divide" and parts[0].op == "product":
        parts = (Part("add", "+", (parts[0], Part("entry", "a"))), parts[1])
    data = {"add": random.choice(["+", "-"]), "call": random.choice(list(FUNCTIONS)), "power": "2"}.get(op, "")
    return Part(op, data, parts)


def raw(part: Part) -> np.ndarray:
    """The values for all letters, axes i, j, k, without any sum."""
    inner = [raw(each) for each in part.parts]
    match part.op:
        case "number":
            return np.full((1, 1, 1), float(part.data))
        case "entry":
            letters = TENSORS[part.data]
            return VALUES[part.data].reshape([SIZES[letter] if letter in letters else 1 for letter in EVERY])
        case "add":
            return inner[0] + inner[1] if part.data == "+" else inner[0] - inner[1]
        case "product":
            return np.prod(np.stack(np.broadcast_arrays(*inner)), axis=0)
        case "divide":
            return inner[0] / inner[1]
        case "call":
            return FUNCTIONS[part.data](inner[0])
    return inner[0] ** 2


def summed(part: Part, letters: frozenset[str]) -> np.ndarray:
    """The values with these letters summed, each within the smallest additive term that has it."""
    letters &= part.letters
    if part.op == "add":
        left, right = (summed(each, letters) for each in part.parts)
        return left + right if part.data == "+" else left - right
    factors = part.parts[:1] if part.op == "divide" else part.parts if part.op == "product" else ()
    within = {factor: set[str]() for factor in factors}
    outside = set(letters)
    for letter in letters:
        holding = [each for each in part.parts if letter in each.letters] if factors else []
        if len(holding) == 1 and holding[0] in within and holding[0].op in ("add", "divide", "product"):
            within[holding[0]].add(letter)
            outside.discard(letter)
    if factors:
        made = [summed(each, frozenset(within[each])) if each in within else raw(each) for each in part.parts]
        if part.op == "divide":
            value = made[0] / made[1]
        else:
            value = np.prod(np.stack(np.broadcast_arrays(*made)), axis=0)
    else:
        value = raw(part)
    axes = tuple(EVERY.index(letter) for letter in sorted(outside))
    return np.sum(np.broadcast_to(value, _full(value, outside)), axis=axes, keepdims=True)


def _full(value: np.ndarray, letters: set[str]) -> tuple[int, ...]:
    return tuple(SIZES[letter] if letter in letters else length for letter, length in zip(EVERY, value.shape, strict=True))


@pytest.mark.parametrize("start", range(0, COUNT, 50))
def test_sums_stand_where_the_page_says(start: int) -> None:
    read = 0
    for seed in range(start, start + 50):
        random = Random(seed if not os.environ.get("GENERATED_EXAMPLES") else None)
        part = drawn(random, random.choice([1, 2, 3]))
        kept = [letter for letter in EVERY if letter in part.letters and random.getrandbits(1)]
        text = f"{part} -> [{','.join(kept)}]"
        try:
            expression = td.parse(text, shapes=SHAPES)
        except td.ParseError as error:
            assert "index" in str(error), text
            continue
        read += 1
        expected = summed(part, part.letters - set(kept)).reshape([SIZES[letter] for letter in kept])
        values = {name: VALUES[name] for name in expression.scope.symbols}
        np.testing.assert_allclose(expression.evaluate(**values), expected, rtol=1e-9, atol=1e-9, err_msg=text)
        again = td.parse(str(expression), shapes=SHAPES).evaluate(**values)
        np.testing.assert_allclose(again, expected, rtol=1e-9, atol=1e-9, err_msg=text)
    assert read >= 25
