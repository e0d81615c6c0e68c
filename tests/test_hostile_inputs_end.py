"""Every entry point ends within seconds and a gigabyte on every hostile input, with a value or an error that says what grew.

Each pair runs in a process of its own, forked from one that has imported everything, with limits of processor time and of
address space: what does not end is killed there, and is a failure here.
"""

from __future__ import annotations

import os
import pickle
import sys

import pytest

import tensordiff as td
from tests.hostile import ENTRIES, HOSTILE

SECONDS = 5
MEMORY = 1 << 30
_PAGE = 4096

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of processes are those of Linux"),
    pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning"),  # where JAX is loaded; nothing of it runs in the forks
]


def _limit() -> None:
    import resource

    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * _PAGE
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def outcome(name: str, entry: str) -> str:
    """What an entry point does with an input: "" for a value or an error of its own, else what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _limit()
        try:
            found = ENTRIES[entry](name)
            said = str(found["defect"]) if isinstance(found, dict) and "defect" in found else ""
        except td.TensordiffError as error:
            said = "" if len(str(error)) > 20 else f"an error that says nothing: {error}"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, pickle.dumps(said[:500]))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return str(pickle.loads(data)) if data else f"more than {SECONDS} s"


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported() -> None:
    for entry in ENTRIES.values():
        try:
            entry("brackets")
        except td.TensordiffError:
            continue


@pytest.mark.parametrize(("number", "name"), list(enumerate(HOSTILE)))
def test_entry_points_end(number: int, name: str) -> None:
    """Some of the entry points for each input, others for the next; `python -m tests.test_hostile_inputs_end` has all."""
    failures = {entry: said for entry in list(ENTRIES)[number % 14 :: 14] if (said := outcome(name, entry))}
    assert not failures


def main() -> None:
    for name in HOSTILE:
        for entry in ENTRIES:
            if said := outcome(name, entry):
                print(f"{name}, {entry}: {said}", flush=True)


if __name__ == "__main__":
    main()
