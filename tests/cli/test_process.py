"""The command as a process of its own."""

from __future__ import annotations

import subprocess
import sys

COMMAND = [sys.executable, "-m", "tensordiff"]


def test_standard_output_and_status() -> None:
    found = subprocess.run(
        [*COMMAND, "diff", "x'*x", "--wrt", "x", "--to", "matrix"], capture_output=True, text=True, check=True
    )
    assert (found.stdout, found.stderr) == ("2*x\n", "")


def test_an_error_has_a_caret_and_no_traceback() -> None:
    found = subprocess.run([*COMMAND, "diff", "A*(A + A", "--wrt", "A"], capture_output=True, text=True, check=False)
    assert found.returncode == 2 and found.stdout == ""
    assert "^" in found.stderr and "Traceback" not in found.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    process = subprocess.Popen([*COMMAND, "diff", "x'*x", "--wrt", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0
