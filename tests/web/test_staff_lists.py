"""The console's lists: queue, triage, parked, outbox, officers, and what is sealed."""

import asyncio
import base64
import re

import pytest
import sqlalchemy as sa
from staff_world import Seat, refs, seat, text_of
from web_world import Desk, photo

from channels.base import Parsed, Payload, Unreadable
from sapa.desk import acts
from sapa.desk.actor import Actor
from store import console, tickets


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """One database is enough for pages; `test_both_databases_...` says otherwise."""
    return str(request.param)


@pytest.fixture
def coordinator(desk: Desk) -> Seat:
    return seat(desk, "coordinator")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_on_both_databases_the_queue_filters_searches_and_counts(desk: Desk, coordinator: Seat) -> None:
    lamp, _ = desk.send("Lampu jalan mati", kelurahan="Meri")
    waste, _ = desk.send("Sampah menumpuk, hampir kesetrum", kelurahan="Wates")
    odd, _ = desk.send("Mohon dibantu")
    desk.do(acts.accept, lamp, Actor(kind="opd", opd="DISHUB"))
    html = coordinator.see("/petugas?tampil=semua")
    assert refs(html) == [odd, waste, lamp]
    assert 'class="urgent"' in html
    assert refs(coordinator.see("/petugas")) == [odd]
    assert refs(coordinator.see("/petugas?status=accepted")) == [lamp]
    assert refs(coordinator.see("/petugas?tampil=semua&opd=DLH")) == [waste]
    assert refs(coordinator.see("/petugas?tampil=semua&kelurahan=Wates")) == [waste]
    assert refs(coordinator.see("/petugas?tampil=terbuka&mendesak=1")) == [waste]
    assert refs(coordinator.see("/petugas?tampil=semua&kanal=fake")) == []
    assert refs(coordinator.see("/petugas?cari=SAMPAH+numpang")) == []
    assert refs(coordinator.see("/petugas?cari=SAMPAH+kesetrum")) == [waste]
    assert refs(coordinator.see("/petugas?cari=sampah")) == [waste]
    assert refs(coordinator.see("/petugas?tampil=semua&urut=tenggat")) == [lamp, waste, odd]
    assert "<strong>1</strong> Dikerjakan" in html
    assert "<strong>1</strong> Perlu triase" in html
    desk.clock.pass_(days=30)
    assert refs(seat(desk, "coordinator", login="later").see("/petugas")) == [odd, waste, lamp]
    late = seat(desk, "administrator").see("/petugas?lewat=1")
    assert refs(late) == [odd, waste, lamp]
    assert "hari kerja" in late


def test_a_full_ref_leads_straight_to_its_ticket_if_it_is_theirs(desk: Desk) -> None:
    ref, _ = desk.send()
    dishub, dlh = seat(desk, "opd", "DISHUB"), seat(desk, "opd", "DLH")
    answer = dishub.browser.get("/petugas", params={"cari": ref.lower()})
    assert answer.headers["location"] == f"/petugas/laporan/{ref}"
    assert refs(dlh.see(f"/petugas?cari={ref}")) == []
    assert "Tidak ada laporan yang cocok" in dlh.see("/petugas?cari=SMP-2611-9999")


def test_an_opd_finds_only_its_own_tickets(desk: Desk) -> None:
    lamp, _ = desk.send("Lampu jalan mati")
    waste, _ = desk.send("Sampah menumpuk")
    dlh = seat(desk, "opd", "DLH")
    for path in (
        "/petugas",
        "/petugas?tampil=semua",
        "/petugas?opd=DISHUB&tampil=semua",
        "/petugas?cari=lampu",
    ):
        html = dlh.see(path)
        assert lamp not in html
    assert refs(dlh.see("/petugas")) == [waste]
    assert refs(dlh.see("/petugas?lewat=1")) == []
    assert 'name="opd"' not in dlh.see("/petugas")


def test_pages_follow_each_other_without_gap_or_double(desk: Desk, coordinator: Seat) -> None:
    sent = [desk.send(f"Lampu jalan {number}")[0] for number in range(41)]
    path, found = "/petugas?tampil=semua", []
    while path:
        html = coordinator.see(path)
        found += refs(html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        path = more[1].replace("&amp;", "&") if more else ""
    assert found == sent[::-1]
    assert "Kembali ke awal" in html
    assert "Tidak ada lagi laporan" in coordinator.see("/petugas?tampil=semua&setelah=1")
    html = coordinator.see("/petugas?tampil=semua&urut=tenggat")
    assert refs(html) == sent[:40]
    assert "Hanya 40 tenggat terdekat" in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Tidak ada yang menunggu Anda."),
        ("?tampil=semua", "Belum ada laporan."),
        ("?cari=xyz", "Tidak ada laporan yang cocok dengan “xyz”."),
        ("?mendesak=1", "Tidak ada laporan dengan saringan ini."),
        ("?tampil=kacau&status=kacau&setelah=kacau&opd=kacau", "Tidak ada yang menunggu Anda."),
    ],
)
def test_an_empty_list_says_what_to_do(coordinator: Seat, query: str, said: str) -> None:
    assert said in text_of(coordinator.see(f"/petugas{query}"))


