"""The real process, killed again and again: what was said yes to is in the ledger, once.

The short form takes about 20 seconds a database, the long one a minute or two.
"""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mail_sink import Sink, sink
from walk_check import nothing_is_lost, rows
from walk_clients import Acknowledged, Crowd, sendings
from walk_world import Office

#: How each start of the process ends; the last one lives. What counts mails comes last: they outlast
#: the messages.
SHORT = ("migrate 20", "commit 30", "moment 40", "commit 25", "sending 25", "sent 10", "")
LONG = (
    *("migrate 3", "migrate 60", "commit 60", "moment 90", "migrate 2", "commit 1", "moment 150"),
    *("commit 200", "moment 10", "commit 333", "moment 77", "sending 60", "sent 60", "sending 150", ""),
)


@dataclass
class Manager:
    """Starts the process again whenever it is gone, as a service manager does; some starts are doomed."""

    office: Office
    crowd: Crowd
    sink: Sink
    deaths: tuple[str, ...]
    choose: random.Random
    killed: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    async def run(self) -> None:
        for number, death in enumerate(self.deaths):
            how, _, count = death.partition(" ")
            mark = self.office.folder / f"mark-{number}"
            doomed = how in ("migrate", "commit")
            self.office.start(*((how, count, str(mark)) if doomed else ()))
            self._arm(how, int(count or 0))
            if not death:
                return
            await self._gone()
            assert self.office.process is not None
            assert self.office.process.wait() == -9, self.office.log.read_text()[-3000:]
            self.killed.append(death)
            if how == "commit":
                self.unanswered += json.loads(mark.read_text())

    def _arm(self, how: str, count: int) -> None:
        """Which event from outside ends this process."""
        self.crowd.on_yes = self.sink.on_mail = self.sink.after_yes = lambda *_: None  # type: ignore[assignment]
        kill = Countdown(count, self.office.kill)
        if how == "moment":
            self.crowd.on_yes = lambda: kill.tick(self.choose.uniform(0, 0.05))
        elif how == "sending":
            self.sink.on_mail = lambda number: kill.tick()
        elif how == "sent":
            self.sink.after_yes = lambda number: kill.tick()

    async def _gone(self) -> None:
        assert self.office.process is not None
        while self.office.process.poll() is None:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.01)


@dataclass
class Countdown:
    left: int
    then: Callable[[], object]

    def tick(self, delay: float = 0.0) -> None:
        self.left -= 1
        if self.left == 0:
            asyncio.get_running_loop().call_later(delay, self.then) if delay else self.then()


async def walk(
    make: Callable[..., Office], url: str, folder: Path, count: int, deaths: tuple[str, ...]
) -> None:
    messages = sendings(count, "a")
    file = Acknowledged(folder / "acknowledged")
    async with sink() as mail:
        office = make(url=url, relay_port=mail.port)
        crowd = Crowd(office, file, seed=count)
        manager = Manager(office, crowd, mail, deaths, random.Random(7))
        await asyncio.gather(manager.run(), crowd.send_all(messages))
        assert manager.killed == [death for death in deaths if death]
        assert manager.unanswered
        # Committed but never answered: the sender came again, and was told of the same ticket.
        assert {key.removesuffix("@contoh.example") for key in manager.unanswered} <= set(file.refs)
        for message in messages[::17]:  # a browser's back button, hours later
            assert await crowd.insist(message) == file.refs[message.key]
        assert set(crowd.answers) <= {"yes", "no answer", "hung up", "hung up on", "503", "421", "451"}
        print(f"{count} messages, {len(manager.killed)} kills: {dict(crowd.answers)}")
        await _post_is_quiet(office)
        assert await asyncio.to_thread(office.stop) == 0
        nothing_is_lost(office, messages, file)
        _post_is_honest(office, mail, len(manager.killed))
    file.close()


async def _post_is_quiet(office: Office) -> None:
    """All that can leave has left; what a killed process had under way waits for the end of its lease."""
    free = "SELECT COUNT(*) FROM outbox o WHERE state = 'pending' AND NOT EXISTS (SELECT 1 FROM outbox p"
    free += " WHERE p.lane = o.lane AND p.state = 'pending' AND p.lease_until IS NOT NULL)"
    ledger = office.ledger()
    try:
        for _ in range(3_000):
            if rows(ledger, free) == [(0,)]:
                return
            await asyncio.sleep(0.1)
    finally:
        ledger.close()
    raise AssertionError("the outbox does not drain")


def _post_is_honest(office: Office, mail: Sink, kills: int) -> None:
    """Sent means taken by the mail server; taken twice only around a kill, under the same Message-ID."""
    ledger = office.ledger()
    try:
        sent = [row[0] for row in rows(ledger, "SELECT external_id FROM outbox WHERE state = 'sent'")]
        assert rows(ledger, "SELECT COUNT(*) FROM outbox WHERE state = 'dead'") == [(0,)]
    finally:
        ledger.close()
    assert sent
    assert len(sent) == len(set(sent))
    assert set(sent) <= set(mail.taken)
    assert mail.taken.total() - len(mail.taken) <= 8 * kills


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_what_was_acknowledged_is_there_once_however_often_the_process_is_killed(
    office: Callable[..., Office], empty_url: str, tmp_path: Path
) -> None:
    asyncio.run(asyncio.wait_for(walk(office, empty_url, tmp_path, 300, SHORT), 300))


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_two_thousand_messages_and_fourteen_kills(
    office: Callable[..., Office], empty_url: str, tmp_path: Path
) -> None:
    asyncio.run(asyncio.wait_for(walk(office, empty_url, tmp_path, 2_400, LONG), 1_200))
