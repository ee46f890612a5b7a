"""Every process decides by the books in force: what one process loads, the others take up."""

import asyncio
from collections.abc import Callable

import structlog

from sapa.bootstrap.service import Service
from sapa.settings import Settings
from store import books
from store.db import LedgerUnavailable

#: Seconds between two looks at what is in force.
EVERY = 30.0
_log = structlog.get_logger()


def follow(service: Service, read: Callable[[], Settings]) -> bool:
    """Whether this process decides by the books in force, if need be after loading its configuration again.

    What is in force comes from a configuration; a process takes it up from its own copy of it and
    never from the ledger, which keeps the books but not the agencies and areas they speak of. A copy
    that says something else is not taken: this process goes on, and says so.
    """
    with service.ledger.reading() as tx:
        active = books.in_force(tx)
    own = service.city().books
    if own == active or service.reload(read, books=active):
        return True
    _log.warning("books_differ", kinds=sorted(kind for kind in own if own[kind] != active.get(kind)))
    return False


async def keep_up(service: Service, read: Callable[[], Settings], every: float = EVERY) -> None:
    """Look again and again (`every` in seconds), until cancelled; a ledger that is away is waited for."""
    while True:
        await asyncio.sleep(every)
        try:
            await asyncio.to_thread(follow, service, read)
        except LedgerUnavailable:
            continue
