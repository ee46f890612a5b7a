"""The reporter's side: confirm, say "belum selesai", answer our question, or keep silent."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from notifier import notices
from sapa.desk import promises, triage
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign
from sapa.desk.city import City
from sapa.desk.deed import Deed, begin
from sapa.desk.errors import Conflict
from sapa.desk.mask import mask
from sapa.desk.wording import clean
from store import assignments, events, messages, tickets
from store.db import Tx
from store.ids import uuid7
from store.tables import Ticket

SYSTEM = Actor(kind="system")

#: Why a ticket ends whose reporter was asked and let the time pass.
UNANSWERED = "Pertanyaan petugas belum dijawab sampai batas waktunya."


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
    for deed in _silent(tx, "close", "confirm", "resolved", now, city, limit):
        promises.drop(tx, deed.id, now)
        _closed(deed, satisfied=None)
        closed += 1
    return closed


def archive_unanswered(tx: Tx, now: datetime, city: City, limit: int = 100) -> int:
    """Archive what its reporters were asked about and did not complete in time; returns how many.

    Their answer is welcome later, too: it opens the ticket again. A job calls it like `close_silent`.
    """
    archived = 0
    for deed in _silent(tx, "lapse", "complete", "waiting", now, city, limit):
        triage.archived(deed, UNANSWERED, unanswered=True)
        archived += 1
    return archived


def unanswered(tx: Tx, ticket_id: int) -> bool:
    """Whether an archived ticket ended because its reporter did not answer us."""
    event = events.last(tx, ticket_id, "archived")
    return event is not None and bool(event.data.get("unanswered"))


def _silent(
    tx: Tx, act: str, step: str, status: str, now: datetime, city: City, limit: int
) -> Iterator[Deed]:
    """An act of the system on each ticket whose step has passed; who acts at this moment goes first."""
    for ticket_id, version, promise_id in tickets.silent(tx, step, status, now, limit):
        key = f"silent:{promise_id}"
        try:
            deed = begin(tx, act, ticket_id, SYSTEM, version=version, key=key, now=now, city=city)
        except Conflict:
            continue
        assert isinstance(deed, Deed)
        yield deed


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
    deed.record("reopened", mask(text), public=True, **_kept(deed, text))
    _lives_again(deed, "Dibuka kembali: dinyatakan belum selesai.")
    deed.ticket.reopened += 1
    return deed.done()


def _lives_again(deed: Deed, because: str) -> None:
    promises.drop(deed.tx, deed.id, deed.now)
    promises.restart(deed.tx, deed.ticket, "resolve", deed.now, deed.city)
    _again(deed, because)
    deed.move("assigned" if deed.ticket.opd else "triage")
    deed.ticket.outcome, deed.ticket.resolved_at, deed.ticket.closed_at = "", None, None
    deed.tell_reporters("reopened")


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


def _again(deed: Deed, because: str) -> None:
    """A new disposition to the same OPD (or triage), with a fresh action link and its own notice."""
    tx, ticket, former = deed.tx, deed.ticket, tickets.dispositions(deed.tx, deed.id)
    lead, helpers = ticket.opd, tickets.supporting(tx, deed.id)
    disposition = assign(
        tx,
        deed.id,
        Decision(
            lead=lead,
            supporting=helpers,
            because=because,
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
    shows = {"disposition_id": disposition, "message_id": _newest_word(deed)}
    for opd in filter(None, (lead, *helpers)):
        deed.tell_agency("reopened_opd", opd, **shows)


def _newest_word(deed: Deed) -> int:
    """The message that opened the ticket again; where none did, the one that may come next."""
    assert deed.event is not None
    known = (message.id or 0 for message in tickets.messages(deed.tx, deed.id))
    return int(deed.event.data.get("message") or max(known, default=0) + 1)


def reply(tx: Tx, ticket_id: int, *, message_id: int, now: datetime, city: City) -> bool:
    """A message of the reporter answers our question: work goes on where it stood.

    A ticket that was archived because the answer did not come is opened again. Called by intake;
    who acts on the ticket at this very moment goes first. Returns False if no answer is awaited
    (any more).
    """
    while (ticket := tickets.get(tx, ticket_id)) is not None:
        late = ticket.status == "archived" and unanswered(tx, ticket_id)
        if ticket.status != "waiting" and not late:
            break
        try:
            (_answered_late if late else _answered)(tx, ticket, message_id, now, city)
        except Conflict:
            continue
        return True
    return False


def _answered(tx: Tx, ticket: Ticket, message_id: int, now: datetime, city: City) -> None:
    """The clocks run again, and the OPD gets a new link: the one of its disposition may be too old."""
    assert ticket.id is not None
    if not tickets.claim(tx, ticket.id, ticket.version):
        raise Conflict(ticket.version)
    asked = events.last(tx, ticket.id, "asked")
    assert asked is not None
    promises.resume(tx, ticket, now, city, answered=True)
    tickets.get(tx, ticket.id)
    ticket.status = str(asked.data["before"]["status"])
    ticket.updated_at = now
    assignments.add_event(
        tx,
        ticket.id,
        "replied",
        actor="citizen",
        public=True,
        data={"message": message_id, "version": ticket.version},
        key=f"replied:{message_id}",
        now=now,
    )
    promises.set_due(tx, ticket)
    if ticket.opd:
        expires = now + timedelta(days=city.link_days)
        assignments.renew_link(tx, uuid7(now), ticket.id, ticket.opd, expires)


def _answered_late(tx: Tx, ticket: Ticket, message_id: int, now: datetime, city: City) -> None:
    """The same ticket lives again: what the answer is about stands there."""
    assert ticket.id is not None
    key = f"late:{message_id}"
    deed = begin(tx, "reopen", ticket.id, SYSTEM, version=ticket.version, key=key, now=now, city=city)
    assert isinstance(deed, Deed)
    deed.record("reopened", "Pertanyaan petugas sudah dijawab.", public=True, message=message_id)
    _lives_again(deed, "Dibuka kembali: pelapor menjawab pertanyaan petugas.")
    deed.done()
