"""What is seen from outside while the ledger is away, and when it is back."""

import asyncio
import time
import urllib.error
from contextlib import suppress

from walk_clients import Crowd
from walk_world import Office, eventually

#: What senders by web and by mail are told while nothing can be kept.
NO = ("503", "451")
#: What they may be told then; 202: the form lies in the spool, its number follows.
HONEST = {*NO, "202"}


async def told_no(crowd: Crowd, rest: "asyncio.Task[None]") -> None:
    """Until senders by web and by mail have both been refused often."""
    until = time.monotonic() + 60
    while min(crowd.answers[no] for no in NO) < 10:
        assert time.monotonic() < until, crowd.answers
        if rest.done():
            rest.result()
            raise AssertionError(f"the disk was never full: {crowd.answers}")
        await asyncio.sleep(0.02)


async def ready_again(office: Office) -> None:
    """/readyz says yes, without anybody having touched the process."""
    for _ in range(300):
        with suppress(urllib.error.URLError):
            assert await asyncio.to_thread(office.page, "/readyz")
            return
        await asyncio.sleep(0.1)
    raise AssertionError("does not come back by itself")


async def spool_drained(office: Office) -> None:
    """What was set aside has been delivered (and was known by then)."""
    spool = office.var / "spool"
    assert await asyncio.to_thread(eventually, lambda: not list(spool.glob("*")), 60)
