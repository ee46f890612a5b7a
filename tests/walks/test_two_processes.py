"""Two processes on one PostgreSQL take the same messages at the same moment, and one is killed.

About 20 seconds.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from walk_check import nothing_is_lost
from walk_clients import Acknowledged, Crowd, Sending, sendings
from walk_world import Office, eventually

DOORS = "web,smtp,poll"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_message_that_reaches_two_processes_at_once_is_one_message(
    office: Callable[..., Office], empty_url: str, tmp_path: Path
) -> None:
    """As a balancer does that sends a request again to the next machine while the first one still works."""
    file = Acknowledged(tmp_path / "acknowledged")
    messages = sendings(180, "two")
    first = office("satu", empty_url)
    second = office("dua", empty_url, var=first.var)
    worker = office("tiga", empty_url, var=first.var)
    one, two = Crowd(first, file, seed=1), Crowd(second, file, seed=2)

    async def both(message: Sending) -> None:
        refs = await asyncio.gather(one.insist(message), two.insist(message))
        assert refs[0] == refs[1]
        file.write(message.key, refs[0])
        if len(file.refs) == 70:
            second.kill()
            second.start(roles=DOORS)

    async def work(waiting: list[Sending]) -> None:
        while waiting:
            await both(waiting.pop())

    async def walk() -> None:
        for here in (first, second):  # both migrate the empty ledger at the same time
            here.start(roles=DOORS)
        worker.start(roles="relay,schedule")
        for here in (first, second):
            await asyncio.to_thread(here.ready)
        waiting = list(messages)
        await asyncio.gather(*[work(waiting) for _ in range(6)])
        for crowd in (one, two):
            assert set(crowd.answers) <= {"yes", "no answer", "hung up", "503", "451"}, crowd.answers
        print(dict(one.answers), dict(two.answers))
        assert await asyncio.to_thread(eventually, lambda: mailed(first) > 100)
        for here in (first, second, worker):
            assert await asyncio.to_thread(here.stop) == 0
        nothing_is_lost(first, messages, file)

    asyncio.run(asyncio.wait_for(walk(), 300))
    file.close()


def mailed(here: Office) -> int:
    return len(list((here.var / "outbox-mail").glob("*.eml")))
