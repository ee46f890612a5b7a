"""Checks between the keys of the WhatsApp door: what it needs once it is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from sapa.settings.problems import Path, opened

_WHATSAPP = ("channels", "whatsapp")
_TWILIO = ("channels", "twilio")


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path, what is missing) of an open WhatsApp door."""
    if (door := opened(data, "whatsapp")) is None:
        return
    if not data["channels"].get("twilio"):
        yield _WHATSAPP, "WhatsApp memerlukan bagian channels.twilio"
    number, service = door.get("number"), door.get("messaging_service")
    if (number is None) == (service is None):
        yield _WHATSAPP, "isi salah satu: number atau messaging_service"
    if isinstance(number, str) and not number.startswith("+"):
        yield (*_WHATSAPP, "number"), 'harus dimulai dengan kode negara, misalnya "+62811…"'


def secrets(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of the secrets an open WhatsApp door needs."""
    if opened(data, "whatsapp") is not None:
        yield from ((*_TWILIO, name) for name in ("auth_token", "webhook_key"))
