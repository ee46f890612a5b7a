"""Split a ticket: some of its messages become a ticket of their own."""

from collections.abc import Collection, Sequence
from datetime import datetime

from notifier import notices
from sapa.desk import promises, refs
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign
from sapa.desk.city import City
from sapa.desk.deed import Deed, begin
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.judge import Judgement, judge_ticket
from store import contacts, events, targets, tickets
from store.db import Tx
from store.ids import new_token
from store.tables import Message, Ticket


def split(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    message_ids: Collection[int],
) -> Done:
    """Make some of a ticket's messages a ticket of their own, judged by the rules; same reporters.

    The event's `data["ticket"]` is the new ticket's id, `data["ref"]` its ref.
    """
    wanted = set(message_ids)
    deed = begin(tx, "split", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    thread = [message for message in tickets.messages(tx, ticket_id) if message.direction == "in"]
    moving = [message for message in thread if message.id in wanted]
    if len(moving) != len(wanted):
        raise NotFound("Pesan tidak ditemukan pada laporan ini.")
    if not moving or len(moving) == len(thread):
        raise Invalid("Pilih sebagian pesan: sekurangnya satu dipisah dan satu tetap.")
    fresh = _open(deed, moving)
    deed.record("split", messages=sorted(wanted), ticket=fresh.id, ref=fresh.ref)
    say_again(tx, deed.ticket, city)
    return deed.done()


def say_again(tx: Tx, ticket: Ticket, city: City) -> None:
    """The summary and search words of a ticket follow its messages; its owner stays."""
    assert ticket.id is not None
    judgement = judge_ticket(tx, ticket.id, channel=ticket.channel, city=city)
    ticket.summary, ticket.search = judgement.summary, judgement.search


def _open(deed: Deed, moving: Sequence[Message]) -> Ticket:
    """The new ticket with its messages and reporters, judged and handed on."""
    tx = deed.tx
    ticket_id = _add(deed, moving[0].received_at)
    tickets.move_messages(tx, [message.id or 0 for message in moving], ticket_id)
    writers = {message.conversation_id for message in moving}
    reporters = tickets.reporters(tx, deed.id)
    going = [row for row in reporters if row.conversation_id in writers] or reporters
    orphan = all(row.role != "reporter" for row in going)
    for row in going:
        role = "reporter" if orphan else row.role
        contacts.add_reporter(tx, ticket_id, row.contact_id, row.conversation_id, role)
    events.add(
        tx,
        ticket_id,
        "split_off",
        actor=deed.by.kind,
        at=deed.now,
        public=True,
        text=f"Dipisah dari laporan {deed.ticket.ref}.",
        data={"ref": deed.ticket.ref},
    )
    ticket = tickets.get(tx, ticket_id)
    assert ticket is not None
    judgement = judge_ticket(tx, ticket_id, channel=ticket.channel, city=deed.city, chosen=ticket.kelurahan)
    _hand_on(deed, ticket, judgement)
    for way in tickets.ways(tx, ticket_id):
        to = notices.reporter(way.contact_id, way.channel)
        key = f"ack:{ticket_id}:contact:{way.contact_id}"
        notices.tell(tx, "ack", to, key=key, now=deed.now, ticket_id=ticket_id)
    return ticket


def _add(deed: Deed, opened_at: datetime) -> int:
    """An empty ticket beside the one that is split; as sealed as that one."""
    old = deed.ticket
    return targets.add_ticket(
        deed.tx,
        ref=refs.take_one(deed.tx, deed.now, deed.city),
        token=new_token(deed.now),
        channel=old.channel,
        status="triage",
        type=old.type,
        privacy=old.privacy,
        sensitive=old.sensitive,
        accused=old.accused,
        urgent=False,
        summary="",
        search="",
        opd="",
        rule="",
        kelurahan=old.kelurahan,
        lat=None,
        lon=None,
        place="",
        place_sure=False,
        now=opened_at,
        due=None,
    )


def _hand_on(deed: Deed, ticket: Ticket, judgement: Judgement) -> None:
    """Write down what the rules say of the new ticket and give it to whom they name."""
    decision, spot = judgement.assignment, judgement.spot
    ticket.type, ticket.urgent = decision.type, decision.urgent
    ticket.summary, ticket.search = judgement.summary, judgement.search
    ticket.kelurahan, ticket.place, ticket.place_sure = spot.kelurahan, spot.words, spot.sure
    ticket.lat, ticket.lon = spot.lat, spot.lon
    ticket.accused = judgement.accused or ticket.accused
    if judgement.sensitive:
        ticket.sensitive, ticket.privacy = judgement.sensitive, "secret"
    assert ticket.id is not None
    assign(
        deed.tx,
        ticket.id,
        Decision(
            lead=judgement.lead,
            supporting=decision.supporting if judgement.lead == decision.lead else (),
            because=decision.because,
            actor="rules",
            confidence=decision.confidence,
            matches=judgement.matches,
            candidates=decision.candidates,
            rule=decision.rule,
        ),
        now=deed.now,
        city=deed.city,
    )
    tickets.get(deed.tx, ticket.id)
    promises.set_due(deed.tx, ticket)
