"""Accessibility: axe-core finds nothing on any page, on a phone and a desktop, light and dark, enlarged."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_world import NEEDS_CHROMIUM, filled, signed_in
from starlette.testclient import TestClient
from web_world import Desk, photo

from sapa.desk import factors
from sapa.web.app import Site, create_app
from store.db import Tx

pytestmark = NEEDS_CHROMIUM

SIZES = {
    "phone": {"width": 360, "height": 740},
    "desktop": {"width": 1280, "height": 900},
    "desktop at 200 %": {"width": 640, "height": 450},
}
#: GET routes that are no pages.
NO_PAGES = re.compile(
    r"/(berkas|hooks|l/|healthz|readyz|metrics|petugas/langsung|petugas/lapor/(tindak-lanjut|\{id\}/salah)|static)"
)
Place = Callable[[dict[str, str]], str]
#: Pages by route, as they are visited; a page without a row here fails the test below.
PAGES: Mapping[str, tuple[str, Place]] = {
    "/": ("", lambda v: "/"),
    "/lacak": ("", lambda v: "/lacak"),
    "/lacak/{ref}": ("", lambda v: f"/lacak/{v['ref']}?k={v['key']}"),
    "/aksi/{token}": ("", lambda v: f"/aksi/{v['link']}"),
    "/petugas/masuk": ("", lambda v: "/petugas/masuk"),
    "/petugas/kode": ("half signed in", lambda v: "/petugas/kode"),
    "/petugas/sandi": ("administrator", lambda v: "/petugas/sandi"),
    "/petugas": ("administrator", lambda v: "/petugas?tampil=semua"),
    "/petugas/laporan/{ref}": ("administrator", lambda v: f"/petugas/laporan/{v['ref']}"),
    "/petugas/catat": ("administrator", lambda v: "/petugas/catat"),
    "/petugas/catat/{ref}/tanda-terima": (
        "administrator",
        lambda v: f"/petugas/catat/{v['taken']}/tanda-terima",
    ),
    "/petugas/triase": ("administrator", lambda v: "/petugas/triase"),
    "/petugas/parkir": ("administrator", lambda v: "/petugas/parkir"),
    "/petugas/kotak-keluar": ("administrator", lambda v: "/petugas/kotak-keluar"),
    "/petugas/agenda": ("administrator", lambda v: "/petugas/agenda"),
    "/petugas/agenda/{week}": ("administrator", lambda v: f"/petugas/agenda/{v['week']}"),
    "/petugas/agenda/{week}/lembar": ("administrator", lambda v: f"/petugas/agenda/{v['week']}/lembar"),
    "/petugas/petugas": ("administrator", lambda v: "/petugas/petugas"),
    "/petugas/petugas/{id}": ("administrator", lambda v: f"/petugas/petugas/{v['officer']}"),
    "/petugas/petugas/{id}/keluar": ("administrator", lambda v: f"/petugas/petugas/{v['officer']}/keluar"),
    "/petugas/kanal": ("administrator", lambda v: "/petugas/kanal"),
    "/petugas/kanal/{channel}": ("administrator", lambda v: "/petugas/kanal/email"),
    "/petugas/kanal/telepon": ("administrator", lambda v: "/petugas/kanal/telepon"),
    "/petugas/lapor": ("administrator", lambda v: "/petugas/lapor"),
    "/petugas/lapor/{id}": ("administrator", lambda v: f"/petugas/lapor/{v['import']}"),
    "/petugas/tautan": ("administrator", lambda v: "/petugas/tautan"),
    "/petugas/akun": ("administrator", lambda v: "/petugas/akun"),
    "/petugas/akun/kode": ("administrator", lambda v: "/petugas/akun/kode"),
    "/petugas/lupa": ("administrator", lambda v: "/petugas/lupa"),
    "/petugas/kunci/{token}": ("administrator", lambda v: f"/petugas/kunci/{v['entry']}"),
}


def lively(desk: Desk) -> dict[str, str]:
    """One of everything a page can show, and where it is."""
    ref, key = desk.send("Lampu jalan mati di depan pasar", kelurahan="Meri")
    odd, _ = desk.send("Mohon dibantu")
    desk.send("Sampah menumpuk, hampir kesetrum", kelurahan="Wates")
    desk.client.post(
        f"/lacak/{ref}?k={key}", data={"text": "Ini fotonya"}, files={"photos": ("a.jpg", photo())}
    )
    desk.parked()
    desk.dead(odd)
    desk.linked_group("DISHUB")
    officer = str(desk.add_officer("rekan", "opd", "DLH"))
    with_codes(desk, desk.add_officer("berkode", "coordinator"))
    found = {"officer": officer, "entry": desk.invited("calon", "DLH"), "week": desk.planned()}
    desk.lapor("Lampu jalan mati", state="running")
    found["import"] = str(desk.lapor("Sampah menumpuk di pasar", ""))
    found["taken"] = desk.taken_down("Jalan berlubang di depan pasar", desk.add_officer("loket", "clerk"))
    return {"ref": ref, "key": key, "link": desk.link(ref), **found}


def with_codes(desk: Desk, officer_id: int) -> None:
    """The officer is asked for a code at every login."""
    now = desk.clock.now

    def switch_on(tx: Tx) -> None:
        code = pyotp.TOTP(factors.begin(tx, officer_id)).at(now)
        factors.confirm(tx, officer_id, code, session_id="", now=now)

    desk.office.ledger.write(switch_on)


def routes(app: Site) -> set[str]:
    found = {
        str(getattr(one, "path", "")) for one in app.routes if "GET" in (getattr(one, "methods", None) or ())
    }
    return {path for path in found if not NO_PAGES.match(path)}


def test_every_page_is_looked_at(desk: Desk) -> None:
    assert routes(create_app(desk.office)) == set(PAGES)


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(browser: Any, site: tuple[str, Desk], size: str) -> None:
    address, desk = site
    desk.client = TestClient(create_app(desk.office), follow_redirects=False)
    with ThreadPoolExecutor(1) as beside:  # the browser's loop runs in this thread
        values = beside.submit(lively, desk).result()
    context = browser.new_context(viewport=SIZES[size], reduced_motion="reduce")
    page, signed = context.new_page(), ""
    for role, place in PAGES.values():
        if role and role != signed:
            context.clear_cookies()
            if role == "half signed in":
                filled(page, address, "berkode")
            else:
                signed_in(page, address, desk, role)
            signed = role
        path = place(values)
        page.goto(address + path)
        assert page.url == address + path
        page.evaluate("document.querySelectorAll('main details').forEach((more) => (more.open = true))")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, (path, scheme, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    context.close()
