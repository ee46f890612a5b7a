"""An office over a real ledger, and what its tests do over and over."""

import asyncio
import functools
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from full_disk import FullDisk
from PIL import Image
from sqlmodel import col, select
from starlette.testclient import TestClient

from channels.base import Accepted, Parsed, Payload, Traits, Unavailable
from channels.fake import FakeDoor
from channels.lapor import LaporDoor
from channels.walkin import WalkinDoor
from channels.web import WebDoor
from notifier import notices
from notifier.links import entry_url, sign, verify
from router.book import Owner, SensitiveCategory
from router.place import Area, Gazetteer
from router.rules import BookSource, compile_book
from sapa.agenda import week
from sapa.agenda.rules import AgendaRules
from sapa.desk import entries, lapor
from sapa.desk.actor import Actor, Done
from sapa.desk.city import CannedAnswer, City, Line, OpdInfo
from sapa.desk.deadline import Calendar, SlaRow, SlaTable
from sapa.desk.importing import Importing
from sapa.desk.intake import Intake
from sapa.desk.passwords import Passwords
from sapa.desk.spool import Spool
from sapa.web.action import page_token
from sapa.web.app import create_app
from sapa.web.office import Brand, Office
from store import arrivals, books, chats, contacts, detours, officers, outages, outbox, tickets
from store.db import Ledger, Tx
from store.files import Files
from store.tables import ActionLink, AttachmentRow, Message, OfficeChat, Officer, OfficerLink, Ticket

SECRET = b"w" * 32
PASSWORD = "kopi-susu-pagi-hari"
TZ = ZoneInfo("Asia/Jakarta")
OPDS = {
    "DISHUB": "Dinas Perhubungan",
    "DLH": "Dinas Lingkungan Hidup",
    "INSPEKTORAT": "Inspektorat",
    "DISKOMINFO": "Dinas Komunikasi dan Informatika",
}
RULES = (
    {
        "id": "lampu",
        "when": {"words": ["lampu jalan", "PJU"]},
        "assign": "DISHUB",
        "because": "Penerangan jalan umum adalah urusan Dinas Perhubungan.",
        "examples": ["Lampu jalan mati", "PJU padam"],
    },
    {
        "id": "sampah",
        "when": {"words": ["sampah"]},
        "assign": "DLH",
        "because": "Sampah adalah urusan Dinas Lingkungan Hidup.",
        "examples": ["Sampah menumpuk", "uwuh numpuk"],
    },
    {
        "id": "pungli",
        "when": {"words": ["pungli", "dimintai uang"]},
        "type": "oversight",
        "assign": "INSPEKTORAT",
        "because": "Dugaan pungutan liar diperiksa Inspektorat.",
        "examples": ["Ada pungli", "Saya dimintai uang"],
    },
)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> None:
        self.now += timedelta(**spans)


class Bell:
    """A relay that only hears that it was woken."""

    def __init__(self) -> None:
        self.rung = 0

    def wake(self) -> None:
        self.rung += 1


class Down:
    """An intake that can keep nothing now; or (`parks`) keeps raw what it cannot read."""

    def __init__(self, *, parks: bool = False) -> None:
        self.parks = parks

    async def deliver(self, payload: Payload, parse: Callable[[], Parsed]) -> Sequence[Accepted]:
        parse()
        if self.parks:
            return [Accepted(external_id="")]
        raise Unavailable("the ledger is down", retry_after=30)


