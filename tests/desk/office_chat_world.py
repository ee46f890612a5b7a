"""Officers in chats: linked groups and accounts, buttons pressed, replies, and what the bot says."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from telegram_world import Chats

from channels.base import Accepted
from channels.message import OutboundMessage, Receipt
from notifier.letterhead import Letterhead
from notifier.relay import Relay
from notifier.render import Renderer
from sapa.desk import chats
from sapa.desk.actor import Actor
from sapa.desk.mask import mask
from store import officers
from store.db import Ledger, Tx
from store.tables import Officer

GROUP = -100777
BUDI, CICI, EKO, DESK, STRANGER = 501, 502, 503, 504, 599
PHOTO = [{"file_id": "BUKTI", "width": 10, "height": 10}]


class Room:
    """What sends for Telegram here: keeps what it was given, and names it as Telegram does."""

    account = "987654321"

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []

    async def send(self, message: OutboundMessage) -> Receipt:
        self.sent.append(message)
        if message.tap or message.under:
            return Receipt(external_id="")
        return Receipt(external_id=f"{message.to.value}:{9000 + len(self.sent)}")


class OfficeChats(Chats):
    """Budi and Cici of Dishub (Cici its head), Eko of DLH, and a coordinator; nobody is linked yet."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.room = Room()
        self.ids = {
            BUDI: self.hire("budi", "opd", "DISHUB"),
            CICI: self.hire("cici", "head", "DISHUB"),
            EKO: self.hire("eko", "opd", "DLH"),
            DESK: self.hire("dewi", "coordinator", ""),
        }

    def hire(self, login: str, role: str, opd: str) -> int:
        row = Officer(
            login=login,
            name=login.title(),
            role=role,
            opd=opd,
            password_hash="-",
            created_at=self.now,
        )
        return self.ledger.write(lambda tx: officers.add(tx, row))

    def actor(self, who: int) -> Actor:
        with self.ledger.reading() as tx:
            officer = officers.get(tx, self.ids[who])
        assert officer is not None
        return Actor(
            kind="officer", officer_id=officer.id, role=officer.role, opd=officer.opd, name=officer.name
        )

    def code(self, who: int, opd: str = "") -> str:
        by = self.actor(who)

        def act(tx: Tx) -> str:
            return chats.new_code(tx, by, opd=opd, now=self.now, city=self.city).code

        return self.ledger.write(act)

    def link(self, *people: int, group: int = 0) -> None:
        """Everybody's own account, and a group of Dishub."""
        for who in people:
            self.write(f"/tautkan {self.code(who)}", who=who)
        if group:
            self.write_in(group, f"/tautkan {self.code(CICI, 'DISHUB')}", who=CICI)

    def write_in(self, group: int, text: str = "", who: int = BUDI, **more: Any) -> Sequence[Accepted]:
        """A message in a group."""
        chat = {"id": group, "type": "supergroup", "title": "Piket Dishub"}
        writer = {"id": who, "is_bot": False, "first_name": "Orang"}
        return self.write(text, chat=chat, **{"from": writer}, **more)

    def press(self, data: str, under: str, who: int = BUDI, number: int = 0) -> None:
        """A button under the message of this external id."""
        chat, _, message = under.partition(":")
        kind = "private" if int(chat) > 0 else "supergroup"
        at = {"message_id": int(message), "date": 0, "chat": {"id": int(chat), "type": kind}}
        writer = {"id": who, "is_bot": False, "first_name": "Orang"}
        query = {"id": f"q{who}-{data}", "from": writer, "message": at, "chat_instance": "1", "data": data}
        self.update({"callback_query": query}, number)

    def reply(
        self, to: str, text: str = "", who: int = BUDI, *, of: Any = 0, **more: Any
    ) -> Sequence[Accepted]:
        """An answer to the bot's message of this external id (or to one `of` somebody), in its chat."""
        chat, _, message = to.partition(":")
        writer = {"id": of or int(self.room.account), "is_bot": not of, "first_name": "Sapa"}
        more = {"reply_to_message": {"message_id": int(message), "from": writer}, **more}
        if int(chat) > 0:
            return self.write(text, who=who, **more)
        return self.write_in(int(chat), text, who=who, **more)

    def send(self) -> list[OutboundMessage]:
        """Everything that is due leaves; what went to chats of Telegram since the last time."""
        before = len(self.room.sent)
        head = Letterhead(
            brand="Sapa",
            city="Kota",
            public_url="https://sapa.example",
            tz=self.city.tz,
            secret=b"x" * 32,
            opd_names={code: info.name for code, info in self.city.opds.items()},
            opd_emails=dict.fromkeys(self.city.opds, "opd@kota.example"),
            diskominfo_email="meja@kota.example",
        )
        renderer = Renderer(lambda: head, self.files, mask)
        senders = {"telegram": self.room, "email": Room(), "fake": self.door}
        relay = Relay(self.ledger, senders, renderer, lambda: self.now, width=1)
        asyncio.run(relay.once())
        return self.room.sent[before:]

    def said(self) -> list[str]:
        """The texts that leave now."""
        return [message.text.strip() for message in self.send()]

    def external(self, notice: str, chat: int = GROUP) -> str:
        """The external id of the newest notice of this kind in a chat."""
        found = self.rows(
            f"SELECT external_id FROM outbox WHERE notice = '{notice}' AND external_id LIKE '{chat}:%'"
            " ORDER BY id DESC"
        )
        return str(found[0][0])

    def assigned(self, chat: int = GROUP, text: str = "Lampu jalan di Meri mati") -> tuple[str, str]:
        """A new report has reached the group: its ref, and the message with the buttons."""
        (accepted,) = self.write(text, who=1001)
        self.wait()
        self.send()
        return accepted.ref, self.external("chat_assigned", chat)

    def wait(self) -> None:
        """The burst is over."""
        from datetime import timedelta

        self.now += timedelta(minutes=11)

    def data(self, act: str, under: str) -> str:
        """What a button says."""
        (found,) = self.rows(f"SELECT id FROM outbox WHERE external_id = '{under}'")
        return f"{act}:{found[0]}"

    def status(self, ref: str) -> str:
        return str(self.rows(f"SELECT status FROM ticket WHERE ref = '{ref}'")[0][0])

    def history(self, kind: str) -> list[tuple[Any, ...]]:
        return self.rows(f"SELECT officer_id, opd, text FROM event WHERE kind = '{kind}' ORDER BY id")

    def arrival(self) -> tuple[Any, ...]:
        """State and reason of what came last."""
        return self.rows("SELECT state, reason FROM arrival ORDER BY id DESC")[0]

    def intake_with_bot(self) -> Any:
        """An intake that can read what Telegram sent again."""
        from sapa.desk.intake import Intake

        return Intake(
            ledger=self.ledger,
            files=self.files,
            spool=self.spool,
            doors={"telegram": self.bot},
            city=lambda: self.city,
        )
