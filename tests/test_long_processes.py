"""A long process stays flat, threads agree, and an interrupt leaves every cache sound. `python -m tests.soak` runs for long."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import soak

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory and timers are read as on Linux")


def test_memory_and_linecache_stay_flat() -> None:
    """In a process of its own, which no other test has filled; as many programs are kept as the memo of programs holds."""
    code = "from tests import soak; print([*soak.derivations(1500)], *soak.programs(300), sep='\\n')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    derived, programmed, entries = map(json.loads, run.stdout.splitlines())
    assert derived[-1] - derived[4] < 40
    assert programmed[-1] - programmed[4] < 40
    assert 0 < entries <= 512


def test_eight_threads_have_the_results_of_one() -> None:
    assert soak.threads(20)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python reports interrupts of its destructors
def test_interrupts_leave_caches_sound() -> None:
    assert soak.interrupts(30)
