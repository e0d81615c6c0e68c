"""Colours, progress and completion: only where somebody sees them; pipes get plain text."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tensordiff.cli import main
from tensordiff.cli.arguments import make_parser
from tensordiff.cli.terminal import coloured, progress

COMMAND = [sys.executable, "-m", "tensordiff"]
CLAIM = ["check", "2*A*x", "--of", "x'*A*x", "--wrt", "x"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_tone_colours_the_first_line_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured("Right.\nmore", Terminal(), "right") == "\x1b[32mRight.\x1b[0m\nmore"
    assert (
        coloured("✓ a = b\n✗ c\n? d\n  ? e", Terminal())
        == "\x1b[32m✓\x1b[0m a = b\n\x1b[31m✗\x1b[0m c\n\x1b[90m?\x1b[0m d\n  ? e"
    )
    assert coloured("Right.", io.StringIO(), "right") == "Right."
    monkeypatch.setenv("NO_COLOR", "1")
    assert coloured("Right.", Terminal(), "right") == "Right."


def test_what_takes_long_says_so_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with progress(after=0.01):
        while "at work" not in shown.getvalue():
            pass
    assert shown.getvalue().endswith("\r\x1b[K")


def test_a_pipe_sees_neither_colours_nor_progress() -> None:
    found = subprocess.run([*COMMAND, *CLAIM], capture_output=True, text=True, check=False)
    assert found.returncode == 1 and "\x1b" not in found.stdout and found.stderr == ""


def test_a_terminal_sees_colours() -> None:
    leader, follower = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    subprocess.run([*COMMAND, *CLAIM], stdout=follower, stderr=subprocess.DEVNULL, check=False, env=environment)
    os.close(follower)
    assert os.read(leader, 4096).startswith(b"\x1b[33mRight in the gradient layout only if A is symmetric.\x1b[0m")
    os.close(leader)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_full_disk_is_said_in_a_line() -> None:
    with open("/dev/full", "w") as full:
        found = subprocess.run(
            [*COMMAND, "diff", "x'*x", "--wrt", "x"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert found.returncode == 74
    assert found.stderr == "error: cannot write the output: No space left on device\n"


def test_shells_complete_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "tcsh"):
        assert main(["completion", shell]) == 0
        written = capsys.readouterr().out
        for word in ("diff", "proofread", "grade", "functions", "--wrt", "--layout"):
            assert word.removeprefix("--") in written, (shell, word)


def test_bash_completes_commands_and_choices(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(subprocess.run([*COMMAND, "completion", "bash"], capture_output=True, text=True, check=True).stdout)

    def completed(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        code = f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _shtab_tensordiff; echo ${{COMPREPLY[@]}}"
        return subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert completed("tensordiff", "pro") == ["proofread"]
    assert completed("tensordiff", "diff", "--la") == ["--layout"]


@pytest.mark.parametrize("name", ["diff", "check", "proofread", "grade", "explain", "compile", "functions"])
def test_every_command_that_answers_has_json(name: str) -> None:
    (commands,) = [action for action in make_parser()._actions if action.dest == "command"]
    assert commands.choices is not None
    assert "--json" in commands.choices[name]._option_string_actions  # type: ignore[call-overload, index]


def test_texts_come_from_standard_input_and_from_files(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "f.txt"
    file.write_text("x'*A*x\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("x'*A*x\n"))
    assert main(["diff", "-", "--wrt", "x", "--to", "matrix"]) == 0
    assert main(["diff", f"@{file}", "--wrt", "x", "--to", "matrix"]) == 0
    assert main(["check", "(A+A')*x", "--of", f"@{file}", "--wrt", "x", "--json"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("(A + A')*x\n(A + A')*x\n{") and json.loads(out[out.index("{") :])["right"]
    assert main(["diff", f"@{file}.none", "--wrt", "x"]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_compile_prints_code_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    assert main(["compile", "norm2(A*x - b)^2", "--wrt", "x", "--size", "n=3"]) == 0
    space: dict[str, object] = {}
    exec(capsys.readouterr().out, space)
    A, x, b = np.eye(3), np.ones(3), np.zeros(3)
    value, slope = space["program"](A=A, x=x, b=b)  # type: ignore[operator]
    assert value == 3 and slope.tolist() == [2, 2, 2]
    assert main(["compile", "norm2(A*x - b)^2", "--wrt", "x", "--json"]) == 0
    assert [result["shape"] for result in json.loads(capsys.readouterr().out)["results"]] == [[], ["m"]]
    assert main(["compile", "x'*x", "--size", "n=few"]) == 2
    assert "no whole number" in capsys.readouterr().err


def test_functions_lists_all_and_tells_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    import tensordiff as td

    assert main(["functions"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == sorted(listed) and all(callable(getattr(td, name)) for name in listed)
    assert main(["functions", "asin"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("arcsin(") and "Also read as: asin." in told
    assert main(["functions", "lgdet"]) == 2
    assert "did you mean logdet" in capsys.readouterr().err
