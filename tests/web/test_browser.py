"""A real browser, as large as a phone: the form with and without JavaScript."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_world import NEEDS_CHROMIUM, PHONE, PROBES, signed_in
from web_world import Desk, photo

from sapa.desk import acts
from sapa.desk.actor import Actor

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A phone; whatever the page complains about fails the test."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, has_touch=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Policy" in said.text else None)
    yield page
    context.close()
    assert problems == []


def complain(page: Any, address: str, tmp_path: Path) -> str:
    picture = tmp_path / "lampu.jpg"
    picture.write_bytes(photo((800, 600)))
    page.goto(address)
    page.get_by_label("Ceritakan masalahnya").fill("Lampu jalan mati tiga hari di depan pasar")
    page.get_by_label("Kelurahan").select_option("Meri")
    page.get_by_label("Alamat atau patokan").fill("Depan pasar")
    page.locator("#photos").set_input_files(picture)
    page.get_by_text("Anonim", exact=True).click()
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url(re.compile("/lacak/"))
    return str(page.url)


def test_a_complaint_with_a_photo_is_sent_and_seen(page: Any, site: tuple[str, Desk], tmp_path: Path) -> None:
    address, desk = site
    url = complain(page, address, tmp_path)
    page.get_by_role("heading", name="Terima kasih").wait_for()
    page.get_by_text("Dinas Perhubungan").first.wait_for()
    picture = page.locator(".timeline img")
    picture.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "terima-kasih.png", full_page=True)
    ref = url.partition("/lacak/")[2].partition("?")[0]
    ticket = desk.ticket(ref)
    assert (ticket.opd, ticket.kelurahan, ticket.privacy) == ("DISHUB", "Meri", "anonymous")
    page.get_by_label("Tulisan Anda").fill("Tiang nomor 12")
    page.get_by_role("button", name="Kirim").click()
    page.get_by_text("Tiang nomor 12").wait_for()


def test_what_is_wrong_is_told_and_linked_and_nothing_typed_is_lost(
    page: Any, site: tuple[str, Desk], tmp_path: Path
) -> None:
    page.goto(site[0])
    page.get_by_label("Alamat atau patokan").fill("Depan pasar")
    page.get_by_role("button", name="Kirim laporan").click()
    link = page.get_by_role("link", name=re.compile("Mohon tuliskan"))
    link.click()
    assert page.url.endswith("#text")
    assert page.get_by_label("Alamat atau patokan").input_value() == "Depan pasar"
    page.screenshot(path=tmp_path / "perlu-diperbaiki.png", full_page=True)


def test_the_agency_answers_by_its_link(page: Any, site: tuple[str, Desk], tmp_path: Path) -> None:
    address, desk = site
    url = complain(page, address, tmp_path)
    ref = url.partition("/lacak/")[2].partition("?")[0]
    page.goto(f"{address}/aksi/{desk.link(ref)}")
    page.screenshot(path=tmp_path / "aksi.png", full_page=True)
    page.get_by_text("Bukan kewenangan kami").click()
    page.get_by_label("Alasan").fill("Ini jalan provinsi.")
    page.get_by_role("button", name="Kembalikan").click()
    page.get_by_role("heading", name="Terima kasih, sudah tercatat").wait_for()
    assert desk.ticket(ref).status == "triage"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_can_be_read_and_pressed(
    browser: Any, site: tuple[str, Desk], tmp_path: Path, scheme: str
) -> None:
    address, desk = site
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    url = complain(page, address, tmp_path)
    ref = url.partition("/lacak/")[2].partition("?")[0]
    pages = ("/", "/lacak", f"/lacak/{ref}", f"/aksi/{desk.link(ref)}", "/petugas/masuk", "/nowhere")
    for number, path in enumerate((url.removeprefix(address), *pages)):
        page.goto(address + path)
        page.screenshot(path=tmp_path / f"{number}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
        for probe in ("contrast", "targets", "nameless"):
            assert page.evaluate(f"eval({PROBES!r}).{probe}()") == [], (path, probe)
    context.close()


def test_the_consoles_menu_takes_one_row_of_a_phone_and_opens_without_a_script(
    page: Any, site: tuple[str, Desk], tmp_path: Path
) -> None:
    address, desk = site
    signed_in(page, address, desk, "administrator")
    menu, agenda = page.locator("summary", has_text="Menu"), page.get_by_role("link", name="Agenda")
    assert page.locator("header.top").bounding_box()["height"] < 2 * 44
    assert not agenda.is_visible()
    page.screenshot(path=tmp_path / "antrean.png")
    menu.click()
    page.screenshot(path=tmp_path / "menu.png")
    assert page.locator("header nav a").count() == 9
    assert page.get_by_role("button", name="Keluar").is_visible()
    for probe in ("targets", "contrast"):
        assert page.evaluate(f"eval({PROBES!r}).{probe}()") == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    agenda.click()
    page.get_by_role("heading", name="Agenda").wait_for()
    page.set_viewport_size({"width": 1100, "height": 800})
    assert page.get_by_role("link", name="Triase").is_visible()
    assert not menu.is_visible()


def test_the_channels_the_banner_and_the_call_list_fit_a_phone(
    page: Any, site: tuple[str, Desk], tmp_path: Path
) -> None:
    address, desk = site
    ref = complain(page, address, tmp_path).partition("/lacak/")[2].partition("?")[0]
    signed_in(page, address, desk, "coordinator")
    desk.to_call(ref)
    page.goto(f"{address}/petugas/kanal/fake")
    page.get_by_label("Alasan").fill("Nomor diblokir.")
    page.get_by_label("Ya, kanal ini").check()
    page.get_by_role("button", name="Nyatakan mati").click()
    page.get_by_text("dinyatakan mati").first.wait_for()
    kanal = "/petugas/kanal"
    for number, path in enumerate(("/", kanal, f"{kanal}/fake", f"{kanal}/email", f"{kanal}/telepon")):
        page.goto(address + path)
        page.screenshot(path=tmp_path / f"kanal-{number}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
        for probe in ("contrast", "targets", "nameless"):
            assert page.evaluate(f"eval({PROBES!r}).{probe}()") == [], (path, probe)


def test_an_agencys_few_links_need_no_menu(page: Any, site: tuple[str, Desk], tmp_path: Path) -> None:
    address, desk = site
    signed_in(page, address, desk, "opd")
    page.screenshot(path=tmp_path / "opd.png")
    assert page.locator("summary", has_text="Menu").count() == 0
    assert page.get_by_role("button", name="Keluar").is_visible()
    assert page.locator("header.top").bounding_box()["height"] < 3 * 44


def test_an_officer_reads_why_a_photo_is_not_there_and_asks_for_it(
    page: Any, site: tuple[str, Desk], tmp_path: Path
) -> None:
    address, desk = site
    ref = complain(page, address, tmp_path).partition("/lacak/")[2].partition("?")[0]
    desk.away(ref, reason="Menyerah setelah 24 jam. Penyedia belum memberikan berkas ini.")
    signed_in(page, address, desk, "opd")
    page.goto(f"{address}/petugas/laporan/{ref}")
    button = page.get_by_role("button", name="Ambil lagi lampiran 1")
    button.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "berkas.png")
    assert page.get_by_text("Menyerah setelah 24 jam").is_visible()
    for probe in ("targets", "contrast", "nameless"):
        assert page.evaluate(f"eval({PROBES!r}).{probe}()") == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    button.click()
    page.get_by_text("Berkas diambil lagi.").wait_for()
    page.get_by_text("Berkas sedang diambil …").wait_for()
    assert desk.pictures(ref)[0].state == "remote"


def test_the_phones_position_is_used_when_allowed(browser: Any, site: tuple[str, Desk]) -> None:
    address, desk = site
    context = browser.new_context(
        viewport=PHONE,
        geolocation={"latitude": -7.481, "longitude": 112.4475},
        permissions=["geolocation"],
    )
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Ceritakan masalahnya").fill("Lampu jalan mati")
    page.get_by_role("button", name="Gunakan lokasi saya").click()
    page.get_by_text("Lokasi tercatat").wait_for()
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url(re.compile("/lacak/"))
    ticket = desk.ticket(page.url.partition("/lacak/")[2].partition("?")[0])
    assert (ticket.kelurahan, ticket.lat, ticket.lon) == ("Meri", -7.481, 112.4475)
    context.close()


def test_triage_is_worked_off_by_keyboard_alone(browser: Any, site: tuple[str, Desk]) -> None:
    address, desk = site
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    page = context.new_page()
    refs = [desk.complain(text) for text in ("Lampu jalan mati", "Mohon dibantu")]
    desk.do(acts.decline, refs[0], Actor(kind="opd", opd="DISHUB"), reason="Sudah kami serahkan.")
    signed_in(page, address, desk, "coordinator")
    page.goto(f"{address}/petugas/triase")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == refs[0]
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == refs[1]
    page.keyboard.press("l")
    assert page.evaluate("document.activeElement.name") == "pihak"
    page.keyboard.press("1")  # a key pressed in a field is the field's
    assert desk.ticket(refs[1]).status == "triage"
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.get_by_text("Laporan dialihkan.").wait_for()
    assert desk.ticket(refs[0]).status == "assigned"
    page.get_by_text("Pintasan papan tik").click()
    page.get_by_label("Pakai pintasan ini").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    context.close()


def test_a_page_says_that_something_changed_and_changes_nothing_by_itself(
    browser: Any, site: tuple[str, Desk]
) -> None:
    address, desk = site
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    signed_in(page, address, desk, "coordinator")
    page.goto(f"{address}/petugas")
    desk.complain("Mohon dibantu")
    told = page.locator("[data-live]")
    told.get_by_text("1 laporan baru atau berubah.").wait_for()
    assert page.locator(".queue li").count() == 0
    told.get_by_role("link", name="Muat ulang").click()
    page.locator(".queue li").wait_for()
    assert not told.is_visible()
    context.close()


def test_a_canned_answer_fills_the_form_beside_what_was_typed(browser: Any, site: tuple[str, Desk]) -> None:
    address, desk = site
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    ref = desk.complain("Lampu jalan mati")
    signed_in(page, address, desk, "opd")
    page.goto(f"{address}/petugas/laporan/{ref}")
    page.get_by_text("Tanya pelapor").click()
    field = page.get_by_label("Pertanyaan kepada pelapor")
    field.fill("Selamat pagi.")
    page.locator("#form-tanya").get_by_text("Jawaban siap pakai").click()
    page.get_by_role("link", name="Minta foto").click()
    assert field.input_value() == "Selamat pagi.\nMohon kirimkan foto."
    context.close()
