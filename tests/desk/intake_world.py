"""A small city with a chat door, for tests of intake."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from channels.base import Accepted, Payload, Traits
from channels.email import EmailDoor, EmailSettings
from channels.fake import FakeDoor
from channels.web import WebDoor
from router.book import BookSource, Owner, SensitiveCategory
from router.place import Area, Gazetteer
from router.rules import compile_book
from sapa.desk.city import City, OpdInfo
from sapa.desk.deadline import Calendar, SlaRow, SlaTable
from sapa.desk.intake import Intake
from sapa.desk.spool import Spool
from store import books
from store.db import Ledger
from store.files import Files

TZ = ZoneInfo("Asia/Jakarta")
OPDS = {
    "DISHUB": "Dinas Perhubungan",
    "DLH": "Dinas Lingkungan Hidup",
    "INSPEKTORAT": "Inspektorat",
    "SETDA": "Sekretariat Daerah",
}


def rule(id_: str, opd: str, words: Sequence[str], because: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "when": {"words": list(words)},
        "assign": opd,
        "because": because,
        "examples": [f"{words[0]} rusak", f"ada {words[0]}"],
        **more,
    }


RULES = [
    rule("lampu", "DISHUB", ["lampu jalan", "PJU"], "Penerangan jalan adalah urusan Dinas Perhubungan."),
    rule("sampah", "DLH", ["tumpukan sampah", "sampah"], "Sampah adalah urusan Dinas Lingkungan Hidup."),
    rule("pungli", "INSPEKTORAT", ["pungli"], "Pungutan liar diperiksa Inspektorat.", type="oversight"),
]


def make_city(**more: Any) -> City:
    owners = {code: Owner(code=code, name=name, aliases=(code.lower(),)) for code, name in OPDS.items()}
    owners["PLN"] = Owner(code="PLN", name="PLN", kind="external", aliases=("pln",))
    since = date(2026, 1, 1)
    steps = {"verify": 3, "first_response": 5, "resolve": 14, "confirm": 10, "complete": 10}
    return City(
        brand="Sapa",
        programme="Atasi Keluhan",
        prefix="SMP",
        tz=TZ,
        public_url="http://sapa.example",
        book=compile_book(
            BookSource(
                rules=RULES,
                owners=owners,
                sensitive=[SensitiveCategory(id="kekerasan", name="Kekerasan", words=("dipukuli",))],
                urgent=["kesetrum"],
                kelurahan=["Meri", "Wates"],
                channels=["web", "email", "fake"],
            )
        ),
        gazetteer=Gazetteer(
            (
                Area(kelurahan="Meri", kecamatan="Kranggan", points=((-7.481, 112.4475),)),
                Area(kelurahan="Wates", kecamatan="Magersari", points=((-7.455, 112.4499),)),
            )
        ),
        sla=SlaTable(
            "sla-1",
            tuple(
                SlaRow(step=step, number=number, unit="hari_kerja", valid_from=since)
                for step, number in steps.items()
            ),
        ),
        calendar=Calendar("calendar-1", frozenset(), TZ),
        opds={code: OpdInfo(code=code, name=name) for code, name in OPDS.items()},
        channels={"fake": Traits(burst=True), "web": WebDoor.traits, "email": EmailDoor.traits},
        other_route={"INSPEKTORAT": "SETDA"},
        **more,
    )


def chat(id_: str, text: str = "", who: str = "08123", **more: Any) -> dict[str, Any]:
    """One chat message as the fake door reads it."""
    return {"id": id_, "from": who, "text": text, **more}


class World:
    """Intake over a real ledger: `say` brings chat messages, `rows` looks at what became of them."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        self.ledger = ledger
        self.city = make_city()
        self.now = now
        self.files = Files(folder / "files")
        self.spool = Spool(folder / "spool")
        self.door = FakeDoor()
        self.mail = EmailDoor(
            EmailSettings(
                address="lapor@kota.example", drop_dir=folder / "mail", trusted=("mx.kota.example",)
            ),
            lambda: self.now,
        )
        self.web = WebDoor()
        self.intake = self.an_intake(ledger)
        ledger.write(
            lambda tx: [
                books.activate(tx, "rules", self.city.book.digest, "-", now),
                books.activate(tx, "sla", "sla-1", "-", now),
                books.activate(tx, "calendar", "calendar-1", "-", now),
            ]
        )

    def an_intake(self, ledger: Ledger) -> Intake:
        return Intake(
            ledger=ledger,
            files=self.files,
            spool=self.spool,
            doors={"fake": self.door, "web": self.web, "email": self.mail},
            city=lambda: self.city,
        )

    def say(self, *messages: dict[str, Any], delivery: str = "") -> Sequence[Accepted]:
        """Deliver chat messages as one payload."""
        return self.deliver(self.payload("fake", json.dumps(messages).encode(), delivery=delivery))

    def form(self, key: str, **fields: Any) -> Sequence[Accepted]:
        """Deliver the web form's JSON twin."""
        body = json.dumps({"key": key, **fields}).encode()
        return self.deliver(self.payload("web", body, delivery=key))

    def post(self, raw: bytes) -> Sequence[Accepted]:
        """Deliver a mail."""
        return self.deliver(self.payload("email", raw, media_type="message/rfc822"))

    def payload(
        self, channel: str, body: bytes, *, delivery: str = "", media_type: str = "application/json"
    ) -> Payload:
        account = {"fake": "fake", "web": "web", "email": "lapor@kota.example"}[channel]
        return Payload(
            channel=channel,
            account=account,
            body=body,
            media_type=media_type,
            received_at=self.now,
            delivery_id=delivery,
        )

    def deliver(self, payload: Payload, parse: Callable[[], Any] | None = None) -> Sequence[Accepted]:
        door = {"fake": self.door, "web": self.web, "email": self.mail}[payload.channel]
        return asyncio.run(self.intake.deliver(payload, parse or (lambda: door.parse(payload))))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        with self.ledger.reading() as tx:
            return tx.run(sql, **params)

    def tickets(self) -> list[tuple[Any, ...]]:
        """(ref, status, opd) of every ticket that is not merged, oldest first."""
        return self.rows("SELECT ref, status, opd FROM ticket WHERE status <> 'merged' ORDER BY id")

    def told(self) -> list[tuple[Any, ...]]:
        """(notice, lane) of everything that is to be told."""
        return self.rows("SELECT notice, lane FROM outbox WHERE state = 'pending' ORDER BY id")
