"""Fifty clients on the page for a minute, one in ten hostile: python -m tests.page.load [SECONDS]

Honest clients ask one question a second. Hostile ones send huge sizes, deep nests, slow bodies, brackets without end, and
leave before the answer. Prints how honest requests were answered, and the memory of the server and its workers.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.page.server import ask, running

CLIENTS, HOSTILE = 50, 5
HONEST: list[tuple[str, dict[str, Any]]] = [
    ("diff", {"f": "inv(X'*inv(V)*X)", "wrt": "V"}),
    ("diff", {"f": "norm2(A*x - y)^2", "wrt": "x", "shapes": {"A": "n m", "x": "m", "y": "n"}}),
    ("diff", {"f": "logdet(V) + x'*inv(V)*x", "wrt": "V"}),
    ("check", {"f": "x'*A*x", "wrt": "x", "answer": "(A + A')*x"}),
    ("check", {"f": "tr(A*X)", "wrt": "X", "answer": "A'"}),
    ("diff", {"f": "sum(exp(X*w))", "wrt": "w w"}),
]
CLIQUE = "".join(f"*A[{x},{y}]" for x in "abcdefgh" for y in "abcdefgh" if x < y)


def honest(port: int, end: float, number: int, times: list[float], statuses: Counter[int]) -> None:
    rng = random.Random(number)
    time.sleep(rng.random())
    while time.monotonic() < end:
        start = time.monotonic()
        job, request = rng.choice(HONEST)
        factor = rng.randrange(2, 10**6)  # no two requests are the same
        varied = {**request, "f": f"{factor}*({request['f']})"}
        if "answer" in request:
            varied["answer"] = f"{factor}*({request['answer']})"
        try:
            status, _ = ask(port, job, varied)
        except OSError:
            status = 0
        times.append(time.monotonic() - start)
        statuses[status] += 1
        time.sleep(max(0.0, 1 - (time.monotonic() - start)))


def hostile(port: int, end: float, number: int, statuses: Counter[int]) -> None:
    rng = random.Random(number)
    while time.monotonic() < end:
        with suppress(OSError):
            match rng.randrange(5):
                case 0:
                    statuses[ask(port, "diff", {"f": "eye(10^9)*x", "wrt": "x"})[0]] += 1
                case 1:
                    statuses[ask(port, "diff", {"f": "inv(" * 20_000 + "A" + ")" * 20_000, "wrt": "A"})[0]] += 1
                case 2:
                    statuses[ask(port, "diff", b"[" * 99_000)[0]] += 1
                case 3:
                    statuses[ask(port, "diff", {"f": f"A[a,b]{CLIQUE} -> []", "wrt": "A A A"})[0]] += 1
                case _:
                    body = json.dumps({"f": f"A[a,b]{CLIQUE} -> []", "wrt": "A A"}).encode()
                    with socket.create_connection(("127.0.0.1", port)) as connection:
                        head = [
                            f"Host: 127.0.0.1:{port}",
                            "Content-Type: application/json",
                            f"Content-Length: {len(body)}",
                            "",
                            "",
                        ]
                        connection.sendall(("POST /api/diff HTTP/1.1\r\n" + "\r\n".join(head)).encode() + body[:20])
                        time.sleep(rng.random())
                        connection.sendall(body[20:])
                        time.sleep(rng.random() / 2)
        time.sleep(0.5)


def memory() -> int:
    """The resident memory of this process's children and theirs, in MiB."""
    parents: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            parents.setdefault(int(fields[1]), []).append(int(process.name))
            sizes[int(process.name)] = int(fields[21]) * 4096 >> 20
    import os

    total, stack = 0, list(parents.get(os.getpid(), []))
    while stack:
        process_id = stack.pop()
        total += sizes.get(process_id, 0)
        stack += parents.get(process_id, [])
    return total


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    times: list[float] = []
    good: Counter[int] = Counter()
    bad: Counter[int] = Counter()
    with running() as port:
        for job, request in HONEST:
            ask(port, job, request)
        before = memory()
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=honest, args=(port, end, n, times, good)) for n in range(CLIENTS - HOSTILE)]
        threads += [threading.Thread(target=hostile, args=(port, end, n, bad)) for n in range(HOSTILE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        after = memory()
    times.sort()
    print(f"honest: {dict(good)}, median {times[len(times) // 2]:.3f} s, 95 % {times[int(len(times) * 0.95)]:.3f} s")
    print(f"hostile: {dict(bad)}")
    print(f"memory of the server and its workers: {before} MiB before, {after} MiB after")


if __name__ == "__main__":
    main()
