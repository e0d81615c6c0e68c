"""The entry point: output to stdout, errors to stderr as text, never a traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from tensordiff.cli.arguments import parse_arguments
from tensordiff.cli.commands import INPUT_ERROR, run
from tensordiff.errors import TensordiffError

INTERNAL_ERROR = 3
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives the exit status: 0 done or right, 1 not right, 2 an error in the input, 3 a defect."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter shows its code
    try:
        output, status = run(parse_arguments(sys.argv[1:] if arguments is None else arguments))
        if output:
            print(output, flush=True)
    except TensordiffError as error:
        print(f"error: {error}", file=sys.stderr)
        return INPUT_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`): what is left in the buffer must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a defect of tensordiff; please report the command.", file=sys.stderr)
        return INTERNAL_ERROR
    return status
