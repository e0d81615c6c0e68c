"""The commands, called in this process: what they print, where, and their exit status."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tensordiff.cli import main

FOUNDING = "inv(X'*inv(V)*X)"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        status = main(arguments)
    except SystemExit as stop:
        assert isinstance(stop.code, int)
        status = stop.code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    status, out, err = run(capsys, *arguments)
    assert (status, err) == (0, "")
    return out.rstrip("\n")


def test_diff_shows_shape_index_form_and_matrix_form(capsys: pytest.CaptureFixture[str]) -> None:
    out = output(capsys, "diff", "F", "--where", f"F={FOUNDING.replace('inv(V)', 'P')}", "--where", "P=inv(V)", "--wrt", "V")
    lines = dict(line.split("  ", 1) for line in out.splitlines())
    found = {label: value.strip() for label, value in lines.items()}
    assert found["F"] == "inv(X'*P*X)"
    assert found["sizes"] == "X n-by-m, V n-by-n"
    assert found["tensor"] == "shape (m, m, n, n)"
    assert found["index form"].startswith("dF_ij/dV_kl = F_ia X_ba P_bk")
    assert found["matrix form"] == "kron((P*X*F)', F*X'*P)"
    assert found["layout"] == "vec-column: d vec F = (matrix form) * d vec V, vec stacking columns"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["x'*A*x", "--wrt", "x", "--to", "matrix"], "(A + A')*x"),
        (["x'*A*x", "--wrt", "x", "--wrt", "x", "--to", "matrix"], "A + A'"),
        (["-x'*A*x", "--wrt", "A", "--to", "matrix"], "-x*x'"),
        (["--wrt", "A", "--to", "matrix", "-x'*A*x"], "-x*x'"),
        (["A*x", "--wrt", "x", "--layout", "denominator", "--to", "matrix"], "A'"),
        (["tr(A*X)", "--wrt", "X", "--to", "index"], "df/dX_ij = A_ji"),
        (["tr(A*X)", "--wrt", "X", "--to", "latex"], r"A^{\top}"),
        (["-x'*A*x", "--var", "A:n,n", "x:n", "--wrt", "A", "--to", "matrix"], "-x*x'"),
        (["--wrt", "A", "--var", "A:n n", "x:n", "-x'*A*x", "--to", "matrix"], "-x*x'"),
        (["a*x", "--var", "a:", "--var", "x:n", "--wrt", "a", "--to", "matrix"], "x"),
        (["logdet(V)", "--wrt", "V", "--structure", "V:symmetric", "--to", "matrix"], "inv(V)"),
        (["n*logdet(V)", "--wrt", "V", "--var", "V:n,n", "--to", "matrix"], "n*inv(V)'"),
        (["tr(A*V)", "--wrt", "V", "--structure", "V:diagonal", "--to", "matrix"], "diag(diag(A))"),
        (["log(x'*y)", "--wrt", "x", "--assume", "x:positive", "y:positive", "--to", "matrix"], "y/(x'*y)"),
    ],
)  # fmt: skip
def test_diff_prints_one_form(capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    assert output(capsys, "diff", *arguments) == expected


def test_einsum_is_code_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = output(capsys, "diff", "tr(A*exp(X*B))", "--wrt", "X", "--to", "einsum")
    space: dict[str, Any] = {}
    exec(code, space)
    A, X, B = np.ones((3, 3)), np.eye(3, 2) / 2, np.ones((2, 3))
    np.testing.assert_allclose(space["program"](A=A, X=X, B=B), (A.T * np.exp(X @ B)) @ B.T)


def test_a_printed_program_runs_alone(capsys: pytest.CaptureFixture[str]) -> None:
    source = output(capsys, "diff", FOUNDING, "--wrt", "V", "--to", "numpy")
    assert "tensordiff" not in source
    names: dict[str, object] = {}
    exec(source, names)
    rng = np.random.default_rng(0)
    X, V = rng.normal(size=(5, 3)), rng.normal(size=(5, 5)) + 4 * np.eye(5)
    F, P = np.linalg.inv(X.T @ np.linalg.inv(V) @ X), np.linalg.inv(V)
    program = names["program"]
    assert callable(program)
    expected = np.einsum("ik,lj->ijkl", F @ X.T @ P, P @ X @ F)
    np.testing.assert_allclose(program(X=X, V=V), expected, rtol=1e-10, atol=1e-12)


def test_json_has_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(output(capsys, "diff", FOUNDING, "--wrt", "V", "--to", "numpy", "--json"))
    assert found["shape"] == ["m", "m", "n", "n"]
    assert found["shapes"] == {"X": "n-by-m", "V": "n-by-n"}
    assert found["variables"] == ["V"]
    assert found["layout"] == "vec-column"
    assert found["matrix"] == "kron((inv(V)*X*inv(X'*inv(V)*X))', inv(X'*inv(V)*X)*X'*inv(V))"
    assert found["index"].startswith("dF_ij/dV_kl = ")
    assert "kron" not in found["einsum"] and "einsum" in found["einsum"]
    assert "def program(" in found["program"]


def test_a_tensor_without_matrix_form_is_still_shown(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diff", "T[i,j,l]*x[i]*x[j]*x[l] -> []", "--wrt", "x"]
    assert "matrix form  none: " in output(capsys, *arguments)
    found = json.loads(output(capsys, *arguments, "--json"))
    assert found["matrix"] is None and found["no_matrix"]
    status, out, err = run(capsys, *arguments, "--to", "matrix")
    assert (status, out) == (2, "") and err.startswith("error: ")


def test_explain_names_the_links(capsys: pytest.CaptureFixture[str]) -> None:
    out = output(capsys, "explain", FOUNDING, "--wrt", "V")
    assert "shape (m, m, n, n)" in out and "double contraction" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["diff", "A*(A + A", "--wrt", "A"], "    A*(A + A\n      ^"),
        (["diff", "X*Y +* Z", "--wrt", "X"], "    X*Y +* Z\n         ^"),
        (["diff", "A*x + y", "--var", "A:m,n", "x:n", "y:n", "--wrt", "x"], "A*x + y"),
        (["diff", "X*Y", "--wrt", "Z"], "Z: it is not declared"),
        (["diff", "P*X", "--where", "P=inv(V)", "--wrt", "P"], "it is a name for inv(V)"),
        (["diff", "A*B", "--var", "A:n,n", "--wrt", "A"], "unknown name B"),
        (["diff", "A", "--var", "A:n,n", "A:m,m", "--wrt", "A"], "A is given twice"),
        (["diff", "A", "--structure", "A:symetric", "--wrt", "A"], "did you mean symmetric?"),
        (["diff", "A", "--var", "A", "--wrt", "A"], "is not of the form X:n,m"),
        (["diff", "A*B", "--wrt", "A", "--layout", "gradient"], "needs a scalar function"),
        (["diff", "A*B"], "--wrt"),
        (["diff", "A*B", "--wrt", "A", "--layuot", "gradient"], "unrecognized arguments: --layuot"),
        (["diff", "A*B", "--wrt", "A", "--to", "pdf"], "invalid choice: 'pdf'"),
        (["check", "A'", "--of", "tr(A*", "--wrt", "X"], "tr(A*"),
        (["derive", "A"], "invalid choice: 'derive'"),
        ([], "COMMAND"),
    ],
)  # fmt: skip
def test_input_errors_go_to_stderr(capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and expected in err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["A'", "--of", "tr(A*X)", "--wrt", "X"], 0),
        (["A", "--of", "tr(A*X)", "--wrt", "X", "--layout", "gradient"], 1),
        (["2*A'", "--of", "tr(A*X)", "--wrt", "X"], 1),
        (["-A'", "--of", "-tr(A*X)", "--wrt", "X"], 0),
        (["-kron(inv(X)', inv(X))", "--of", "inv(X)", "--wrt", "X"], 0),
        (["-kron(inv(X)', inv(X))", "--of", "inv(X)", "--wrt", "X", "--layout", "vec-row"], 1),
        (["-inv(V)[i,k]*inv(V)[l,j] -> [i,j,k,l]", "--of", "inv(V)", "--wrt", "V", "--layout", "index"], 0),
        (["kron((P*X*F)', F*X'*P)", "--of", "F", "--wrt", "V", "--where", "F=inv(X'*P*X)", "P=inv(V)"], 0),
    ],
)  # fmt: skip
def test_check_says_its_verdict_by_its_status(capsys: pytest.CaptureFixture[str], arguments: list[str], status: int) -> None:
    found, out, err = run(capsys, "check", *arguments)
    assert (found, err) == (status, "")
    assert out.strip()
    found, out, err = run(capsys, "check", *arguments, "--json")
    report = json.loads(out)
    assert (found, report["right"]) == (status, status == 0)
    assert report["status"] and report["explanation"]


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["diff"], ["check"], ["explain"], ["serve"]):
        assert "example" in output(capsys, *arguments, "--help")
    assert output(capsys, "--version").startswith("tensordiff ")


def test_examples_of_the_help_run(capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    (tmp_path / "derivation.tex").write_text("$$dV^{-1} = -V^{-1}\\,dV\\,V^{-1}$$\n")
    (tmp_path / "answers.csv").write_text("name,answer\nAda,(A + A')*x\n")
    helps = [
        output(capsys, *arguments, "--help") for arguments in ([], ["diff"], ["check"], ["proofread"], ["grade"], ["explain"])
    ]
    lines = {line.strip() for text in helps for line in text.splitlines() if line.startswith("  tensordiff ")}
    assert len(lines) > 8
    for line in sorted(lines):
        status, _, err = run(capsys, *shlex.split(line)[1:])
        assert status in (0, 1), line + err


def test_a_defect_is_said_without_a_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of ink")

    monkeypatch.setattr("tensordiff.diff", fail)
    status, out, err = run(capsys, "diff", "tr(A)", "--wrt", "A")
    assert (status, out) == (3, "") and "internal error: RuntimeError: out of ink" in err
