"""One ticket in the console: what its page shows, and every act on it."""

import asyncio
import base64
import json
import re

import pytest
from staff_world import Seat, messages, seat, text_of, told
from web_world import Desk, photo

from channels.base import Payload
from sapa.desk import acts, citizen
from sapa.desk.actor import Actor
from store import events


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """The acts' own tests run on both databases; these are about pages."""
    return str(request.param)


@pytest.fixture
def dishub(desk: Desk) -> Seat:
    return seat(desk, "opd", "DISHUB")


@pytest.fixture
def coordinator(desk: Desk) -> Seat:
    return seat(desk, "coordinator")


def test_the_page_shows_the_thread_the_reason_and_the_words_that_decided(desk: Desk, dishub: Seat) -> None:
    ref, _ = desk.send("Mohon dicek, lampu jalan mati.\nTelepon 081234567890", kelurahan="Meri")
    html = dishub.see(f"/petugas/laporan/{ref}")
    page = text_of(html)
    assert '<mark title="DISHUB">lampu jalan</mark>' in html
    assert "jalan umum adalah urusan Dinas Perhubungan." in page
    assert "Telepon ••••••••••••" in page
    assert "081234567890" not in html
    assert "Kel. Meri" in page
    assert "sisa 5 hari kerja" in page
    assert "Disposisi ke Dinas Perhubungan" in page
    assert "Terima dan mulai tangani" in page
    assert desk.ticket(ref).token not in html


def test_a_subject_and_an_earlier_message_shift_the_marked_words(desk: Desk, dishub: Seat) -> None:
    body = [
        {"id": "1", "from": "08123", "text": "Selamat pagi"},
        {"id": "2", "from": "08123", "text": "PJU padam"},
    ]
    ref = hook(desk, *body)
    html = dishub.see(f"/petugas/laporan/{ref}")
    assert html.count("<mark") == 1
    assert ">PJU</mark>" in html


def test_an_edited_message_shows_what_it_said_before_and_marks_nothing(desk: Desk, dishub: Seat) -> None:
    ref = hook(desk, {"id": "1", "from": "08123", "text": "PJU padam"})
    desk.clock.pass_(minutes=1)
    hook(desk, {"id": "1", "from": "08123", "text": "PJU padam lagi", "edited": True})
    html = dishub.see(f"/petugas/laporan/{ref}")
    assert "1 tulisan sebelumnya" in html
    assert "<mark" not in html


@pytest.mark.parametrize(("second", "after"), [("PJU mati", "di gang 2"), ("mati", "PJU di gang 2")])
def test_the_parts_of_a_long_sms_are_read_and_masked_as_one(
    desk: Desk, dishub: Seat, second: str, after: str
) -> None:
    said = ("Selamat pagi, ge", f"lap, {second}, telepon 0812345", "67890")
    for number, text in enumerate(said, 1):
        at = f"2026-11-24T09:00:00.00{number}+07:00"
        hook(desk, {"id": f"p/{number}", "from": "08123", "text": text, "group": "7", "sent_at": at})
    ref = hook(desk, {"id": "9", "from": "08123", "text": after, "sent_at": "2026-11-24T09:00:01+07:00"})
    html = dishub.see(f"/petugas/laporan/{ref}")
    page = text_of(html)
    assert f"Selamat pagi, gelap, {second}, telepon ••••••••••••" in page
    assert "0812345" not in html
    assert html.count(">PJU</mark>") == 1
    assert page.count("Pelapor · ") == 2