def test_a_page_of_the_queue_asks_the_ledger_few_questions(desk: Desk, coordinator: Seat) -> None:
    for number in range(15):
        desk.send(f"Lampu jalan {number}")
    asked: list[str] = []

    def note(connection: object, cursor: object, sql: str, *_: object) -> None:
        asked.append(sql)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    coordinator.see("/petugas?tampil=semua")
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len([sql for sql in asked if sql != "BEGIN"]) <= 9  # two of them are the session's


def test_sealed_words_stand_in_no_list(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send("Saya dimintai uang oleh petugas loket")
    html = coordinator.see("/petugas?tampil=semua")
    assert ref in html
    assert "dimintai" not in html
    assert "Isi rahasia" in html
    inspector = seat(desk, "opd", "INSPEKTORAT")
    assert "dimintai" not in inspector.see("/petugas")
    assert "dimintai" in text_of(inspector.see(f"/petugas/laporan/{ref}"))
    dlh = seat(desk, "opd", "DLH")
    dlh.see(f"/petugas/laporan/{ref}", 404)
    assert refs(dlh.see("/petugas?cari=dimintai")) == []


def test_what_accuses_the_desk_is_for_administrators_alone(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send("Dimintai uang")
    desk.office.ledger.write(lambda tx: tx.run("UPDATE ticket SET accused = 'DISKOMINFO', status = 'triage'"))
    coordinator.see(f"/petugas/laporan/{ref}", 404)
    assert ref not in coordinator.see("/petugas?tampil=semua")
    assert ref not in coordinator.see("/petugas/triase")
    desk.dead(ref)
    assert ref not in coordinator.see("/petugas/kotak-keluar")
    administrator = seat(desk, "administrator")
    assert ref in administrator.see("/petugas/triase")
    assert ref in administrator.see("/petugas/kotak-keluar")


def test_triage_offers_the_best_guesses_with_their_reason_and_goes_on(desk: Desk, coordinator: Seat) -> None:
    assert "Tidak ada yang menunggu." in coordinator.see("/petugas/triase")
    odd, _ = desk.send("Mohon dibantu " + "sekali " * 200)
    tied, _ = desk.send("Sampah di bawah PJU kesetrum")
    desk.office.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'triage', opd = ''"))
    html = coordinator.see("/petugas/triase")
    assert html.index(tied) < html.index(odd)  # urgent first
    assert '<mark title="DLH">Sampah</mark>' in html
    assert "Sampah adalah urusan Dinas Lingkungan Hidup." in html
    assert "sekali …" in html or "sekali…" in html or "…</div>" in html
    where = coordinator.act(tied, "alihkan", opd="DLH", alasan="Sampah.", kembali="triase")
    assert where == f"/petugas/triase?ok=alihkan&ref={tied}"
    html = coordinator.see(where)
    assert "Laporan dialihkan." in html
    assert "1 menunggu" in html
    desk.office.ledger.write(
        lambda tx: tx.run(
            'UPDATE disposition SET candidates = \'["PLN", "HILANG", "DLH"]\', matches = \'[]\''
        )
    )
    html = coordinator.see("/petugas/triase")
    assert "Menurut Diskominfo ini urusan Dinas Lingkungan Hidup." in html
    assert '<option value="PLN" selected>' in html
    coordinator.act(odd, "serahkan", pihak="PLN", surat="1/2026", teks="Ke PLN", yakin="1", kembali="triase")
    assert desk.ticket(odd).status == "external"


def test_a_long_triage_says_how_many_come_after(desk: Desk, coordinator: Seat) -> None:
    for number in range(12):
        desk.send(f"Mohon dibantu {number}")
    assert "Dan 2 lagi sesudah ini." in text_of(coordinator.see("/petugas/triase"))


def test_parked_payloads_are_read_taken_up_or_closed(desk: Desk, coordinator: Seat) -> None:
    assert "Tidak ada kiriman yang diparkir." in coordinator.see("/petugas/parkir")
    first, second = desk.parked(b"<b>bukan daftar</b>"), desk.parked(b"bukan juga")
    html = coordinator.see("/petugas/parkir")
    assert "Kiriman parkir" in html
    assert "<b>bukan" not in html
    answer = coordinator.browser.post(
        f"/petugas/kiriman/{first}/unduh", data={"csrf": coordinator.csrf, "alasan": "Memeriksa"}
    )
    assert answer.content == b"<b>bukan daftar</b>"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    coordinator.post(f"/petugas/kiriman/{first}/unduh", 422, alasan="")
    coordinator.post("/petugas/kiriman/999/unduh", 404, alasan="x")
    assert "masih belum dapat diolah" in coordinator.post(f"/petugas/parkir/{first}/olah", 422)
    assert "Alasan wajib diisi" in coordinator.post(f"/petugas/parkir/{first}/tutup", 422, alasan="")
    coordinator.post(f"/petugas/parkir/{first}/tutup", alasan="Iklan")
    coordinator.post(f"/petugas/parkir/{first}/tutup", 404, alasan="Iklan")
    assert "nomor" in coordinator.see("/petugas/parkir?sebelum=99")
    assert f"nomor {second}" in coordinator.see(f"/petugas/parkir?sebelum={second + 1}")
    with desk.office.ledger.reading() as tx:
        reason = tx.run("SELECT reason FROM arrival WHERE id = :id", id=first)[0][0]
    assert reason.startswith("Iklan (Coordinator; semula:")


def test_a_parked_payload_becomes_a_ticket_by_hand(desk: Desk, coordinator: Seat) -> None:
    body = b'[{"id": "9", "from": "08123", "text": "PJU padam"}]'
    payload = Payload(
        channel="fake", account="fake", body=body, media_type="application/json", received_at=desk.clock.now
    )

    def not_yet_known() -> Parsed:
        raise Unreadable("jenis ini belum dikenal")

    asyncio.run(desk.office.intake.deliver(payload, not_yet_known))
    html = coordinator.see("/petugas/parkir")
    assert "jenis ini belum dikenal" in html
    number = re.search(r"/petugas/parkir/([0-9]+)/olah", html)
    assert number
    where = coordinator.post(f"/petugas/parkir/{number[1]}/olah")
    ref = where.rpartition("ref=")[2]
    assert ref.startswith("SMP-")
    assert f'Menjadi laporan <a href="/petugas/laporan/{ref}"' in coordinator.see(where)
    coordinator.post(f"/petugas/parkir/{number[1]}/olah", 404)


def test_parked_payloads_have_pages(desk: Desk, coordinator: Seat) -> None:
    for number in range(21):
        desk.parked(f"bukan {number}".encode())
    html = coordinator.see("/petugas/parkir")
    more = re.search(r'rel="next" href="([^"]+)"', html)
    assert more
    assert coordinator.see(more[1]).count("Olah kembali") == 1


def test_dead_notices_are_sent_again_one_by_one_or_by_channel(desk: Desk, coordinator: Seat) -> None:
    assert "Semua pesan terkirim." in coordinator.see("/petugas/kotak-keluar")
    ref, _ = desk.send(email="warga@example.id")
    row = desk.dead(ref)
    page = text_of(coordinator.see("/petugas/kotak-keluar"))
    assert "Kotak surat penuh" in page
    assert "Kirim ulang semua Surel (2)" in page
    assert "warga@example.id" not in page
    rung = desk.bell.rung
    coordinator.post(f"/petugas/kotak-keluar/{row}/kirim")
    assert desk.bell.rung == rung + 1
    assert "tidak sedang gagal" in coordinator.post(f"/petugas/kotak-keluar/{row}/kirim", 409)
    coordinator.post("/petugas/kotak-keluar/kirim-semua", kanal="email")
    page = text_of(coordinator.see("/petugas/kotak-keluar?ok=kirim"))
    assert "Akan dikirim ulang." in page
    assert "Menunggu dikirim 2" in page
    assert "Kirim ulang semua" not in page


def test_the_outbox_has_pages(desk: Desk, coordinator: Seat) -> None:
    for number in range(21):
        desk.dead(desk.send(f"Lampu jalan {number}")[0])
    html = coordinator.see("/petugas/kotak-keluar")
    more = re.search(r'rel="next" href="([^"]+)"', html)
    assert more
    assert coordinator.see(more[1]).count("Kirim ulang<") == 1


def test_names_are_opened_for_a_reason_which_is_kept(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send("PJU padam, telepon 081234567890", name="Warga Satu", email="satu@example.id")
    html = coordinator.see(f"/petugas/laporan/{ref}")
    assert "Warga Satu" not in html
    assert "satu@example.id" not in html
    path = f"/petugas/laporan/{ref}/pelapor/lihat"
    coordinator.post(path, 422, alasan=" ")
    page = text_of(coordinator.post(path, 200, alasan="Menelepon untuk alamat"))
    for known in ("Warga Satu", "081234567890", "Menelepon untuk alamat"):
        assert known in page
    page = text_of(coordinator.see(f"/petugas/laporan/{ref}"))
    assert "Pernah dibuka 1 kali" in page
    assert "Menelepon untuk alamat" in page
    seat(desk, "opd", "DISHUB").post(path, 403, alasan="Ingin tahu")


@pytest.mark.parametrize("privacy", ["anonymous", "secret"])
def test_sealed_names_are_opened_by_administrators_alone(desk: Desk, coordinator: Seat, privacy: str) -> None:
    pictures = [{"name": "a.jpg", "base64": base64.b64encode(photo()).decode()}]
    ref, _ = desk.send("PJU padam", privacy=privacy, email="satu@example.id", photos=pictures)
    uuid = desk.pictures(ref)[0].uuid
    with desk.office.ledger.reading() as tx:
        arrival = tickets.messages(tx, desk.ticket(ref).id or 0)[0].arrival_id
    sealed = (
        f"/petugas/laporan/{ref}/pelapor/lihat",
        f"/petugas/berkas/{uuid}/asli",
        f"/petugas/kiriman/{arrival}/unduh",
    )
    assert "hanya dapat dibuka administrator" in text_of(coordinator.see(f"/petugas/laporan/{ref}"))
    administrator = seat(desk, "administrator")
    for path in sealed:
        coordinator.post(path, 403, alasan="Perlu")
        administrator.post(path, 422, alasan="")
        assert (
            administrator.browser.post(path, data={"csrf": administrator.csrf, "alasan": "Perlu"}).status_code
            == 200
        )
    with desk.office.ledger.reading() as tx:
        looks = console.looks(tx, desk.ticket(ref).id or 0)
    assert {look.what.partition(":")[0] for look, _ in looks} == {"reporter", "file", "arrival"}
    assert {look.reason for look, _ in looks} == {"Perlu"}


def test_an_original_file_is_saved_never_shown(desk: Desk, coordinator: Seat) -> None:
    raw = photo()
    ref, _ = desk.send("PJU padam", photos=[{"name": "a.jpg", "base64": base64.b64encode(raw).decode()}])
    path = f"/petugas/berkas/{desk.pictures(ref)[0].uuid}/asli"
    answer = coordinator.browser.post(path, data={"csrf": coordinator.csrf, "alasan": "Periksa"})
    assert answer.content == raw
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]
    coordinator.post(path.replace(path.split("/")[3], "0" * 32), 404, alasan="x")
    blob = desk.pictures(ref)[0].blob or ""
    desk.office.files.path(blob).unlink()
    coordinator.post(path, 404, alasan="Periksa")


def test_administrators_add_officers_shut_them_out_and_let_them_in(desk: Desk) -> None:
    administrator = seat(desk, "administrator")
    form = {"login": "dlh.satu", "nama": "Petugas DLH", "peran": "opd", "opd": "DLH"}
    html = administrator.post("/petugas/petugas", 200, **form)
    password = re.search(r'<code class="secret">([^<]+)</code>', html)
    assert password
    browser = desk.browser()
    assert (
        browser.post("/petugas/masuk", data={"login": "dlh.satu", "password": password[1]}).status_code == 303
    )
    html = administrator.post("/petugas/petugas", 422, **form)
    assert "sudah dipakai" in html
    assert 'value="Petugas DLH"' in html
    html = administrator.see("/petugas/petugas")
    assert password[1] not in html
    assert "sandi sekali pakai" in html
    found = administrator.see("/petugas/petugas?cari=dlh.satu")
    number = re.findall(r'href="/petugas/petugas/(\d+)"', found)[0]
    assert "Keluar dari 1 perangkat" in administrator.see(f"/petugas/petugas/{number}/keluar")
    administrator.post(f"/petugas/petugas/{number}/keluar", 422)
    administrator.post(f"/petugas/petugas/{number}/keluar", yakin="1")
    assert browser.get("/petugas/sandi").headers["location"].startswith("/petugas/masuk")
    assert "nonaktif" in administrator.see("/petugas/petugas?ok=nonaktif")
    administrator.post(f"/petugas/petugas/{number}/aktif")
    html = administrator.post(f"/petugas/petugas/{number}/sandi", 200)
    assert 'class="secret"' in html
    administrator.post(f"/petugas/petugas/{number}/hapus", 404)
    administrator.post("/petugas/petugas/999/sandi", 404)
    with desk.office.ledger.reading() as tx:
        me = tx.run("SELECT id FROM officer WHERE login = 'administrator'")[0][0]
    assert "sendiri" in administrator.post(f"/petugas/petugas/{me}/keluar", 422, yakin="1")


@pytest.mark.parametrize(
    "path",
    ["kiriman/{}/unduh", "parkir/{}/olah", "parkir/{}/tutup", "kotak-keluar/{}/kirim", "petugas/{}/sandi"],
)
def test_a_number_larger_than_the_ledgers_is_no_fault_of_ours(desk: Desk, path: str) -> None:
    administrator = seat(desk, "administrator")
    administrator.post("/petugas/" + path.format("9" * 25), status=400, alasan="coba saja")
