"""A ledger with one ticket, and what the post room needs around it."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.message import OutboundMessage
from notifier.letterhead import Letterhead
from notifier.notices import NOTICES, Recipient, agency, chat, diskominfo, officer, reporter, tell
from notifier.render import Renderer
from store import contacts, outbox
from store.db import Ledger, Tx
from store.files import Files
from store.ids import uuid7
from store.tables import (
    ActionLink,
    Agenda,
    AttachmentRow,
    Blob,
    Contact,
    Conversation,
    Deadline,
    Disposition,
    Event,
    Identity,
    Message,
    OfficeChat,
    Officer,
    OfficerLink,
    Outbox,
    Stop,
    Ticket,
    TicketReporter,
)

HEAD = Letterhead(
    brand="Sapa Warga",
    city="Kota Contoh",
    public_url="https://sapa.example.id/",
    tz=ZoneInfo("Asia/Jakarta"),
    secret=b"s" * 32,
    diskominfo_email="meja@example.id",
    urgent_numbers=(("112", "darurat"), ("110", "polisi")),
    opd_names={"DISHUB": "Dinas Perhubungan", "DLH": "Dinas Lingkungan Hidup", "PLN": "PLN"},
    reach={"PLN": "PLN 123"},
    opd_emails={"DISHUB": "dishub@example.id", "DLH": "dlh@example.id"},
)
WORDS = "Lampu jalan padam tiga malam, kami khawatir."
PLACE = "Jalan Mawar depan pos ronda"
LINK = UUID("01890000-0000-7000-8000-000000000001")
ENTRY = UUID("01890000-0000-7000-8000-000000000009")
PHOTO = b"\xff\xd8\xff\xe0 a cleaned picture"


@dataclass(kw_only=True)
class World:
    """One ticket of one citizen, and ways to write rows about it."""

    ledger: Ledger
    files: Files
    now: datetime
    head: Letterhead = field(default=HEAD)
    ticket_id: int = 0
    contact_id: int = 0
    conversation_id: int = 0
    disposition_id: int = 0
    channel: str = "fake"

    @property
    def renderer(self) -> Renderer:
        return Renderer(lambda: self.head, self.files, mask=lambda text: text.replace("0812", "••••"))

    def insert(self, row: Any) -> Any:
        """Insert one row and return its id."""

        def act(tx: Tx) -> Any:
            fresh = type(row)(**row.model_dump())
            tx.session.add(fresh)
            tx.flush()
            return getattr(fresh, "id", None)

        return self.ledger.write(act)

    def change(self, table: Any, row_id: Any, **values: Any) -> None:
        def act(tx: Tx) -> None:
            row = tx.session.get(table, row_id)
            for name, value in values.items():
                setattr(row, name, value)

        self.ledger.write(act)

    def event(self, kind: str, text: str = "", **values: Any) -> int:
        row = Event(
            ticket_id=self.ticket_id,
            kind=kind,
            at=self.now,
            actor="officer",
            public=True,
            text=text,
            **values,
        )
        return int(self.insert(row))

    def promise(self, step: str, days: float) -> None:
        due = self.now + timedelta(days=days)
        self.insert(Deadline(ticket_id=self.ticket_id, step=step, started_at=self.now, due_at=due))

    def to(self, notice: str) -> Recipient:
        """The recipient of a kind of notice in this world."""
        audience = NOTICES[notice].audience
        if audience in ("citizen", "asker"):
            return reporter(self.contact_id, self.channel)
        if audience == "officer":
            return officer(self.officer())
        if audience == "chat":
            return chat(self.group(), "telegram", opd="DISHUB")
        return agency("DISHUB") if audience == "agency" else diskominfo()

    def group(self) -> int:
        """The contact of a group that is linked to Dishub; the same one each time."""
        known = self.ledger.write(lambda tx: contacts.find_contact(tx, "telegram", "-100777"))
        if known is not None:
            return known
        contact = self.ledger.write(lambda tx: contacts.add_contact(tx, "telegram", "-100777", "", self.now))
        row = {"kind": "group", "channel": "telegram", "opd": "DISHUB", "since": self.now}
        self.insert(OfficeChat(contact_id=contact, officer_id=self.officer(), **row))
        return contact

    def officer(self) -> int:
        """An officer with a link that still opens (`ENTRY`); the same one each time."""
        with self.ledger.reading() as tx:
            known = tx.run("select id from officer where login = 'ani.dlh'")
        if known:
            return int(known[0][0])
        names = {"login": "ani.dlh", "name": "Ani Petugas", "email": "ani@example.id", "password_hash": ""}
        row = Officer(**names, role="opd", opd="DLH", created_at=self.now)
        officer_id = int(self.insert(row))
        until = self.now + timedelta(days=3)
        self.insert(OfficerLink(uuid=ENTRY, officer_id=officer_id, kind="invitation", expires_at=until))
        return officer_id

    def tell(self, notice: str, key: str = "", **values: Any) -> int:
        """Put a notice into the outbox; returns its row's id."""
        key = key or f"{notice}:1"
        to = values.pop("to", None) or self.to(notice)
        at = values.pop("now", self.now)
        ticket = values.pop("ticket_id", self.ticket_id)
        if to.officer_id is not None:
            values["data"] = {"link": str(ENTRY)} | values.get("data", {})

        def act(tx: Tx) -> int:
            tell(tx, notice, to, key=key, now=at, ticket_id=ticket, **values)
            return int(tx.run("select id from outbox where key = :key", key=key)[0][0])

        return self.ledger.write(act)

    def render(self, notice: str, key: str = "", **values: Any) -> OutboundMessage:
        """Tell and render at once."""
        row_id = self.tell(notice, key, **values)
        lease = self.now + timedelta(minutes=2)
        claimed = self.ledger.write(lambda tx: outbox.claim(tx, row_id, self.now, lease))
        assert claimed is not None
        with self.ledger.reading() as tx:
            message = self.renderer.render(tx, claimed, self.now)
        self.ledger.write(lambda tx: outbox.complete(tx, claimed, f"id-{claimed.key}", self.now, None))
        return message

    def row(self, row_id: int) -> Outbox:
        with self.ledger.reading() as tx:
            found = tx.session.get(Outbox, row_id)
            assert found is not None
            return found

    def photo(self, number: int, content: bytes = PHOTO, message: int | None = None) -> None:
        """The citizen sends one picture (with the first message, unless told), kept with a cleaned copy."""
        stored = self.files.put(content + str(number).encode())
        self.insert(Blob(digest=stored.digest, size=stored.size, created_at=self.now))
        with self.ledger.reading() as tx:
            message_id = tx.run("select min(id) from message where ticket_id = :t", t=self.ticket_id)[0][0]
        self.insert(
            AttachmentRow(
                uuid=uuid7(self.now),
                message_id=message or message_id,
                name="IMG of Pelapor.heic",
                media_type="image/heic",
                size=1,
                state="kept",
                served=stored.digest,
            )
        )

    def agenda(self) -> int:
        """A draft of the week with one stop on the round and one left out."""
        visit = date(2026, 11, 25)
        agenda = Agenda(week="2026-W48", visit_on=visit, state="draft", created_at=self.now)
        agenda_id = int(self.insert(agenda))
        self.insert(Stop(uuid=uuid7(self.now), agenda_id=agenda_id, ticket_id=self.ticket_id, position=1))
        other = self.insert(_ticket(self.now, "SMP-2611-0043"))
        self.insert(Stop(uuid=uuid7(self.now), agenda_id=agenda_id, ticket_id=other, position=0))
        return agenda_id


