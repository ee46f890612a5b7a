"""Intake behind the real Telegram door: updates in, tickets and notices out."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from counterparts.telegram import TOKEN
from intake_world import World

from channels.base import Accepted, Payload
from channels.telegram import TelegramDoor, TelegramSettings
from store.db import Ledger


class Chats(World):
    """`write` brings one message of a private chat, `update` any update."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.bot = TelegramDoor(TelegramSettings(token=TOKEN), lambda: self.now)
        self.city = replace(self.city, channels={**self.city.channels, "telegram": TelegramDoor.traits})
        self._numbers: Iterator[int] = itertools.count(1)

    def write(self, text: str = "", who: int = 1001, number: int = 0, **more: Any) -> Sequence[Accepted]:
        kind = "edited_message" if "edit_date" in more else "message"
        chat = {"id": who, "type": "private", "first_name": "Sri"}
        told = {"message_id": number or next(self._numbers), "date": int(self.now.timestamp()), "chat": chat}
        return self.update({kind: told | ({"text": text} if text else {}) | more})

    def update(self, told: dict[str, Any], number: int = 0) -> Sequence[Accepted]:
        body = {"update_id": number or 1000 + next(self._numbers), **told}
        return self.bring(json.dumps(body).encode(), str(body["update_id"]))

    def bring(self, body: bytes, delivery: str) -> Sequence[Accepted]:
        payload = Payload(
            channel="telegram",
            account=self.bot.account,
            body=body,
            media_type="application/json",
            received_at=self.now,
            delivery_id=delivery,
        )
        return asyncio.run(self.intake.deliver(payload, partial(self.bot.parse, payload)))

    def asked(self) -> list[tuple[Any, ...]]:
        """(notice, ticket) of the answers to questions, oldest first."""
        kinds = "notice IN ('help', 'status', 'status_none', 'status_list')"
        return self.rows(
            "SELECT notice, ref FROM outbox LEFT JOIN ticket ON ticket.id = ticket_id"
            f" WHERE {kinds} ORDER BY outbox.id"
        )
