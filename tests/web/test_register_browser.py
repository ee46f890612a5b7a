"""The counter in a real browser, as large as a phone: alike reports while typing, or by the button."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser_world import NEEDS_CHROMIUM, PHONE, signed_in
from web_world import Desk

pytestmark = NEEDS_CHROMIUM
#: Longer than a receipt shows.
TEXT = "lampune dalan mati nang gang 2, " * 8 + "mati"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A phone; whatever the page complains about fails the test."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, has_touch=True)
    page = context.new_page()
    page.scripted = request.param
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Policy" in said.text else None)
    yield page
    context.close()
    assert problems == []


def test_a_clerk_finds_the_same_report_and_adds_to_it(page: Any, site: tuple[str, Desk]) -> None:
    address, desk = site
    ref = desk.complain("Lampu jalan mati di gang 2 dekat langgar")
    signed_in(page, address, desk, "clerk")
    if page.viewport_size["width"] < 500 and page.locator("details.menu").count():
        page.locator("details.menu summary").click()
    page.get_by_role("link", name="Catat", exact=True).click()
    page.get_by_text("Loket", exact=True).click()
    assert not page.get_by_label("Nomor surat").is_visible()
    page.locator("#text").fill(TEXT)
    if not page.scripted:
        page.get_by_role("button", name="Periksa laporan serupa").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_text(f"Tambahkan ke laporan {ref}").click()
    assert page.locator("#text").input_value() == TEXT
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Simpan dan buat tanda terima").click()
    page.wait_for_url(re.compile(f"/petugas/catat/{ref}/tanda-terima"))
    page.get_by_role("heading", name="Tanda terima laporan").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert all("lampune" not in url for url in asked)
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert page.locator(".receipt .qr svg").is_visible()
    whole = "([s]) => s.viewBox.baseVal.width >= s.getBBox().width && s.getBBox().width > 20"
    assert page.locator(".receipt .qr svg").evaluate_all(whole)  # a code that is cut off opens nothing
    if page.scripted:
        sheet = page.pdf(format="A6")
        assert len(re.findall(rb"/Type\s*/Page[^s]", sheet)) == 1
    assert desk.count("ticket") == 1


def test_a_choice_made_while_the_list_is_asked_again_is_kept(page: Any, site: tuple[str, Desk]) -> None:
    if not page.scripted:
        pytest.skip("without script the list is asked for by the button alone")
    address, desk = site
    ref = desk.complain("Lampu jalan mati di gang 2 dekat langgar")
    signed_in(page, address, desk, "clerk")
    page.goto(f"{address}/petugas/catat")
    page.get_by_text("Loket", exact=True).click()
    page.locator("#text").fill(TEXT)
    choice = page.locator(f"input[name=joins][value={ref}]")
    choice.wait_for()
    held: list[Any] = []
    answered: list[Any] = []
    page.on("response", lambda answer: answered.append(answer))
    page.route("**/petugas/catat/serupa", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/petugas/catat/serupa"):
        page.locator("#text").fill(f"{TEXT}, peteng")
    choice.check()
    held[0].continue_()
    page.wait_for_timeout(1500)
    assert answered
    assert choice.is_checked()


def test_a_list_that_cannot_be_asked_for_is_told(page: Any, site: tuple[str, Desk]) -> None:
    if not page.scripted:
        pytest.skip("without script the browser shows what the server answers")
    address, desk = site
    signed_in(page, address, desk, "clerk")
    page.goto(f"{address}/petugas/catat")
    page.locator("#text").fill("Lampu jalan mati")
    page.context.clear_cookies()
    page.get_by_role("button", name="Periksa laporan serupa").click()
    page.get_by_text("belum dapat diperiksa").wait_for()
