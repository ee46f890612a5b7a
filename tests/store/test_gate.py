"""Who runs which act: the writer thread, or the event loop whose brief act it is."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from store import targets
from store._gate import BATCH, Gate
from store.db import Ledger, LedgerUnavailable, Tx


def month(number: int) -> str:
    return f"{number:04d}"


def taken(ledger: Ledger, number: int) -> int:
    """The next free number of a made-up month, 0 if nothing was ever written for it."""
    with ledger.reading() as tx:
        rows = tx.run("SELECT next FROM ref_block WHERE month = :month", month=month(number))
    return int(rows[0][0]) if rows else 0


def test_a_loop_runs_its_brief_acts_itself_and_no_others(ledger: Ledger) -> None:
    def thread(tx: Tx) -> str:
        return threading.current_thread().name

    async def ask() -> tuple[str, str]:
        await ledger.awrite(thread)  # opening the connection is the thread's, too
        return await ledger.awrite(thread, brief=True), await ledger.awrite(thread)

    brief, long = asyncio.run(ask())
    here = threading.current_thread().name
    assert brief == (here if ledger.dialect == "sqlite" else "ledger-writer")
    assert long == "ledger-writer"


def test_brief_and_long_acts_of_a_batch_are_answered_each_with_its_own(ledger: Ledger) -> None:
    async def ask() -> list[int]:
        acts = [
            ledger.awrite(lambda tx, n=n: targets.reserve_refs(tx, month(n), n), brief=n % 2 == 0)
            for n in range(1, 60)
        ]
        await asyncio.gather(*acts)
        return [taken(ledger, n) for n in range(1, 60)]

    assert asyncio.run(ask()) == [n + 1 for n in range(1, 60)]


def test_a_bad_brief_act_fails_alone(ledger: Ledger) -> None:
    def bad(tx: Tx) -> int:
        targets.reserve_refs(tx, month(7), 5)
        raise TimeoutError("its own")

    async def ask() -> list[object]:
        acts = [
            ledger.awrite(
                bad if n == 7 else lambda tx, n=n: targets.reserve_refs(tx, month(n), 1), brief=True
            )
            for n in range(1, 12)
        ]
        return list(await asyncio.gather(*acts, return_exceptions=True))

    answers = asyncio.run(ask())
    assert isinstance(answers[6], TimeoutError)
    assert [answer for answer in answers if isinstance(answer, Exception)] == [answers[6]]
    assert taken(ledger, 7) == 0
    assert taken(ledger, 11) == 2


def test_a_loop_that_waits_for_the_ledger_itself_blocks_nobody(ledger: Ledger) -> None:
    async def ask() -> tuple[int, int]:
        brief = asyncio.ensure_future(
            ledger.awrite(lambda tx: targets.reserve_refs(tx, "0001", 1), brief=True)
        )
        await asyncio.sleep(0)  # it is queued, and the loop will not come for it
        waited = ledger.write(lambda tx: targets.reserve_refs(tx, "0002", 1))
        return await brief, waited

    assert asyncio.run(asyncio.wait_for(ask(), 30)) == (1, 1)


def test_an_act_of_a_loop_that_is_gone_is_done_all_the_same(ledger: Ledger, now: datetime) -> None:
    free, entered = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        entered.set()
        free.wait(30)

    async def leave() -> None:
        late = asyncio.ensure_future(
            ledger.awrite(lambda tx: targets.reserve_refs(tx, "0003", 1), brief=True)
        )
        await asyncio.sleep(0)
        late.cancel()

    holder = threading.Thread(target=lambda: ledger.write(slow))
    holder.start()
    assert entered.wait(30)
    asyncio.run(leave())
    free.set()
    holder.join()
    ledger.write(lambda tx: None)
    assert taken(ledger, 3) == 2


def test_a_loop_waits_for_no_other_process(ledger: Ledger) -> None:
    if ledger.dialect != "sqlite":
        pytest.skip("other processes hold no lock on the whole of PostgreSQL")

    async def ask() -> tuple[int, bool]:
        await ledger.awrite(lambda tx: targets.reserve_refs(tx, "0005", 1), brief=True)
        with contextlib.closing(sqlite3.connect(str(ledger.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            act = asyncio.ensure_future(
                ledger.awrite(lambda tx: targets.reserve_refs(tx, "0005", 1), brief=True)
            )
            await asyncio.sleep(0.2)  # the loop lives on while the thread waits
            early = act.done()
            other.execute("ROLLBACK")
            return await act, early

    assert asyncio.run(asyncio.wait_for(ask(), 30)) == (2, False)


def test_closing_finishes_what_a_loop_has_not_come_to(ledger: Ledger) -> None:
    async def ask() -> int:
        await ledger.awrite(lambda tx: None)
        late = asyncio.ensure_future(
            ledger.awrite(lambda tx: targets.reserve_refs(tx, "0006", 1), brief=True)
        )
        await asyncio.sleep(0)
        ledger.close()
        return await late

    assert asyncio.run(asyncio.wait_for(ask(), 30)) == 1


def test_loops_and_threads_share_the_ledger_without_loss(ledger: Ledger) -> None:
    def in_thread(number: int) -> None:
        for _ in range(20):
            ledger.write(lambda tx: targets.reserve_refs(tx, month(number), 1))

    async def in_loop(number: int) -> None:
        for at in range(20):
            await ledger.awrite(lambda tx: targets.reserve_refs(tx, month(number), 1), brief=at % 3 != 0)

    async def ask(first: int) -> None:
        await asyncio.gather(*[in_loop(first + n) for n in range(5)])

    threads = [threading.Thread(target=in_thread, args=(n,)) for n in range(11, 14)]
    threads += [threading.Thread(target=lambda first=first: asyncio.run(ask(first))) for first in (21, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [taken(ledger, n) for n in (*range(11, 14), *range(21, 26), *range(31, 36))] == [21] * 13


@pytest.mark.parametrize("brief", [True, False])
def test_what_an_act_wrote_is_there_when_it_answers(ledger: Ledger, brief: bool) -> None:
    async def ask() -> int:
        await ledger.awrite(lambda tx: targets.reserve_refs(tx, "0004", 3), brief=brief)
        return taken(ledger, 4)

    assert asyncio.run(ask()) == 4


class Panic(BaseException):
    """What a compiled library raises when it is at its wits' end."""


