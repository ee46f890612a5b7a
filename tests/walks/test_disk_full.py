"""The disk fills up under load: an honest no, nothing acknowledged lost, and recovery without hands.

About 5 seconds each.
"""

import asyncio
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from walk_check import nothing_is_lost
from walk_clients import Acknowledged, Crowd, sendings
from walk_recovery import HONEST, ready_again, spool_drained, told_no
from walk_world import Office


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB of its own; needs root."""
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(mount)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("a file system of our own needs root; the next test limits file sizes instead")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


async def walk(
    office: Office, file: Acknowledged, fill: Callable[[], None], free: Callable[[], None]
) -> None:
    """Some messages, a full disk, room again: senders try on all the while."""
    messages = sendings(240, "disk")
    crowd = Crowd(office, file, seed=3)
    await crowd.send_all(messages[:60])
    assert set(crowd.answers) <= {"yes", "hung up on"}
    await asyncio.to_thread(fill)
    before = len(file.refs)
    rest = asyncio.create_task(crowd.send_all(messages[60:]))
    await told_no(crowd, rest)
    acknowledged = len(file.refs)
    assert office.page("/healthz")
    await asyncio.to_thread(free)
    await rest
    print(f"{acknowledged - before} while the disk filled; {dict(crowd.answers)}")
    assert set(crowd.answers) <= {"yes", "hung up on", *HONEST}
    await ready_again(office)
    await spool_drained(office)
    assert await asyncio.to_thread(office.stop) == 0
    nothing_is_lost(office, messages, file)


def test_a_full_file_system(office: Callable[..., Office], small_disk: Path, tmp_path: Path) -> None:
    here = office(var=small_disk / "var")
    here.start()
    here.ready()
    filler = small_disk / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    file = Acknowledged(tmp_path / "acknowledged")
    asyncio.run(asyncio.wait_for(walk(here, file, fill, filler.unlink), 300))
    file.close()


def test_files_that_may_not_grow(office: Callable[..., Office], tmp_path: Path) -> None:
    """A quota on the process instead of a disk: no file may grow past what the ledger has now."""
    here = office()
    here.start()
    here.ready()
    assert here.process is not None
    pid = here.process.pid
    usual = resource.prlimit(pid, resource.RLIMIT_FSIZE)

    def fill() -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (64, usual[1]))

    def free() -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, usual)

    file = Acknowledged(tmp_path / "acknowledged")
    asyncio.run(asyncio.wait_for(walk(here, file, fill, free), 300))
    file.close()
