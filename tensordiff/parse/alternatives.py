"""Other ways to read a call, where the usual one does not conform."""

from __future__ import annotations

from collections.abc import Callable

from tensordiff.errors import ShapeError, TensordiffError
from tensordiff.matrix import Matrix, Scope
from tensordiff.parse.vocabulary import Vocabulary


def first(vocabulary: Vocabulary, read: Callable[[Vocabulary], tuple[Matrix, Scope]]) -> tuple[Matrix, Scope]:
    """What the first way of reading that conforms gives; the usual one comes first. Raises its error where none does."""
    try:
        return read(vocabulary)
    except ShapeError as error:
        for other, note in vocabulary.alternatives():
            try:
                value, scope = read(other)
            except TensordiffError:
                continue
            if scope.conventions is not None:
                scope = scope.with_conventions(scope.conventions.noting(note))
            return value, scope
        raise error
