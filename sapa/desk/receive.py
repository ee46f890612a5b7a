"""The act of intake: what arrived becomes messages on tickets, in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from channels.base import Accepted, Traits
from channels.message import DeliveryReport, InboundMessage, Place, Tap
from sapa.desk import (
    chat_acts,
    chat_replies,
    commands,
    dialogue,
    join,
    opening,
    pictures,
    register,
    report,
    turns,
    which,
)
from sapa.desk.city import City
from sapa.desk.incoming import Arriving, Item, Person, Prepared, Sitting, TakeRef
from sapa.desk.turns import Turn
from sapa.desk.which import Found
from store import arrivals, contacts, messages, targets
from store.db import Tx
from store.ids import uuid7

#: A sender's clock may be this much ahead before we believe our own.
_AHEAD = timedelta(minutes=5)
#: What a message's row says in the message's own words.
_KEPT = (
    "channel", "account", "external_id", "subject", "text", "whole", "in_reply_to", "group_id", "machine",
    "proof", "category",
)  # fmt: skip


def receive(
    tx: Tx, arriving: Arriving, items: Sequence[Item], *, now: datetime, city: City, take_ref: TakeRef
) -> list[Accepted]:
    """Keep a payload and everything in it; the same delivery again changes nothing.

    Returns one `Accepted` per message, in order. Delivery reports are answered by none.
    """
    arrival_id = keep_arrival(tx, arriving, now)
    if arrival_id is None:
        return [_earlier(tx, item, city) for item in items if isinstance(item, Prepared)]
    return take_in(tx, items, Sitting(arrival_id=arrival_id, now=now, city=city, take_ref=take_ref))


def keep_arrival(
    tx: Tx, arriving: Arriving, now: datetime, *, state: str = "kept", reason: str = ""
) -> int | None:
    """Keep the raw payload; None if this very delivery is already kept."""
    if arriving.blob is not None:
        arrivals.add_blob(tx, arriving.blob, arriving.size, now)
    return arrivals.add_arrival(
        tx,
        channel=arriving.channel,
        account=arriving.account,
        delivery_id=arriving.delivery_id,
        digest=arriving.digest,
        media_type=arriving.media_type,
        raw=arriving.raw,
        blob=arriving.blob,
        now=now,
        state=state,
        reason=reason,
    )


def take_in(tx: Tx, items: Sequence[Item], sitting: Sitting) -> list[Accepted]:
    """Take in the items of a kept payload, first come first served."""
    accepted = []
    for item in items:
        if isinstance(item, DeliveryReport):
            report.record(tx, item, sitting.now)
        elif isinstance(item, Tap):
            chat_acts.press(tx, item, sitting)
        elif chat_replies.takes(tx, item, sitting) or which.never_told(tx, item.message):
            accepted.append(Accepted(external_id=item.message.external_id))
        else:
            accepted.append(_take_one(tx, item, sitting))
    return accepted


def _take_one(tx: Tx, item: Prepared, sitting: Sitting) -> Accepted:
    item, known = _named(tx, item, sitting.city)
    message, now = item.message, sitting.now
    question = commands.asked(message, sitting.city)
    anew = sitting.by_hand or (question is None and _was_question(known, message))
    if known is not None and (known.ticket_id is not None or not anew):
        return _again(tx, known, item, sitting)
    why = _no_complaint(tx, message)
    if why and not sitting.by_hand:
        arrivals.set_arrival(tx, sitting.arrival_id, "parked", why)
        _add(tx, item, sitting, None, None, now)
        return Accepted(external_id=message.external_id)
    at = message.sent_at if message.sent_at <= now + _AHEAD else now
    person = _person(tx, message, at, sitting.city)
    found = Found()
    if question is None or sitting.by_hand:
        talks = known is None and not sitting.by_hand
        found, question = dialogue.belongs(tx, item, person, at, sitting.city, talks=talks)
    if question is not None:
        _aside(tx, question, item, person, at, sitting)
        return Accepted(external_id=message.external_id)
    if found.target is None:
        ticket, own = opening.open_ticket(tx, item, person, sitting, after=found.after), True
        message_id = _put(tx, known, item, sitting, ticket.id, person.conversation_id, at)
        opening.opened(tx, ticket, item, person, sitting)
    else:
        ticket = found.target
        if found.proven and message.privacy != "normal":
            targets.hide(tx, ticket.id, message.privacy)
        if found.proven and message.sender.channel == "web":  # no address of their own
            person = join.as_reporter(tx, ticket.id, person)
        message_id = _put(tx, known, item, sitting, ticket.id, person.conversation_id, at)
        own = join.joined(tx, ticket, message_id, item, person, found, sitting)
        ticket = ticket if own else ticket._replace(token="")  # the private link is the reporter's alone
    if own and dialogue.answers(message.channel, sitting.city):
        turns.followed(tx, ticket, found, Turn(item, person, message_id, at, sitting))
    if not person.new:
        contacts.touch_conversation(tx, person.conversation_id, at)
        join.also(tx, ticket.id, message, person, at)
    return Accepted(external_id=message.external_id, ref=ticket.ref, token=ticket.token)


def _aside(
    tx: Tx, question: commands.Question, item: Prepared, person: Person, at: datetime, sitting: Sitting
) -> None:
    """Keep what is said to the bot, on no ticket, and answer it."""
    marked = item._replace(message=replace(item.message, machine=question.mark))
    message_id = _add(tx, marked, sitting, None, person.conversation_id, at)
    contacts.touch_conversation(tx, person.conversation_id, at)
    if question.about in dialogue.TURNS:
        turns.answer(tx, question, Turn(item, person, message_id, at, sitting))
    else:
        commands.answer(tx, question, person, message_id, sitting)


def _named(tx: Tx, item: Prepared, city: City) -> tuple[Prepared, messages.Known | None]:
    """What we know of the message; where none is ever edited, one that says something else is renamed.

    A form sent again so (back, changed, sent) is added to its ticket within the burst window: who has
    the form's key is its writer. Later, or from another address, it is a complaint of its own.
    """
    message = item.message
    known = messages.find_message(tx, message.channel, message.account, message.external_id)
    if known is None or city.channels.get(message.channel, Traits()).edits:
        return item, known
    first, place = messages.said(tx, known.id), message.place or Place()
    where = (place.lat, place.lon, place.label, place.kelurahan)
    address = "" if message.sender.channel == "web" else message.sender.value
    new_address = first.address is not None and address not in ("", first.address)
    if not new_address and (first.text, first.where) == (message.text, where):
        return item, known
    digest = hashlib.sha256("\0".join(map(str, (address, message.text, *where))).encode()).hexdigest()
    token = known.token if message.channel == "web" else ""
    other_writer = new_address and first.address != ""
    again = token and not other_writer and message.sent_at - first.received_at <= city.burst
    message = replace(
        message,
        external_id=f"{message.external_id}#{digest[:32]}",
        reply_token=token if again else message.reply_token,
    )
    held = messages.files_of(tx, known.id) if again else frozenset()
    files = tuple(file for file in item.files if (file.blob or file.remote) not in held)
    known = messages.find_message(tx, message.channel, message.account, message.external_id)
    return item._replace(message=message, files=files), known


def _person(tx: Tx, message: InboundMessage, at: datetime, city: City) -> Person:
    sender = message.sender
    contact_id = contacts.find_contact(tx, sender.channel, sender.value)
    conversation = None
    if contact_id is None:
        contact_id = contacts.add_contact(tx, sender.channel, sender.value, sender.name, at)
    else:
        conversation = contacts.find_conversation(tx, message.channel, message.account, contact_id)
        line = city.lines.get(message.channel)
        if conversation is None and line is not None and line.former:
            conversation = contacts.take_over(tx, message.channel, message.account, contact_id, line.former)
        contacts.set_reachable(tx, contact_id, True)
    also = None
    for address in message.contacts:
        also = contacts.find_contact(tx, address.channel, address.value)
        also = also or contacts.add_contact(tx, address.channel, address.value, address.name, at)
    known = conversation is not None
    if conversation is None:
        conversation = contacts.add_conversation(tx, message.channel, message.account, contact_id, also, at)
    return Person(
        contact_id=contact_id,
        conversation_id=conversation,
        also_contact_id=also,
        channel=sender.channel,
        new=not known,
    )


def _no_complaint(tx: Tx, message: InboundMessage) -> str:
    """Why a message waits for a person instead of becoming a complaint, "" if it does not."""
    if message.machine:
        return f"Pesan mesin: {message.machine}"
    replied = which.replied_to(message)
    if replied and targets.answers_an_office(tx, message.channel, replied):
        return "Balasan atas pemberitahuan kepada OPD atau Diskominfo; mohon dicatat pada laporannya."
    return ""


def _put(
    tx: Tx,
    known: messages.Known | None,
    item: Prepared,
    sitting: Sitting,
    ticket_id: int | None,
    conversation_id: int,
    at: datetime,
) -> int:
    """The message on its ticket; one that was parked as a machine's, or asked something, is there already."""
    if known is None:
        message_id = _add(tx, item, sitting, ticket_id, conversation_id, at)
        if item.message.noted is not None and ticket_id is not None:
            register.note(tx, ticket_id, item.message, message_id, sitting)
        return message_id
    messages.attach_to(tx, known.id, ticket_id, conversation_id)
    _revise(tx, known, item.message, sitting)
    return known.id


