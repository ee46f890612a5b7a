"""Exports of LAPOR! taken in: once each, changes seen, faults told, and on from where a process died."""

import asyncio
import json
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from lapor_world import HEADINGS, Lapor, exported, row

from channels.base import Accepted, Parsed, Payload, Unavailable
from channels.lapor import Unfit
from sapa.desk import followup
from sapa.desk import lapor as desk
from sapa.desk.actor import Actor
from sapa.desk.dropped import Dropped
from sapa.desk.errors import Forbidden, Invalid, NotFound
from store import lapor
from store.db import Ledger

COORDINATOR = Actor(kind="officer", role="coordinator", officer_id=1)
AUDITOR = Actor(kind="officer", role="auditor", officer_id=2)


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, now: datetime) -> Lapor:
    return Lapor(ledger, tmp_path, now)


def many(count: int, text: str = "Lampu jalan mati nomor") -> list[list[str]]:
    return [row(f"L{number:05d}", f"{text} {number}") for number in range(count)]


def test_each_row_becomes_a_ticket_and_the_same_file_again_nothing(world: Lapor) -> None:
    file = exported(many(45))
    assert world.take_in(file) == (45, 0, 0, 0)
    assert world.count() == 45
    arrivals = world.rows("SELECT COUNT(*) FROM arrival")[0][0]
    assert world.take_in(file) == (0, 0, 45, 0)
    assert (world.count(), world.rows("SELECT COUNT(*) FROM arrival")[0][0]) == (45, arrivals)
    assert {opd for _, _, opd in world.tickets()} == {"DISHUB"}


def test_every_column_of_a_row_is_kept_and_the_file_too(world: Lapor) -> None:
    file = exported([[*row("L1"), "apa saja"]], (*HEADINGS, "Kolom Lain"))
    world.take_in(file)
    ((raw,),) = world.rows("SELECT raw FROM arrival")
    assert json.loads(bytes(raw))["Kolom Lain"] == "apa saja"
    ((blob,),) = world.rows("SELECT blob FROM lapor_import")
    assert world.files.read(blob) == file


def test_other_words_are_a_revision_and_another_status_is_told_in_the_history(world: Lapor) -> None:
    world.take_in(exported([row("L1"), row("L2")]))
    changed = exported([row("L1", "Lampu jalan mati, sekarang tumpukan sampah"), row("L2", Status="Proses")])
    assert world.take_in(changed) == (0, 2, 0, 0)
    assert world.count() == 2
    assert world.rows("SELECT text FROM message_revision") == [
        ("Lampu jalan mati, sekarang tumpukan sampah",)
    ]
    told = world.rows("SELECT kind FROM event WHERE kind IN ('revision', 'lapor_status') ORDER BY ticket_id")
    assert told == [("revision",), ("lapor_status",)]
    assert world.rows("SELECT status FROM lapor_case ORDER BY tracking_id") == [
        ("Belum Ditindaklanjuti",),
        ("Proses",),
    ]
    assert world.take_in(changed) == (0, 0, 2, 0)


def test_a_report_twice_in_one_file_is_one_ticket_as_its_last_row_says(world: Lapor) -> None:
    assert world.take_in(exported([row("L1"), row("L1", Status="Selesai"), row("L1", Status="Selesai")])) == (
        *(1, 1, 1, 0),
    )
    assert world.count() == 1
    assert world.rows("SELECT status FROM lapor_case") == [("Selesai",)]


def test_wrong_rows_are_told_by_their_line_and_the_others_come_in(world: Lapor) -> None:
    rows = [
        row("L1"),
        row("", "tanpa nomor"),
        row("L3", ""),
        row("1,23E+12"),
        row("L5", **{"Tanggal Laporan": "x"}),
    ]
    assert world.take_in(exported(rows)) == (2, 0, 0, 3)
    found = world.rows("SELECT line, reason FROM lapor_fault ORDER BY line")
    assert [line for line, _ in found] == [3, 4, 5, 6]
    assert [reason.split()[0] for _, reason in found] == ["Nomor", "Isi", "Nomor", "Masuk,"]


def test_nobody_is_written_to_where_nothing_of_ours_arrives(world: Lapor) -> None:
    world.take_in(exported([row("L1", **{"Nama Pelapor": "Sri"})]))
    assert [notice for notice, lane in world.told() if not lane.startswith(("opd", "desk"))] == []
    assert world.rows("SELECT name FROM identity") == [("Sri",)]


