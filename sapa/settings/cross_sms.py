"""Checks between the keys of the SMS door: what the chosen provider needs, once the door is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from sapa.settings.problems import Path

_SMS = ("channels", "sms")
_GATEWAY = (*_SMS, "gateway")
_TWILIO = ("channels", "twilio")
_PROOF = (
    "isi secret dengan secret_header atau secret_query, atau signature_key dengan signature_header;"
    " tanpa itu siapa pun dapat mengirim"
)


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path, what is missing) of an open SMS door; paths are of what is written."""
    sms = _at(data, _SMS)
    if sms.get("enabled") is not True:
        return
    if sms.get("provider") == "twilio":
        yield from _twilio(data, sms)
    elif sms.get("provider") == "gateway":
        yield from _gateway(data)
    elif sms.get("provider") is None:
        yield _SMS, "provider wajib diisi bila SMS dibuka: twilio atau gateway"


def secrets(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of the secrets an open SMS door needs."""
    sms = _at(data, _SMS)
    if sms.get("enabled") is not True:
        return
    if sms.get("provider") == "twilio":
        yield from ((*_TWILIO, name) for name in ("auth_token", "webhook_key"))
    if sms.get("provider") == "gateway":
        yield from ((*_GATEWAY, name) for name in ("secret", "signature_key"))
        for part in ("extra", "headers"):
            at = (*_GATEWAY, "outbound", part)
            yield from ((*at, name) for name in _at(data, at))


def _twilio(data: Mapping[str, Any], sms: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    if not _at(data, _TWILIO):
        yield _SMS, "provider twilio memerlukan bagian channels.twilio"
    if (sms.get("number") is None) == (sms.get("messaging_service") is None):
        yield _SMS, "isi salah satu: number atau messaging_service"


def _gateway(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    gateway = _at(data, _GATEWAY)
    if not gateway:
        yield _SMS, "provider gateway memerlukan bagian gateway"
        return
    by_secret = gateway.get("secret") and (gateway.get("secret_header") or gateway.get("secret_query"))
    by_signature = gateway.get("signature_key") and gateway.get("signature_header")
    if not by_secret and not by_signature:
        yield _GATEWAY, _PROOF
    inbound = _at(data, (*_GATEWAY, "inbound"))
    if not inbound.get("id") and not inbound.get("time"):
        yield _GATEWAY, "inbound: isi id atau time; tanpa itu SMS yang sama dua kali tidak dapat dibedakan"
    if (inbound.get("part") is None) != (inbound.get("parts") is None):
        yield _GATEWAY, "inbound: part dan parts harus diisi keduanya, atau dikosongkan keduanya"
    outbound = _at(data, (*_GATEWAY, "outbound"))
    if outbound.get("success") and not outbound.get("success_words"):
        yield _GATEWAY, "outbound: success memerlukan success_words"


def _at(data: object, path: tuple[str, ...]) -> Mapping[str, Any]:
    """The mapping at a path, an empty one where there is none."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}