@pytest.mark.parametrize(
    ("proof", "shown"),
    [
        ("", ""),
        ("dkim:contoh.id", "Pengirim terbukti (DKIM: contoh.id)"),
        ("none", "Pengirim tidak terbukti"),
        ("fail", "Pengirim tidak terbukti: pemeriksaan DMARC gagal"),
        ("reply-to", "Pengirim tidak terbukti: jawaban diminta ke alamat yang bukan alamat pengirimnya"),
    ],
)
def test_whether_the_sender_is_proven_stands_beside_their_words(
    desk: Desk, dishub: Seat, proof: str, shown: str
) -> None:
    ref = hook(desk, {"id": "1", "from": "08123", "text": "PJU padam"})
    desk.office.ledger.write(lambda tx: tx.run("UPDATE message SET proof = :proof", proof=proof))
    page = text_of(seat(desk, "coordinator").see(f"/petugas/laporan/{ref}"))
    assert (shown in page) if shown else ("Pengirim" not in page)
    assert ("Mengaku pelapor" in page) == (proof in ("fail", "reply-to"))
    assert "contoh.id" not in text_of(dishub.see(f"/petugas/laporan/{ref}"))  # an OPD learns no domain


def test_a_reporter_who_said_stop_is_shown_so_until_they_write_again(desk: Desk, dishub: Seat) -> None:
    ref = hook(desk, {"id": "1", "from": "08123", "text": "PJU padam"})
    assert "Meminta tidak dikirimi" not in dishub.see(f"/petugas/laporan/{ref}")
    desk.clock.pass_(minutes=1)
    hook(desk, {"id": "2", "from": "08123", "text": "stop"})
    desk.office.ledger.write(
        lambda tx: tx.run("UPDATE message SET machine = 'stop', ticket_id = NULL WHERE external_id = '2'")
    )
    page = text_of(dishub.see(f"/petugas/laporan/{ref}"))
    assert re.search(r"Meminta tidak dikirimi \S+ lagi sejak 24 Nov\S* 2026[^;]* 09[.:]01", page), page
    hook(desk, {"id": "3", "from": "08123", "text": "masih padam"})
    assert "Meminta tidak dikirimi" not in dishub.see(f"/petugas/laporan/{ref}")


def test_the_officer_walks_a_ticket_from_acceptance_to_its_result(desk: Desk, dishub: Seat) -> None:
    ref, _ = desk.send()
    rung = desk.bell.rung
    assert dishub.act(ref, "terima") == f"/petugas/laporan/{ref}?ok=terima"
    assert desk.bell.rung == rung + 1
    page = text_of(dishub.see(f"/petugas/laporan/{ref}?ok=terima"))
    assert "Laporan diterima. Pelapor kami beri tahu." in page
    assert "Urungkan" in page
    dishub.act(ref, "tanya", teks="Sebelah mana pasarnya?")
    assert desk.ticket(ref).status == "waiting"
    dishub.act(ref, "jawab", teks="Petugas berangkat besok.")
    dishub.act(ref, "catatan", teks="Cek gudang dulu")
    page = text_of(dishub.see(f"/petugas/laporan/{ref}"))
    for said in ("Sebelah mana pasarnya?", "Petugas berangkat besok.", "Cek gudang dulu"):
        assert said in page
    dishub.act(ref, "selesai", hasil="conditional", teks="Menunggu lampu baru.", tahun="2027")
    assert desk.ticket(ref).outcome == "conditional"
    page = text_of(dishub.see(f"/petugas/laporan/{ref}"))
    assert "tahun anggaran 2027" in page
    assert "Tenggat diperiksa pelapor" in page


def test_a_closed_ticket_offers_nothing_but_a_note_to_its_opd(desk: Desk, dishub: Seat) -> None:
    ref, token = desk.send()
    dishub.act(ref, "selesai", hasil="fixed", teks="Sudah menyala.")
    desk.do(citizen.confirm, ref, Actor(kind="citizen", token=token))
    page = text_of(dishub.see(f"/petugas/laporan/{ref}"))
    assert "Ditutup" in page
    assert "Tulis catatan" in page
    assert "Buka kembali" not in page
    assert "Urungkan" not in page


