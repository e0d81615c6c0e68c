"""The output is the same in every process, whatever the hash seed."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import tensordiff as td
from tests.cases import CASES

for case in CASES[::{stride}]:
    f = td.parse(case.f, **case.scope)
    for name in case.wrt:
        J = td.diff(f, name)
        print(case.name, name, J, J.einsum(), J.latex(), J.compile().source, sep="\\n")
        if name not in case.unfolded:
            print(J.matrix_form())
"""


def output(seed: int, stride: int) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", SCRIPT.format(stride=stride)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_output_does_not_depend_on_the_hash_seed() -> None:
    first = output(1, 9)
    assert len(first) > 5000
    for seed in (2, 777):
        assert output(seed, 9) == first
