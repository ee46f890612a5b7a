"""Doors of the demo city: they read as the real ones do, and send into a folder."""

import hashlib
from pathlib import Path

from channels.base import Parsed, Payload, Traits
from channels.message import OutboundMessage, Receipt
from channels.telegram import TelegramDoor


class FolderDoor:
    """A real door's reading; its sending writes files. It has no way to a provider."""

    def __init__(self, door: TelegramDoor, account: str, folder: Path) -> None:
        self.name: str = door.name
        self.traits: Traits = door.traits
        self.account = account
        self._door = door
        self._folder = folder

    def parse(self, payload: Payload) -> Parsed:
        """As the real door."""
        return self._door.parse(payload)

    async def send(self, message: OutboundMessage) -> Receipt:
        """One file for each message, by its key."""
        name = hashlib.sha256(message.key.encode()).hexdigest()[:24]
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{name}.txt").write_text(message.text, encoding="utf-8")
        return Receipt(external_id=name)
