"""A whole morning at the counter over the running service: complaint, agency, receipt, tracking page.

About 10 seconds.
"""

import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from html import unescape
from http.cookiejar import CookieJar

import pytest
from walk_check import rows
from walk_world import Office, eventually

LAMP = "Lampu gang mati, peteng dhedhet wis telung dino. Kulo mboten gadhah hape."
PASSWORD = "angin-laut-selatan"


class Browser:
    """One person's browser: cookies kept, forms filled in and followed."""

    def __init__(self, office: Office) -> None:
        self._base = f"http://127.0.0.1:{office.http}"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """(address, page) of a page, or of what a posted form leads to."""
        body = urllib.parse.urlencode(fields).encode() if fields is not None else None
        with self._opener.open(self._base + path, body, timeout=30) as answer:
            return str(answer.url).removeprefix(self._base), unescape(answer.read().decode())


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page, the token among them."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def hired(office: Office, login: str) -> Browser:
    """A clerk whom the terminal hires, signed in with a password of their own."""
    told = office.command("officers", "add", login, "--name", login.title(), "--role", "clerk")
    assert told.returncode == 0, told.stderr
    once = told.stdout.strip().rpartition(": ")[2]
    browser = Browser(office)
    browser.open("/petugas/masuk", {"login": login, "password": once})
    own = hidden(browser.open("/petugas/sandi")[1])
    browser.open("/petugas/sandi", {**own, "old": once, "new": PASSWORD, "again": PASSWORD})
    return browser


@pytest.fixture
def here(office: Callable[..., Office]) -> Office:
    one = office()
    one.start()
    one.ready()
    return one


def test_a_complaint_at_the_counter_reaches_its_agency_and_its_receipt_opens_the_page(here: Office) -> None:
    clerk = hired(here, "tini")
    form = hidden(clerk.open("/petugas/catat")[1])
    filled = {"csrf": form["csrf"], "key": form["key"], "source": "counter", "text": LAMP}
    filled |= {"kelurahan": "Meri", "name": "Bu Sarmi", "email": "sarmi@contoh.example", "agreed": "1"}
    where, receipt = clerk.open("/petugas/catat", filled)
    ref = re.search(r"/petugas/catat/(SMP-\d{4}-\d{4,})/tanda-terima", where)
    assert ref
    link = re.search(rf"http://\S+(/lacak/{ref[1]}\?k=[0-9a-f]+)", receipt)
    assert link
    assert "<svg" in receipt
    page = here.page(link[1])
    assert "Dinas Perhubungan" in unescape(page)
    assert LAMP in unescape(page)
    assert eventually(lambda: mailed(here, "sarmi@contoh.example"))
    assert eventually(lambda: mailed(here, "dishub@"))
    here.kill()  # in the middle of the day; the same form again is the same ticket
    here.start()
    here.ready()
    again, _ = clerk.open("/petugas/catat", filled)
    assert again == where
    ledger = here.ledger()
    found = rows(ledger, "SELECT opd, status, channel, registered_by IS NOT NULL FROM ticket")
    ledger.close()
    assert [tuple(map(str, row)) for row in found] in (
        [("DISHUB", "assigned", "walkin", "1")],
        [("DISHUB", "assigned", "walkin", "True")],
    )


def mailed(office: Office, to: str) -> bool:
    """Whether the post room dropped something for an address."""
    return any(f"{to}" in path.read_text() for path in (office.var / "outbox-mail").glob("*.eml"))
