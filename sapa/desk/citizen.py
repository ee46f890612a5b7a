"""The reporter's side: confirm, say "belum selesai", answer our question, or keep silent."""

from datetime import datetime
from typing import Any

from notifier import notices
from sapa.desk import promises
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign
from sapa.desk.city import City
from sapa.desk.deed import Deed, begin
from sapa.desk.mask import mask
from sapa.desk.wording import clean
from store import assignments, events, messages, tickets
from store.db import Tx
from store.ids import uuid7

SYSTEM = Actor(kind="system")


def confirm(tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City) -> Done:
    """The reporter says it is done: the ticket is closed."""
    deed = begin(tx, "confirm", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    promises.meet(tx, ticket_id, now, "confirm")
    return _closed(deed, satisfied=True)


def close_silent(tx: Tx, now: datetime, city: City, limit: int = 100) -> int:
    """Close what its reporters were asked about and kept silent; returns how many.

    Silence is no satisfaction. A job calls it again and again; what is due stands in the rows.
    """
    closed = 0
    for ticket_id, version, promise_id in tickets.silent(tx, now, limit):
        key = f"silent:{promise_id}"
        deed = begin(tx, "close", ticket_id, SYSTEM, version=version, key=key, now=now, city=city)
        assert isinstance(deed, Deed)
        promises.drop(tx, ticket_id, now)
        _closed(deed, satisfied=None)
        closed += 1
    return closed


def _closed(deed: Deed, *, satisfied: bool | None) -> Done:
    deed.record("closed", public=True, satisfied=satisfied)
    deed.move("closed")
    deed.ticket.closed_at = deed.now
    deed.tell_reporters("closed")
    return deed.done()


def reopen(
    tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City, text: str
) -> Done:
    """ "Belum selesai": the ticket goes back to the OPD that had it, or to triage if none had.

    A new promise to finish counts from now. What a reporter writes is kept as their message; the
    history holds it masked. Reporters reopen what is resolved or closed, Diskominfo the rest too.
    """
    text = clean(text)
    deed = begin(tx, "reopen", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    promises.drop(tx, ticket_id, now)
    promises.restart(tx, deed.ticket, "resolve", now, city)
    deed.record("reopened", mask(text), public=True, **_kept(deed, text))
    _again(deed)
    deed.move("assigned" if deed.ticket.opd else "triage")
    deed.ticket.reopened += 1
    deed.ticket.outcome, deed.ticket.resolved_at, deed.ticket.closed_at = "", None, None
    deed.tell_reporters("reopened")
    return deed.done()


def _kept(deed: Deed, text: str) -> dict[str, Any]:
    """A reporter's own words, unmasked, as a message of the ticket; an officer's need none."""
    if deed.by.kind != "citizen":
        return {}
    message_id = messages.add_message(
        deed.tx,
        uuid=uuid7(deed.now),
        channel="web",
        account="lacak",
        external_id=f"reopen:{deed.key}",
        ticket_id=deed.id,
        conversation_id=None,
        arrival_id=None,
        subject="",
        text=text,
        in_reply_to="",
        group_id="",
        machine="",
        lat=None,
        lon=None,
        place="",
        kelurahan="",
        sent_at=deed.now,
        now=deed.now,
    )
    return {"message": message_id}


def _again(deed: Deed) -> None:
    """A new disposition to the same OPD (or triage), with a fresh action link and its own notice."""
    tx, ticket, former = deed.tx, deed.ticket, tickets.dispositions(deed.tx, deed.id)
    lead, helpers = ticket.opd, tickets.supporting(tx, deed.id)
    disposition = assign(
        tx,
        deed.id,
        Decision(
            lead=lead,
            supporting=helpers,
            because="Dibuka kembali: dinyatakan belum selesai.",
            actor=deed.by.kind if deed.by.kind == "officer" else "system",
            candidates=former[0].candidates if former else [],
            rule=ticket.rule,
            officer_id=deed.by.officer_id,
        ),
        now=deed.now,
        city=deed.city,
    )
    deed.refresh()
    if lead:
        notices.withdraw(tx, f"assigned:{disposition}", ticket_id=deed.id)
    for opd in filter(None, (lead, *helpers)):
        deed.tell_agency("reopened_opd", opd, disposition_id=disposition)


def reply(tx: Tx, ticket_id: int, *, message_id: int, now: datetime, city: City) -> bool:
    """A message of the reporter answers our question: work goes on where it stood.

    Called by intake. Returns False if the ticket was not waiting (any more).
    """
    ticket = tickets.get(tx, ticket_id)
    if ticket is None or ticket.status != "waiting":
        return False
    asked = events.last(tx, ticket_id, "asked")
    assert asked is not None
    promises.resume(tx, ticket, now, city, answered=True)
    tickets.claim(tx, ticket_id, ticket.version)
    ticket = tickets.get(tx, ticket_id)
    assert ticket is not None
    ticket.status = str(asked.data["before"]["status"])
    ticket.updated_at = now
    assignments.add_event(
        tx,
        ticket_id,
        "replied",
        actor="citizen",
        public=True,
        data={"message": message_id, "version": ticket.version},
        key=f"replied:{message_id}",
        now=now,
    )
    promises.set_due(tx, ticket)
    return True
