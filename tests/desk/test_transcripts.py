"""What a recording says: written by an officer or a machine, it judges the report as their words."""

import asyncio
import base64
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from intake_world import World, chat

from channels.fake import FakeDoor
from channels.message import Attachment
from notifier.retry import Retry
from sapa.desk import late, transcripts
from sapa.desk.actor import Actor
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.fetching import Fetching
from sapa.desk.pictures import keep
from sapa.desk.transcriber import FakeTranscriber, UnknownTranscriber, by_name
from store import remote
from store.db import Ledger
from store.files import Files

VOICE = b"OggS\x00\x02" + b"\x00" * 20 + b"OpusHead" + b"\x00" * 40
DESK = Actor(kind="officer", officer_id=None, role="coordinator", name="Koordinator")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def voice(world: World, message_id: str = "1", content: bytes = VOICE) -> UUID:
    """A voice message without a word of text; the id of its file."""
    files = [{"name": "suara.ogg", "base64": base64.b64encode(content).decode()}]
    world.say(chat(message_id, "", photos=files))
    with world.ledger.reading() as tx:
        found: Any = tx.run("SELECT uuid FROM attachment ORDER BY id DESC LIMIT 1")[0][0]
    return found if isinstance(found, UUID) else UUID(found)


def write(world: World, file: UUID, text: str, *, version: int = 1, key: str = "tulis-1") -> None:
    world.ledger.write(
        lambda tx: transcripts.write_down(
            tx, 1, DESK, version=version, key=key, now=world.now, city=world.city, file=file, text=text
        )
    )


def ticket(world: World) -> tuple[Any, ...]:
    return tuple(world.rows("SELECT opd, status, version FROM ticket WHERE id = 1")[0])


def test_what_an_officer_writes_down_finds_the_agency(world: World) -> None:
    file = voice(world)
    opd, status, version = ticket(world)
    assert (opd, status) == ("", "triage")
    write(world, file, "lampu jalan mati di depan pasar", version=version)
    assert ticket(world)[:2] == ("DISHUB", "assigned")
    assert "lampu jalan" in world.rows("SELECT summary FROM ticket WHERE id = 1")[0][0]
    kinds = [kind for (kind,) in world.rows("SELECT kind FROM event WHERE ticket_id = 1 ORDER BY id")]
    assert kinds.count("written_down") == 1
    write(world, file, "sampah menumpuk", version=ticket(world)[2], key="tulis-2")  # they heard wrong
    assert ticket(world)[0] == "DLH"
    write(world, file, "sampah menumpuk", version=version, key="tulis-2")  # the same click once more
    assert [kind for (kind,) in world.rows("SELECT kind FROM event")].count("written_down") == 2


@pytest.mark.parametrize(("text", "said"), [("  ", "wajib diisi"), ("a" * 10_001, "terlalu panjang")])
def test_what_is_written_must_be_something_and_not_too_long(world: World, text: str, said: str) -> None:
    file = voice(world)
    with pytest.raises(Invalid, match=said):
        write(world, file, text, version=ticket(world)[2])


def test_only_recordings_of_this_ticket_are_written_down(world: World) -> None:
    file = voice(world, content=b"%PDF-1.4 surat")
    with pytest.raises(Invalid, match="rekaman"):
        write(world, file, "lampu jalan mati", version=ticket(world)[2])
    with pytest.raises(NotFound):
        write(world, UUID(int=7), "lampu jalan mati", version=ticket(world)[2])


def test_what_was_written_down_on_a_report_in_hand_moves_it_nowhere(world: World) -> None:
    file = voice(world)
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET touched_at = :now WHERE id = 1", now=world.now))
    write(world, file, "lampu jalan mati", version=ticket(world)[2])
    assert ticket(world)[:2] == ("", "triage")


def test_a_file_whose_lease_is_gone_changes_nothing(world: World, tmp_path: Path) -> None:
    world.say(chat("9", "", photos=[{"name": "suara.ogg", "remote": "suara-1", "type": "audio/ogg"}]))
    with world.ledger.reading() as tx:
        (file_id,) = tx.run("SELECT id FROM attachment")[0]
    lease = world.now + timedelta(minutes=1)
    wanted = world.ledger.write(lambda tx: remote.claim(tx, file_id, world.now, lease))
    assert wanted is not None
    world.ledger.write(lambda tx: remote.end(tx, wanted))
    kept = keep(Attachment(name="suara.ogg", media_type="audio/ogg", content=VOICE), Files(tmp_path / "f"))
    came = world.ledger.write(lambda tx: late.came(tx, wanted, kept, world.now, world.city))
    assert came is False
    assert world.rows("SELECT state FROM attachment") == [("remote",)]


class Broken:
    async def transcribe(self, content: bytes, media_type: str) -> str:
        raise OSError(media_type)


def fetch(world: World, folder: Path, content: bytes, transcriber: Any) -> None:
    door = FakeDoor(remote={"suara-1": content})
    world.say(chat("9", "", photos=[{"name": "suara.ogg", "remote": "suara-1", "type": "audio/ogg"}]))
    fetching = Fetching(
        ledger=world.ledger, files=Files(folder / "files"), doors={"fake": door}, city=lambda: world.city,
        clock=lambda: world.now,
        retry=Retry(
            first=timedelta(seconds=1), most=timedelta(seconds=1), give_up=timedelta(hours=1),
            timeout=timedelta(seconds=5), lease=timedelta(minutes=1),
        ),
        transcriber=transcriber,
    )  # fmt: skip
    assert asyncio.run(fetching.once()) == 1


def test_what_a_machine_hears_judges_the_report_and_yields_to_an_officer(
    world: World, tmp_path: Path
) -> None:
    fetch(world, tmp_path, VOICE + b"sampah menumpuk di pasar", FakeTranscriber())
    assert ticket(world)[0] == "DLH"
    ((found, uuid, by),) = world.rows("SELECT transcript, uuid, transcribed_by FROM attachment")
    assert (found, by) == ("sampah menumpuk di pasar", None)
    write(world, UUID(str(uuid)), "lampu jalan mati", version=ticket(world)[2])
    assert ticket(world)[0] == "DISHUB"


@pytest.mark.parametrize("transcriber", [Broken(), None])
def test_without_a_machine_or_with_a_broken_one_the_recording_is_kept(
    world: World, tmp_path: Path, transcriber: Any
) -> None:
    fetch(world, tmp_path, VOICE + b"sampah menumpuk", transcriber)
    assert world.rows("SELECT state, transcript FROM attachment") == [("kept", "")]
    assert ticket(world)[:2] == ("", "triage")


def test_a_transcriber_nobody_installed_is_named() -> None:
    assert isinstance(by_name("fake"), FakeTranscriber)
    with pytest.raises(UnknownTranscriber, match="fake"):
        by_name("tidak-ada")
