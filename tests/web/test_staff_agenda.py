"""The weekly visit in the console: drafted, reviewed, changed, approved, printed."""

import re

import pytest
from staff_world import Seat, seat, text_of
from web_world import Desk

from sapa.web.fields import Fields
from sapa.web.staff.agenda_acts import order
from store import agendas, tickets

WEEK = "2026-W48"
PAGE = f"/petugas/agenda/{WEEK}"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """The agenda's own tests run on both databases; these are about pages."""
    return str(request.param)


@pytest.fixture
def coordinator(desk: Desk) -> Seat:
    return seat(desk, "coordinator")


@pytest.fixture
def week(desk: Desk, coordinator: Seat) -> dict[str, int]:
    """A drafted week of three stops: ref → ticket id."""
    for place in (("Meri", -7.481, 112.4475), ("Wates", -7.455, 112.4499), ("Meri", -7.4812, 112.4479)):
        desk.send(f"Lampu jalan mati di {place[1]}", kelurahan=place[0], lat=place[1], lon=place[2])
    coordinator.post("/petugas/agenda", pekan=WEEK)
    return {ref: desk.ticket(ref).id or 0 for ref in route(desk)}


def route(desk: Desk) -> list[str]:
    """The refs of the round, in order."""
    with desk.office.ledger.reading() as tx:
        agenda = agendas.by_week(tx, WEEK)
        rows = [row for row in agendas.stops(tx, agenda.id) if row.position] if agenda else []
        found = tickets.by_ids(tx, [row.ticket_id for row in rows])
    return [found[row.ticket_id].ref for row in rows]


def change(person: Seat, what: str, status: int = 303, **fields: object) -> str:
    """One change, by a fresh form."""
    html = person.see(PAGE)
    version = re.search(r'name="version" value="(\d+)"', html)
    key = re.search(r'name="key" value="([^"]+)"', html)
    assert version
    assert key
    given = {"version": version[1], "key": f"{key[1]}-{what}"}
    return person.post(f"{PAGE}/{what}", status, **(given | fields))


def test_an_empty_list_offers_the_next_week(coordinator: Seat) -> None:
    page = text_of(coordinator.see("/petugas/agenda"))
    assert "Kunjungan berikutnya: Rabu, 25 November 2026" in page
    assert "Belum ada agenda." in page
    coordinator.see(PAGE, 404)
    coordinator.see("/petugas/agenda/besok", 404)
    assert "Pekan ditulis seperti" in coordinator.post("/petugas/agenda", 422, pekan="besok")
    where = coordinator.post("/petugas/agenda", pekan=WEEK)
    page = text_of(coordinator.see(where))
    assert "Rancangan agenda siap diperiksa." in page
    assert "Tidak ada keluhan terbuka" in page
    assert "Bila sejak itu ada laporan baru, pilih “Susun ulang”." in page
    assert "Susun rancangan sekarang" not in coordinator.see("/petugas/agenda")


def test_the_review_shows_times_scores_and_the_text_to_send(coordinator: Seat, week: dict[str, int]) -> None:
    html = coordinator.see(PAGE)
    page = text_of(html)
    for ref in week:
        assert ref in page
    assert "Berangkat 08.00 dari Balai Kota" in page
    assert "Mengapa (skor" in page
    assert "RANCANGAN, belum disetujui" in html
    sheet = coordinator.see(f"{PAGE}/lembar")
    assert "/static/sheet.css" in sheet
    assert all(ref in sheet for ref in week)


def test_stops_move_by_button_and_by_number(desk: Desk, coordinator: Seat, week: dict[str, int]) -> None:
    first, second, third = week
    change(coordinator, "urutkan", naik=week[second])
    assert route(desk) == [second, first, third]
    change(coordinator, "urutkan", turun=week[second])
    assert route(desk) == [first, second, third]
    change(coordinator, "urutkan", **{f"posisi-{week[third]}": 1, f"posisi-{week[first]}": "x"})
    assert route(desk) == [third, first, second]
    assert "tidak ada di agenda" in change(coordinator, "urutkan", 422, naik=999)