@pytest.mark.parametrize(
    ("word", "name", "privacy"),
    [
        ("", "Sri", "normal"),
        ("Publik", "Sri", "normal"),
        ("Tidak Rahasia", "Sri", "normal"),
        ("Anonim", "Sri", "anonymous"),
        ("", "Anonim", "anonymous"),
        ("", "*****", "anonymous"),
        ("Rahasia", "Sri", "secret"),
        ("Anonim dan Rahasia", "Identitas Disembunyikan", "secret"),
        ("kata yang belum dikenal", "Sri", "anonymous"),
    ],
)
def test_what_lapor_hides_is_hidden_here(world: Lapor, word: str, name: str, privacy: str) -> None:
    world.take_in(exported([row("L1", **{"Sifat Laporan": word, "Nama Pelapor": name})]))
    assert world.rows("SELECT privacy FROM ticket") == [(privacy,)]


def test_a_report_hidden_later_is_hidden_here_too(world: Lapor) -> None:
    world.take_in(exported([row("L1")]))
    world.take_in(exported([row("L1", **{"Sifat Laporan": "Rahasia"})]))
    assert world.rows("SELECT privacy FROM ticket") == [("secret",)]


def test_an_sms_to_1708_keeps_its_origin_and_the_category_its_name(world: Lapor) -> None:
    world.take_in(exported([row("L1", Sumber="SMS", Kategori="KESEHATAN > Pelayanan Kesehatan")]))
    assert world.rows("SELECT source, category FROM lapor_case") == [("SMS 1708", "PELAYANAN KESEHATAN")]
    assert world.rows("SELECT category FROM message") == [("PELAYANAN KESEHATAN",)]


def test_a_process_that_dies_in_the_middle_is_gone_on_with(world: Lapor) -> None:
    world.put(exported(many(50)))
    real, left = world.intake.deliver, [33]

    async def dying(payload: Payload, parse: object) -> list[Accepted]:
        left[0] -= 1
        if left[0] < 0:
            raise Unavailable("gone")
        return list(await real(payload, partial(world.lapor.parse, payload)))

    world.intake.deliver = dying  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        asyncio.run(world.importing.look())
    assert world.rows("SELECT done FROM lapor_import") == [(20,)]
    assert world.count() == 33
    world.intake.deliver = real  # type: ignore[method-assign]
    assert asyncio.run(world.an_importing().look()) == 1
    assert world.rows("SELECT done, new, known, wrong, state FROM lapor_import") == [(50, 50, 0, 0, "done")]
    assert world.count() == 50


def test_what_another_process_holds_is_left_to_it_until_its_lease_ends(world: Lapor) -> None:
    id_ = world.put(exported(many(3)))
    world.ledger.write(lambda tx: lapor.claim(tx, id_, world.now, world.now.replace(year=2027)))
    assert asyncio.run(world.importing.look()) == 0
    world.ledger.write(lapor.free)
    assert asyncio.run(world.importing.look()) == 1


def test_an_import_looked_at_waits_for_a_yes(world: Lapor) -> None:
    id_ = world.put(exported(many(3)), state="preview")
    assert asyncio.run(world.importing.look()) == 0
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: desk.begin(tx, id_, AUDITOR, world.now))
    with pytest.raises(NotFound):
        world.ledger.write(lambda tx: desk.begin(tx, 999, COORDINATOR, world.now))
    for _ in range(2):
        world.ledger.write(lambda tx: desk.begin(tx, id_, COORDINATOR, world.now))
    assert asyncio.run(world.importing.look()) == 1
    assert world.count() == 3
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: desk.drop(tx, id_, COORDINATOR))


def test_an_import_put_aside_cannot_be_taken_up(world: Lapor) -> None:
    id_ = world.put(exported(many(3)), state="preview")
    world.ledger.write(lambda tx: desk.drop(tx, id_, COORDINATOR))
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: desk.begin(tx, id_, COORDINATOR, world.now))


def test_what_the_office_cannot_take_is_told_and_tried_again_with_the_next_file(world: Lapor) -> None:
    real = world.intake.deliver

    async def parking(payload: Payload, parse: object) -> list[Accepted]:
        def broken() -> Parsed:
            raise RuntimeError

        return list(await real(payload, broken))

    world.intake.deliver = parking  # type: ignore[method-assign]
    assert world.take_in(exported(many(1))) == (0, 0, 0, 1)
    world.intake.deliver = real  # type: ignore[method-assign]
    assert world.take_in(exported(many(1))) == (1, 0, 0, 0)


