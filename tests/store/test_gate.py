"""Who runs which act: the writer thread, or the event loop whose brief act it is."""

import asyncio
import contextlib
import sqlite3
import threading
from datetime import datetime

import pytest

from store import targets
from store.db import Ledger, Tx


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
        brief, long = await asyncio.gather(ledger.awrite(thread, brief=True), ledger.awrite(thread))
        return brief, long

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
