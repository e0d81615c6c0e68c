"""`tensordiff grade`: a table in, a table out, whatever stands in it."""

import csv
import io
import json

import pytest

from tensordiff.cli.main import main
from tensordiff.errors import ParseError
from tensordiff.show.answers import read_answers

EXERCISE = ["--of", "x'*A*x", "--wrt", "x", "--var", "A:n,n", "x:n"]
TABLE = 'name,answer\nAda,(A + A\')*x\n"Bob, Jr",2*A*x\nCy,"np.dot(A + A.T, x)"\nDi,(A +\nEd,np.dot(A, x) + A.T @ x\n'


def graded(table, tmp_path, capsys, *options):
    file = tmp_path / "answers.csv"
    file.write_text(table, encoding="utf-8")
    status = main(["grade", str(file), *EXERCISE, *options])
    return status, capsys.readouterr()


def test_a_row_for_each_answer(tmp_path, capsys):
    status, shown = graded(TABLE, tmp_path, capsys)
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert status == 1
    assert [row["name"] for row in rows] == ["Ada", "Bob, Jr", "Cy", "Di", "Ed"]
    assert [row["status"] for row in rows] == ["right", "right-under-assumption", "right", "not-read", "right"]
    assert rows[1]["formula"] == "(A + A')*x"
    assert list(rows[0]) == ["name", "status", "layout", "slip", "formula"]


def test_json_and_layouts(tmp_path, capsys):
    status, shown = graded("name,answer\nAda,x'*(A+A')\n", tmp_path, capsys, "--layout", "numerator", "--json")
    assert status == 0
    assert json.loads(shown.out)[0]["status"] == "right"


def test_standard_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(TABLE))
    assert main(["grade", "-", *EXERCISE]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 6


@pytest.mark.parametrize(
    ("table", "answers"),
    [
        ("name,answer\na,x\n", {"a": "x"}),
        ("\ufeffName;Answer\na;f(x, y)\n", {"a": "f(x, y)"}),
        ("answer\nx\ny\n", {"row 1": "x", "row 2": "y"}),
        ("answer,name\nx,a\n\ny,a\n", {"a": "x", "a'": "y"}),
        ("name\tanswer\na\tones(n,m)\n", {"a": "ones(n,m)"}),
        ("name,answer\na,ones(n,m)*x\n", {"a": "ones(n,m)*x"}),
        ('name,answer\na,"def f(x):\n    return x"\n', {"a": "def f(x):\n    return x"}),
    ],
)
def test_tables_as_people_keep_them(table, answers):
    assert read_answers(table) == answers


def test_errors(tmp_path, capsys):
    assert main(["grade", str(tmp_path / "none.csv"), *EXERCISE]) == 2
    assert "cannot read" in capsys.readouterr().err
    assert graded("a,b\n1,2\n", tmp_path, capsys)[0] == 2
    with pytest.raises(ParseError, match="no column answer"):
        read_answers("")
