"""Buttons in chats: one accepts, the others ask for the words by which a reply declines or resolves."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from channels.message import Tap
from notifier import notices
from notifier.chats import ANSWERABLE, offers
from sapa.desk import acts, chats, deed
from sapa.desk.actor import Actor, Done
from sapa.desk.errors import Conflict
from sapa.desk.incoming import Sitting
from sapa.desk.permissions import may
from sapa.desk.sight import is_sealed
from store import chats as rows
from store import contacts, tickets
from store.db import Tx
from store.tables import ChatQuestion, Outbox, Ticket

_DATA = re.compile(r"(accept|decline|resolve):([0-9]{1,18})")
#: After these the buttons stay as they are: somebody else may press them, or a reply is awaited.
_KEEPS = frozenset({"stranger", "not_yours", "asked"})


class Told(NamedTuple):
    """A notice with buttons, the report it is about, and the chat it stands in (its contact)."""

    row: Outbox
    ticket: Ticket
    contact: int

    @property
    def ticket_id(self) -> int:
        """The report's id."""
        assert self.ticket.id is not None
        return self.ticket.id


def press(tx: Tx, tap: Tap, sitting: Sitting) -> None:
    """Do what a button says, for somebody who may; whoever pressed is told what came of it."""
    contact = contacts.find_contact(tx, tap.channel, tap.room)
    if contact is None:
        return
    found = _DATA.fullmatch(tap.data)
    told = notice(tx, int(found[2]), contact) if found else None
    chat = rows.linked(tx, contact)
    if found is None or told is None or chat is None:
        what, told = "unknown", None
    elif is_sealed(told.ticket):
        what, told = "sealed", None
    else:
        by = chats.actor(tx, tap.channel, tap.sender.value, told.row.opd, sitting.now)
        what = _pressed(tx, found[1], told, by, chat.id or 0, sitting)
    _answer(tx, tap, contact, what, told, sitting)


def _pressed(tx: Tx, act: str, told: Told, by: Actor | None, chat_id: int, sitting: Sitting) -> str:
    """Accept, or ask for words; what to say about it."""
    why = refused(tx, act, told, by)
    if why or by is None:
        return why
    if act == "accept":
        return do(tx, act, acts.accept, told, by, sitting)
    _ask(tx, act, told, by, chat_id, sitting)
    return "asked"


def notice(tx: Tx, row_id: int, contact: int) -> Told | None:
    """The notice of this row, if it has buttons and this very chat was sent it."""
    row = rows.notice(tx, row_id)
    if row is None or row.notice not in ANSWERABLE or row.contact_id != contact:
        return None
    ticket = tickets.get(tx, row.ticket_id or 0)
    return Told(row, ticket, contact) if ticket is not None else None


def refused(tx: Tx, act: str, told: Told, by: Actor | None) -> str:
    """Why this person cannot do it now, "" if they can."""
    if by is None:
        return "stranger"
    if not may(by, "work") or (by.opd != told.row.opd and not may(by, "see_all")):
        return "not_yours"
    if act not in left(tx, told):
        return "stale"
    return "" if act in deed.offered(tx, told.ticket, by) else "not_yours"


def left(tx: Tx, told: Told) -> tuple[str, ...]:
    """The acts that still have a button under the notice: none once the report was disposed anew."""
    ticket = tickets.get(tx, told.ticket_id)
    newest = tickets.dispositions(tx, told.ticket_id)[0].id
    current = newest == told.row.data.get("disposition_id")
    return offers(ticket.status) if ticket is not None and current and ticket.opd == told.row.opd else ()


def do(tx: Tx, name: str, act: Callable[..., Done], told: Told, by: Actor, sitting: Sitting) -> str:
    """One act on the report as it stands; "stale" if somebody was quicker.

    Its key holds the version: what was taken back in the console can be done again.
    """
    try:
        act(
            tx,
            told.ticket_id,
            by,
            version=told.ticket.version,
            key=f"chat:{told.row.id}:{name}:{told.ticket.version}",
            now=sitting.now,
            city=sitting.city,
        )
    except Conflict:
        return "stale"
    return "done"


def _ask(tx: Tx, act: str, told: Told, by: Actor, chat_id: int, sitting: Sitting) -> None:
    """Write to the chat what is wanted; the answer is a reply to that message."""
    question_id = rows.ask(
        tx,
        ChatQuestion(
            chat_id=chat_id,
            officer_id=by.officer_id or 0,
            notice_id=told.row.id or 0,
            act=act,
            asked_at=sitting.now,
        ),
    )
    notices.tell(
        tx,
        "chat_asks",
        notices.chat(told.contact, told.row.channel),
        key=f"chat_asks:{question_id}",
        now=sitting.now,
        ticket_id=told.ticket_id,
        data={"question": question_id, "act": act, "name": by.name, "answers": told.row.external_id},
    )


def _answer(tx: Tx, tap: Tap, contact: int, what: str, told: Told | None, sitting: Sitting) -> None:
    """Show it to whoever pressed; the buttons become those that are left (none of what is not told)."""
    data: dict[str, Any] = {"say": what, "tap": tap.external_id}
    if what not in _KEEPS:
        data["under"] = tap.message_id
    _show(tx, contact, tap.channel, told, data, sitting)


def strip(tx: Tx, told: Told, sitting: Sitting) -> None:
    """The buttons under a notice become those that are left, where its message is known."""
    if told.row.external_id:
        data = {"say": "done", "under": told.row.external_id}
        _show(tx, told.contact, told.row.channel, told, data, sitting)


def _show(
    tx: Tx, contact: int, channel: str, told: Told | None, data: dict[str, Any], sitting: Sitting
) -> None:
    if told is not None:
        data |= {"left": list(left(tx, told)), "row": told.row.id}
    notices.tell(
        tx,
        "chat_tapped",
        notices.chat(contact, channel, lane=f"tap:{sitting.arrival_id}"),
        key=f"chat_tapped:{sitting.arrival_id}",
        now=sitting.now,
        ticket_id=told.ticket_id if told is not None else None,
        data=data,
    )
