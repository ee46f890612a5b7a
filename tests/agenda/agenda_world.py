"""A small city, its rules, and tickets written straight into the ledger."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from router.book import BookSource, Owner
from router.place import Area, Gazetteer
from router.rules import compile_book
from sapa.agenda.rules import AgendaRules, Letterhead
from sapa.desk.actor import Actor
from sapa.desk.city import City, OpdInfo
from sapa.desk.deadline import Calendar, SlaTable
from store.db import Ledger, Tx
from store.ids import new_token
from store.tables import (
    Contact,
    Conversation,
    Deadline,
    Event,
    Officer,
    Ticket,
    TicketOpd,
    TicketReporter,
)

JAKARTA = ZoneInfo("Asia/Jakarta")
HALL = (-7.4722, 112.4338)
RULES = AgendaRules(
    start_name="Balai Kota",
    start_lat=HALL[0],
    start_lon=HALL[1],
    iterations=400,
    letterhead=Letterhead(lines=("PEMERINTAH KOTA CONTOH", "DINAS KOMINFO"), place="Contoh"),
)
#: Sunday 22 November 2026 is four days before the visit of week 48.
WEEK = "2026-W48"


def at(month: int, day: int, hour: int = 8, minute: int = 0, year: int = 2026) -> datetime:
    """A time on the city's clock, in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=JAKARTA).astimezone(UTC)


def city(*holidays: date) -> City:
    """Two kelurahan, two OPDs, these days off."""
    owners = {
        "DLH": Owner(code="DLH", name="Dinas Lingkungan Hidup"),
        "PUPR": Owner(code="PUPR", name="Dinas PUPR"),
    }
    return City(
        brand="Sapa Contoh",
        programme="Rabu Turun ke Kampung",
        prefix="CTH",
        tz=JAKARTA,
        public_url="https://sapa.example.id",
        book=compile_book(BookSource(rules=(), owners=owners)),
        gazetteer=Gazetteer(
            (
                Area(kelurahan="Wates", kecamatan="Magersari", points=((-7.46, 112.45), (-7.47, 112.44))),
                Area(kelurahan="Kranggan", kecamatan="Kranggan", points=((-7.48, 112.43),)),
            )
        ),
        sla=SlaTable("sla", ()),
        calendar=Calendar("calendar", frozenset(holidays), JAKARTA),
        opds={code: OpdInfo(code=code, name=owner.name) for code, owner in owners.items()},
        channels={},
    )


def rules(**changes: Any) -> AgendaRules:
    """The rules with some changed."""
    return replace(RULES, **changes)


NOW = at(11, 24, 9)


class Desk:
    """Writes tickets of every kind; each call is one committed transaction."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.count = 0

    def ticket(
        self,
        *,
        days: float = 5,
        lat: float | None = -7.475,
        lon: float | None = 112.436,
        reporters: int = 1,
        promised: float | None = 10,
        now: datetime = NOW,
        **fields: Any,
    ) -> int:
        """A complaint opened `days` before `now`; returns its id."""
        self.count += 1
        number = self.count
        opened = now - timedelta(days=days)
        values: dict[str, Any] = {
            "ref": f"CTH-2611-{number:04d}",
            "channel": "web",
            "status": "assigned",
            "type": "complaint",
            "privacy": "normal",
            "summary": f"Lampu jalan nomor {number} mati",
            "opd": "DLH",
            "kelurahan": "Wates",
            "lat": lat,
            "lon": lon,
            "place": f"Jalan Mawar {number}",
            "place_sure": lat is not None,
            "opened_at": opened,
            "updated_at": opened,
            "due_at": opened + timedelta(days=promised) if promised else None,
            **fields,
        }

        def act(tx: Tx) -> int:
            row = Ticket(token=new_token(opened), **values)
            tx.session.add(row)
            tx.flush()
            assert row.id is not None
            if promised:
                self._promise(tx, row.id, opened, promised)
            for _ in range(reporters):
                self._reporter(tx, row.id, now)
            return row.id

        return self.ledger.write(act)

    def _promise(self, tx: Tx, ticket_id: int, opened: datetime, promised: float) -> None:
        for step, days in (("verify", 1.0), ("resolve", promised), ("first_response", 2.0)):
            due = opened + timedelta(days=days)
            tx.session.add(Deadline(ticket_id=ticket_id, step=step, started_at=opened, due_at=due))

    def _reporter(self, tx: Tx, ticket_id: int, now: datetime) -> None:
        contact = Contact(channel="web", created_at=now)
        tx.session.add(contact)
        tx.flush()
        assert contact.id is not None
        talk = Conversation(channel="web", account="form", contact_id=contact.id, last_inbound_at=now)
        tx.session.add(talk)
        tx.flush()
        assert talk.id is not None
        tx.session.add(
            TicketReporter(
                ticket_id=ticket_id, contact_id=contact.id, conversation_id=talk.id, role="reporter"
            )
        )

    def change(self, ticket_id: int, **fields: Any) -> None:
        """Change a ticket's row."""

        def act(tx: Tx) -> None:
            row = tx.session.get(Ticket, ticket_id)
            assert row is not None
            row.sqlmodel_update(fields)
            tx.session.add(row)

        self.ledger.write(act)

    def event(self, ticket_id: int, kind: str, when: datetime, **fields: Any) -> None:
        """Add to a ticket's history."""
        values = {"actor": "opd", **fields}
        self.ledger.write(lambda tx: tx.session.add(Event(ticket_id=ticket_id, kind=kind, at=when, **values)))

    def supporting(self, ticket_id: int, opd: str, since: datetime) -> None:
        """A supporting agency."""
        self.ledger.write(
            lambda tx: tx.session.add(TicketOpd(ticket_id=ticket_id, opd=opd, role="supporting", since=since))
        )

    def officer(self, role: str = "coordinator", opd: str = "") -> Actor:
        """Somebody who works here."""

        def act(tx: Tx) -> int:
            row = Officer(
                login=f"petugas{role}",
                name="Petugas Meja",
                role=role,
                opd=opd,
                password_hash="-",
                created_at=at(11, 1),
            )
            tx.session.add(row)
            tx.flush()
            assert row.id is not None
            return row.id

        return Actor(kind="officer", officer_id=self.ledger.write(act), role=role, opd=opd)
