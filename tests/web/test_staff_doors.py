"""The channels' page, the banner, and the call list."""

import re
from dataclasses import replace

from staff_world import Seat, seat, text_of
from web_world import Desk

from sapa.web.app import create_app
from store import console
from store.tables import Ticket

WHY = "Menelepon pelapor."


def chat(desk: Desk, text: str = "Lampu jalan mati di depan pasar") -> str:
    """A complaint by chat; returns its ref."""
    body = f'[{{"id": "{text[:9]}", "from": "08123", "text": "{text}"}}]'.encode()
    signed = {"x-fake-signature": desk.door.sign(body)}
    answer = desk.client.post("/hooks/fake", content=body, headers=signed)
    assert answer.status_code == 200, answer.text
    with desk.office.ledger.reading() as tx:
        return str(tx.run("SELECT ref FROM ticket ORDER BY id DESC LIMIT 1")[0][0])


def rows(desk: Desk, sql: str) -> list[tuple[object, ...]]:
    with desk.office.ledger.reading() as tx:
        return tx.run(sql)


def declare(one: Seat, channel: str = "fake", status: int = 303, **fields: str) -> str:
    page = one.see(f"/petugas/kanal/{channel}")
    key = re.search(r'name="key" value="([^"]+)"', page)
    given = {"alasan": "Nomor diblokir.", "yakin": "1", "key": key[1] if key else ""}
    return one.post(f"/petugas/kanal/{channel}/mati", status, **(given | fields))


def test_every_channel_says_how_it_fares_in_words(desk: Desk) -> None:
    page = text_of(seat(desk, "coordinator").see("/petugas/kanal"))
    assert "Obrolan @sapa terbuka Masuk terakhir: belum pernah" in page
    assert "LAPOR! belum dibuka Untuk membukanya: Akun admin LAPOR!." in page


def test_who_only_reads_is_offered_nothing_that_would_be_refused(desk: Desk) -> None:
    assert 'href="/petugas/kanal/' in seat(desk, "coordinator").see("/petugas/kanal")
    page = seat(desk, "auditor").see("/petugas/kanal")
    assert "Obrolan" in page
    assert 'href="/petugas/kanal/' not in page


