"""The addresses that notices carry, and the signature of an action link."""

import base64
import binascii
import hashlib
import hmac
from urllib.parse import quote
from uuid import UUID

_PURPOSE = b"sapa action link\0"
_ENTRY = b"sapa officer link\0"


def sign(secret: bytes, uuid: UUID, purpose: bytes = _PURPOSE) -> str:
    """The token of an action link: 64 characters, safe in a URL, HMAC-SHA256 over the link's id."""
    return base64.urlsafe_b64encode(uuid.bytes + _mac(secret, uuid, purpose)).decode()


def verify(secret: bytes, token: str, purpose: bytes = _PURPOSE) -> UUID | None:
    """The link's id, or None if we did not sign this token.

    Whether the link is still good (not expired, used or revoked) stands in the ledger.
    """
    if len(token) != 64:
        return None
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 48:
        return None
    uuid = UUID(bytes=raw[:16])
    return uuid if hmac.compare_digest(raw[16:], _mac(secret, uuid, purpose)) else None


def tracking_url(public_url: str, ref: str, token: str) -> str:
    """The reporter's private page; without a token the public one, which tells the status only."""
    page = f"{public_url.rstrip('/')}/lacak/{quote(ref, safe='')}"
    return f"{page}?k={quote(token, safe='')}" if token else page


def short_url(public_url: str, token: str) -> str:
    """The reporter's private page in few letters, for SMS."""
    return f"{public_url.rstrip('/')}/l/{quote(token, safe='')}"


def action_url(public_url: str, secret: bytes, uuid: UUID) -> str:
    """The page on which an agency acts on one disposition without a login."""
    return f"{public_url.rstrip('/')}/aksi/{sign(secret, uuid)}"


def ticket_url(public_url: str, ref: str) -> str:
    """The ticket in the staff console; asks for a login."""
    return f"{public_url.rstrip('/')}/petugas/laporan/{quote(ref, safe='')}"


def agenda_url(public_url: str, week: str) -> str:
    """The review page of one week's field visit."""
    return f"{public_url.rstrip('/')}/petugas/agenda/{quote(week, safe='')}"


def map_url(lat: float, lon: float) -> str:
    """A map centred on the place, for people without our console."""
    return f"https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}#map=18/{lat:.6f}/{lon:.6f}"


def entry_url(public_url: str, secret: bytes, uuid: UUID) -> str:
    """The page on which an officer sets their password: invited, or after losing it."""
    return f"{public_url.rstrip('/')}/petugas/kunci/{sign(secret, uuid, _ENTRY)}"


def verify_entry(secret: bytes, token: str) -> UUID | None:
    """The id of an officer's link, or None if we did not sign this token."""
    return verify(secret, token, _ENTRY)


def _mac(secret: bytes, uuid: UUID, purpose: bytes) -> bytes:
    return hmac.digest(secret, purpose + uuid.bytes, hashlib.sha256)
