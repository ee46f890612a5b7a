"""Open a ticket for a message that belongs to none."""

from collections.abc import Sequence
from datetime import datetime

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk import deadline, hasty
from sapa.desk.assign import assign
from sapa.desk.city import City
from sapa.desk.incoming import Person, Prepared, Sitting
from sapa.desk.judge import Judgement, judge
from sapa.desk.pictures import KeptFile
from sapa.desk.wording import heading
from store import assignments, contacts, targets
from store.db import Tx
from store.ids import new_token
from store.targets import Target


def judged(message: InboundMessage, files: Sequence[KeptFile], city: City) -> Judgement:
    """What the judge says of a message alone, as a ticket of its own; pure, so it needs no transaction."""
    place = message.place
    points = [(*file.gps, 0.0) for file in files if file.gps is not None]
    if place and place.lat is not None and place.lon is not None:
        points.insert(0, (place.lat, place.lon, place.accuracy_m or 0.0))
    return judge(
        [heading(message.subject, message.text) + message.text],
        channel=message.channel,
        chosen=place.kelurahan if place else "",
        points=points,
        labels=[place.label] if place else [],
        city=city,
        category=message.category,
    )


def open_ticket(tx: Tx, item: Prepared, person: Person, sitting: Sitting, *, after: str = "") -> Target:
    """A new ticket for this message, with its row complete; `opened` tells of it.

    `after` is the ref of an earlier ticket, now over, that the message speaks of.
    """
    message, judgement = item.message, item.judgement
    now, city = sitting.now, sitting.city
    privacy = "secret" if judgement.sensitive else message.privacy
    ref, token = sitting.take_ref(tx, now, city), new_token(now)
    status = "assigned" if judgement.lead else "triage"
    ticket_id = targets.add_ticket(
        tx,
        **judgement.columns,
        ref=ref,
        token=token,
        channel=message.channel,
        status=status,
        privacy=privacy,
        opd=judgement.lead,
        rule=judgement.assignment.rule,
        now=now,
        due=deadline.due("resolve", judgement.assignment.type, now, city.sla, city.calendar),
    )
    contacts.add_reporter(tx, ticket_id, person.contact_id, person.conversation_id, "reporter")
    if message.noted is not None:
        targets.registered(tx, ticket_id, message.noted.by)
    assignments.add_event(
        tx,
        ticket_id,
        "received",
        actor="citizen",
        public=True,
        data={"channel": message.channel} | ({"after": after} if after else {}),
        now=now,
    )
    return Target(ticket_id, ref, token, status, privacy, None)


def opened(tx: Tx, ticket: Target, item: Prepared, person: Person, sitting: Sitting) -> None:
    """Hand the new ticket to its OPD (or to triage) and thank the reporter."""
    now, city = sitting.now, sitting.city
    decision = item.judgement.assignment
    burst = city.channels.get(item.message.channel, Traits()).burst
    later = now + min(city.burst, city.ack_wait) if burst else None
    not_before = None if decision.urgent else later
    assign(
        tx, ticket.id, item.judgement.decision, now=now, city=city, not_before=not_before, fresh=decision.type
    )
    if not hasty.is_hasty(tx, person, item.message.channel, now, city):
        acknowledge(tx, ticket.id, person, now, later)


def acknowledge(tx: Tx, ticket_id: int, person: Person, now: datetime, not_before: datetime | None) -> None:
    """Thank somebody once for a ticket, where they want to be answered."""
    notices.tell(
        tx,
        "ack",
        notices.reporter(person.contact_id, person.channel),
        key=f"ack:{ticket_id}:{person.conversation_id}",
        now=now,
        ticket_id=ticket_id,
        not_before=not_before,
    )