def test_a_request_for_information_is_done_with_its_answer(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send("PJU")
    ticket_id = desk.ticket(ref).id
    desk.office.ledger.write(
        lambda tx: tx.run("UPDATE ticket SET type = 'information' WHERE id = :id", id=ticket_id)
    )
    assert "menuntaskan permintaan informasi" in coordinator.see(f"/petugas/laporan/{ref}")
    coordinator.act(ref, "jawab", teks="Buka pukul delapan.", tuntas="1")
    assert desk.ticket(ref).status == "resolved"


def test_a_declined_ticket_leaves_the_opd_which_may_still_undo_it(desk: Desk, dishub: Seat) -> None:
    ref, _ = desk.send()
    where = dishub.act(ref, "tolak", alasan="Ini milik provinsi.")
    assert where == f"/petugas?ok=tolak&ref={ref}"
    dishub.see(f"/petugas/laporan/{ref}", 404)
    html = dishub.see(where)
    assert "tidak lagi pada OPD Anda" in html
    event = re.search(r'name="event" value="(\d+)"', html)
    assert event
    assert dishub.act(ref, "urungkan", event=event[1]) == f"/petugas/laporan/{ref}?ok=urungkan"
    assert desk.ticket(ref).opd == "DISHUB"


def test_an_opd_that_undoes_too_late_is_told_so(desk: Desk, dishub: Seat, coordinator: Seat) -> None:
    ref, _ = desk.send()
    dishub.act(ref, "tolak", alasan="Bukan kami.")
    version, event = desk.ticket(ref).version, dishub.event(ref, "declined")
    html = dishub.act(ref, "urungkan", 409, version=version - 1, event=event)
    assert "baru saja berubah" in html
    assert "Ke antrean" in html
    coordinator.act(ref, "catatan", teks="Sudah kami lihat")
    dishub.act(ref, "urungkan", 404, version=version, event=event)


def test_another_opd_can_neither_see_nor_undo_it(desk: Desk, dishub: Seat) -> None:
    ref, _ = desk.send()
    dishub.act(ref, "tolak", alasan="Bukan kami.")
    dlh = seat(desk, "opd", "DLH")
    assert ref not in dlh.see(f"/petugas?ok=tolak&ref={ref}")
    dlh.act(ref, "urungkan", 404, event=dishub.event(ref, "declined"))


def test_diskominfo_reassigns_with_supporters_archives_and_undoes(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send()
    coordinator.act(ref, "alihkan", opd="DLH", pendukung=["DISHUB"], alasan="Pohon menutupi lampu.")
    page = text_of(coordinator.see(f"/petugas/laporan/{ref}"))
    assert "Pohon menutupi lampu." in page
    assert "Pendukung: Dinas Perhubungan" in page
    html = coordinator.act(ref, "arsipkan", 422, alasan="Sudah ada.")
    assert "Centang dahulu" in html
    assert "Sudah ada." in html
    coordinator.act(ref, "arsipkan", alasan="Sudah ada.", yakin="1")
    assert desk.ticket(ref).status == "archived"
    html = coordinator.see(f"/petugas/laporan/{ref}")
    event = re.search(r'name="event" value="(\d+)"', html)
    assert event
    coordinator.act(ref, "urungkan", event=event[1])
    assert desk.ticket(ref).status == "assigned"
    coordinator.act(ref, "serahkan", pihak="PLN", surat="600/12/2026", teks="Gardu PLN.", yakin="1")
    assert "Pihak luar" in text_of(coordinator.see(f"/petugas/laporan/{ref}"))
    coordinator.act(ref, "buka", teks="Ternyata milik kota.")
    assert desk.ticket(ref).status == "assigned"


def test_who_only_supports_may_write_notes_and_nothing_else(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send()
    coordinator.act(ref, "alihkan", opd="DLH", pendukung=["DISHUB"], alasan="Pohon.")
    dishub = seat(desk, "opd", "DISHUB")
    page = text_of(dishub.see(f"/petugas/laporan/{ref}"))
    assert "Tulis catatan" in page
    assert "Terima dan mulai" not in page
    dishub.act(ref, "catatan", teks="Kami bantu tangga.")
    dishub.act(ref, "terima", 403)


def test_a_link_that_went_astray_is_revoked_and_the_opd_keeps_the_ticket(
    desk: Desk, coordinator: Seat, dishub: Seat
) -> None:
    ref, _ = desk.send()
    link = desk.link(ref)
    assert desk.client.get(f"/aksi/{link}").status_code == 200
    assert "Cabut tautan" not in dishub.see(f"/petugas/laporan/{ref}")
    assert "yakin" in coordinator.act(ref, "cabut", 422)
    coordinator.act(ref, "cabut", yakin="1")
    assert desk.client.get(f"/aksi/{link}").status_code == 410
    assert "Tautan tindakan dicabut" in text_of(coordinator.see(f"/petugas/laporan/{ref}"))
    dishub.act(ref, "terima")


def test_messages_split_off_become_a_ticket_of_their_own(desk: Desk, coordinator: Seat) -> None:
    ref = hook(
        desk,
        {"id": "1", "from": "08123", "text": "PJU padam"},
        {"id": "2", "from": "08123", "text": "Sampah menumpuk"},
    )
    first, second = messages(desk, ref)
    assert "Pilih pesan" in coordinator.act(ref, "pisahkan", 422, yakin="1")
    coordinator.act(ref, "pisahkan", pesan=[second], yakin="1")
    html = coordinator.see(f"/petugas/laporan/{ref}")
    assert "Pesan dipisahkan menjadi SMP-" in html
    assert "<mark" not in html  # the words judged are no longer all here
    assert messages(desk, ref) == [first]


def test_a_changed_ticket_says_what_changed_and_keeps_what_was_typed(
    desk: Desk, dishub: Seat, coordinator: Seat
) -> None:
    ref, _ = desk.send()
    seen, version = dishub.seen(ref), desk.ticket(ref).version
    coordinator.act(ref, "catatan", teks="Warga menelepon")
    html = dishub.act(ref, "jawab", 409, version=version, seen=seen, teks="Segera ke lokasi", key="late")
    page = text_of(html)
    assert "Laporan ini berubah ketika Anda menulis" in page
    assert "Catatan petugas (Coordinator · Diskominfo" in page
    assert "Segera ke lokasi" in page
    assert f'name="version" value="{desk.ticket(ref).version}"' in html
    dishub.act(ref, "jawab", teks="Segera ke lokasi", key="later")


def test_what_the_status_no_longer_allows_keeps_the_words_to_copy(
    desk: Desk, dishub: Seat, coordinator: Seat
) -> None:
    ref, _ = desk.send()
    coordinator.act(ref, "arsipkan", alasan="Ganda.", yakin="1")
    desk.do(acts.note, ref, Actor(kind="officer", officer_id=1, role="coordinator"), text="x")
    html = coordinator.act(ref, "tanya", 409, teks="Di mana?", seen="kacau")
    assert "yang tadi Anda tulis" in html
    assert "Di mana?" in html


def test_the_same_form_sent_twice_is_done_once(desk: Desk, dishub: Seat) -> None:
    ref, _ = desk.send()
    version = desk.ticket(ref).version
    for _ in range(2):
        dishub.act(ref, "catatan", teks="Sekali saja", version=version, key="same-key")
    with desk.office.ledger.reading() as tx:
        kinds = [event.kind for event in events.of_ticket(tx, desk.ticket(ref).id or 0)]
    assert kinds.count("noted") == 1


def test_a_form_without_its_token_or_version_is_refused(desk: Desk, dishub: Seat) -> None:
    ref, _ = desk.send()
    dishub.act(ref, "terima", 403, csrf="other")
    dishub.act(ref, "terima", 400, version="many")
    dishub.act(ref, "hapus", 404)
    assert desk.ticket(ref).status == "assigned"


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("tolak", {"alasan": " "}, "Alasan wajib diisi."),
        ("tanya", {"teks": ""}, "Pertanyaan wajib diisi."),
        ("selesai", {"hasil": "baik", "teks": "x"}, "Pilih hasil penanganan."),
        ("selesai", {"hasil": "conditional", "teks": "x", "tahun": "abcd"}, "Isi tahun anggaran"),
        ("selesai", {"hasil": "external", "teks": "x", "pihak": "DLH"}, "Pilih pemilik di luar"),
        ("alihkan", {"opd": "PLN", "alasan": "x"}, "Pilih OPD dari daftar."),
        ("pisahkan", {"pesan": "9999", "yakin": "1"}, ""),
        ("urungkan", {"event": "1"}, ""),
    ],
)
def test_what_is_missing_is_said_at_the_form(
    desk: Desk, coordinator: Seat, act: str, fields: dict[str, str], said: str
) -> None:
    ref, _ = desk.send()
    status = 404 if act == "pisahkan" else 422
    assert said in coordinator.act(ref, act, status, **fields)
    assert desk.ticket(ref).status == "assigned"


BURIED = "UPDATE outbox SET state = 'dead', error = 'Sudah lebih dari 24 jam.' WHERE notice = 'answer'"


def test_photos_files_and_delivery_are_shown(desk: Desk, dishub: Seat) -> None:
    pictures = [{"name": "rumah budi.jpg", "base64": base64.b64encode(photo()).decode()}]
    ref, _ = desk.send("PJU padam", photos=pictures, email="warga@example.id")
    dishub.act(ref, "terima")
    desk.office.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'sent', delivery = 'read'"))
    html = dishub.see(f"/petugas/laporan/{ref}")
    assert f'src="/berkas/{desk.pictures(ref)[0].uuid}"' in html
    assert "rumah budi" not in html
    assert "Surel: dibaca" not in html  # an acceptance has no words of ours in the thread
    assert "Mulai ditangani → pelapor, Surel" in text_of(html)
    dishub.act(ref, "jawab", teks="Besok")
    desk.office.ledger.write(lambda tx: tx.run(BURIED))
    page = text_of(dishub.see(f"/petugas/laporan/{ref}"))
    assert "Surel: tidak terkirim" in page
    assert "Sudah lebih dari 24 jam." in page
    assert "answer" in told(desk, ref)


NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7 * 7 }}"


