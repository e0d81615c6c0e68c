"""The public API: thin, in the user's words."""

from tensordiff.api.derivative import Derivative, diff
from tensordiff.api.expression import Expression

__all__ = ["Derivative", "Expression", "diff"]
