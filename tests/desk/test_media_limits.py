"""Files of any kind and number: kept sealed, shown when on the list; what is missing is named."""

import base64
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from file_kinds import KNOWN, REFUSED
from intake_world import World, chat
from picture_world import bomb, saved, scene, with_exif

from channels.base import Traits
from sapa.desk import pictures
from sapa.desk.decoding import LARGE
from store.db import Ledger


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, now: datetime) -> World:
    return World(ledger, tmp_path, now)


def sent(content: bytes, name: str = "foto.jpg", kind: str = "image/jpeg") -> dict[str, str]:
    return {"name": name, "type": kind, "base64": base64.b64encode(content).decode()}


def limited(office: World, **limits: int) -> None:
    office.city = replace(
        office.city, channels={**office.city.channels, "fake": Traits(burst=True, **limits)}
    )


def files(office: World) -> list[tuple[Any, ...]]:
    return office.rows("SELECT name, state, reason FROM attachment ORDER BY id")


def test_a_picture_says_when_where_and_how_it_looks(office: World) -> None:
    office.say(chat("1", "lampu jalan mati", photos=[sent(with_exif())]))
    ((taken, phash, lat),) = office.rows("SELECT taken, phash, lat FROM attachment")
    assert (taken, len(phash), round(lat, 3)) == ("2026-11-24T08:15:03+07:00", 16, -7.455)


@pytest.mark.parametrize("name", ["pdf", "opus", "mp4", "docx", "words", "card"])
def test_what_is_on_the_list_is_kept_whatever_its_sender_calls_it(office: World, name: str) -> None:
    content, kind = KNOWN[name]
    office.say(chat("1", "lampu jalan mati", photos=[sent(content, "x.exe", "application/x-msdownload")]))
    ((told, state, reason),) = files(office)
    assert (state, reason) == ("kept", "")
    assert not told.endswith(".exe")
    assert office.rows("SELECT media_type, served FROM attachment") == [(kind, None)]


@pytest.mark.parametrize("name", ["html", "svg", "program", "zip", "docm", "avif"])
def test_what_is_not_on_the_list_is_sealed_and_the_officer_reads_why(office: World, name: str) -> None:
    office.say(chat("1", "lampu jalan mati", photos=[sent(REFUSED[name], "foto.jpg", "text/plain")]))
    assert files(office)[0][1:] == ("refused", pictures.UNKNOWN_KIND)
    ((blob,),) = office.rows("SELECT blob FROM attachment")
    assert office.files.read(blob) == REFUSED[name]
    assert office.tickets()[0][2] == "DISHUB"


def test_a_bomb_among_pictures_harms_only_itself(office: World) -> None:
    good = saved(scene())
    office.say(chat("1", "lampu jalan mati", photos=[sent(good), sent(bomb(20_000)), sent(good, "dua.jpg")]))
    assert [(state, reason) for _, state, reason in files(office)] == [
        ("kept", ""),
        ("refused", LARGE),
        ("kept", ""),
    ]


def test_what_is_too_large_for_its_channel_is_sealed_and_says_so(office: World) -> None:
    limited(office, file_mb=1)
    large = b"%PDF-1.7\n" + bytes(1024 * 1024)
    office.say(chat("1", "lampu jalan mati", photos=[sent(large, "a.pdf"), sent(large[:-20], "b.pdf")]))
    (_, *first), (_, *second) = files(office)
    assert first == ["refused", "Berkas lebih besar dari 1 MB, jadi tidak ditampilkan."]
    assert second == ["kept", ""]


def test_more_files_than_a_channel_may_bring_are_named_and_counted(office: World) -> None:
    limited(office, files=3)
    many = [sent(f"isi {number}".encode(), f"surat-{number}.txt", "text/plain") for number in range(30)]
    office.say(chat("1", "lampu jalan mati", photos=many))
    told = files(office)
    assert [state for _, state, _ in told] == ["kept"] * 3 + ["refused"] * 21
    assert told[3][0] == "surat-3.txt"
    assert told[3][2] == pictures.OVER.format(3)
    assert told[-1][0] == "7 berkas lain"
    office.say(chat("1", "lampu jalan mati", photos=many))  # the same again adds nothing
    assert files(office) == told


def test_files_over_the_limit_that_a_provider_has_can_still_be_fetched_by_an_officer(office: World) -> None:
    limited(office, files=1)
    office.say(chat("1", "lampu jalan mati", photos=[{"remote": "a"}, {"remote": "b"}]))
    assert office.rows("SELECT state, remote FROM attachment ORDER BY id") == [
        ("remote", "a"),
        ("refused", "b"),
    ]


def test_a_picture_posted_again_is_one_blob_with_one_look(office: World) -> None:
    for number, who in enumerate(("A", "B")):
        office.say(chat(str(number), "lampu jalan mati", who=who, photos=[sent(saved(scene()))]))
    rows = office.rows("SELECT blob, served, phash FROM attachment ORDER BY id")
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_a_mail_with_too_many_files_keeps_its_words_and_names_the_rest(office: World) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Sri <sri@warga.example>", "lapor@kota.example"
    mail["Subject"], mail["Message-ID"] = "Lampu jalan", "<1@warga.example>"
    mail.set_content("Lampu jalan mati, dua puluh lima foto menyusul.")
    for number in range(25):
        mail.add_attachment(f"isi {number}", filename=f"catatan-{number}.txt")
    office.post(mail.as_bytes())
    told = files(office)
    assert [state for _, state, _ in told].count("kept") == 20
    assert [name for name, state, _ in told if state == "refused"] == [
        f"catatan-{number}.txt" for number in range(20, 25)
    ]
    ((text,),) = office.rows("SELECT text FROM message")
    assert "dua puluh lima foto" in text