class Watched:
    def __init__(self, world: Lapor, folder: Path) -> None:
        self.folder, self.world = folder, world
        folder.mkdir()
        self.dropped = Dropped(
            folder, ledger=world.ledger, files=world.files, door=world.lapor, clock=lambda: world.now
        )

    def names(self, where: str = ".") -> list[str]:
        return sorted(one.name for one in (self.folder / where).iterdir() if one.is_file())


def test_a_file_in_the_folder_is_taken_when_it_no_longer_grows(world: Lapor, tmp_path: Path) -> None:
    watched = Watched(world, tmp_path / "lapor")
    file = exported(many(5))
    (watched.folder / "a.csv").write_bytes(file[:60])
    (watched.folder / "b.csv.part").write_bytes(file)
    assert watched.dropped.look() == 0
    (watched.folder / "a.csv").write_bytes(file)  # it grew between two looks
    assert watched.dropped.look() == 0
    assert watched.dropped.look() == 1
    assert watched.names() == ["b.csv.part"]
    assert watched.names("done") == ["a.csv"]
    assert asyncio.run(world.importing.look()) == 1
    assert world.count() == 5


def test_a_file_that_is_no_export_is_moved_away_with_the_reason(world: Lapor, tmp_path: Path) -> None:
    watched = Watched(world, tmp_path / "lapor")
    for _ in range(2):
        (watched.folder / "a.csv").write_bytes(b"Nama;Umur\nSri;40\n")
        watched.dropped.look()
        assert watched.dropped.look() == 0
    assert len(watched.names("failed")) == 4
    assert (
        "nomor tracking dan isi laporan tidak ditemukan" in (watched.folder / "failed/a.csv.txt").read_text()
    )


def test_a_folder_that_is_not_there_is_no_fault(world: Lapor, tmp_path: Path) -> None:
    door = {"ledger": world.ledger, "files": world.files, "door": world.lapor, "clock": lambda: world.now}
    assert Dropped(tmp_path / "tidak-ada", **door).look() == 0  # type: ignore[arg-type]


def test_the_follow_up_says_our_status_in_their_words_and_hides_what_is_secret(world: Lapor) -> None:
    world.take_in(exported([row("L1"), row("L2", **{"Sifat Laporan": "Rahasia"}), row("L3", "Ada pungli")]))
    for id_ in (1, 2):
        world.ledger.write(
            lambda tx, id_=id_: tx.run(  # type: ignore[misc]
                "INSERT INTO event (ticket_id, kind, actor, opd, public, text, data, at) VALUES"
                " (:id, 'answered', 'opd', 'DISHUB', true, 'Beres, hubungi 081234567890', '{}', :now)",
                id=id_,
                now=world.now,
            )
        )
    with world.ledger.reading() as tx:
        rows = list(followup.rows(tx, COORDINATOR, None, world.city))
        later = list(followup.rows(tx, COORDINATOR, world.now.replace(year=2030), world.city))
        officer = list(followup.rows(tx, Actor(kind="officer", role="clerk"), None, world.city))
    assert [one[0] for one in rows] == ["L1", "L2", "L3"]
    assert rows[0][1:4] == ["Belum Ditindaklanjuti", rows[0][2], "Dinas Perhubungan"]
    assert rows[0][2].startswith("Beres")
    assert "081234567890" not in rows[0][2]
    assert rows[1][2] == followup.SEALED
    assert rows[0][4] == "23/11/2026 08:15"
    assert (later, officer) == ([], [])
    assert all(len(one) == len(followup.HEADINGS) for one in rows)


def test_every_status_of_ours_has_a_word_of_theirs() -> None:
    from store.tables.tickets import STATUSES

    assert set(followup.STATUSES) == set(STATUSES.split())


@pytest.mark.parametrize(
    "file", [b"", b"   ", b"\x00\x01\x02", b"PK\x03\x04rusak", b"{", b"[1, 2]", b"<html>", b"a;b\n1;2\n"]
)
def test_what_is_no_export_is_refused_with_what_to_do(world: Lapor, file: bytes) -> None:
    with pytest.raises(Unfit) as wrong:
        world.put(file)
    assert len(str(wrong.value)) > 15
    assert world.rows("SELECT COUNT(*) FROM lapor_import") == [(0,)]
