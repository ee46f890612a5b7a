"""A message joins a ticket: late parts judge it again, later ones are told to who works on it."""

from datetime import datetime

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk import citizen, hasty, opening, promises
from sapa.desk.assign import assign
from sapa.desk.city import City
from sapa.desk.incoming import Person, Prepared, Sitting
from sapa.desk.judge import judge_ticket
from sapa.desk.which import BORROWED, Found
from store import assignments, contacts, targets
from store.db import Tx
from store.targets import State, Target


def as_reporter(tx: Tx, ticket_id: int, person: Person) -> Person:
    """Who holds the tracking link speaks as the ticket's reporter, in the reporter's conversation."""
    known = contacts.reporter_of(tx, ticket_id)
    if known is None:
        return person
    return person._replace(contact_id=known[0], conversation_id=known[1], also_contact_id=None)


def also(tx: Tx, ticket_id: int, message: InboundMessage, person: Person, at: datetime) -> None:
    """Another address, given by somebody we know, stands on this ticket alone.

    Anybody can type their first one: it proves nothing, so their other tickets are not touched.
    """
    contact_id = person.also_contact_id
    if contact_id is None or contact_id == contacts.also_of(tx, person.conversation_id):
        return
    known = contacts.find_conversation(tx, message.channel, message.account, contact_id)
    thread = known or contacts.add_conversation(tx, message.channel, message.account, contact_id, None, at)
    role = contacts.role_of(tx, ticket_id, person.conversation_id)
    contacts.add_reporter(tx, ticket_id, contact_id, thread, role)


def joined(
    tx: Tx, ticket: Target, message_id: int, item: Prepared, person: Person, found: Found, sitting: Sitting
) -> bool:
    """What follows from a message that joined `ticket` (its row is already there).

    Returns whether the writer is its reporter, for all we know: what others add is kept and told,
    but neither moves the ticket nor answers a question put to the reporter.
    """
    now, city = sitting.now, sitting.city
    vouched = item.message.channel != "web" and item.message.noted is None  # an address anybody may type
    calm = not hasty.is_hasty(tx, person, item.message.channel, now, city)
    forged = item.message.proof in BORROWED and not found.proven
    role = (
        ""
        if forged
        else _answer_too(tx, ticket.id, person, now, proven=found.proven, vouched=vouched, calm=calm)
    )
    own = role == "reporter" or found.proven
    assignments.add_event(
        tx, ticket.id, "message", actor="citizen", data={"message": message_id, "why": found.why}, now=now
    )
    for other in found.others:
        _absorb(tx, ticket, other, now)
    state = targets.state_of(tx, ticket.id)
    if own and not state.touched:
        judge_again(tx, ticket.id, state, item.message.channel, now, city)
    elif own and calm and state.status in ("waiting", "archived"):
        citizen.reply(tx, ticket.id, message_id=message_id, now=now, city=city)
    _tell_who_works(tx, ticket.id, message_id, item.message, state, sitting)
    return own


def _answer_too(
    tx: Tx, ticket_id: int, person: Person, now: datetime, *, proven: bool, vouched: bool, calm: bool
) -> str:
    """Somebody new is thanked and answered from now on; a reporter on another channel there, too.

    Returns their role in this conversation.
    """
    role = contacts.role_of(tx, ticket_id, person.conversation_id)
    if role:
        return role
    known = contacts.role_of(tx, ticket_id, None, person.contact_id)
    role = "reporter" if proven else known if known and vouched else "supporter"
    contacts.add_reporter(tx, ticket_id, person.contact_id, person.conversation_id, role)
    if not known and calm:
        opening.acknowledge(tx, ticket_id, person, now, None)
    return role


def revised(tx: Tx, ticket_id: int, channel: str, message_id: int, sitting: Sitting) -> None:
    """A message of the ticket now says something else."""
    now = sitting.now
    assignments.add_event(tx, ticket_id, "revision", actor="citizen", data={"message": message_id}, now=now)
    state = targets.state_of(tx, ticket_id)
    if not state.touched:
        judge_again(tx, ticket_id, state, channel, now, sitting.city)


def judge_again(tx: Tx, ticket_id: int, state: State, channel: str, now: datetime, city: City) -> None:
    """Judge all words of an untouched ticket again; another owner gets it, the same one hears nothing."""
    judgement = judge_ticket(tx, ticket_id, channel=state.channel, city=city)
    sensitive = judgement.sensitive or state.sensitive
    columns = judgement.columns | {"sensitive": sensitive}
    targets.rewrite(tx, ticket_id, privacy="secret" if sensitive else state.privacy, now=now, **columns)
    if judgement.assignment.type != state.type:
        promises.retype(tx, ticket_id, judgement.assignment.type, now, city)
    if judgement.lead != state.opd:
        burst = city.channels.get(channel, Traits()).burst
        later = now + min(city.burst, city.ack_wait) if burst else None
        not_before = None if judgement.assignment.urgent else later
        assign(tx, ticket_id, judgement.decision, now=now, city=city, not_before=not_before)


def _tell_who_works(
    tx: Tx, ticket_id: int, message_id: int, message: InboundMessage, state: State, sitting: Sitting
) -> None:
    """One notice for a burst; none while another one that will show it has not left."""
    shown_by = ("citizen_wrote", "reopened_opd" if state.touched else "assigned")
    if not state.opd or targets.has_pending(tx, ticket_id, shown_by):
        return
    burst = sitting.city.channels.get(message.channel, Traits()).burst
    notices.tell(
        tx,
        "citizen_wrote",
        notices.agency(state.opd),
        key=f"wrote:{ticket_id}:{message_id}",
        now=sitting.now,
        ticket_id=ticket_id,
        not_before=sitting.now + sitting.city.ack_wait if burst else None,
        data={"message_id": message_id},
    )


def _absorb(tx: Tx, ticket: Target, other: Target, now: datetime) -> None:
    """A late message shows that two untouched tickets of one burst are one complaint."""
    if targets.state_of(tx, other.id).touched or targets.state_of(tx, ticket.id).touched:
        return
    assignments.close_owners(tx, other.id, now)
    targets.absorb(tx, ticket.id, other.id, now)
    assignments.add_event(tx, other.id, "merged", actor="system", data={"into": ticket.ref}, now=now)
    assignments.add_event(tx, ticket.id, "absorbed", actor="system", data={"ref": other.ref}, now=now)
