"""A service fetches the files its doors know by a handle: when they come, at a start, after a kill."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from channels.base import Payload
from channels.fake import FakeDoor
from sapa.bootstrap import Service, open_service
from sapa.settings import load
from store import alone, remote

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)


class Slow(FakeDoor):
    """A door whose provider never answers."""

    async def fetch(self, remote: str, limit: int) -> bytes:
        self.fetched.append(remote)
        await asyncio.sleep(600)
        return b""


def clock() -> datetime:
    """The machine's: the scheduler runs by it."""
    return datetime.now(UTC)


def opened(folder: Path, door: FakeDoor) -> Service:
    told = {"SAPA_VAR": str(folder / "var"), "SAPA_SMTP_PORT": "0"}
    return open_service(load(ROOT / "config.yaml", told), clock=clock, more_doors={"fake": door})


async def come(service: Service, key: str = "1") -> None:
    """A message whose photo is still with the provider."""
    file = {"remote": f"berkas-{key}", "type": "text/plain", "name": "surat.txt"}
    item = {"id": key, "from": "08123", "text": "lampu jalan mati", "photos": [file]}
    payload = Payload(
        channel="fake",
        account="fake",
        body=json.dumps(item).encode(),
        media_type="application/json",
        received_at=NOW,
    )
    door: Any = service.doors["fake"]
    await service.intake.deliver(payload, lambda: door.parse(payload))


def states(service: Service) -> list[tuple[Any, ...]]:
    with service.ledger.reading() as tx:
        return tx.run("SELECT state, lease_until IS NOT NULL, tries FROM attachment ORDER BY id")


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within five seconds")


def test_a_file_is_fetched_as_soon_as_its_message_is_kept(tmp_path: Path) -> None:
    service = opened(tmp_path, FakeDoor(remote={"berkas-1": b"a letter"}))

    async def walk() -> None:
        await service.start()
        await asyncio.sleep(0.2)  # the looks at the start are over
        await come(service)
        await until(lambda: states(service)[0][0] == "kept")
        await service.stop()

    asyncio.run(walk())


def test_a_start_fetches_what_came_while_nobody_fetched(tmp_path: Path) -> None:
    service = opened(tmp_path, FakeDoor(remote={"berkas-1": b"a letter"}))

    async def walk() -> None:
        await come(service)
        assert states(service) == [("remote", 0, 0)]
        await service.start()
        await until(lambda: states(service)[0][0] == "kept")
        await service.stop()

    asyncio.run(walk())


def test_a_stop_does_not_wait_for_a_provider_that_hangs(tmp_path: Path) -> None:
    door = Slow()
    service = opened(tmp_path, door)

    async def walk() -> None:
        await come(service)
        await service.start()
        await until(lambda: bool(door.fetched))
        await asyncio.wait_for(service.stop(), 20)

    asyncio.run(walk())
    again = opened(tmp_path, FakeDoor())
    assert states(again) == [("remote", 0, 1)]
    again.ledger.close()


VICTIM = """
import asyncio, sys
from pathlib import Path
from test_late_files import Slow, come, opened, until

async def walk():
    door = Slow()
    service = opened(Path(sys.argv[1]), door)
    await come(service)
    await service.start()
    await until(lambda: bool(door.fetched))
    print("under way", flush=True)
    await asyncio.sleep(600)

asyncio.run(walk())
"""


def test_after_a_kill_the_next_start_goes_on_at_once(tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert victim.stdout is not None
    lines = iter(victim.stdout.readline, b"")
    assert any(b"under way" in line for line in lines)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    victim.stdout.close()
    door = FakeDoor(remote={"berkas-1": b"a letter"})
    service = opened(tmp_path, door)
    assert states(service) == [("remote", 1, 1)]

    async def walk() -> None:
        await service.start()
        await until(lambda: states(service)[0][0] == "kept")
        await service.stop()

    asyncio.run(walk())
    assert door.fetched == ["berkas-1"]


def test_a_lease_of_another_process_is_left_to_it(tmp_path: Path) -> None:
    door = FakeDoor(remote={"berkas-1": b"a letter"})
    service = opened(tmp_path, door)
    asyncio.run(come(service))
    service.ledger.write(lambda tx: remote.claim(tx, 1, clock(), clock() + timedelta(minutes=3)))
    other = alone.claim(service.ledger)
    assert other is not None

    async def walk() -> None:
        await service.start()
        await asyncio.sleep(0.3)
        assert states(service) == [("remote", 1, 1)]
        await service.stop()

    asyncio.run(walk())
    other.close()
    assert door.fetched == []
