"""Whatever a function may use in its evaluation, every kind of arithmetic and the recorder of programs offer."""

from __future__ import annotations

import pytest

from tensordiff.compile.plan.graph import Graph
from tensordiff.compile.plan.record import Recorder
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.high_precision import MpmathOps
from tensordiff.evaluate.modular import ModularOps
from tensordiff.evaluate.rational import RationalOps
from tensordiff.tensor.operations import Operations

NAMES = [name for name, member in vars(Operations).items() if callable(member) and not name.startswith("_")]
KINDS = [NumpyOps(), ModularOps(), RationalOps(), MpmathOps(), Recorder(Graph())]


@pytest.mark.parametrize("ops", KINDS, ids=lambda ops: type(ops).__name__)
def test_every_operation_is_there(ops: object) -> None:
    assert len(NAMES) > 50
    assert [name for name in NAMES if not callable(getattr(ops, name, None))] == []