def test_a_stop_is_dropped_for_a_reason_and_added_again(
    desk: Desk, coordinator: Seat, week: dict[str, int]
) -> None:
    ref = next(iter(week))
    assert "Alasan wajib diisi" in change(coordinator, "keluarkan", 422, laporan=week[ref], alasan="")
    change(coordinator, "keluarkan", laporan=week[ref], alasan="Sudah menyala")
    assert ref not in route(desk)
    assert "Dikeluarkan petugas: Sudah menyala" in text_of(coordinator.see(PAGE))
    change(coordinator, "tambah", laporan=week[ref])
    assert ref in route(desk)
    other, _ = desk.send("Lampu jalan mati", kelurahan="Wates")
    change(coordinator, "tambah", ref=other.lower())
    assert other in route(desk)
    assert "Laporan tidak ditemukan" in change(coordinator, "tambah", 422, ref="SMP-2611-9999")
    secret, _ = desk.send("Saya dimintai uang", kelurahan="Meri")
    assert "rahasia" in change(coordinator, "tambah", 422, ref=secret)
    assert secret not in coordinator.see(PAGE)


def test_complaints_at_one_spot_are_one_stop_that_is_dropped_and_added_whole(
    desk: Desk, coordinator: Seat, week: dict[str, int]
) -> None:
    ref, twin = (
        desk.send(f"Lampu {what} di Wates", kelurahan="Wates", lat=-7.4560, lon=112.4490)[0]
        for what in ("jalan mati", "jalan pecah")
    )
    change(coordinator, "susun", yakin="1", pertahankan="1")
    page = text_of(coordinator.see(PAGE))
    assert "2 laporan di titik ini" in page
    assert {ref, twin} <= {word.strip(".,") for word in page.split()}
    assert len({ref, twin} & set(route(desk))) == 1
    sheet = text_of(coordinator.see(f"{PAGE}/lembar"))
    assert f"Laporan {ref}" in sheet
    assert f"Laporan {twin}" in sheet
    change(coordinator, "keluarkan", laporan=desk.ticket(twin).id, alasan="Sudah menyala")
    assert not {ref, twin} & set(route(desk))
    assert len(route(desk)) == 3
    change(coordinator, "tambah", ref=twin)
    assert len({ref, twin} & set(route(desk))) == 1
    assert "2 laporan di titik ini" in text_of(coordinator.see(PAGE))


def test_approval_is_confirmed_and_any_change_takes_it_back(
    desk: Desk, coordinator: Seat, week: dict[str, int]
) -> None:
    assert "Centang dahulu" in change(coordinator, "setujui", 422)
    change(coordinator, "setujui", yakin="1")
    page = text_of(coordinator.see(f"{PAGE}?ok=setujui"))
    assert "Agenda disetujui." in page
    assert "Disetujui" in page
    assert "Disetujui" in text_of(coordinator.see("/petugas/agenda"))
    assert "Centang dahulu" in change(coordinator, "susun", 422)
    change(coordinator, "susun", yakin="1", pertahankan="1")
    assert "Rancangan" in text_of(coordinator.see(PAGE))
    change(coordinator, "hapus", 404)


def test_an_agenda_that_changed_or_is_published_stays_as_it_is(
    desk: Desk, coordinator: Seat, week: dict[str, int]
) -> None:
    ref = next(iter(week))
    html = coordinator.post(
        f"{PAGE}/keluarkan", 409, version=99, key="k", laporan=week[ref], alasan="Sudah beres"
    )
    assert "baru saja berubah" in html
    assert "Sudah beres" in html
    desk.office.ledger.write(lambda tx: tx.run("UPDATE agenda SET state = 'published'"))
    html = coordinator.see(PAGE)
    assert "Simpan urutan" not in html
    assert "titik 1" in html
    assert "diterbitkan" in coordinator.post(f"{PAGE}/setujui", 409, version=1, key="k2", yakin="1")


def test_numbers_that_say_the_same_place_put_the_moved_one_there() -> None:
    def typed(**numbers: str) -> list[int]:
        values = {f"posisi-{id}": str(at) for at, id in enumerate((1, 2, 3), 1)}
        given = values | {f"posisi-{k[1:]}": v for k, v in numbers.items()}
        return order([1, 2, 3], Fields([*given.items()]))

    assert typed() == [1, 2, 3]
    assert typed(_1="3") == [2, 3, 1]
    assert typed(_1="2") == [2, 1, 3]
    assert typed(_3="1") == [3, 1, 2]
    assert typed(_3="2") == [1, 3, 2]
    assert typed(_2="") == [1, 2, 3]
