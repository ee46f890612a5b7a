"""Codes, invitations, lost passwords, acting positions and leaving, as officers meet them."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from staff_world import Seat, seat, text_of
from starlette.testclient import TestClient
from web_world import PASSWORD, Desk

from sapa.desk.logins import Limits
from sapa.web.app import create_app
from store import positions

NEW = "angin-laut-selatan"


def sign_in(desk: Desk, login: str, password: str = PASSWORD) -> Seat:
    browser = desk.browser()
    answer = browser.post("/petugas/masuk", data={"login": login, "password": password})
    assert answer.status_code == 303, answer.text
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/petugas/kode").text)
    return Seat(desk=desk, browser=browser, csrf=found[1] if found else desk.csrf(browser))


def switch_on(own: Seat) -> tuple[pyotp.TOTP, list[str]]:
    """Set codes up as the page says; the telephone and the recovery codes."""
    own.post("/petugas/akun/kode/mulai")
    html = own.see("/petugas/akun/kode")
    assert "<svg" in html
    assert "style=" not in html
    assert "<script" not in html
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', html)
    assert secret
    phone = pyotp.TOTP(secret[1].replace(" ", ""))
    own.post("/petugas/akun/kode/aktif", 422, kode="12345")
    shown = own.post("/petugas/akun/kode/aktif", 200, kode=phone.at(own.desk.clock.now))
    codes = re.findall(r'<code class="secret">([a-z0-9-]+)</code>', shown)
    assert len(codes) == 10
    assert codes[0] not in own.see("/petugas/akun/kode")
    return phone, codes


def test_codes_are_set_up_and_asked_at_the_next_login(desk: Desk) -> None:
    own = seat(desk, "coordinator")
    phone, codes = switch_on(own)
    desk.clock.pass_(minutes=2)
    back = sign_in(desk, "coordinator")
    for path in ("/petugas", "/petugas/sandi", "/petugas/akun", "/petugas/akun/kode"):
        assert back.browser.get(path).headers["location"].startswith("/petugas/kode")
    back.post("/petugas/sandi", old=PASSWORD, new=NEW, again=NEW)
    assert "tidak cocok" in back.post("/petugas/kode", 422, kode="12345")
    assert back.browser.get("/petugas").status_code == 303
    onward = back.post("/petugas/kode", kode=phone.at(desk.clock.now), lanjut="/petugas/triase")
    assert onward == "/petugas/triase"
    back.see("/petugas/triase")
    again = sign_in(desk, "coordinator")
    again.post("/petugas/kode", 422, kode=phone.at(desk.clock.now))
    again.post("/petugas/kode", kode=codes[0])
    desk.clock.pass_(minutes=2)
    again.post("/petugas/akun/kode/mati", kode=phone.at(desk.clock.now))
    sign_in(desk, "coordinator").see("/petugas")


def test_codes_are_guessed_only_a_few_times(desk: Desk) -> None:
    phone, _ = switch_on(seat(desk, "coordinator"))
    desk.clock.pass_(minutes=6)
    back = sign_in(desk, "coordinator")
    for _ in range(5):
        back.post("/petugas/kode", 422, kode="12345")
    back.post("/petugas/kode", 429, kode=phone.at(desk.clock.now))
    sign_in(desk, "coordinator").post("/petugas/kode", 429, kode=phone.at(desk.clock.now))


def test_a_role_that_must_use_codes_is_led_to_the_set_up_after_the_grace(desk: Desk) -> None:
    limits = Limits(second_factor=frozenset({"administrator"}), grace=timedelta(days=7))
    with TestClient(create_app(replace(desk.office, logins=limits)), follow_redirects=False) as client:
        strict = replace(desk, client=client)
        own = seat(strict, "administrator")
        assert "Aktifkan kode masuk sebelum" in own.see("/petugas")
        desk.clock.pass_(days=7)
        own = sign_in(strict, "administrator")
        assert own.browser.get("/petugas").headers["location"] == "/petugas/akun/kode"
        switch_on(own)
        own.see("/petugas")


def test_an_invited_officer_joins_by_the_link_and_the_link_is_good_once(desk: Desk) -> None:
    head = seat(desk, "head", "DISHUB")
    form = {"nama": "Fani", "login": "fani", "peran": "opd", "opd": "DISHUB", "cara": "undang"}
    assert "surel" in head.post("/petugas/petugas", 422, **form, surel="fani").lower()
    head.post("/petugas/petugas", **form, surel="fani@example.id")
    assert "diundang" in head.see("/petugas/petugas")
    path, browser = f"/petugas/kunci/{desk.entry('fani')}", desk.browser()
    for _ in range(2):
        assert "Selamat bergabung" in browser.get(path).text
    given = {"nama": "Fani Putri", "new": NEW, "again": NEW}
    assert browser.post(path, data={**given, "again": "lain sekali"}).status_code == 422
    assert browser.post(path, data=given).status_code == 200
    assert browser.post(path, data=given).status_code == 410
    assert browser.get(path[:-1] + "x").status_code == 410
    sign_in(desk, "fani", NEW).see("/petugas")


def test_a_lost_password_is_answered_alike_whoever_asks(desk: Desk) -> None:
    own = seat(desk, "opd", "DLH", login="ani")
    own.post("/petugas/akun/surel", surel="ani@example.id")
    browser = desk.browser()
    answers = {browser.post("/petugas/lupa", data={"login": login}).text for login in ("ani", "nobody")}
    assert len(answers) == 1
    desk.browser().post(f"/petugas/kunci/{desk.entry('ani')}", data={"new": NEW, "again": NEW})
    assert own.browser.get("/petugas").status_code == 303
    sign_in(desk, "ani", NEW).see("/petugas")


def test_an_account_ends_its_other_logins(desk: Desk) -> None:
    own = seat(desk, "opd", "DLH", login="ani")
    other = sign_in(desk, "ani")
    assert "Keluar dari semua perangkat lain" in own.see("/petugas/akun")
    own.post("/petugas/akun/sesi")
    assert other.browser.get("/petugas").status_code == 303
    own.see("/petugas")
    own.post("/petugas/akun/surel", 422, surel="bukan alamat")
    own.post("/petugas/akun/apa", 404)


def test_an_acting_head_chooses_the_position_and_has_its_rights(desk: Desk) -> None:
    ref, _ = desk.send("Lampu jalan mati")
    admin, own = seat(desk, "administrator"), seat(desk, "opd", "DLH", login="ani")
    number = re.findall(r'href="/petugas/petugas/(\d+)"', admin.see("/petugas/petugas?cari=ani"))[0]
    today = desk.clock.now.astimezone(desk.office.city().tz).date()
    form = {"peran": "head", "opd": "DISHUB", "sejak": today, "sampai": today}
    assert "tanggal" in admin.post(f"/petugas/petugas/{number}/plt", 422, **{**form, "sampai": ""})
    admin.post(f"/petugas/petugas/{number}/plt", **form)
    assert "Plt. Ani" in text_of(admin.see("/petugas/petugas?cari=ani"))
    own.see(f"/petugas/laporan/{ref}", 404)
    with desk.office.ledger.reading() as tx:
        position = positions.actings_of(tx, int(number), desk.clock.now)[0].id
    own.post("/petugas/akun/jabatan", 409, jabatan=999)
    own.post("/petugas/akun/jabatan", jabatan=position)
    own.act(ref, "terima")
    assert "Plt. Ani" in text_of(own.see(f"/petugas/laporan/{ref}"))
    assert "Plt. Kepala OPD" in own.see("/petugas/petugas")
    own.post("/petugas/akun/jabatan", jabatan="")
    own.see(f"/petugas/laporan/{ref}", 404)
    own.post("/petugas/akun/jabatan", jabatan=position)
    admin.post(f"/petugas/petugas/{number}/plt-selesai", plt=position)
    own.see(f"/petugas/laporan/{ref}", 404)


def test_leaving_shows_what_it_does_first_and_can_be_taken_back(desk: Desk) -> None:
    ref, _ = desk.send("Lampu jalan mati")
    admin, own = seat(desk, "administrator"), seat(desk, "opd", "DISHUB", login="ani")
    desk.hire("budi", "opd", "DISHUB")
    own.act(ref, "terima")
    number = re.findall(r'href="/petugas/petugas/(\d+)"', admin.see("/petugas/petugas?cari=ani"))[0]
    html = admin.see(f"/petugas/petugas/{number}/keluar")
    assert "Keluar dari 1 perangkat" in html
    assert "1 laporan terbuka di tangannya pindah" in html
    heir = re.findall(r'<option value="(\d+)"[^>]*>Budi', html)[0]
    own.see("/petugas")
    admin.post(f"/petugas/petugas/{number}/keluar", penerus=heir, yakin="1")
    assert own.browser.get("/petugas").headers["location"] == "/petugas/masuk"
    assert "Kini dipegang petugas lain" in admin.see(f"/petugas/laporan/{ref}")
    assert "Akses diakhiri" in admin.see(f"/petugas/petugas/{number}")
    admin.post(f"/petugas/petugas/{number}/kembali")
    sign_in(desk, "ani").see("/petugas")


def test_a_head_sees_and_changes_only_their_own_agency(desk: Desk) -> None:
    head = seat(desk, "head", "DISHUB")
    desk.hire("ani", "opd", "DLH")
    desk.hire("budi", "opd", "DISHUB")
    html = head.see("/petugas/petugas")
    assert "Budi" in html
    assert "Ani" not in html
    auditor = seat(desk, "auditor")
    number = re.findall(r'href="/petugas/petugas/(\d+)"', auditor.see("/petugas/petugas?cari=ani"))[0]
    head.see(f"/petugas/petugas/{number}", 404)
    head.post(f"/petugas/petugas/{number}/sandi", 403)
    assert "Akhiri akses" not in auditor.see(f"/petugas/petugas/{number}")


@pytest.mark.parametrize("page", ["triase", "parkir", "kotak-keluar", "agenda", "petugas"])
def test_an_auditor_is_offered_nothing_to_change(desk: Desk, page: str) -> None:
    desk.send("Tolong bantu kami, ada sesuatu yang aneh")
    desk.dead(desk.send("Lampu jalan mati")[0])
    desk.parked()
    html = seat(desk, "auditor").see(f"/petugas/{page}")
    assert re.findall(r'<form[^>]*method="post" action="(?!/petugas/keluar)([^"]*)"', html) == []
