"""Undo an act while nothing has happened since."""

from datetime import datetime
from typing import Any

from notifier import notices
from sapa.desk import promises
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign
from sapa.desk.city import City
from sapa.desk.deed import Deed, begin
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.split import say_again
from store import assignments, events, outbox, targets, tickets
from store.db import Tx
from store.tables import Event

#: What can be undone → what a reporter who was told of it is told now.
CORRECTIONS = {
    "accept": "moved",
    "decline": "moved",
    "reassign": "moved",
    "archive": "reopened",
    "hand_over": "reopened",
    "resolve": "reopened",
    "answer": "reopened",
    "split": "",
}

_TOO_LATE = "Tindakan ini tidak dapat dibatalkan lagi: sudah ada tindakan sesudahnya."


def undo(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    event_id: int,
) -> Done:
    """Take back the ticket's last act: accept, decline, reassign, archive, hand over, resolve or split.

    Its notices that have not left are withdrawn; reporters who were told are told again. An OPD
    undoes only its own acts, Diskominfo any. The history keeps both.
    """
    undone = events.get(tx, event_id)
    if undone is None or undone.ticket_id != ticket_id:
        raise NotFound("Tindakan tidak ditemukan pada laporan ini.")
    own = _own(undone, by)
    deed = begin(
        tx, "undo", ticket_id, by, version=version, key=key, now=now, city=city, own=own and by.part == "opd"
    )
    if isinstance(deed, Done):
        return deed
    _check(undone, version, own=own)
    told = _take_back(deed, undone)
    words = "Langkah sebelumnya dibatalkan petugas." if undone.public else ""
    deed.record("undone", words, public=undone.public, undoes=event_id, undone=undone.data["act"])
    if undone.data["act"] == "split":
        _join_again(deed, undone)
    else:
        _restore(deed, undone.data["act"], undone.data["before"])
    if told:
        deed.tell_reporters(CORRECTIONS[undone.data["act"]])
    return deed.done()


def _check(undone: Event, version: int, *, own: bool) -> None:
    if not _undoable(undone):
        raise Invalid("Tindakan ini tidak dapat dibatalkan.")
    if undone.data["version"] != version:
        raise Invalid(_TOO_LATE)
    if not own:
        raise Forbidden


def last_undoable(tx: Tx, ticket_id: int, version: int, by: Actor) -> int | None:
    """The id of the act this person could undo now, None if there is none."""
    for event in reversed(events.of_ticket(tx, ticket_id)):
        if event.data.get("version") == version and "act" in event.data:
            return event.id if _undoable(event) and _own(event, by) else None
    return None


def _undoable(event: Event) -> bool:
    act = event.data.get("act")
    return act in CORRECTIONS and (act != "answer" or event.kind == "resolved")


def _own(event: Event, by: Actor) -> bool:
    """An OPD's people undo only what their OPD did, even when the ticket left them by it."""
    return by.part != "opd" or (event.data.get("part") == "opd" and event.opd == by.opd != "")


def _take_back(deed: Deed, undone: Event) -> bool:
    """Withdraw the act's notices; whether a reporter has already been told."""
    prefix = f"event:{undone.id}:"
    notices.withdraw(deed.tx, prefix, ticket_id=deed.id)
    for row in tickets.dispositions(deed.tx, deed.id)[:1]:
        if row.at == undone.at:
            notices.withdraw(deed.tx, f"taken_away:{row.id}:", ticket_id=deed.id)
    rows = outbox.of_ticket(deed.tx, deed.id)
    return any(
        row.key.startswith(prefix)
        and notices.NOTICES[row.notice].audience == "citizen"
        and row.state in ("sent", "called")
        for row in rows
    )


def _restore(deed: Deed, act: str, before: dict[str, Any]) -> None:
    """Owner, status, result and promises are again what they were."""
    tx, ticket, now = deed.tx, deed.ticket, deed.now
    same = ticket.opd == before["opd"] and list(tickets.supporting(tx, deed.id)) == before["supporting"]
    if not same or (act in ("archive", "hand_over") and _never_told(deed)):
        _give_back(deed, before)
    deed.move(before["status"])
    ticket.owner, ticket.rule = before["owner"], before["rule"]
    ticket.outcome, ticket.refusals = before["outcome"], before["refusals"]
    ticket.resolved_at, ticket.closed_at = None, None
    promises.restore(tx, deed.id, before["deadlines"], now)


def _never_told(deed: Deed) -> bool:
    """Whether the act took back the notice by which the owner would have learned of the ticket."""
    newest = tickets.dispositions(deed.tx, deed.id)[0].id
    keys = (f"assigned:{newest}", f"triage:{newest}")
    rows = outbox.of_ticket(deed.tx, deed.id)
    return any(row.key in keys and row.state == "canceled" for row in rows)


def _give_back(deed: Deed, before: dict[str, Any]) -> None:
    """A new disposition like the one before the undone act (history only grows)."""
    former = next(row for row in tickets.dispositions(deed.tx, deed.id) if row.opd == before["opd"])
    assign(
        deed.tx,
        deed.id,
        Decision(
            lead=before["opd"],
            supporting=before["supporting"],
            because=former.because,
            actor=deed.by.kind,
            confidence=former.confidence,
            matches=former.matches,
            candidates=former.candidates,
            rule=before["rule"],
            officer_id=deed.by.officer_id,
        ),
        now=deed.now,
        city=deed.city,
    )
    deed.refresh()


def _join_again(deed: Deed, undone: Event) -> None:
    """The split-off ticket's messages come back; it is merged from now on."""
    tx, now = deed.tx, deed.now
    fresh = tickets.get(tx, undone.data["ticket"])
    if fresh is None or fresh.id is None or fresh.version != 1:
        raise Invalid(_TOO_LATE)
    assignments.close_owners(tx, fresh.id, now)
    targets.absorb(tx, deed.id, fresh.id, now)
    events.add(tx, fresh.id, "merged", actor=deed.by.kind, at=now, data={"into": deed.ticket.ref})
    deed.refresh()
    say_again(tx, deed.ticket, deed.city)
