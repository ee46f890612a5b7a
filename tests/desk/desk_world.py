"""A small city with a handful of rules, and tickets made directly from rows."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.base import Traits
from router.place import Area, Gazetteer
from router.rules import BookSource, Owner, SensitiveCategory, compile_book
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign
from sapa.desk.city import City, OpdInfo
from sapa.desk.deadline import Calendar, SlaRow, SlaTable
from store import books, contacts, events, messages, outbox, targets, tickets
from store.db import Ledger, Tx
from store.ids import new_token, uuid7
from store.tables import Deadline, Event, Outbox, Ticket

TZ = ZoneInfo("Asia/Jakarta")
OPDS = {"DISHUB": "Dinas Perhubungan", "DLH": "Dinas Lingkungan Hidup", "PDAM": "Perumdam", "INSPEKTORAT": ""}
EXTERNAL = {"PLN": "PLN", "BBPJN": "BBPJN"}

ADMIN = Actor(kind="officer", role="administrator", name="Administrator")
COORDINATOR = Actor(kind="officer", role="coordinator", name="Koordinator")
DISHUB = Actor(kind="officer", role="opd", opd="DISHUB", name="Petugas")
DLH = Actor(kind="officer", role="opd", opd="DLH", name="Petugas")
PDAM = Actor(kind="officer", role="opd", opd="PDAM", name="Petugas")

_RULES = (
    ("lampu", "lampu jalan", "DISHUB", "Penerangan jalan urusan Dishub."),
    ("sampah", "sampah", "DLH", "Sampah urusan DLH."),
    ("air", "air mati", "PDAM", "Air minum urusan Perumdam."),
)


def make_city(days: int = 7) -> City:
    """Three agencies, two owners outside, three rules, holidays around the first days of December."""
    names = {**{code: ("opd", name or code) for code, name in OPDS.items()}}
    names |= {code: ("external", name) for code, name in EXTERNAL.items()}
    source = BookSource(
        rules=[
            {
                "id": id,
                "when": {"words": [words]},
                "assign": opd,
                "because": because,
                "examples": [f"{words} di depan rumah", f"Pak, {words} sudah 3 hari"],
            }
            for id, words, opd, because in _RULES
        ],
        owners={code: Owner(code=code, name=name, kind=kind) for code, (kind, name) in names.items()},
        sensitive=[SensitiveCategory(id="kekerasan", name="Kekerasan", words=("dipukul",))],
        urgent=["kesetrum"],
        kelurahan=["Wates", "Meri"],
        channels=["web", "email", "telegram"],
    )
    rows = (
        ("verify", "", 3, "hari_kerja"),
        ("first_response", "", 5, "hari_kerja"),
        ("resolve", "", 14, "hari_kerja"),
        ("resolve", "information", 5, "hari_kerja"),
        ("complete", "", 10, "hari_kalender"),
        ("confirm", "", 10, "hari_kalender"),
    )
    sla = tuple(
        SlaRow(step=step, type=type, number=number, unit=unit, valid_from=date(2026, 1, 1))
        for step, type, number, unit in rows
    )
    return City(
        brand="Sapa",
        programme="Kunjungan Rabu",
        prefix="SMP",
        tz=TZ,
        public_url="https://sapa.test",
        book=compile_book(source),
        gazetteer=Gazetteer(
            (
                Area(kelurahan="Wates", kecamatan="Magersari", points=((-7.455, 112.449),)),
                Area(kelurahan="Meri", kecamatan="Kranggan", points=((-7.481, 112.447),)),
            )
        ),
        sla=SlaTable("s" * 64, sla),
        calendar=Calendar("c" * 64, frozenset({date(2026, 12, 1)}), TZ),
        opds={
            code: OpdInfo(code=code, name=name, kind=kind, letter=code == "BBPJN")
            for code, (kind, name) in names.items()
        },
        channels={"web": Traits(burst=False), "telegram": Traits(burst=True), "email": Traits()},
        other_route={"INSPEKTORAT": "DLH"},
        link_days=days,
    )


@dataclass(kw_only=True)
class World:
    """A ledger with the city's books in force, and short ways to make and look at things."""

    ledger: Ledger
    city: City
    now: datetime
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.ledger.write(self._books)

    def _books(self, tx: Tx) -> None:
        books.activate(tx, "rules", self.city.book.digest, "rules", self.now)
        books.activate(tx, "sla", self.city.sla.digest, "sla", self.now)

    def ticket(
        self,
        lead: str = "DISHUB",
        *,
        candidates: tuple[str, ...] = ("DISHUB", "PLN", "DLH", "PDAM"),
        supporting: tuple[str, ...] = (),
        reporters: int = 1,
        texts: tuple[str, ...] = ("lampu jalan mati",),
        channel: str = "telegram",
        **values: Any,
    ) -> int:
        """A ticket as intake leaves it: reported, judged, handed on."""

        def act(tx: Tx) -> int:
            number, month = next(self.numbers), self.city.month(self.now)
            row = {
                "uuid": uuid7(self.now),
                "ref": f"SMP-{month}-{targets.reserve_refs(tx, month, 1):04d}",
                "token": new_token(self.now),
                "channel": channel,
                "status": "assigned" if lead else "triage",
                "type": "complaint",
                "privacy": "normal",
                "sensitive": "",
                "accused": "",
                "urgent": False,
                "summary": "\n".join(texts),
                "search": "\n".join(texts).casefold(),
                "opd": lead,
                "rule": "lampu",
                "kelurahan": "",
                "lat": None,
                "lon": None,
                "place": "",
                "place_sure": False,
                "now": self.now,
                "due": self.city.calendar.add(self.now, 14, "hari_kerja"),
            } | values
            ticket_id = targets.add_ticket(tx, **row)
            for who in range(reporters):
                self._reporter(tx, ticket_id, channel, f"{number}-{who}", texts if who == 0 else ("ikut",))
            assign(
                tx,
                ticket_id,
                Decision(
                    lead=lead,
                    supporting=supporting,
                    because="Penerangan jalan urusan Dishub.",
                    actor="rules",
                    candidates=candidates,
                    matches=[{"rule": "r", "opd": code, "strength": 4.0, "words": []} for code in candidates],
                    confidence=0.9,
                    rule="lampu",
                ),
                now=self.now,
                city=self.city,
                fresh=str(row["type"]),
            )
            return ticket_id

        return self.ledger.write(act)

    def _reporter(self, tx: Tx, ticket_id: int, channel: str, name: str, texts: tuple[str, ...]) -> None:
        contact = contacts.add_contact(tx, channel, name, f"Warga {name}", self.now)
        conversation = contacts.add_conversation(tx, channel, "bot", contact, None, self.now)
        role = "reporter" if name.endswith("-0") else "supporter"
        contacts.add_reporter(tx, ticket_id, contact, conversation, role)
        for at, text in enumerate(texts):
            self.message(tx, ticket_id, text, f"{name}:{at}", conversation, channel=channel)

    def message(
        self, tx: Tx, ticket_id: int, text: str, external_id: str, conversation: int | None, **values: Any
    ) -> int:
        """A message of a citizen on the ticket."""
        row: dict[str, Any] = {
            "channel": "telegram",
            "subject": "",
            "lat": None,
            "lon": None,
            "place": "",
            "kelurahan": "",
        } | values
        return messages.add_message(
            tx,
            uuid=uuid7(self.now),
            account="bot",
            external_id=external_id,
            ticket_id=ticket_id,
            conversation_id=conversation,
            arrival_id=None,
            text=text,
            in_reply_to="",
            group_id="",
            machine="",
            sent_at=self.now,
            now=self.now,
            **row,
        )

    def do(self, act: Callable[..., Done], ticket_id: int, by: Actor, *, key: str = "", **what: Any) -> Done:
        """One act on the version that is current."""
        version = what.pop("version", None) or self.get(ticket_id).version
        now = what.pop("now", self.now)
        key = key or f"key-{next(self.numbers)}"

        def write(tx: Tx) -> Done:
            return act(tx, ticket_id, by, version=version, key=key, now=now, city=self.city, **what)

        return self.ledger.write(write)

    def citizen(self, ticket_id: int) -> Actor:
        """Whoever holds the tracking link."""
        return Actor(kind="citizen", token=self.get(ticket_id).token)

    def get(self, ticket_id: int) -> Ticket:
        """The ticket as it stands."""
        with self.ledger.reading() as tx:
            ticket = tickets.get(tx, ticket_id)
            assert ticket is not None
            return ticket

    def events(self, ticket_id: int) -> list[Event]:
        """Its history."""
        with self.ledger.reading() as tx:
            return list(events.of_ticket(tx, ticket_id))

    def event(self, ticket_id: int, kind: str) -> Event:
        """The newest event of a kind."""
        with self.ledger.reading() as tx:
            event = events.last(tx, ticket_id, kind)
            assert event is not None, [row.kind for row in events.of_ticket(tx, ticket_id)]
            return event

    def running(self, ticket_id: int) -> dict[str, Deadline]:
        """Its open deadlines."""
        with self.ledger.reading() as tx:
            return tickets.running(tx, ticket_id)

    def owners(self, ticket_id: int) -> list[tuple[str, str]]:
        """(role, OPD) of those who own it now."""
        with self.ledger.reading() as tx:
            return [(row.role, row.opd) for row in tickets.owners(tx, ticket_id)]

    def outbox(self, ticket_id: int) -> list[Outbox]:
        """All that was or is to be told."""
        with self.ledger.reading() as tx:
            return outbox.of_ticket(tx, ticket_id)

    def told(self, ticket_id: int, state: str = "pending") -> list[tuple[str, str]]:
        """(notice, lane without the contact's number) of what waits to be told."""
        return [
            (row.notice, row.lane.split(":")[0] if row.contact_id else row.lane)
            for row in self.outbox(ticket_id)
            if row.state == state
        ]

    def send_all(self, ticket_id: int) -> None:
        """Everything that waits has left."""
        self.ledger.write(
            lambda tx: tx.run(
                "UPDATE outbox SET state = 'sent', sent_at = :now, external_id = 'x' || id"
                " WHERE ticket_id = :ticket AND state = 'pending'",
                now=self.now,
                ticket=ticket_id,
            )
        )

    def days(self, number: float) -> datetime:
        """Some days after the beginning."""
        return self.now + timedelta(days=number)
