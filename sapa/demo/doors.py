"""Doors of the demo city: they read as the real ones do, send into a folder, and fetch what code draws."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from channels.base import Answer, Parsed, Payload, Request, Traits, Undeliverable
from channels.fake import FakeDoor
from channels.message import OutboundMessage, Receipt
from channels.sms import SmsDoor
from channels.telegram import TelegramDoor
from channels.whatsapp import WhatsAppDoor
from sapa.demo.pictures import by_handle

#: A bot, numbers and an account nobody has.
BOT = "100000000"
WHATSAPP, SMS = "+6281200000001", "+6281200000002"
TWILIO = "AC" + "0" * 32
#: Everybody may know it: the demo is served to its own machine only.
SECRET = "kota-contoh-tanpa-rahasia"  # noqa: S105
#: Where nobody listens; nothing is ever sent there either.
_NOWHERE = "http://127.0.0.1:9"
#: What ails one channel of the demo, so that there is something to see.
TROUBLE = "Tanda masuk halaman kota sudah kedaluwarsa; perbarui di pengaturan Meta."
#: Numbers that end so are said to be unknown, so that there is something to call about.
_UNKNOWN = "13"


class _Real(Protocol):
    """What a real webhook door does without its provider."""

    account: str

    @property
    def traits(self) -> Traits: ...
    def verify(self, request: Request, now: datetime) -> Payload: ...
    def parse(self, payload: Payload) -> Parsed: ...


class _Replays(_Real, Protocol):
    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request | Payload: ...


class FolderDoor:
    """A real door's reading; its sending writes files. It has no way to a provider.

    `told` holds the receipt of the last message to an address; `trouble` what the channel's page shows.
    """

    def __init__(self, name: str, door: _Real, folder: Path, trouble: str = "") -> None:
        self.name = name
        self.traits: Traits = door.traits
        self.account = door.account
        self.told: dict[str, str] = {}
        self.trouble = trouble
        self._door = door
        self._folder = folder

    def parse(self, payload: Payload) -> Parsed:
        """As the real door."""
        return self._door.parse(payload)

    async def send(self, message: OutboundMessage) -> Receipt:
        """One file for each message, by its key; the receipt is named as Telegram names messages."""
        if message.to.value.endswith(_UNKNOWN):
            raise Undeliverable("Nomor contoh ini sengaja tidak dapat dikirimi.")
        digest = hashlib.sha256(message.key.encode()).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        said = f"Kepada: {message.to.value}\n\n{message.text}\n"
        (self._folder / f"{digest[:24]}.txt").write_text(said, encoding="utf-8")
        self.told[message.to.value] = f"{message.to.value}:{int(digest[:12], 16)}"
        return Receipt(external_id=self.told[message.to.value])

    async def fetch(self, remote: str, limit: int) -> bytes:
        """What code draws for a handle; one that names no drawing is gone, as files at providers are."""
        content = by_handle(remote)
        if content is None or len(content) > limit:
            raise Undeliverable("Berkas sudah tidak ada pada penyedia.")
        return content


class HookedFolderDoor(FolderDoor):
    """One that takes deliveries at /hooks/NAME, signed with the demo's own secret."""

    def __init__(self, name: str, door: _Replays, folder: Path) -> None:
        super().__init__(name, door, folder)
        self._hooked = door
        self.answer: Answer | None = getattr(door, "answer", None)

    def verify(self, request: Request, now: datetime) -> Payload:
        """As the real door."""
        return self._hooked.verify(request, now)

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request | Payload:
        """As the real door: what its provider would send."""
        return self._hooked.replay(fields, url, now)


def doors(where: Path, public_url: str, clock: Callable[[], datetime]) -> dict[str, FolderDoor]:
    """The doors whose providers the demo does without, by channel; what they send lies in `where`."""
    twilio = {"account_sid": TWILIO, "auth_token": SECRET, "api_url": _NOWHERE}
    gateway = {
        "secret": SECRET,
        "secret_header": "X-Gateway-Secret",
        "inbound": {"id": "id", "part": "part", "parts": "parts", "group": "group"},
        "outbound": {"url": _NOWHERE},
    }
    telegram = {
        "token": f"{BOT}:{SECRET}",
        "mode": "webhook",
        "webhook_secret": SECRET,
        "api_url": _NOWHERE,
        "public_url": public_url,
    }
    real: dict[str, _Replays] = {
        "telegram": TelegramDoor.build(telegram, clock),
        "whatsapp": WhatsAppDoor.build({"number": WHATSAPP, "twilio": twilio}, clock),
        "sms": SmsDoor.build({"provider": "gateway", "number": SMS, "gateway": gateway}, clock),
    }
    found: dict[str, FolderDoor] = {
        name: HookedFolderDoor(name, door, where / f"outbox-{name}") for name, door in real.items()
    }
    found["social"] = FolderDoor("social", FakeDoor(account="social"), where / "outbox-social", TROUBLE)
    return found
