"""A long process stays flat, threads agree, and an interrupt leaves every cache sound. `python -m tests.soak` runs for long."""

from __future__ import annotations

import sys

import pytest

from tests import soak

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and timers are read as on Linux")


def test_memory_and_linecache_stay_flat() -> None:
    memory = soak.derivations(1500)
    assert memory[-1] - memory[4] < 40
    memory, entries = soak.programs(300)
    assert memory[-1] - memory[4] < 40
    assert entries <= 512  # as many as are kept, whatever ran before


def test_eight_threads_have_the_results_of_one() -> None:
    assert soak.threads(20)


def test_interrupts_leave_caches_sound() -> None:
    assert soak.interrupts(30)
