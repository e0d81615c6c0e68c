"""`tensordiff grade`: a table of answers in, a table of grades out."""

from __future__ import annotations

from argparse import Namespace

from tensordiff.api.grading import COLUMNS, grade
from tensordiff.cli.declared import expression
from tensordiff.cli.output import NOT_RIGHT, RIGHT, Output, as_json
from tensordiff.cli.texts import read_text
from tensordiff.show.answers import read_answers, written


def run(arguments: Namespace) -> Output:
    answers = read_answers(read_text(arguments.answers))
    grades = grade(answers, expression(arguments), tuple(arguments.wrt), layout=arguments.layout)
    rows = [grade.row() for grade in grades]
    status = RIGHT if all(grades) else NOT_RIGHT
    return Output(as_json(rows) if arguments.json else written(rows, COLUMNS), status)