def _add(
    tx: Tx, item: Prepared, sitting: Sitting, ticket_id: int | None, conversation_id: int | None, at: datetime
) -> int:
    """The message row with its files; returns its id."""
    message, now, place = item.message, sitting.now, item.message.place
    message_id = messages.add_message(
        tx,
        uuid=uuid7(now),
        **{name: getattr(message, name) for name in _KEPT},
        ticket_id=ticket_id,
        conversation_id=conversation_id,
        arrival_id=sitting.arrival_id,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        accuracy_m=place.accuracy_m if place else None,
        place=place.label if place else "",
        kelurahan=place.kelurahan if place else "",
        sent_at=at,
        now=now,
    )
    pictures.attach(tx, message_id, item.files, now)
    return message_id


def _again(tx: Tx, known: messages.Known, item: Prepared, sitting: Sitting) -> Accepted:
    """A known message: the same changes nothing, other words are a revision, further files are added."""
    message = item.message
    if known.token and known.ticket_id is not None and message.privacy != "normal":
        targets.hide(tx, known.ticket_id, message.privacy)
    held = messages.files_of(tx, known.id) if item.files else frozenset()
    came = [file for file in item.files if file.blob or file.remote]
    pictures.attach(
        tx, known.id, [file for file in came if (file.blob or file.remote) not in held], sitting.now
    )
    if _revise(tx, known, message, sitting) and known.ticket_id is not None:
        join.revised(tx, known.ticket_id, message.channel, known.id, sitting)
    return _told(known, message.external_id)


def _revise(tx: Tx, known: messages.Known, message: InboundMessage, sitting: Sitting) -> bool:
    """Keep what a known message says now, if that is new."""
    if message.text == known.text:
        return False
    digest = hashlib.sha256(message.text.encode()).hexdigest()
    return messages.add_revision(tx, known.id, sitting.arrival_id, digest, message.text, sitting.now)


def _was_question(known: messages.Known | None, message: InboundMessage) -> bool:
    """Whether an edit makes a complaint of what was only said to a bot (what is parked was not)."""
    if known is None or known.ticket_id is not None or not message.edited or not message.text:
        return False
    return known.heard and message.text != known.text


def _earlier(tx: Tx, item: Prepared, city: City) -> Accepted:
    """What we said when this delivery came the first time."""
    item, known = _named(tx, item, city)
    return _told(known, item.message.external_id)


def _told(known: messages.Known | None, external_id: str) -> Accepted:
    """The answer to what is known; a sending named by its bytes alone may be another person's same words."""
    ref, token = (known.ref, known.token) if known else ("", "")
    private = "" if external_id.startswith("sha256:") else token
    return Accepted(external_id=external_id, ref=ref, token=private, duplicate=True)
