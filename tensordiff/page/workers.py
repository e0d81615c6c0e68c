"""Computations in processes of their own, with a limit of time and memory each.

A request runs in one of a few quick workers. What has not ended after `QUICK` seconds gives its place to a fresh worker
and waits, stopped, for the one slow place, so that slow requests never block the others. At `SLOW` seconds, or when the
client has left, its process is ended. Workers are forked from a server that has imported everything (where the system can
fork), so a fresh one answers at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Any

QUICK = 0.3
SLOW = 5.0
PLACES = 2
WAITING = 64
"""Requests that wait for a quick worker; further ones are turned away."""
WAITING_SLOW = 8
MEMORY = 3 << 30
"""Of address space, in bytes: twice what a worker has mapped when it starts."""
_ANSWERS = 400
_GROWN = 48 << 20
"""After so many answers, or when it has ever held so much more memory than at its start, a worker makes room for a fresh one,
so that the memory of all of them stays flat."""

Answer = dict[str, Any]


class BusyError(Exception):
    """Too many requests wait already."""


class TooSlowError(Exception):
    """A computation was ended at the limit of time."""


class WorkerLostError(Exception):
    """The process of a computation ended by itself: it needed more memory than there is."""


def _work(connection: Connection) -> None:
    """The life of a worker: a request in, an answer out."""
    from tensordiff.page.jobs import answer

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's: it ends the workers
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    start = _peak()
    with suppress(EOFError, OSError):
        while True:
            kind, request = connection.recv()
            connection.send((answer(kind, request), _peak() - start > _GROWN))


def _peak() -> int:
    """The most memory that this process has held, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held << 10


class _Worker:
    def __init__(self, context: Any) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.answers = 0
        self.grown = False

    def ask(self, kind: str, request: Mapping[str, Any]) -> Answer:
        try:
            self._connection.send((kind, request))
            found: Answer
            found, self.grown = self._connection.recv()
        except (EOFError, OSError):
            self._connection.close()
            raise WorkerLostError from None
        self.answers += 1
        return found

    def stop(self) -> None:
        self._signal("SIGSTOP")

    def go_on(self) -> None:
        self._signal("SIGCONT")

    def _signal(self, name: str) -> None:
        """Where the system has no such signal a slow worker just goes on."""
        if hasattr(signal, name) and self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, getattr(signal, name))

    def end(self) -> None:
        """Ends the process; a thread that waits for its answer wakes up at the end of the stream."""
        self._process.kill()
        self._process.join()


class Workers:
    """The pool. `run` answers a request; `start` and `close` are for the server's beginning and end."""

    def __init__(self) -> None:
        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        self._context = get_context(method)
        if method == "forkserver":
            self._context.set_forkserver_preload(["tensordiff.page.warmed"])
        self._idle: list[_Worker] = []
        self._threads = ThreadPoolExecutor(PLACES + WAITING_SLOW + 2, thread_name_prefix="worker")
        self._quick = asyncio.Semaphore(PLACES)
        self._slow = asyncio.Lock()
        self._waiting = self._waiting_slow = 0

    async def start(self) -> None:
        """Workers that have answered once: the first request finds them warm."""
        loop = asyncio.get_running_loop()
        fresh = [_Worker(self._context) for _ in range(PLACES + 1)]
        await asyncio.gather(*(loop.run_in_executor(self._threads, w.ask, "ready", {}) for w in fresh))
        self._idle.extend(fresh)

    def close(self) -> None:
        for worker in self._idle:
            worker.end()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, kind: str, request: Mapping[str, Any]) -> Answer:
        """The answer to a request. Raises BusyError, TooSlowError, WorkerLostError; when the calling task is cancelled the
        computation ends."""
        if self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        try:
            await self._quick.acquire()
        finally:
            self._waiting -= 1
        quick = True
        worker = self._idle.pop() if self._idle else _Worker(self._context)
        ended = False
        try:
            answer = asyncio.get_running_loop().run_in_executor(self._threads, worker.ask, kind, request)
            done, _ = await asyncio.wait({answer}, timeout=QUICK)
            if not done:
                worker.stop()
                self._quick.release()
                quick = False
                await self._go_on_slowly(worker, answer)
            found = answer.result()
            ended = True
            return found
        finally:
            if ended and not worker.grown and worker.answers < _ANSWERS and len(self._idle) <= PLACES:
                self._idle.append(worker)
            else:
                worker.end()
            if quick:
                self._quick.release()

    async def _go_on_slowly(self, worker: _Worker, answer: asyncio.Future[Answer]) -> None:
        if self._waiting_slow >= WAITING_SLOW:
            raise BusyError
        self._waiting_slow += 1
        try:
            await self._slow.acquire()
        finally:
            self._waiting_slow -= 1
        try:
            worker.go_on()
            done, _ = await asyncio.wait({answer}, timeout=SLOW)
            if not done:
                raise TooSlowError
        finally:
            self._slow.release()
