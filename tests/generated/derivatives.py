"""Derivatives of sentences: which ones to take, their values by NumPy alone, and their layouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.generated.grammar import GROUPS, SHAPES, SIZES, STRUCTURES, Sentence
from tests.generated.language import SPECTRAL, Array, Node, Point, UnsuitableError, names_in, triangle, value, walk

LAYOUTS = ("gradient", "numerator", "denominator", "vec-column", "vec-row")
MEANINGS: dict[str, list[str]] = {
    "symmetric": ["free", "projected", "tied", "vech"],
    "positive-definite": ["free", "projected", "tied", "vech"],
    "skew": ["free", "projected", "tied"],
    "diagonal": ["free", "projected", "tied", "vech"],
    "lower-triangular": ["free", "projected", "tied", "vech"],
    "upper-triangular": ["free", "projected", "tied"],
    "orthogonal": ["free", "projected"],
}


@dataclass(frozen=True)
class Question:
    """A derivative to be taken: of a sentence by one or two variables, with a meaning of `entries`."""

    sentence: Sentence
    words: tuple[str, ...]
    entries: str | None
    point: Point

    def __repr__(self) -> str:
        return f"d{self.sentence!r} by {', '.join(self.words)}, entries {self.entries}"

    def value(self) -> Array:
        """f's value, without the axes of length one that tensordiff has not."""
        found = value(self.sentence.root, self.point)
        return found.reshape([size for size, group in zip(found.shape, self.f_groups, strict=False) if group])

    @property
    def f_groups(self) -> tuple[tuple[str, ...], ...]:
        shape = self.sentence.shape
        if shape is not None:
            return shape
        found = value(self.sentence.root, self.point)
        return tuple(() if size == 1 and found.ndim <= 2 else (f"{size}",) for size in found.shape)

    @property
    def f_shape(self) -> tuple[int, ...]:
        return self.value().shape

    def derivative(self) -> Array:
        """Its value: axes of f, then of each variable (one for vech). Raises UnsuitableError."""
        found = free_derivative(self.sentence, self.point, self.words)
        start = len(self.f_shape)
        found = found.reshape((*self.f_shape, *found.shape[len(value(self.sentence.root, self.point).shape) :]))
        for word in self.words:
            rank = len(GROUPS[word])
            if word in STRUCTURES and self.entries != "free":
                found = constrained(found, start, word, self.entries or "projected", self.point)
                rank = 1 if self.entries == "vech" else 2
            start += rank
        return found


def variables_of(sentence: Sentence) -> list[str]:
    """The declared variables that the sentence depends on."""
    found, waiting = set[str](), [sentence.root]
    while waiting:
        for word in names_in(waiting.pop()):
            if word in sentence.where:
                waiting.append(sentence.where[word])
            elif word in SHAPES:
                found.add(word)
    return sorted(found)


def ask(sentence: Sentence, seed: int, order: int = 1) -> Question:
    """A random question about a sentence. Raises UnsuitableError where there is none."""
    rng = np.random.default_rng(seed)
    point = sentence.point(seed)
    value(sentence.root, point)
    if order > 1 and point.singular:
        raise UnsuitableError("singular")
    words = variables_of(sentence)
    if not words or rng.random() < 0.02:
        words = ["x", "X", "S"]
    chosen = tuple(str(rng.choice(words)) for _ in range(order))
    entries = None
    structures = [STRUCTURES[word] for word in chosen if word in STRUCTURES]
    if structures:
        meanings = set(MEANINGS[structures[0]]).intersection(*(MEANINGS[s] for s in structures))
        if order > 1 and "orthogonal" in structures:
            meanings = {"free"}
        entries = str(rng.choice(sorted(meanings)))
    return Question(sentence, chosen, entries, point)


def is_spectral(sentence: Sentence) -> bool:
    """Whether a function is in it whose rounding errors a complex step cannot stand."""
    trees: list[Node] = [sentence.root, *sentence.where.values()]
    return any(part.op == "call" and part.data in SPECTRAL for tree in trees for part in walk(tree))


def free_derivative(sentence: Sentence, point: Point, words: Sequence[str]) -> Array:
    """All entries free: axes of the value, then of each variable as it is declared.

    A complex step (Squire and Trapp 1998); Richardson's central differences where it does not suit, and for the second of
    two variables.
    """
    if len(words) == 2:
        return _central(lambda moved: free_derivative(sentence, moved, words[:1]), point, words[1], 1e-4)
    if is_spectral(sentence):
        return _central(lambda moved: value(sentence.root, moved), point, words[0], 1e-3)
    base = np.asarray(point.arrays[words[0]])
    out = np.empty((*value(sentence.root, point).shape, *base.shape))
    for place in np.ndindex(base.shape):
        stepped = base.astype(complex)
        stepped[place] += 1e-30j
        out[(..., *place)] = value(sentence.root, point.moved(words[0], stepped)).imag / 1e-30
    return out


