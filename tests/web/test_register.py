"""The counter's page: a form, what is alike, the receipt, today's entries, and taking one back."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staff_world import Seat, refs, seat, text_of
from starlette.testclient import TestClient
from web_world import Clock, Desk, Down, make_office, photo

from sapa.web.app import create_app
from store import events, outbox
from store.db import Ledger

HOME = "/petugas/catat"
FORM = {
    "source": "counter",
    "text": "Lampu jalan mati di gang 2",
    "key": "kunci-loket-1",
    "kelurahan": "Meri",
}


@pytest.fixture
def clerk(desk: Desk) -> Seat:
    return seat(desk, "clerk", login="tini")


def save(who: Seat, status: int = 303, files: Any = None, **fields: str) -> str:
    """Send the form as the browser does; where it leads to, or the page."""
    given = {"csrf": who.csrf, **FORM, **fields}
    sent = [*(files or []), *((name, (None, value)) for name, value in given.items())]
    answer = who.browser.post(HOME, files=sent)
    assert answer.status_code == status, answer.text[-3000:]
    return answer.headers["location"] if status == 303 else answer.text


def ref_of(location: str) -> str:
    found = re.fullmatch(rf"{HOME}/(SMP-2611-\d{{4,}})/tanda-terima\?pesan=\d+&baru=1", location)
    assert found, location
    return found[1]


def withdraw(who: Seat, ref: str, status: int = 303, **fields: str) -> str:
    given = {"version": who.desk.ticket(ref).version, "key": f"batal-{ref}", "yakin": "1"} | fields
    return who.post(f"{HOME}/{ref}/batalkan", status, **given)


def test_a_complaint_at_the_counter_is_a_ticket_with_a_receipt_that_opens_its_page(clerk: Seat) -> None:
    desk = clerk.desk
    where = save(clerk, name="Bu Sarmi", address="Gang 2")
    ref = ref_of(where)
    html = clerk.see(where)
    words = text_of(html)
    assert ref in words
    assert "24 November 2026 pukul 09.00 WIB" in words
    assert "Lampu jalan mati di gang 2" in words
    assert "Meja Pengaduan, Jl. Contoh 1" in words
    assert "<svg" in html
    assert "Sarmi" not in html
    link = re.search(r"http://testserver(/lacak/\S+?k=[0-9a-f]{40})", words)
    assert link
    page = desk.client.get(link[1])
    assert page.status_code == 200
    assert "Dinas Perhubungan" in page.text
    assert "Anda menyampaikan" in page.text


def test_the_ticket_page_shows_source_and_who_took_it_down_and_a_clerk_only_reads(clerk: Seat) -> None:
    ref = ref_of(
        save(clerk, source="letter", letter="12/RW03", letter_date="2026-11-20", files=[scan("surat.pdf")])
    )
    for reader in (clerk, seat(clerk.desk, "administrator")):
        words = text_of(reader.see(f"/petugas/laporan/{ref}"))
        assert "Pelapor · Loket (surat)" in words
        assert (
            "surat nomor 12/RW03, tertanggal 20 November 2026, pelapor membaca kabarnya lewat tanda terima"
            in words
        )
        assert "Dicatat petugas, sumber: surat" in words
        assert "Tini" in words
    assert "Tidak ada tindakan untuk status ini" in text_of(clerk.see(f"/petugas/laporan/{ref}"))
    assert refs(clerk.see("/petugas?tampil=semua")) == [ref]


def scan(name: str, content: bytes = b"%PDF-1.4 pindai", kind: str = "application/pdf") -> Any:
    return ("photos", (name, content, kind))


def test_bad_input_keeps_everything_that_was_typed(clerk: Seat) -> None:
    typed = {
        "source": "social",
        "text": "Jalan <b>berlubang</b>",
        "address": "Depan toko",
        "name": "Pak Darmo",
        "phone": "satu dua",
        "email": "bukan surel",
        "agreed": "1",
        "letter": "7/X",
        "letter_date": "31 Februari",
        "link": "ftp://media.id/a",
        "account": "@warga",
        "privacy": "secret",
    }
    html = save(clerk, 422, **typed)
    for name in ("text", "address", "name", "phone", "email", "letter", "link", "account"):
        assert typed[name].replace("<", "&lt;").replace(">", "&gt;") in html, name
    for name in ("phone", "email", "letter_date", "link"):
        assert f'id="{name}-wrong"' in html
    assert 'value="social" required checked' in html
    assert 'value="secret" checked' in html
    assert 'name="agreed" value="1" checked' in html
    assert "<option selected>Meri" in html
    assert f'value="{FORM["key"]}"' in html
    assert clerk.desk.count("message") == 0


def test_who_agreed_is_not_guessed(clerk: Seat) -> None:
    assert 'name="agreed" value="1">' in clerk.see(HOME)


def test_files_too_large_or_of_the_wrong_kind_are_told_and_the_text_stays(clerk: Seat) -> None:
    large = save(clerk, 422, files=[scan("besar.pdf", b"%PDF-1.4" + b"x" * 10 * 1024 * 1024)])
    wrong = save(clerk, 422, files=[("photos", ("a.jpg", photo())), scan("a.exe", b"MZ\x90")])
    many = save(clerk, 422, files=[scan(f"{n}.pdf") for n in range(6)])
    assert "paling besar 10 MB" in large
    assert "Berkas ke-2 bukan foto" in wrong
    assert "Paling banyak 5" in many
    for html in (large, wrong, many):
        assert FORM["text"] in html
    assert clerk.desk.count("message") == 0


def test_a_body_over_the_limit_is_refused_with_a_reason(clerk: Seat) -> None:
    answer = clerk.browser.post(
        HOME, content=b"x", headers={"content-length": str(40 * 1024 * 1024), "content-type": "text/plain"}
    )
    assert answer.status_code == 413
    assert clerk.browser.post("/petugas/catat/SMP-1/batalkan", content=b"x" * 300_000).status_code == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"garbage", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 1_100_000 + b"\r\n--x--\r\n",
         "multipart/form-data; boundary=x"),
        (b"\xff\xfe", "multipart/form-data; boundary=x; charset=tidak-ada"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_told_in_words(clerk: Seat, body: bytes, kind: str) -> None:
    answer = clerk.browser.post(HOME, content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 403)
    assert "formulir ini" in answer.text


def test_another_kind_of_body_is_refused(clerk: Seat) -> None:
    answer = clerk.browser.post(HOME, content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code == 415


def test_without_the_sessions_token_nothing_is_kept(clerk: Seat) -> None:
    save(clerk, 403, csrf="")
    save(clerk, 403, csrf="é")
    assert clerk.browser.post(f"{HOME}/serupa", data={"text": "Lampu"}).status_code == 403
    assert clerk.desk.count("message") == 0


def test_pressing_twice_is_one_ticket_and_the_same_receipt(clerk: Seat) -> None:
    picture = [("photos", ("a.jpg", photo(), "image/jpeg"))]
    assert save(clerk, files=picture) == save(clerk, files=picture)
    assert clerk.desk.count("ticket") == 1
    assert len(clerk.desk.pictures(ref_of(save(clerk, files=picture)))) == 1


def test_alike_tickets_are_shown_without_script_and_may_be_added_to(clerk: Seat) -> None:
    desk = clerk.desk
    ref, _ = desk.send("Lampu jalan mati di gang 2 Meri", kelurahan="Meri")
    html = clerk.post(f"{HOME}/serupa", 200, **FORM, name="Bu Sarmi")
    assert f"Tambahkan ke laporan {ref}" in text_of(html)
    assert "Bu Sarmi" in html
    where = save(clerk, joins=ref, name="Bu Sarmi")
    assert ref_of(where) == ref
    words = text_of(clerk.see(where))
    assert f"http://testserver/lacak/{ref}" in words
    assert "k=" not in words
    assert "ditambahkan sebagai pendukung" in text_of(clerk.see(HOME))
    assert clerk.browser.get(f"/petugas/laporan/{ref}").status_code == 404


def test_a_chosen_ticket_stays_chosen_when_something_else_is_wrong(clerk: Seat) -> None:
    ref, _ = clerk.desk.send("Sampah menumpuk")  # nothing like what is typed
    html = save(clerk, 422, joins=ref, phone="satu", lat="x", lon="112.4")
    assert f'name="joins" value="{ref}" checked' in html
    assert clerk.desk.count("message") == 1
    far = save(clerk, 422, joins=ref, phone="satu", lat="-7.481", lon="999")
    assert f'name="joins" value="{ref}" checked' in far


def test_a_chosen_ticket_that_may_not_be_added_to_is_told_and_nothing_is_lost(clerk: Seat) -> None:
    ref, _ = clerk.desk.send("Lampu jalan mati", privacy="secret")
    html = save(clerk, 422, joins=ref)
    assert "tidak dapat ditambahi lagi" in html
    assert FORM["text"] in html
    assert clerk.desk.count("message") == 1


def test_sealed_tickets_are_not_alike_for_a_clerk(clerk: Seat) -> None:
    ref, _ = clerk.desk.send(FORM["text"], kelurahan="Meri", privacy="anonymous")
    assert "Tidak ada laporan terbuka yang serupa" in clerk.post(f"{HOME}/serupa", 200, **FORM)
    secret, _ = clerk.desk.send(FORM["text"], kelurahan="Meri", privacy="secret")
    boss = seat(clerk.desk, "administrator")
    words = text_of("<main>" + boss.post(f"{HOME}/serupa", 200, sepotong="1", **FORM) + "</main>")
    assert ref in words
    assert secret in words
    assert "Isi rahasia." in words


def test_the_piece_for_the_script_is_no_page_and_files_are_asked_for_again(clerk: Seat) -> None:
    piece = clerk.post(f"{HOME}/serupa", 200, sepotong="1", text="")
    assert "<html" not in piece
    answer = clerk.browser.post(
        f"{HOME}/serupa", data={"csrf": clerk.csrf, **FORM}, files=[("photos", ("a.jpg", photo()))]
    )
    assert "Pilih lagi berkasnya" in answer.text


def test_a_receipt_is_for_who_took_it_down_and_diskominfo(clerk: Seat) -> None:
    desk = clerk.desk
    where = save(clerk)
    ref = ref_of(where)
    boss, colleague = seat(desk, "administrator"), seat(desk, "clerk", login="tono")
    assert "k=" in text_of(boss.see(f"{HOME}/{ref}/tanda-terima"))
    assert colleague.browser.get(where).status_code == 404
    for role, opd in (("opd", "DISHUB"), ("head", "DISHUB"), ("auditor", ""), ("viewer", "")):
        assert seat(desk, role, opd).browser.get(where).status_code == 403
    assert boss.browser.get(f"{HOME}/{ref}/tanda-terima?pesan=99").status_code == 404
    assert boss.browser.get(f"{HOME}/SMP-2611-9999/tanda-terima").status_code == 404
    web, _ = desk.send()
    assert boss.browser.get(f"{HOME}/{web}/tanda-terima").status_code == 404


def test_who_registers_and_then_adds_another_gives_the_second_no_private_link(clerk: Seat) -> None:
    first = save(clerk)
    second = save(clerk, joins=ref_of(first), key="kunci-loket-2", text="Tetangga juga gelap")
    assert ref_of(second) == ref_of(first)
    assert "k=" in text_of(clerk.see(first))
    words = text_of(clerk.see(second))
    assert "k=" not in words
    assert "Tetangga juga gelap" in words


def test_a_long_text_is_cut_and_numbers_in_it_are_hidden_on_the_receipt(clerk: Seat) -> None:
    words = text_of(clerk.see(save(clerk, text="Hubungi 0812 3456 7890. " + "lampu mati " * 60)))
    assert "3456" not in words
    assert "lampu …" in words or "mati …" in words
    assert text_of(clerk.see(save(clerk, text="", files=[scan("a.pdf")]))).count("(lampiran)") == 1


def test_todays_entries_are_ones_own_of_today(clerk: Seat) -> None:
    desk = clerk.desk
    ref = ref_of(save(clerk))
    save(seat(desk, "clerk", login="tono"), text="Sampah", key="kunci-loket-9")
    words = text_of(clerk.see(HOME))
    assert ref in words
    assert "Menunggu OPD" in words
    assert "Sampah" not in words
    desk.clock.pass_(hours=11)
    assert ref in clerk_again(desk)
    desk.clock.pass_(hours=5)
    assert "Belum ada catatan hari ini" in clerk_again(desk)


def clerk_again(desk: Desk) -> str:
    """The page after some hours: signed in anew."""
    browser = desk.browser()
    browser.post("/petugas/masuk", data={"login": "tini", "password": "kopi-susu-pagi-hari"})
    return text_of(browser.get(HOME).text)


def test_a_mistake_is_taken_back_after_asking(clerk: Seat) -> None:
    desk = clerk.desk
    ref = ref_of(save(clerk, email="warga@contoh.id", agreed="1"))
    assert "Centang dahulu" in withdraw(clerk, ref, 422, yakin="")
    assert withdraw(clerk, ref) == f"{HOME}?ok=catatan-batal"
    assert desk.ticket(ref).status == "archived"
    words = text_of(clerk.see(f"{HOME}?ok=catatan-batal"))
    assert "Catatan dibatalkan" in words
    assert "Ya, catatan ini keliru" not in words
    assert desk.bell.rung == 1
    again = save(clerk, email="warga@contoh.id", agreed="1")
    assert "sudah dibatalkan atau berakhir" in text_of(clerk.see(again))
    with desk.office.ledger.reading() as tx:
        assert [
            row.notice for row in outbox.of_ticket(tx, desk.ticket(ref).id or 0) if row.state == "pending"
        ] == []
        kinds = [event.kind for event in events.of_ticket(tx, desk.ticket(ref).id or 0)]
    assert kinds == ["received", "registered", "assigned", "archived"]
    assert FORM["text"] in withdraw(clerk, ref, 409, key="lain")
    assert clerk.browser.post(
        f"{HOME}/SMP-2611-9999/batalkan", data={"csrf": clerk.csrf, "yakin": "1", "version": "1", "key": "k"}
    ).status_code == 404  # fmt: skip


def test_what_the_office_cannot_keep_now_stays_in_the_form(clerk: Seat) -> None:
    desk = clerk.desk
    down = TestClient(create_app(replace(desk.office, intake=Down())), follow_redirects=False)
    down.cookies = clerk.browser.cookies
    broken = Seat(desk=desk, browser=down, csrf=clerk.csrf)
    html = save(broken, 503)
    assert "Belum tersimpan" in html
    assert FORM["text"] in html
    parks = TestClient(create_app(replace(desk.office, intake=Down(parks=True))), follow_redirects=False)
    parks.cookies = clerk.browser.cookies
    assert "Tersimpan, belum bernomor" in save(Seat(desk=desk, browser=parks, csrf=clerk.csrf), 202)


def test_on_a_full_disk_it_is_set_aside_and_comes_in_once(clerk: Seat) -> None:
    desk = clerk.desk
    long = FORM["text"] + " gelap sekali" * 5000
    desk.disk.fill()
    assert "nomornya menyusul" in save(clerk, 202, text=long)
    desk.make_room()
    assert desk.ticket(ref_of(save(clerk, text=long))).registered_by is not None
    assert desk.count("ticket") == 1


def test_a_closed_counter_has_no_page_and_no_link(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    office = make_office(ledger, tmp_path, Clock(now))
    doors = {name: door for name, door in office.doors.items() if name != "walkin"}
    office = replace(office, doors=doors)
    with TestClient(create_app(office), follow_redirects=False) as client:
        desk = Desk(office=office, clock=Clock(now), door=doors["fake"], bell=office.relay, client=client)  # type: ignore[arg-type]
        who = seat(desk, "clerk")
        assert HOME not in who.see("/petugas").partition("<main")[0]
        answer = who.browser.get(HOME)
        assert answer.status_code == 404
        assert "Kanal loket belum dibuka" in answer.text


def test_the_console_says_what_a_clerk_is_for(clerk: Seat) -> None:
    queue = text_of(clerk.see("/petugas"))
    assert "Di sini hanya tampil laporan yang Anda catat sendiri" in queue
    assert HOME in clerk.see("/petugas").partition("<main")[0]
    people = text_of(seat(clerk.desk, "administrator").see("/petugas/petugas"))
    assert "Petugas loket mencatat laporan warga yang datang" in people


FIELD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["", "counter", "letter", "social", "1", "Meri", "0812 3456 7890", "https://a.id/b"]),
    st.sampled_from(["kunci-lain-1", "SMP-2611-0001", "2026-11-20", "warga@contoh.id", "secret"]),
)
NAMES = (
    *("source", "text", "kelurahan", "address", "lat", "lon", "accuracy", "joins", "privacy", "key"),
    *("name", "phone", "email", "agreed", "letter", "letter_date", "link", "account", "asing"),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.dictionaries(st.sampled_from(NAMES), FIELD))
def test_any_form_is_kept_once_or_told_what_is_wrong(clerk: Seat, form: dict[str, str]) -> None:
    who, before = clerk, clerk.desk.count("message")
    given = {"csrf": who.csrf, "source": "counter", "text": "Lampu", "key": "kunci-loket-1"} | form
    first, again = (who.browser.post(HOME, data=given) for _ in range(2))
    assert first.status_code in (303, 422)
    assert again.status_code == first.status_code
    kept = who.desk.count("message") - before
    if first.status_code == 303:
        assert again.headers["location"] == first.headers["location"]
        assert kept <= 1
        assert who.browser.get(first.headers["location"]).status_code == 200
    else:
        assert kept == 0
        shown = again.text
        typed = " ".join(form.get("name", "").split())
        assert not typed.isalnum() or typed in shown
