"""`tensordiff proofread`: a derivation in, a line for each of its own out, and the exit status of check."""

import io
import json

from tensordiff.cli.main import main

DECLARED = ["--wrt", "w", "--var", "X:n,m", "w:m", "y:n"]
RIGHT = "L = (y - X*w)'*(y - X*w)\ndL/dw = -2*X'*(y - X*w)\n= 2*X'*X*w - 2*X'*y\n"
WRONG = RIGHT.replace("-2*X'*(", "2*X'*(")


def run(text, tmp_path, capsys, *options):
    file = tmp_path / "derivation.txt"
    file.write_text(text, encoding="utf-8")
    status = main(["proofread", str(file), *DECLARED, *options])
    return status, capsys.readouterr()


def test_right_and_wrong(tmp_path, capsys):
    status, shown = run(RIGHT, tmp_path, capsys)
    assert status == 0
    assert "2 equalities: all right" in shown.out
    status, shown = run(WRONG, tmp_path, capsys)
    assert status == 1
    assert "the sign is wrong" in shown.out
    assert "dL/dw = 2*X'*(X*w - y)" in shown.out


def test_json(tmp_path, capsys):
    status, shown = run(WRONG, tmp_path, capsys, "--json")
    found = json.loads(shown.out)
    assert status == 1
    assert [step["status"] for step in found["steps"]] == ["definition", "wrong", "right-but-does-not-follow"]
    assert found["right"] is False


def test_standard_input_and_errors(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("sys.stdin", io.StringIO(RIGHT))
    assert main(["proofread", "-", *DECLARED]) == 0
    assert main(["proofread", str(tmp_path / "none"), *DECLARED]) == 2
    assert run(RIGHT, tmp_path, capsys, "--of", "x'*z +")[0] == 2


def test_what_is_not_read_is_not_right(tmp_path, capsys):
    status, shown = run("dL/dw = 2*X'*(", tmp_path, capsys, "--of", "(y - X*w)'*(y - X*w)")
    assert status == 1
    assert "not read" in shown.out