def _central(f: Callable[[Point], Array], point: Point, word: str, step: float) -> Array:
    base = np.asarray(point.arrays[word])
    out = np.empty((*f(point).shape, *base.shape))
    for place in np.ndindex(base.shape):
        sides = []
        for distance in (step, -step, 2 * step, -2 * step):
            moved = base.copy()
            moved[place] += distance
            sides.append(f(point.moved(word, moved)))
        out[(..., *place)] = (8 * (sides[0] - sides[1]) - (sides[2] - sides[3])) / (12 * step)
    return out


def constrained(found: Array, start: int, word: str, meaning: str, point: Point) -> Array:
    """The free derivative, with a structured variable's axes at `start`, in another meaning: from the derivatives along
    the structure, one for each of its free entries."""
    moved = np.moveaxis(found, (start, start + 1), (-2, -1))
    structure = STRUCTURES[word]
    n = moved.shape[-1]
    if structure == "orthogonal":
        q = np.asarray(point.arrays[word])
        result = (moved - q @ np.swapaxes(moved, -1, -2) @ q) / 2
        return np.moveaxis(result, (-2, -1), (start, start + 1))
    basis = list(_directions(structure, n))
    along = np.stack([(moved * direction).sum((-2, -1)) for direction in basis], -1)
    if meaning == "vech":
        return np.moveaxis(along, -1, start)
    weights = basis if meaning == "tied" else [direction / (direction**2).sum() for direction in basis]
    result = np.tensordot(along, np.stack(weights), 1)
    return np.moveaxis(result, (-2, -1), (start, start + 1))


def _directions(structure: str, n: int) -> list[Array]:
    found = []
    for i, j in triangle(n):
        unit = np.zeros((n, n))
        unit[i, j] = 1
        if structure in ("symmetric", "positive-definite"):
            found.append(np.maximum(unit, unit.T))
        elif structure == "skew" and i > j:
            found.append(unit - unit.T)
        elif structure == "lower-triangular" or (structure == "diagonal" and i == j):
            found.append(unit)
        elif structure == "upper-triangular":
            found.append(unit.T)
    return found


# Layouts.


def laid_out(question: Question, found: Array, layout: str) -> Array | None:
    """The derivative as a matrix (a scalar has no axes), None where the layout does not apply."""
    f = question.f_shape
    if question.sentence.shape is None and len(f) > 2:
        f_matrix = None
    else:
        f_matrix = value(question.sentence.root, question.point).shape
    vech = question.entries == "vech"
    shapes = [
        (len(_directions(STRUCTURES[word], SIZES[GROUPS[word][0][0]])),)
        if vech and word in STRUCTURES
        else np.shape(question.point.arrays[word])
        for word in question.words
    ]
    if vech and any(word in STRUCTURES for word in question.words) and layout not in ("vec-column", "vec-row"):
        return None
    if layout in ("vec-column", "vec-row"):
        return _stacked(found, [f, *shapes], layout == "vec-column")
    if layout == "denominator":
        other = laid_out(question, found, "numerator")
        return None if other is None else other.T
    x = shapes[0]
    single = len(shapes) == 1
    is_scalar = not f
    if layout == "gradient":
        return _as_matrix(found, x) if is_scalar and single and len(x) <= 2 else None
    if all(not shape for shape in shapes):
        return None if f_matrix is None else found.reshape(f_matrix)
    if is_scalar and single and len(x) <= 2:
        return _as_matrix(found, x).T
    full = [shape for shape in (f, *shapes) if shape]
    if len(full) == 2 and all(len(shape) == 1 for shape in full):
        return found.reshape(full[0][0], full[1][0])
    return None


def _as_matrix(found: Array, shape: tuple[int, ...]) -> Array:
    return found.reshape((*shape, 1)[:2] if shape else ())


def _stacked(found: Array, shapes: Sequence[tuple[int, ...]], by_columns: bool) -> Array:
    """Rows: f and all variables but the last (for column stacking the later ones vary slower); columns the last."""
    blocks, start = [], 0
    for shape in shapes:
        axes = list(range(start, start + len(shape)))
        blocks.append(axes[::-1] if by_columns else axes)
        start += len(shape)
    rows = [axis for block in (reversed(blocks[:-1]) if by_columns else blocks[:-1]) for axis in block]
    flat = np.transpose(found, [*rows, *blocks[-1]])
    return flat.reshape(int(np.prod(flat.shape[: len(rows)])), -1)


def tolerance(question: Question) -> float:
    """How well the differences are known, relative to the derivative."""
    return 1e-6 if len(question.words) > 1 or is_spectral(question.sentence) else 1e-8


__all__ = ["LAYOUTS", "Any", "Question", "UnsuitableError", "ask", "laid_out", "tolerance"]
