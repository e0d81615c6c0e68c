"""The command line: `tensordiff diff`, `check`, `explain` and `serve`."""

from tensordiff.cli.main import main

__all__ = ["main"]
