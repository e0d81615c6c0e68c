"""The matrix form: nodes, constructors with shape checks, scopes, and the text that people write and read."""

from tensordiff.matrix import build
from tensordiff.matrix.node import Matrix, Shape, normalise, shape_text
from tensordiff.matrix.resplit import describe
from tensordiff.matrix.scope import Scope
from tensordiff.matrix.shape import ShapeLike, SizeLike, is_column, read_group, read_shape, same_size, same_sizes, total_size
from tensordiff.matrix.text import brief, number_text, sized_text, text

__all__ = [
    "Matrix", "Scope", "Shape", "ShapeLike", "SizeLike", "brief", "build", "describe", "normalise", "number_text",
    "is_column", "read_group", "read_shape", "same_size", "same_sizes", "shape_text", "sized_text", "text", "total_size",
]  # fmt: skip
