"""The writer gate: what waits is committed together, and answered after the commit.

Two take turns with the one writing connection. Brief acts of an event loop are run by that loop, which
begins their transaction and leaves the commit to the thread: two threads that hand the interpreter to
each other at every statement cost more than the statements. All else is the thread's: what takes long
(other acts, the wait for other processes, the commit's wait for the disk) never stands in a loop's way.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Acts that share one transaction at the most, as many as a poll of Telegram brings: more only add waiting.
BATCH = 100
#: Seconds a loop stands aside at most until the thread is on its way to the disk.
ASIDE = 0.002

Act = Callable[[Any], Any]
Loop = asyncio.AbstractEventLoop


class Writing(Protocol):
    """The writing connection; the gate sees to it that one thread at a time uses it."""

    def begin(self, *, wait: bool) -> bool:
        """Open a transaction; False if that cannot be done at once and `wait` is not allowed."""

    def one(self, act: Act) -> Any:
        """The answer of an act in the open transaction."""

    def commit(self) -> None:
        """Make what the acts wrote durable."""

    def undo(self, error: BaseException) -> BaseException:
        """Roll back after an error; returns it as the ledger's users know it."""


@dataclass(slots=True)
class _Job:
    act: Act
    future: "Future[Any] | asyncio.Future[Any]"
    loop: Loop | None = None

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Tell who waits, if they still do (in the thread they wait in, where that is a loop)."""
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        elif isinstance(error, StopIteration):  # no coroutine can raise it, so no future of a loop takes it
            self.future.set_exception(RuntimeError("an act raised StopIteration"))
        else:
            self.future.set_exception(error)


_Answer = tuple[_Job, Any, BaseException | None]


@dataclass(slots=True)
class _Turn:
    """What a loop hands to the thread: acts done in a transaction it began, or else still to be done."""

    jobs: list[_Job]
    results: list[Any] | None
    on_its_way: threading.Lock = field(default_factory=threading.Lock)

    def hand_over(self, to: "queue.SimpleQueue[Any]") -> None:
        """Give it to the thread, and let the thread go first: the disk should not wait for us."""
        self.on_its_way.acquire()
        to.put(self)
        self.on_its_way.acquire(timeout=ASIDE)

    def let_go(self) -> None:
        """The thread needs the interpreter no longer, or has more to do: the loop goes on."""
        if self.on_its_way.locked():
            self.on_its_way.release()


class Gate:
    """Collects acts from all threads and event loops, and answers each after its commit."""

    def __init__(self, writing: Writing, after_commit: Callable[[], None] = lambda: None) -> None:
        self._writing = writing
        self._after_commit = after_commit
        self._queue: queue.SimpleQueue[_Job | _Turn | None] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._brief: dict[Loop, list[_Job]] = {}
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, act: Act, future: "Future[Any]") -> None:
        """Queue an act; its future is settled by the writer thread."""
        with self._door:
            self._check_open()
            self._queue.put(_Job(act, future))

    def submit_from(self, loop: Loop, act: Act, future: "asyncio.Future[Any]", *, brief: bool) -> None:
        """Queue an act whose answer goes to a future of `loop`; a `brief` one is run there, too."""
        job = _Job(act, future, loop)
        with self._door:
            self._check_open()
            if not brief:
                self._queue.put(job)
                return
            jobs = self._brief.setdefault(loop, [])
            jobs.append(job)
        if len(jobs) == 1:
            loop.call_soon(self._take_turn, loop)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._door:  # whom it let in is in a queue by now
            first, self._closed = not self._closed, True
        if first:
            while jobs := self._taken_along(None):
                for job in jobs:
                    self._queue.put(job)
            self._queue.put(None)
        self._thread.join()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the ledger is closed")

    def _taken_along(self, loop: Loop | None) -> list[_Job]:
        """Up to `BATCH` brief acts that wait, of a loop or of all loops; they are the caller's now."""
        jobs: list[_Job] = []
        with self._door:
            for one in list(self._brief) if loop is None else [loop]:
                waiting, room = self._brief.pop(one, []), BATCH - len(jobs)
                if len(waiting) > room:
                    self._brief[one] = waiting[room:]
                jobs += waiting[:room]
        return jobs

    def _take_turn(self, loop: Loop) -> None:
        """On a loop: do its brief acts, unless the thread has the connection (it calls again)."""
        if loop not in self._brief or not self._turn.acquire(blocking=False):
            return
        jobs = self._taken_along(loop)
        results: list[Any] | None = None
        try:
            if jobs and self._writing.begin(wait=False):
                results = [self._writing.one(job.act) for job in jobs]
        except BaseException as error:  # the thread does them again, and finds whose it is
            self._writing.undo(error)
            if not isinstance(error, Exception):
                raise
        finally:
            _Turn(jobs, results).hand_over(self._queue)

    def _work(self) -> None:
        last = False
        while not last:
            turn, jobs, last = self._next()
            answers = self._commit(turn, jobs) if turn.jobs or jobs else []
            self._turn.release()
            self._answer(answers)  # without any, too: a loop may have found the turn taken

    def _next(self) -> tuple[_Turn, list[_Job], bool]:
        """What is to be committed next, with the turn in the thread's hand; and whether it is the last."""
        turn, jobs, last = None, list[_Job](), False
        item = self._queue.get()
        while True:
            if item is None:
                last = True
            elif isinstance(item, _Turn):
                turn = item
            else:
                jobs.append(item)
            try:
                if len(jobs) >= BATCH:
                    break
                item = self._queue.get_nowait()
            except queue.Empty:
                break
        while turn is None and not self._turn.acquire(blocking=False):
            item = self._queue.get()  # a loop is at its acts: these are committed with them
            if isinstance(item, _Turn):
                return item, jobs, last
            if item is None:
                last = True
            else:
                jobs.append(item)
        if turn is None:
            turn = _Turn(self._taken_along(None), None)
        return turn, jobs, last

    def _commit(self, turn: _Turn, more: list[_Job]) -> list[_Answer]:
        jobs = turn.jobs + more
        if more or turn.results is None:
            turn.let_go()
        results = turn.results
        try:
            if results is None:
                self._writing.begin(wait=True)
                results = []
            results += [self._writing.one(job.act) for job in jobs[len(results) :]]
            turn.let_go()
            self._writing.commit()
            self._after_commit()
        except BaseException as error:
            known = self._writing.undo(error)
            if results is None or len(jobs) == 1:  # could not begin: each by itself would wait as long again
                return [(job, None, known) for job in jobs]
            half = len(jobs) // 2
            return [*self._commit(_Turn(jobs[:half], None), []), *self._commit(_Turn(jobs[half:], None), [])]
        return [(job, result, None) for job, result in zip(jobs, results, strict=True)]

    def _answer(self, answers: list[_Answer]) -> None:
        """Tell each its own; one wake-up of a loop serves all its acts, and gives it the next turn."""
        loops: dict[Loop, list[_Answer]] = {loop: [] for loop in list(self._brief)}
        for answer in answers:
            job, result, error = answer
            if job.loop is None:
                job.settle(result, error)
            else:
                loops.setdefault(job.loop, []).append(answer)
        for loop, its in loops.items():
            try:
                loop.call_soon_threadsafe(self._hear, loop, its)
            except RuntimeError:  # the loop is gone, its process shuts down: the thread does what it left
                for job in self._taken_along(loop):
                    self._queue.put(job)

    def _hear(self, loop: Loop, answers: list[_Answer]) -> None:
        """On a loop: the next acts first, so that their commit waits for the disk beside the answers."""
        try:
            self._take_turn(loop)
        finally:
            for job, result, error in answers:
                job.settle(result, error)
