"""Open a ticket for a message that belongs to none."""

from datetime import datetime

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk import deadline
from sapa.desk.assign import assign
from sapa.desk.city import City
from sapa.desk.incoming import Person, Prepared, Sitting
from sapa.desk.judge import Judgement, judge
from store import assignments, contacts, targets
from store.db import Tx
from store.ids import new_token
from store.targets import Target


def open_ticket(
    tx: Tx, item: Prepared, person: Person, sitting: Sitting, *, after: str = ""
) -> tuple[Target, Judgement]:
    """A new ticket for this message, judged and with its row complete; `opened` tells of it.

    `after` is the ref of an earlier ticket, now over, that the message speaks of.
    """
    message, now, city = item.message, sitting.now, sitting.city
    judgement = _judged(item, city)
    privacy = "secret" if judgement.sensitive else message.privacy
    ref, token = sitting.take_ref(tx, now, city), new_token()
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
    assignments.add_event(
        tx,
        ticket_id,
        "received",
        actor="citizen",
        public=True,
        data={"channel": message.channel} | ({"after": after} if after else {}),
        now=now,
    )
    return Target(ticket_id, ref, token, status, privacy, None), judgement


def opened(
    tx: Tx, ticket: Target, judgement: Judgement, message: InboundMessage, person: Person, sitting: Sitting
) -> None:
    """Hand the new ticket to its OPD (or to triage) and thank the reporter."""
    now, city = sitting.now, sitting.city
    decision = judgement.assignment
    burst = city.channels.get(message.channel, Traits()).burst
    later = now + min(city.burst, city.ack_wait) if burst else None
    not_before = None if decision.urgent else later
    assign(tx, ticket.id, judgement.decision, now=now, city=city, not_before=not_before, fresh=decision.type)
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


def _judged(item: Prepared, city: City) -> Judgement:
    message = item.message
    place = message.place
    points = [(*file.gps, 0.0) for file in item.files if file.gps is not None]
    if place and place.lat is not None and place.lon is not None:
        points.insert(0, (place.lat, place.lon, place.accuracy_m or 0.0))
    return judge(
        [message.subject, message.text],
        channel=message.channel,
        chosen=place.kelurahan if place else "",
        points=points,
        labels=[place.label] if place else [],
        city=city,
    )
