"""The writer gate: one thread commits what waits, together."""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Acts that share one transaction at the most: beyond this a batch only adds waiting.
BATCH = 128


@dataclass(slots=True)
class _Job:
    act: Callable[[Any], Any]
    succeed: Callable[[Any], object]
    fail: Callable[[BaseException], object]
    loop: asyncio.AbstractEventLoop | None = None


class Gate:
    """Collects acts from all threads and the event loop, and answers each after its commit."""

    def __init__(
        self,
        transact: Callable[[list[Callable[[Any], Any]]], list[Any]],
        after_commit: Callable[[], None] | None = None,
    ) -> None:
        self._transact = transact
        self._after_commit = after_commit
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(
        self,
        act: Callable[[Any], Any],
        succeed: Callable[[Any], object],
        fail: Callable[[BaseException], object],
    ) -> None:
        """Queue an act; one of the two callables is called from the writer thread."""
        self._put(_Job(act, succeed, fail))

    def submit_from(
        self, loop: asyncio.AbstractEventLoop, act: Callable[[Any], Any], future: "asyncio.Future[Any]"
    ) -> None:
        """Queue an act whose answer goes to a future of `loop`."""

        def succeed(result: Any) -> None:
            if not future.done():
                future.set_result(result)

        def fail(error: BaseException) -> None:
            if not future.done():
                future.set_exception(error)

        self._put(_Job(act, succeed, fail, loop))

    def committed(self) -> None:
        """Called by `transact` right after each commit."""
        if self._after_commit is not None:
            self._after_commit()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _put(self, job: _Job) -> None:
        if self._closed:
            raise RuntimeError("the ledger is closed")
        self._queue.put(job)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            batch = [job]
            last = False
            while len(batch) < BATCH and not last:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                else:
                    batch.append(more)
            _answer(self._commit(batch))
            if last:
                return

    def _commit(self, batch: list[_Job]) -> list[tuple[_Job, Any, BaseException | None]]:
        try:
            results = self._transact([job.act for job in batch])
        except Exception as error:
            if len(batch) == 1:
                return [(batch[0], None, error)]
            return [answer for job in batch for answer in self._commit([job])]
        return [(job, result, None) for job, result in zip(batch, results, strict=True)]


def _answer(answers: list[tuple[_Job, Any, BaseException | None]]) -> None:
    """Tell each its own; one wake-up of an event loop serves all its jobs of the batch."""
    loops: dict[asyncio.AbstractEventLoop, list[Callable[[], object]]] = {}
    for job, result, error in answers:

        def tell(job: _Job = job, result: Any = result, error: BaseException | None = error) -> object:
            return job.succeed(result) if error is None else job.fail(error)

        if job.loop is None:
            tell()
        else:
            loops.setdefault(job.loop, []).append(tell)
    for loop, told in loops.items():
        try:
            loop.call_soon_threadsafe(_run_all, told)
        except RuntimeError:  # the loop is gone: its process is shutting down
            continue


def _run_all(told: list[Callable[[], object]]) -> None:
    for tell in told:
        tell()
