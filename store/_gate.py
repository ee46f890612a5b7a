"""The writer gate: one thread commits what waits, together.

Brief acts of an event loop are run by that loop, between the begin and the commit of the thread: two
threads that take turns at every statement cost more than the statements. What takes long (the begin,
which waits for other processes, and the commit, which waits for the disk) never stands in its way.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

#: Acts that share one transaction at the most: beyond this a batch only adds waiting.
BATCH = 32
#: Seconds a loop may take to come for its acts; then the thread does them (the loop may wait for it).
PATIENCE = 0.02

Act = Callable[[Any], Any]


@dataclass(slots=True)
class _Job:
    act: Act
    succeed: Callable[[Any], object]
    fail: Callable[[BaseException], object]
    loop: asyncio.AbstractEventLoop | None = None
    brief: bool = False


class Batch:
    """Acts that share one transaction."""

    def __init__(self, jobs: Sequence[_Job]) -> None:
        self._jobs = jobs

    def run(self, one: Callable[[Act], Any]) -> list[Any]:
        """The answers of `one` to each act, in order; raises what the first that fails raises.

        Called between begin and commit: a loop's brief acts are done there, all others here.
        """
        answers: dict[int, Any] = {}
        brief: dict[asyncio.AbstractEventLoop, list[int]] = {}
        for number, job in enumerate(self._jobs):
            if job.brief and job.loop is not None:
                brief.setdefault(job.loop, []).append(number)
            else:
                answers[number] = one(job.act)
        for loop, numbers in brief.items():
            acts = [self._jobs[number].act for number in numbers]
            answers.update(zip(numbers, _done_by(loop, one, acts), strict=True))
        return [answers[number] for number in range(len(self._jobs))]


def _done_by(loop: asyncio.AbstractEventLoop, one: Callable[[Act], Any], acts: Sequence[Act]) -> list[Any]:
    """The answers of `one` to each act, given by the loop, or here if the loop does not come for them."""
    taken, done = threading.Lock(), Future[list[Any]]()

    def take() -> None:
        if not taken.acquire(blocking=False):
            return
        try:
            done.set_result([one(act) for act in acts])
        except BaseException as error:
            done.set_exception(error)

    try:
        loop.call_soon_threadsafe(take)
        wait([done], PATIENCE)
    except RuntimeError:  # the loop is closed
        pass
    take()
    return done.result()


class Gate:
    """Collects acts from all threads and the event loop, and answers each after its commit."""

    def __init__(
        self, transact: Callable[[Batch], list[Any]], after_commit: Callable[[], None] | None = None
    ) -> None:
        self._transact = transact
        self._after_commit = after_commit
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(
        self, act: Act, succeed: Callable[[Any], object], fail: Callable[[BaseException], object]
    ) -> None:
        """Queue an act; one of the two callables is called from the writer thread."""
        self._put(_Job(act, succeed, fail))

    def submit_from(
        self, loop: asyncio.AbstractEventLoop, act: Act, future: "asyncio.Future[Any]", *, brief: bool = False
    ) -> None:
        """Queue an act whose answer goes to a future of `loop`; a `brief` one is run there, too."""

        def succeed(result: Any) -> None:
            if not future.done():
                future.set_result(result)

        def fail(error: BaseException) -> None:
            if not future.done():
                future.set_exception(error)

        self._put(_Job(act, succeed, fail, loop, brief))

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
            results = self._transact(Batch(batch))
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