@pytest.mark.parametrize("brief", [True, False])
@pytest.mark.parametrize("error", [StopIteration, Panic])
def test_an_act_that_raises_what_nobody_expects_fails_alone(
    ledger: Ledger, error: type[BaseException], brief: bool
) -> None:
    def bad(tx: Tx) -> int:
        raise error

    def good(tx: Tx) -> int:
        return targets.reserve_refs(tx, "0008", 1)

    async def answer(act: Callable[[Tx], int]) -> int | str:
        try:
            return await asyncio.wait_for(ledger.awrite(act, brief=brief), 30)
        except (RuntimeError, Panic):
            return "failed"

    async def ask() -> list[int | str]:
        await ledger.awrite(lambda tx: None)
        return [*await asyncio.gather(*map(answer, [good, bad, good])), await answer(good)]

    assert asyncio.run(ask()) == [1, "failed", 2, 3]


class Book:
    """A writing connection that fails as told, and counts: `waits` are begins, `batches` acts a commit."""

    def __init__(self) -> None:
        self.away = False
        self.waits = 0
        self.batches: list[int] = []
        self._acts = 0

    def begin(self, *, wait: bool) -> bool:
        if wait and self.away:
            self.waits += 1
            raise LedgerUnavailable
        self._acts = 0
        return wait

    def one(self, act: Callable[[Any], Any]) -> Any:
        self._acts += 1
        return act(self)

    def commit(self) -> None:
        self.batches.append(self._acts)

    def undo(self, error: BaseException) -> BaseException:
        return error


def answers(
    gate: Gate, acts: Sequence[Callable[[Any], Any]], meanwhile: Callable[[], object] = lambda: None
) -> list[object]:
    """What becomes of acts that wait together while the thread is at another, which ends with `meanwhile`."""
    entered, free = threading.Event(), threading.Event()

    def slow(book: Book) -> None:
        entered.set()
        free.wait(30)
        meanwhile()

    futures: list[Future[object]] = [Future() for _ in range(len(acts) + 1)]
    gate.submit(slow, futures[0])
    assert entered.wait(30)
    for act, future in zip(acts, futures[1:], strict=True):
        gate.submit(act, future)
    free.set()
    return [future.exception(30) or future.result() for future in futures[1:]]


def test_whoever_is_let_in_while_the_ledger_closes_is_answered() -> None:
    for _ in range(60):
        gate, let_in = Gate(Book()), list[Future[int]]()

        def ask(gate: Gate = gate, let_in: list[Future[int]] = let_in) -> None:
            with contextlib.suppress(RuntimeError):  # closed
                while True:
                    future: Future[int] = Future()
                    gate.submit(lambda book: 1, future)
                    let_in.append(future)

        asking = threading.Thread(target=ask)
        asking.start()
        gate.close()
        asking.join(30)
        assert {future.result(30) for future in let_in} <= {1}


def test_a_ledger_that_cannot_begin_is_waited_for_once_a_batch() -> None:
    book = Book()
    gate = Gate(book)
    told = answers(gate, [lambda book: None] * 12, lambda: setattr(book, "away", True))
    gate.close()
    assert {type(answer) for answer in told} == {LedgerUnavailable}
    assert book.waits == 1


def test_a_ledger_that_goes_away_is_not_waited_for_by_each_act() -> None:
    book = Book()
    gate = Gate(book)

    def cut_off(book: Book) -> None:
        book.away = True
        raise LedgerUnavailable

    told = answers(gate, [cut_off] * 32)
    gate.close()
    assert {type(answer) for answer in told} == {LedgerUnavailable}
    assert book.waits == 2  # its two halves, not one by one


def test_however_many_acts_wait_a_batch_takes_its_share() -> None:
    book = Book()
    gate = Gate(book)
    assert answers(gate, [lambda book: None] * 200) == [None] * 200
    gate.close()
    assert sum(book.batches) == 201
    assert max(book.batches) <= 2 * BATCH


def test_a_commit_that_fails_leaves_nothing_open(ledger: Ledger) -> None:
    if ledger.dialect != "sqlite":
        pytest.skip("PostgreSQL ends a transaction whose commit fails")

    def bad(tx: Tx) -> None:
        tx.run("PRAGMA defer_foreign_keys = ON")
        tx.run(
            "INSERT INTO ticket_reporter (ticket_id, contact_id, conversation_id, role)"
            " VALUES (9, 9, 9, 'reporter')"
        )

    with pytest.raises(Exception, match="FOREIGN KEY"):
        ledger.write(bad)
    assert ledger.write(lambda tx: targets.reserve_refs(tx, "0011", 1)) == 1
    with contextlib.closing(sqlite3.connect(str(ledger.url.database), timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")


def test_what_ends_a_program_in_the_middle_of_a_begin_leaves_nothing_open(ledger: Ledger) -> None:
    ends = [True]

    def interrupted(_: sa.Connection) -> None:
        if ends and ends.pop():
            raise Panic

    sa.event.listen(ledger.engine, "begin", interrupted)
    with pytest.raises(Panic):
        ledger.write(lambda tx: None)
    assert ledger.write(lambda tx: targets.reserve_refs(tx, "0012", 1)) == 1
