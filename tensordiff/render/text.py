"""Text syntax. It is part of the matrix form, whose error messages are written in it."""

from tensordiff.matrix.text import brief, number_text, text

__all__ = ["brief", "number_text", "text"]
