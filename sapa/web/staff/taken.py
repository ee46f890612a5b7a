"""What was taken down at the counter, for its page: the payload of a form, today's list, the receipt."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from markupsafe import Markup

from channels.message import Attachment
from notifier.links import tracking_url
from sapa.desk import register, sight
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import NotFound
from sapa.desk.lifecycle import OVER
from sapa.desk.mask import mask
from sapa.desk.permissions import may
from sapa.web import qr
from sapa.web.fields import Fields, whole
from store import events, messages, tickets
from store.db import Tx
from store.tables import Event, Ticket

JSON = "application/json"
#: So many of today's are listed; a counter takes down far fewer.
MOST = 200
SHORT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing taken down today; `joined`: it was added to another's ticket."""

    ticket: Ticket
    message: int
    at: datetime
    text: str
    joined: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is printed; `private`: the link is the reporter's own, else the public status page.

    `over`: nobody works on it any more, for example because it was taken back.
    """

    ref: str
    at: datetime
    text: str
    link: str
    picture: Markup
    private: bool
    over: bool


def body(form: Fields, files: Sequence[Attachment], officer_id: int, names: Sequence[str]) -> bytes:
    """The form as the counter's door reads it; who took it down is the session's word, not the form's."""
    photos = [
        {"name": file.name, "type": file.media_type, "base64": base64.b64encode(file.content).decode()}
        for file in files
    ]
    fields = {name: form[name] for name in names if form[name]}
    return json.dumps({**fields, "officer": officer_id, "photos": photos}, sort_keys=True).encode()


def message_id(tx: Tx, external_id: str) -> int:
    """The message of what was accepted."""
    known = messages.find_message(tx, "walkin", "walkin", external_id)
    assert known is not None
    return known.id


def today(tx: Tx, by: Actor, now: datetime, city: City) -> list[Entry]:
    """What this officer took down on the city's day, the newest first."""
    assert by.officer_id is not None
    midnight = datetime.combine(now.astimezone(city.tz).date(), time(), city.tz).astimezone(now.tzinfo)
    noted = events.registered_by(tx, by.officer_id, midnight, MOST)
    about = tickets.by_ids(tx, {event.ticket_id for event in noted})
    words = messages.by_ids(tx, {int(event.data["message"]) for event in noted})
    found = []
    for event in noted:
        ticket, message = about[event.ticket_id], words[int(event.data["message"])]
        own = _opened(tx, ticket, event)
        found.append(
            Entry(
                ticket=ticket,
                message=message.id or 0,
                at=event.at,
                text=_short(message.text),
                joined=not own,
                may_withdraw=own and register.may_withdraw(tx, ticket, by, now, city),
            )
        )
    return found


def receipt(tx: Tx, ref: str, message: str, by: Actor, city: City) -> Receipt:
    """The receipt of one message of a ticket, or of the newest this officer may have; raises NotFound."""
    ticket = tickets.by_ref(tx, ref)
    if ticket is None or ticket.id is None:
        raise NotFound
    noted = [one for one in events.registered(tx, ticket.id) if _may_have(tx, ticket, one, by)]
    wanted = whole(message)
    chosen = [one for one in noted if wanted is None or one.data["message"] == wanted]
    if not chosen:
        raise NotFound
    event = chosen[-1]
    written = messages.by_ids(tx, [int(event.data["message"])])[int(event.data["message"])]
    private = _opened(tx, ticket, event)
    link = tracking_url(city.public_url, ticket.ref, ticket.token if private else "")
    return Receipt(
        ref=ticket.ref,
        at=event.at,
        text=_short(written.text),
        link=link,
        picture=qr.picture(link),
        private=private,
        over=ticket.status in OVER,
    )


def _may_have(tx: Tx, ticket: Ticket, event: Event, by: Actor) -> bool:
    """Whoever took it down; and Diskominfo, of what it may see."""
    if event.officer_id == by.officer_id:
        return True
    owners = (row.opd for row in tickets.owners(tx, ticket.id or 0))
    return may(by, "triage") and sight.may_see(by, sight.facts(ticket, owners))


def _opened(tx: Tx, ticket: Ticket, event: Event) -> bool:
    """Whether what was taken down opened the ticket: its sender is the reporter."""
    if ticket.registered_by is None or ticket.registered_by != event.officer_id:
        return False
    return events.registered(tx, ticket.id or 0)[0].id == event.id  # messages are split off, or dated back


def _short(text: str) -> str:
    """The first words, with numbers and addresses hidden."""
    words = " ".join(mask(text).split())
    return words if len(words) <= SHORT else words[:SHORT].rsplit(" ", 1)[0] + " …"