@lru_cache(maxsize=8)
def make_city(public_url: str = "http://testserver") -> City:
    """Kota Contoh: three agencies that rules know, two kelurahan, one SLA table."""
    owners = {code: Owner(code=code, name=name) for code, name in OPDS.items()}
    owners["PLN"] = Owner(code="PLN", name="PLN", kind="external")
    book = compile_book(
        BookSource(
            rules=RULES,
            owners=owners,
            sensitive=[SensitiveCategory(id="kekerasan", name="Kekerasan", words=("dipukuli",))],
            urgent=["kesetrum"],
            kelurahan=["Meri", "Wates"],
            channels=["web", "fake"],
        )
    )
    since = date(2026, 1, 1)
    days = {"verify": 3, "first_response": 5, "resolve": 14, "confirm": 10, "complete": 10}
    rows = [
        SlaRow(step=step, number=number, unit="hari_kerja", valid_from=since) for step, number in days.items()
    ]
    opds = {
        code: OpdInfo(code=code, name=name, email=f"{code.lower()}@example.id") for code, name in OPDS.items()
    }
    return City(
        brand="Sapa Warga",
        programme="Atasi Keluhan",
        prefix="SMP",
        tz=TZ,
        public_url=public_url,
        book=book,
        gazetteer=Gazetteer(
            (
                Area(kelurahan="Meri", kecamatan="Kranggan", points=((-7.481, 112.4475),)),
                Area(kelurahan="Wates", kecamatan="Magersari", points=((-7.455, 112.4499),)),
            )
        ),
        sla=SlaTable("sla", tuple(rows)),
        calendar=Calendar("days", frozenset(), TZ),
        opds={**opds, "PLN": OpdInfo(code="PLN", name="PLN", kind="external")},
        channels={
            "web": WebDoor.traits,
            "fake": Traits(burst=True),
            "walkin": WalkinDoor.traits,
            "lapor": LaporDoor.traits,
        },
        other_route={"INSPEKTORAT": "DISKOMINFO"},
        channel_names={"web": "Situs web", "email": "Surel", "fake": "Obrolan", "walkin": "Loket"},
        tagline="Kami dengarkan.",
        answers=(
            CannedAnswer(id="minta-foto", title="Minta foto", text="Mohon kirimkan foto.", acts=("ask",)),
            CannedAnswer(id="bersih", title="Sampah diangkut", text="Beres.", acts=("ask",), opds=("DLH",)),
        ),
        lines={
            "web": Line(name="Situs web", open=True),
            "fake": Line(name="Obrolan", address="@sapa", open=True, silent_after=8),
            "email": Line(name="Surel", address="lapor@example.id", open=True),
            "lapor": Line(name="LAPOR!", opens_with="Akun admin LAPOR!."),
        },
    )


BRAND = Brand(
    city="Kota Contoh",
    agency="Dinas Kominfo",
    urgent=(("Darurat umum", "112"), ("Ambulans", "119")),
    desk="Meja Pengaduan, Jl. Contoh 1",
)


