"""Checks between the keys of the telephone door: what it needs once it is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from sapa.settings.problems import Path, opened

_PHONE = ("channels", "phone")
_TWILIO = ("channels", "twilio")


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path, what is missing) of an open telephone door."""
    if (door := opened(data, "phone")) is None:
        return
    if not data["channels"].get("twilio"):
        yield _PHONE, "telepon memerlukan bagian channels.twilio"
    number = door.get("number")
    if number is None:
        yield _PHONE, "number wajib diisi bila telepon dibuka"
    elif isinstance(number, str) and not number.startswith("+"):
        yield (*_PHONE, "number"), 'harus dimulai dengan kode negara, misalnya "+62321…"'
    audio = door.get("greeting_audio")
    if isinstance(audio, str) and not audio.startswith("https://"):
        yield (*_PHONE, "greeting_audio"), "harus dimulai dengan https:// supaya Twilio dapat memutarnya"


def secrets(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of the secrets an open telephone door needs."""
    if opened(data, "phone") is not None:
        yield from ((*_TWILIO, name) for name in ("auth_token", "webhook_key"))