def _ticket(now: datetime, ref: str = "SMP-2611-0042") -> Ticket:
    return Ticket(
        ref=ref,
        token=hashlib.md5(ref.encode()).hexdigest(),
        channel="fake",
        status="assigned",
        type="complaint",
        privacy="normal",
        summary=WORDS,
        opd="DISHUB",
        kelurahan="Kranggan",
        lat=-7.48,
        lon=112.43,
        place=PLACE,
        place_sure=True,
        opened_at=now,
        updated_at=now,
    )


def build(ledger: Ledger, folder: Path, now: datetime) -> World:
    """A ticket at DISHUB that came by the door `fake`, with its deadlines and action link."""
    world = World(ledger=ledger, files=Files(folder / "files"), now=now)
    world.ticket_id = world.insert(_ticket(now))
    world.contact_id = world.insert(Contact(channel="fake", created_at=now))
    world.insert(Identity(contact_id=world.contact_id, channel="fake", value="warga-77", name="Nama Pelapor"))
    world.conversation_id = world.insert(
        Conversation(channel="fake", account="desk", contact_id=world.contact_id, last_inbound_at=now)
    )
    world.insert(
        TicketReporter(
            ticket_id=world.ticket_id,
            contact_id=world.contact_id,
            conversation_id=world.conversation_id,
            role="reporter",
        )
    )
    world.insert(
        Message(
            uuid=uuid7(now),
            direction="in",
            channel="fake",
            account="desk",
            external_id="in-1",
            ticket_id=world.ticket_id,
            conversation_id=world.conversation_id,
            text=WORDS,
            sent_at=now,
            received_at=now,
        )
    )
    world.disposition_id = world.insert(
        Disposition(
            ticket_id=world.ticket_id,
            opd="DISHUB",
            supporting=["DLH"],
            because="Penerangan jalan adalah urusan Dinas Perhubungan.",
            candidates=["DISHUB", "PLN", "DLH"],
            actor="rules",
            at=now,
        )
    )
    world.insert(
        ActionLink(
            uuid=LINK,
            ticket_id=world.ticket_id,
            disposition_id=world.disposition_id,
            opd="DISHUB",
            expires_at=now + timedelta(days=7),
        )
    )
    world.promise("first_response", 7)
    world.promise("resolve", 14)
    return world


def track(world: World) -> str:
    with world.ledger.reading() as tx:
        token = tx.run("select token from ticket where id = :id", id=world.ticket_id)[0][0]
    return f"https://sapa.example.id/lacak/SMP-2611-0042?k={token}"


def busy(world: World, text: str = "Sudah kami periksa.") -> dict[str, Any]:
    """Everything a notice might quote, and the `data` that points to it."""
    world.photo(1)
    data = {"letter": "500/12/2026", "outcome": "fixed"}
    event = world.event("answered", text, opd="DISHUB", data=data)
    for step in ("verify", "confirm", "complete"):
        world.promise(step, 10)
    world.change(Ticket, world.ticket_id, urgent=True, outcome="fixed", owner="PLN", refusals=2)
    return {"event_id": event, "disposition_id": world.disposition_id, "agenda_id": world.agenda()}
