"""The entry point: output to stdout, errors to stderr as text, never a traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from tensordiff.cli import terminal
from tensordiff.cli.arguments import parse_arguments
from tensordiff.cli.output import INPUT_ERROR, Output
from tensordiff.errors import TensordiffError

INTERNAL_ERROR = 3
OUTPUT_ERROR = 74
"""What sysexits.h calls an error in writing."""
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives the exit status: 0 done or right, 1 not right, 2 an error in the input, 3 a defect, 74 where
    the output cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter shows its code
    try:
        output = _run(sys.argv[1:] if arguments is None else arguments)
    except TensordiffError as error:
        print(terminal.coloured(f"error: {error}", sys.stderr, "wrong"), file=sys.stderr)
        return INPUT_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a defect of tensordiff; please report the command.", file=sys.stderr)
        return INTERNAL_ERROR
    try:
        if output.text:
            print(terminal.coloured(output.text, sys.stdout, output.tone), flush=True)
    except BrokenPipeError:
        _leave_unsaid()  # the reader has gone (`| head`)
    except OSError as error:
        _leave_unsaid()
        print(f"error: cannot write the output: {error.strerror}", file=sys.stderr)
        return OUTPUT_ERROR
    return output.status


def _run(arguments: Sequence[str]) -> Output:
    """The command's output and exit status. Raises TensordiffError for an error in the input."""
    read = parse_arguments(arguments)
    with terminal.progress():
        output: Output = import_module(f"tensordiff.cli.commands.{read.command}").run(read)
    return output


def _leave_unsaid() -> None:
    """What is left in the buffer must not fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