@dataclass(kw_only=True)
class Desk:
    """An office with a front door: what tests hold."""

    office: Office
    clock: Clock
    door: FakeDoor
    bell: Bell
    client: TestClient

    def browser(self, **options: Any) -> TestClient:
        """Another visitor: no cookies of the first."""
        return TestClient(self.client.app, **{"follow_redirects": False, **options})

    def send(self, text: str = "Lampu jalan mati di depan pasar", **fields: Any) -> tuple[str, str]:
        """Complain by the JSON twin; returns ref and token."""
        answer = self.client.post("/api/v1/tickets", json={"text": text, **fields})
        assert answer.status_code == 201, answer.text
        url = answer.json()["url"]
        return answer.json()["ref"], url.partition("k=")[2]

    def complain(self, text: str) -> str:
        """Complain by the form's twin in a thread of its own (where a browser's loop runs); the ref."""
        self.client = self.client or TestClient(create_app(self.office), follow_redirects=False)
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(self.send, text).result()[0]

    def taken_down(self, text: str, officer_id: int, **fields: Any) -> str:
        """What an officer took down at the counter (in a thread of its own); returns the ref."""
        form = {"text": text, "source": "counter", "key": f"catatan-{self.count('message'):04d}"} | fields
        payload = Payload(
            channel="walkin",
            account="walkin",
            body=json.dumps({**form, "officer": officer_id}).encode(),
            media_type="application/json",
            received_at=self.clock.now,
            delivery_id=str(form["key"]),
        )
        door = self.office.doors["walkin"]
        assert isinstance(door, WalkinDoor)
        deliver = self.office.intake.deliver(payload, partial(door.parse, payload))
        (accepted,) = asyncio.run(deliver)  # type: ignore[arg-type]
        return str(accepted.ref)

    def link(self, ref: str) -> str:
        """The newest action link's token of a ticket."""
        with self.office.ledger.reading() as tx:
            rows = tx.session.exec(
                select(ActionLink)
                .join(Ticket)
                .where(Ticket.ref == ref)
                .order_by(col(ActionLink.disposition_id), col(ActionLink.expires_at))
            ).all()
        return sign(SECRET, rows[-1].uuid)

    def page_token(self, token: str) -> str:
        """What the forms of an action page carry."""
        uuid = verify(SECRET, token)
        assert uuid is not None
        return page_token(self.office, uuid)

    def pictures(self, ref: str) -> list[AttachmentRow]:
        """The files of a ticket."""
        with self.office.ledger.reading() as tx:
            found = select(AttachmentRow).join(Message).join(Ticket).where(Ticket.ref == ref)
            return list(tx.session.exec(found.order_by(col(AttachmentRow.id))).all())

    def hire(self, login: str, role: str, opd: str = "", *, first: bool = False) -> None:
        """A new officer; `first`: still with the one-time password."""
        row = {
            "login": login,
            "name": login.title(),
            "role": role,
            "opd": opd,
            "password_hash": self.office.passwords.hash(PASSWORD),
            "must_change": first,
            "created_at": self.clock.now,
        }
        self.office.ledger.write(lambda tx: officers.add(tx, Officer(**row)))

    def officer(self, login: str, role: str, opd: str = "", *, first: bool = False) -> TestClient:
        """A browser in which a new officer is signed in."""
        self.hire(login, role, opd, first=first)
        browser = self.browser()
        answer = browser.post("/petugas/masuk", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    def add_officer(self, login: str, role: str, opd: str = "") -> int:
        """Somebody who is not signed in; returns the id."""
        row = Officer(
            login=login,
            name=login.title(),
            role=role,
            opd=opd,
            password_hash=self.office.passwords.hash(PASSWORD),
            created_at=self.clock.now,
        )
        return self.office.ledger.write(
            lambda tx: officers.add(tx, Officer(**row.model_dump(exclude={"id"})))
        )

    def invited(self, login: str, opd: str) -> str:
        """An invitation; returns its link's token."""
        office, now = self.office, self.clock.now
        by = Actor(kind="officer", role="administrator")
        who = {"login": login, "name": login.title(), "email": f"{login}@example.id", "role": "opd"}
        office.ledger.write(lambda tx: entries.invite(tx, by, **who, opd=opd, now=now, city=office.city()))
        return self.entry(login)

    def entry(self, login: str) -> str:
        """The token of the newest link mailed to an officer."""
        found = select(OfficerLink).join(Officer).where(Officer.login == login)
        with self.office.ledger.reading() as tx:
            uuid = tx.session.exec(found.order_by(col(OfficerLink.expires_at).desc())).all()[0].uuid
        return entry_url("", SECRET, uuid).rpartition("/")[2]

    def parked(self, body: bytes = b"not a list", channel: str = "fake") -> int:
        """A payload nobody could read; returns its id."""
        payload = Payload(
            channel=channel,
            account=channel,
            body=body,
            media_type="application/json",
            received_at=self.clock.now,
            delivery_id=hashlib.sha256(body).hexdigest(),
        )
        asyncio.run(self.office.intake.deliver(payload, lambda: self.door.parse(payload)))
        with self.office.ledger.reading() as tx:
            return arrivals.parked(tx)[0].id

    def lapor(self, *texts: str, state: str = "preview") -> int:
        """An export of LAPOR! with these reports; returns the import's id."""
        lines = [f"L{number};{text};Proses;23/11/2026 08:15" for number, text in enumerate(texts, 1)]
        content = "\n".join(["Tracking ID;Isi Laporan;Status;Tanggal Laporan", *lines, ""]).encode()
        office, now = self.office, self.clock.now
        found = lapor.survey(office.ledger, office.doors["lapor"], content, now)  # type: ignore[arg-type]
        how = {"name": "ekspor.csv", "came": "console", "officer_id": None, "state": state, "now": now}
        return lapor.keep(office.ledger, office.files, found, content, **how)  # type: ignore[arg-type]

    def take_in(self) -> None:
        """Every import that runs, to its end (in a thread of its own, as a process does beside the pages)."""
        office = self.office
        importing = Importing(
            ledger=office.ledger,
            files=office.files,
            door=office.doors["lapor"],  # type: ignore[arg-type]
            deliver=office.intake.deliver,
            clock=self.clock,
        )
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, importing.look()).result()

    def linked_group(self, opd: str, value: str = "-100200") -> int:
        """A group of the agency is linked; returns the link's id."""
        officer = self.add_officer("penaut", "head", opd)
        now = self.clock.now

        def act(tx: Tx) -> int:
            contact = contacts.add_contact(tx, "telegram", value, "", now)
            row = OfficeChat(
                kind="group",
                channel="telegram",
                contact_id=contact,
                officer_id=officer,
                opd=opd,
                title="Piket",
                since=now,
                chatter=2,
            )
            chats.link(tx, row)
            return row.id or 0

        return self.office.ledger.write(act)

    def away(self, ref: str, state: str = "refused", reason: str = "Berkas sudah tidak ada.") -> None:
        """The files of a ticket are not here: in this state, for this reason, tried once."""
        message = self.pictures(ref)[0].message_id
        self.office.ledger.write(
            lambda tx: tx.run(
                "UPDATE attachment SET blob = NULL, served = NULL, state = :state, reason = :reason,"
                " remote = 'pegangan-rahasia', asked_at = :now, next_at = :now, tries = 1"
                " WHERE message_id = :message",
                state=state,
                reason=reason,
                now=self.clock.now,
                message=message,
            )
        )

    def dead(self, ref: str) -> int:
        """The notices of a ticket could not be sent; returns one of them."""
        ticket_id = self.ticket(ref).id
        with self.office.ledger.reading() as tx:
            row_id = outbox.of_ticket(tx, ticket_id or 0)[0].id
        self.office.ledger.write(
            lambda tx: tx.run(
                "UPDATE outbox SET state = 'dead', error = 'Kotak surat penuh', tries = 5"
                " WHERE ticket_id = :ticket",
                ticket=ticket_id,
            )
        )
        return row_id or 0

    def down(self, channel: str) -> int:
        """A channel was declared down; returns the outage's id."""
        now, by = self.clock.now, self.add_officer("yang.menyatakan", "coordinator")
        id = self.office.ledger.write(
            lambda tx: outages.declare(tx, channel, "Nomor diblokir.", None, key=f"{now}", by=by, now=now)
        )
        self.office.outages.look(self.office.ledger)
        return id or 0

    def to_call(self, ref: str) -> int:
        """The reporter of a ticket gave a telephone number and has to be called; returns the notice's id."""
        now, ticket_id = self.clock.now, self.ticket(ref).id or 0

        def act(tx: Tx) -> int:
            contact, conversation = contacts.reporter_of(tx, ticket_id) or (0, 0)
            number = contacts.find_contact(tx, "phone", "081200000000") or contacts.add_contact(
                tx, "phone", "081200000000", "Sami", now
            )
            tx.run(
                "UPDATE conversation SET also_contact_id = :number WHERE id = :id",
                number=number,
                id=conversation,
            )
            notices.tell(
                tx,
                "accepted",
                notices.reporter(contact, "fake"),
                key=f"call:{ticket_id}:{now}",
                now=now,
                ticket_id=ticket_id,
            )
            row_id = int(tx.run("SELECT max(id) FROM outbox")[0][0])
            detours.to_call(tx, row_id, {"was": contact, "why": "outage"}, "")
            return row_id

        return self.office.ledger.write(act)

    @functools.cached_property
    def disk(self) -> FullDisk:
        """The disk the ledger lies on."""
        return FullDisk(self.office.ledger)

    def make_room(self) -> None:
        """The ledger can be written again, and what was set aside comes in; nobody does it by hand."""
        self.disk.make_room()
        assert isinstance(self.office.intake, Intake)
        asyncio.run(self.office.intake.drain())

    def planned(self) -> str:
        """The draft of the next visit; returns its week."""
        office = self.office
        week.draft(office.ledger, office.city(), office.agenda(), self.clock.now, "2026-W48")
        return "2026-W48"

    def csrf(self, browser: TestClient) -> str:
        """The token that this browser's forms carry."""
        html = browser.get("/petugas/sandi").text
        found = re.search(r'name="csrf" value="([^"]+)"', html)
        assert found
        return found[1]

    def do(self, act: Callable[..., Done], ref: str, by: Actor, **what: Any) -> Done:
        """One act of the desk on a ticket."""
        ticket = self.ticket(ref)
        common = {"version": ticket.version, "now": self.clock.now, "city": self.office.city()}
        key = f"{ref}-{ticket.version}-{act.__name__}"
        return self.office.ledger.write(lambda tx: act(tx, ticket.id, by, key=key, **common, **what))

    def ticket(self, ref: str) -> Ticket:
        with self.office.ledger.reading() as tx:
            found = tickets.by_ref(tx, ref)
        assert found is not None
        return found

    def count(self, table: str) -> int:
        with self.office.ledger.reading() as tx:
            return int(tx.run(f"SELECT count(*) FROM {table}")[0][0])