def test_nothing_written_by_anybody_becomes_markup(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send(
        f"lampu jalan {NASTY}", address=NASTY, kelurahan="Meri", name=NASTY, email="a@example.id"
    )
    coordinator.act(ref, "catatan", teks=NASTY)
    coordinator.act(ref, "alihkan", opd="DLH", alasan=NASTY)
    coordinator.act(ref, "jawab", teks=NASTY)
    pages = [
        coordinator.see(f"/petugas/laporan/{ref}"),
        coordinator.see("/petugas?tampil=semua"),
        coordinator.see("/petugas", 200),
        coordinator.browser.get("/petugas", params={"cari": NASTY, "opd": NASTY, "ok": NASTY}).text,
        coordinator.act(ref, "tanya", 422, teks="", alasan=NASTY, key=NASTY * 9),
        coordinator.post(f"/petugas/laporan/{ref}/pelapor/lihat", 200, alasan=NASTY),
        coordinator.see(f"/petugas/laporan/{ref}?ok=<script>"),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"\{\{.*?\}\}|>49<", page)
        assert " style=" not in page
        assert "javascript:" not in page


def hook(desk: Desk, *items: dict[str, object]) -> str:
    """Chat messages by the fake door; returns the ref of the newest ticket."""
    body = json.dumps(items).encode()
    payload = Payload(
        channel="fake", account="fake", body=body, media_type="application/json", received_at=desk.clock.now
    )
    accepted = asyncio.run(desk.office.intake.deliver(payload, lambda: desk.door.parse(payload)))
    return accepted[-1].ref


def test_the_agency_that_has_it_is_no_other_guess(desk: Desk, coordinator: Seat) -> None:
    ref, _ = desk.send("Lampu jalan mati", kelurahan="Meri")
    assert "Dugaan lain" not in text_of(coordinator.see(f"/petugas/laporan/{ref}"))
    other, _ = desk.send("Sampah menumpuk, lampu jalan padam, PJU mati", kelurahan="Meri")
    html = coordinator.see(f"/petugas/laporan/{other}")
    named = html.partition("Dugaan lain: ")[2].partition("<")[0]
    lead = desk.ticket(other).opd
    assert lead
    assert named
    assert {"DISHUB": "Perhubungan", "DLH": "Lingkungan"}[lead] not in named
