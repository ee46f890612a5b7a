"""What tests of the console do over and over."""

import html as entities
import re
from dataclasses import dataclass

from starlette.testclient import TestClient
from web_world import Desk

from store import events, outbox, tickets


@dataclass(kw_only=True)
class Seat:
    """Somebody at the console: their browser and the token of their forms."""

    desk: Desk
    browser: TestClient
    csrf: str

    def see(self, path: str, status: int = 200) -> str:
        """A page."""
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text[-2000:]
        return answer.text

    def post(self, path: str, status: int = 303, **fields: object) -> str:
        """Post a form; where it leads to, or the page it answers with."""
        answer = self.browser.post(path, data={"csrf": self.csrf, **fields})
        assert answer.status_code == status, answer.text[-3000:]
        return answer.headers["location"] if status == 303 else answer.text

    def act(self, ref: str, act: str, status: int = 303, **fields: object) -> str:
        """One act on a ticket, by its form as it stands on the page unless told otherwise."""
        ticket = self.desk.ticket(ref)
        given = {"version": ticket.version, "key": f"{ref}-{ticket.version}-{act}", "seen": self.seen(ref)}
        return self.post(f"/petugas/laporan/{ref}/{act}", status, **(given | fields))

    def seen(self, ref: str) -> int:
        """The newest event of a ticket."""
        with self.desk.office.ledger.reading() as tx:
            return int(events.of_ticket(tx, self.desk.ticket(ref).id or 0)[-1].id or 0)

    def event(self, ref: str, kind: str) -> int:
        """The newest event of a kind."""
        with self.desk.office.ledger.reading() as tx:
            found = events.last(tx, self.desk.ticket(ref).id or 0, kind)
        assert found is not None
        return found.id or 0


def seat(desk: Desk, role: str, opd: str = "", login: str = "") -> Seat:
    """Sign somebody in."""
    browser = desk.officer(login or f"{role}{opd}".lower(), role, opd)
    return Seat(desk=desk, browser=browser, csrf=desk.csrf(browser))


def text_of(html: str) -> str:
    """What a page says: its main part, without tags."""
    main = re.search(r"<main.*?</main>", html, re.S)
    assert main
    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def refs(html: str) -> list[str]:
    """The tickets a list shows, in order."""
    return re.findall(r'class="row" href="/petugas/laporan/(SMP-[0-9-]+)"', html)


def messages(desk: Desk, ref: str) -> list[int]:
    """The inbound messages of a ticket."""
    with desk.office.ledger.reading() as tx:
        return [m.id or 0 for m in tickets.messages(tx, desk.ticket(ref).id or 0) if m.direction == "in"]


def told(desk: Desk, ref: str) -> list[str]:
    """What is to be told about a ticket."""
    with desk.office.ledger.reading() as tx:
        return [row.notice for row in outbox.of_ticket(tx, desk.ticket(ref).id or 0)]