def make_office(ledger: Ledger, tmp_path: Path, clock: Clock, **changes: Any) -> Office:
    """An office over `ledger`; `changes` replace its parts."""
    city = changes.pop("built_city", None) or make_city()
    for kind, digest in city.books.items():
        ledger.write(partial(books.activate, kind=kind, digest=digest, yaml="", now=clock.now))
    files = Files(tmp_path / "files")
    doors = {
        "web": WebDoor(),
        "fake": FakeDoor(secret="hook-secret"),
        "walkin": WalkinDoor(),
        "lapor": LaporDoor(),
    }
    intake = Intake(
        ledger=ledger, files=files, spool=Spool(tmp_path / "spool"), doors=doors, city=lambda: city
    )
    office = Office(
        ledger=ledger,
        city=lambda: city,
        files=files,
        intake=intake,
        relay=Bell(),
        doors=doors,
        secret=SECRET,
        clock=clock,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        agenda=lambda: AgendaRules(start_name="Balai Kota", start_lat=-7.47, start_lon=112.44),
        brand=lambda: BRAND,
    )
    return replace(office, **changes)


def photo(size: tuple[int, int] = (64, 48), kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new(mode, size, (20, 120, 90) if mode == "RGB" else 0).save(out, kind)
    return out.getvalue()
