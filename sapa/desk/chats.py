"""Officers and agencies in chats: linked by a code from the console, unlinked there or by /lepas."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk import acting
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.incoming import Sitting
from sapa.desk.permissions import may
from store import arrivals, chats, contacts, officers, positions
from store.db import Tx
from store.tables import ChatCode, OfficeChat, Officer

#: How long a code links, and how often somebody may try one: (tries, seconds until one comes back).
VALID = timedelta(minutes=15)
TRIES = (5, 120.0)
#: No letter or digit that is taken for another one.
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_SIZE = 10
#: The word before a code in a link to the bot.
PREFIX = "tautkan_"
_COMMAND = re.compile(r"/(tautkan|lepas|start)(?:@[A-Za-z0-9_]{1,40})?(?:\s+(\S{1,60}))?\s*", re.IGNORECASE)
#: A code as people spell it: in parts, or after the word "kode".
_SPELT = re.compile(
    rf"(/tautkan(?:@\w+)?\s)\s*(?:kode\b\W*)?((?:[{_SIGNS}][\s-]*){{{_SIZE}}})", re.IGNORECASE
)
CHATTER = "Obrolan di grup: disimpan, bukan laporan."
OFFICE = "Pesan petugas kepada bot: bukan laporan."


class Fresh(NamedTuple):
    """A new code, shown once, and until when it links."""

    code: str
    until: datetime


def may_link(by: Actor, opd: str) -> bool:
    """Whether they may link (and let go of) groups of this agency: its head, and administrators."""
    return may(by, "link_group") and (may(by, "manage_people") or by.opd == opd) and opd != ""


def new_code(tx: Tx, by: Actor, *, opd: str = "", now: datetime, city: City) -> Fresh:
    """A code that links the officer's own account or, with `opd`, a group of that agency.

    Raises Forbidden, or Invalid for an agency that is none. Earlier codes of theirs end.
    """
    if by.officer_id is None or not may(by, "work"):
        raise Forbidden
    if opd and (opd not in city.opds or city.opds[opd].kind != "opd"):
        raise Invalid("Pilih OPD dari daftar.")
    if opd and not may_link(by, opd):
        raise Forbidden("Grup OPD ditautkan oleh kepala OPD itu atau administrator.")
    code = "".join(secrets.choice(_SIGNS) for _ in range(_SIZE))
    row = ChatCode(digest=_digest(code), officer_id=by.officer_id, opd=opd, expires_at=now + VALID)
    chats.add_code(tx, row, now)
    return Fresh(code, row.expires_at)


def seen(tx: Tx, by: Actor) -> list[OfficeChat]:
    """The links this person may see: their own, their agency's groups; administrators all."""
    return [row for row in chats.everything(tx) if _own(by, row) or may_see(by, row)]


def may_see(by: Actor, row: OfficeChat) -> bool:
    """Whether a link of somebody else is theirs to see."""
    return may(by, "manage_people") or (row.kind == "group" and by.opd == row.opd and by.opd != "")


def may_unlink(by: Actor, row: OfficeChat) -> bool:
    """Whether they may end the link: their own, or a group they may link; administrators any."""
    return _own(by, row) or may(by, "manage_people") or (row.kind == "group" and may_link(by, row.opd))


def unlink(tx: Tx, by: Actor, chat_id: int, *, now: datetime) -> None:
    """End a link; ending it twice is ending it once. Raises NotFound for one that is not theirs to end."""
    row = chats.get(tx, chat_id)
    if row is None or not may_unlink(by, row):
        raise NotFound("Tautan ini tidak ada.")
    if row.until is None:
        chats.end_of_contact(tx, row.contact_id, now, "console")


def _own(by: Actor, row: OfficeChat) -> bool:
    return row.kind == "person" and row.officer_id == by.officer_id


def actor(tx: Tx, channel: str, value: str, opd: str, now: datetime) -> Actor | None:
    """Who acts for this agency from an account, None if it is nobody's who works here.

    In the position that concerns the agency: the officer's own, or one they fill for a while.
    """
    contact = contacts.find_contact(tx, channel, value)
    row = chats.linked(tx, contact) if contact is not None else None
    officer = officers.get(tx, row.officer_id) if row is not None and row.kind == "person" else None
    if officer is None or officer.id is None or not officer.active:
        return None
    own, *fills = _positions(tx, officer, now)
    return own if own.opd == opd else next((one for one in fills if one.opd == opd), own)


def _positions(tx: Tx, officer: Officer, now: datetime) -> list[Actor]:
    """What an officer acts as now: in their own position first, then in those they fill for a while."""
    own = Actor(kind="officer", officer_id=officer.id, role=officer.role, opd=officer.opd, name=officer.name)
    rows = [row for row in positions.actings_of(tx, officer.id or 0, now) if acting.in_force(row, now)]
    return [own, *(replace(own, role=row.role, opd=row.opd, acting=True) for row in rows)]


class Command(NamedTuple):
    """What an officer tells the bot: "tautkan" with a code (or "" for none), or "lepas"."""

    word: str
    code: str = ""