def test_a_declared_channel_is_announced_on_every_page_until_it_is_revived(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    ref, token = desk.send()
    pages = (
        "/",
        "/lacak",
        f"/lacak/{ref}?k={token}",
        f"/aksi/{desk.link(ref)}",
        "/tidak-ada",
        "/petugas/masuk",
    )
    said = "Kanal Obrolan sedang terganggu, perkiraan pulih 24 November 2026 pukul 15.00 WIB."
    assert declare(one, pulih="2026-11-24T15:00") == "/petugas/kanal?ok=mati"
    for path in pages:
        page = text_of(desk.client.get(path).text).replace(" ,", ",")
        assert said in page, path
        assert "formulir situs ini, Surel (lapor@example.id), atau datang ke Meja Pengaduan" in page, path
    assert said in text_of(one.see("/petugas"))
    assert len(desk.client.get("/").content) < 100_000
    state = text_of(one.see("/petugas/kanal"))
    assert "dinyatakan mati" in state
    assert "Nomor diblokir." in state
    id = re.search(r'name="gangguan" value="(\d+)"', one.see("/petugas/kanal/fake"))
    assert id
    assert one.post("/petugas/kanal/fake/hidup", gangguan=id[1], yakin="1") == "/petugas/kanal?ok=hidup"
    for path in pages:
        assert "terganggu" not in desk.client.get(path).text, path
    assert "hidup lagi 24 November 2026" in text_of(one.see("/petugas/kanal"))


def test_what_is_wrong_with_a_declaration_is_said_and_what_was_typed_stays(desk: Desk) -> None:
    one = seat(desk, "administrator")
    for fields, problem in (
        ({"yakin": ""}, "Centang pernyataan"),
        ({"alasan": " "}, "Alasan wajib diisi."),
        ({"pulih": "besok"}, "tulis tanggal dan jamnya"),
        ({"pulih": "2020-01-01T00:00"}, "harus sesudah saat ini"),
    ):
        assert problem in declare(one, status=422, **fields)
    assert "Nomor diblokir." in declare(one, status=422, yakin="")
    assert rows(desk, "SELECT count(*) FROM outage") == [(0,)]
    one.see("/petugas/kanal/lapor", 404)
    one.see("/petugas/kanal/tidak-ada", 404)


def test_two_who_declare_at_once_are_one_outage(desk: Desk) -> None:
    one = seat(desk, "administrator")
    declare(one, key="kunci-1")
    one.post("/petugas/kanal/fake/mati", alasan="Lagi.", yakin="1", key="kunci-1")
    page = one.post("/petugas/kanal/fake/mati", 422, alasan="Lagi.", yakin="1", key="kunci-2")
    assert "sudah dinyatakan mati" in page
    assert rows(desk, "SELECT count(*) FROM outage") == [(1,)]


def test_a_person_on_the_call_list_is_opened_for_a_reason_called_and_taken_back(desk: Desk) -> None:
    ref = chat(desk)
    id = desk.to_call(ref)
    one = seat(desk, "coordinator")
    listed = one.see("/petugas/kanal/telepon")
    assert "Sampaikan: Laporan Anda sedang ditangani Dinas Perhubungan." in text_of(listed)
    assert "0812" not in listed
    assert "Alasan wajib diisi." in one.post(f"/petugas/kanal/telepon/{id}/lihat", 422, alasan="")
    opened = one.post(f"/petugas/kanal/telepon/{id}/lihat", 200, alasan=WHY)
    assert 'href="tel:081200000000"' in opened
    with desk.office.ledger.reading() as tx:
        looks = console.looks(tx, desk.ticket(ref).id or 0)
    assert [(look.what, look.reason, who) for look, who in looks] == [(f"call:{id}", WHY, "Coordinator")]
    path = f"/petugas/kanal/telepon/{id}"
    assert (
        one.post(f"{path}/belum", version=0, catatan="Tidak diangkat.") == "/petugas/kanal/telepon?ok=belum"
    )
    assert one.post(f"{path}/belum", version=0) == "/petugas/kanal/telepon?ok=belum"  # a double click
    assert "1 catatan panggilan" in one.see("/petugas/kanal/telepon")
    assert "Petugas lain" in one.post(f"{path}/sudah", 409, version=0)
    one.post(f"{path}/sudah", version=1)
    assert "Tidak ada yang perlu ditelepon." in one.see("/petugas/kanal/telepon?ok=sudah")
    history = text_of(one.see(f"/petugas/laporan/{ref}"))
    assert "Telepon ke pelapor tidak tersambung" in history
    assert "Pelapor dihubungi lewat telepon" in history
    assert "disampaikan lewat telepon" in history
    one.post(f"{path}/batal", version=2)
    assert "Sampaikan:" in one.see("/petugas/kanal/telepon")
    one.post(f"{path}/lupa", 404, version=3)


def test_nothing_of_a_sealed_report_is_on_the_call_list(desk: Desk) -> None:
    ref = chat(desk)
    id = desk.to_call(ref)
    desk.office.ledger.write(lambda tx: tx.run("UPDATE ticket SET privacy = 'secret' WHERE ref = :r", r=ref))
    for role in ("coordinator", "administrator"):
        one = seat(desk, role)
        assert ref not in one.see("/petugas/kanal/telepon")
        one.post(f"/petugas/kanal/telepon/{id}/lihat", 404, alasan=WHY)
        one.post(f"/petugas/kanal/telepon/{id}/sudah", 404, version=0)


def test_an_anonymous_reporter_is_opened_by_administrators_alone(desk: Desk) -> None:
    ref = chat(desk)
    id = desk.to_call(ref)
    desk.office.ledger.write(lambda tx: tx.run("UPDATE ticket SET privacy = 'anonymous'"))
    assert desk.ticket(ref).privacy == Ticket.model_validate(desk.ticket(ref)).privacy == "anonymous"
    one = seat(desk, "coordinator")
    assert "hanya administrator" in one.see("/petugas/kanal/telepon")
    one.post(f"/petugas/kanal/telepon/{id}/lihat", 403, alasan=WHY)
    seat(desk, "administrator").post(f"/petugas/kanal/telepon/{id}/lihat", 200, alasan=WHY)


def test_deliveries_that_are_not_signed_are_counted(desk: Desk) -> None:
    desk.client.post("/hooks/fake", content=b"[]", headers={"x-fake-signature": "wrong"})
    assert desk.office.pulse.take()["fake"].refused == 1


def test_the_gauges_say_the_state_of_each_channel(desk: Desk) -> None:
    desk.down("fake")
    text = desk.client.get("/metrics").text
    assert 'sapa_channel{channel="fake",state="down"} 1.0' in text
    assert 'sapa_channel{channel="lapor",state="closed"} 1.0' in text


def test_a_city_whose_form_is_down_sends_people_elsewhere(desk: Desk) -> None:
    desk.down("web")
    page = text_of(desk.client.get("/").text).replace(" ,", ",")
    assert "Kanal Situs web sedang terganggu. Silakan melapor lewat Obrolan (@sapa), Surel" in page
    other = replace(desk.office)
    assert other.outages.now == desk.office.outages.now
    assert create_app(other).state.office is other
