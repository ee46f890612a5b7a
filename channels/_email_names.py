"""Message-IDs, reply addresses and senders: how our mails are named, and how an answer is recognised."""

import hashlib
import re
from email.utils import parseaddr

from channels._email_decode import words
from channels._reach import mailbox
from channels._text import one_line

_ID = re.compile(r"<([^<>\s]{1,250})>")
_BARE_ID = re.compile(r"[^<>\s]{1,250}")
_SIMPLE_FROM = re.compile(r'\s*"?([^"\\<>@,()]*)"?\s*<([^<>\s@,"]+@[^<>\s@,"]+)>\s*')
_ANYWHERE = re.compile(r"[^\s<>()\",;:@]{1,64}@[^\s<>()\",;:@]{1,253}")
_OURS = re.compile(r"sapa\.[0-9a-f]{32}")
_TOKEN_FORM = re.compile(r"[A-Za-z0-9_.~-]{1,200}")
_MAX_FROM = 2_000


def message_id(key: str, token: str, domain: str) -> str:
    """Our Message-ID (without <>) of an outgoing message: the same key has the same one.

    The ticket's token goes in hashed: mail servers log Message-IDs, and nobody may guess them.
    """
    named = hashlib.sha256(f"{key}\0{token}".encode("utf-8", "replace")).hexdigest()[:32]
    return f"sapa.{named}@{domain}"


def is_ours(external_id: str, domain: str) -> bool:
    """Whether a Message-ID has the form of ours."""
    name, _, where = external_id.rpartition("@")
    return where.lower() == domain.lower() and bool(_OURS.fullmatch(name))


def token_of_address(address: str, ours: str) -> str:
    """The reply token of lapor+TOKEN@domain, or ""."""
    local, _, domain = ours.rpartition("@")
    given, _, at = address.strip().rpartition("@")
    if at.lower() != domain.lower() or given[: len(local) + 1].lower() != f"{local}+".lower():
        return ""
    token = given[len(local) + 1 :]
    return token if _TOKEN_FORM.fullmatch(token) else ""


def is_our_address(address: str, ours: str, *others: str) -> bool:
    """Whether mail to this address is for us: one of our addresses, or a plus-address of one."""
    bare = address.strip().lower()
    return any(bare == one.lower() or token_of_address(address, one) for one in (ours, *others))


def ids(value: str) -> list[str]:
    """The Message-IDs of a header value, without <>, as they stand."""
    if not value:
        return []
    found = _ID.findall(value)
    bare = value.strip()
    return [one_line(one) for one in found or ([bare] if _BARE_ID.fullmatch(bare) else [])]


def own_id(value: str) -> str:
    """The Message-ID a mail gives itself, or "" when it gives none worth the name."""
    return next(iter(ids(value)), "")


def sender(value: str) -> tuple[str, str]:
    """(address in lower case or "", name) of a From value."""
    value = value[:_MAX_FROM]
    simple = _SIMPLE_FROM.fullmatch(value)
    name, address = (simple[1], simple[2]) if simple else _parse(value)
    return mailbox(words(address), local=True), one_line(words(name.strip().strip("'")), 200)


def _parse(value: str) -> tuple[str, str]:
    """By the book; but the library recurses into nested comments, so those are only searched."""
    name, address = parseaddr(value) if value.count("(") < 20 else ("", "")
    if "@" not in address or address not in value or " " in address:
        anywhere = _ANYWHERE.search(value)
        address = anywhere[0] if anywhere else ""
    return name, address