def command(message: InboundMessage, city: City) -> Command | None:
    """The command a message is, or None; `/start` is one only with a code behind it."""
    if city.channels.get(message.channel, Traits()).commands != "slash" or message.attachments:
        return None
    text = message.text.strip()
    if spelt := _SPELT.fullmatch(text):
        text = spelt[1] + re.sub(r"[\s-]", "", spelt[2])
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    word, rest = found[1].lower(), found[2] or ""
    if word != "start":
        return Command(word, rest.removeprefix(PREFIX)) if word == "tautkan" or not rest else None
    return Command("tautkan", rest.removeprefix(PREFIX)) if rest.startswith(PREFIX) else None


def obey(tx: Tx, order: Command, message: InboundMessage, sitting: Sitting) -> bool:
    """Link or unlink the chat a command came from; False if it is a citizen's after all."""
    if order.word == "lepas":
        return _let_go(tx, message, sitting)
    contact = _contact(tx, message, sitting.now)
    if message.edited:
        return True
    if not order.code:
        say(tx, contact, message.channel, "code_how", sitting)
        return True
    tries, seconds = TRIES
    bucket = f"chat-code:{hashlib.sha256(message.sender.value.encode()).hexdigest()}"
    if not officers.take_token(tx, bucket, sitting.now, size=tries, per_second=1 / seconds):
        say(tx, contact, message.channel, "code_often", sitting)
        return True
    _link(tx, order.code, contact, message, sitting)
    return True


def _link(tx: Tx, written: str, contact: int, message: InboundMessage, sitting: Sitting) -> None:
    digest, now = _digest(written), sitting.now
    code = chats.code(tx, digest)
    officer = officers.get(tx, code.officer_id) if code is not None else None
    if code is None or officer is None or officer.id is None or not officer.active:
        say(tx, contact, message.channel, "code_wrong", sitting)
    elif message.room and not code.opd:
        say(tx, contact, message.channel, "code_person", sitting)
    elif code.opd and not message.room:
        say(tx, contact, message.channel, "code_group", sitting)
    elif not _good(tx, code, officer, now) or not chats.spend_code(tx, digest, now):
        say(tx, contact, message.channel, "code_old", sitting)
    else:
        kind = "group" if message.room else "person"
        chats.link(
            tx,
            OfficeChat(
                kind=kind,
                channel=message.channel,
                contact_id=contact,
                officer_id=officer.id,
                opd=code.opd,
                title=message.room_name[:200],
                since=now,
            ),
        )
        desk = "desk" if kind == "person" and not officer.opd else kind
        say(tx, contact, message.channel, f"linked_{desk}", sitting, name=officer.name, opd=code.opd)


def _good(tx: Tx, code: ChatCode, officer: Officer, now: datetime) -> bool:
    """Whether a code holds still, and its officer may still link that agency."""
    if code.revoked_at is not None or code.expires_at <= now:
        return False
    return not code.opd or any(may_link(by, code.opd) for by in _positions(tx, officer, now))


def _let_go(tx: Tx, message: InboundMessage, sitting: Sitting) -> bool:
    """/lepas: an own account by itself, a group by who may link it."""
    contact = contacts.find_contact(tx, message.channel, message.room or message.sender.value)
    row = chats.linked(tx, contact) if contact is not None else None
    if row is None or contact is None:
        return bool(message.room)
    if row.kind == "group":
        by = actor(tx, message.channel, message.sender.value, row.opd, sitting.now)
        if by is None or not may_unlink(by, row):
            say(tx, contact, message.channel, "stranger" if by is None else "not_yours", sitting)
            return True
    chats.end_of_contact(tx, contact, sitting.now, "chat")
    say(tx, contact, message.channel, "unlinked", sitting)
    return True


def chatter(tx: Tx, message: InboundMessage, sitting: Sitting) -> None:
    """What is said in a group is no report: it stays kept, and is counted where the group is linked."""
    arrivals.set_arrival(tx, sitting.arrival_id, "kept", CHATTER)
    contact = contacts.find_contact(tx, message.channel, message.room)
    row = chats.linked(tx, contact) if contact is not None else None
    if row is not None and row.id is not None:
        chats.count_chatter(tx, row.id)


def say(
    tx: Tx,
    contact: int,
    channel: str,
    what: str,
    sitting: Sitting,
    *,
    ticket_id: int | None = None,
    **data: object,
) -> None:
    """The bot answers in a chat; the same payload is answered once."""
    notices.tell(
        tx,
        "chat_said",
        notices.chat(contact, channel),
        key=f"chat_said:{sitting.arrival_id}:{contact}:{what}",
        now=sitting.now,
        ticket_id=ticket_id,
        data={"say": what, **data},
    )


def _contact(tx: Tx, message: InboundMessage, now: datetime) -> int:
    """The chat's contact; of a group nothing is kept but its address."""
    value = message.room or message.sender.value
    name = "" if message.room else message.sender.name
    found = contacts.find_contact(tx, message.channel, value)
    return found or contacts.add_contact(tx, message.channel, value, name, now)


def _digest(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def lately_ended(tx: Tx, by: Actor, now: datetime) -> Sequence[OfficeChat]:
    """Links of theirs to see that ended within a month."""
    since = now - timedelta(days=30)
    return [row for row in chats.ended(tx, since) if _own(by, row) or may_see(by, row)]
