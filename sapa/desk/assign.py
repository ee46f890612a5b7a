"""Give a ticket to an OPD, or to triage, and record why."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from notifier import notices
from sapa.desk import deadline
from sapa.desk.city import City
from store import assignments
from store.db import Tx
from store.ids import uuid7


def assign(
    tx: Tx,
    ticket_id: int,
    *,
    lead: str,
    because: str,
    actor: str,
    now: datetime,
    city: City,
    supporting: Sequence[str] = (),
    confidence: float = 0.0,
    matches: Sequence[dict[str, Any]] = (),
    candidates: Sequence[str] = (),
    rule: str = "",
    officer_id: int | None = None,
    not_before: datetime | None = None,
    fresh: str = "",
) -> int:
    """The ticket belongs to `lead` from now on ("" = triage); returns the disposition's id.

    Ends the former owners and their action links, tells the new ones (not before `not_before`),
    keeps the promise of time, and sets the ticket's `opd`, `status` and `rule`. `actor` is rules,
    officer, opd or system. `fresh` is the type of a ticket opened in this very transaction, whose row
    already says who owns it: that spares the look back.
    """
    before = [] if fresh else assignments.open_owners(tx, ticket_id)
    if not fresh:
        assignments.close_owners(tx, ticket_id, now)
        for undelivered in ("assigned:", "triage:"):
            notices.withdraw(tx, undelivered, ticket_id=ticket_id)
    disposition = assignments.add_disposition(
        tx,
        ticket_id,
        opd=lead,
        supporting=supporting,
        because=because,
        confidence=confidence,
        matches=matches,
        candidates=candidates,
        rule_book=city.book.digest if actor == "rules" else None,
        actor=actor,
        officer_id=officer_id,
        now=now,
    )
    _record(tx, ticket_id, disposition, lead, because, actor, officer_id, now)
    kind = (fresh, now)
    if not fresh:
        kind = assignments.kind_of(tx, ticket_id)
        tx.run(
            "UPDATE ticket SET opd = :opd, status = :status, rule = :rule, owner = '', updated_at = :now"
            " WHERE id = :ticket",
            opd=lead,
            status="assigned" if lead else "triage",
            rule=rule,
            now=now,
            ticket=ticket_id,
        )
    _promise(tx, ticket_id, lead, kind, now, city, fresh=bool(fresh))
    if lead:
        _hand_to(tx, ticket_id, disposition, lead, supporting, because, now, city, not_before)
    else:
        _to_triage(tx, ticket_id, disposition, now, not_before)
    owning = {lead, *supporting}
    _tell_former(tx, ticket_id, disposition, [opd for opd, _ in before if opd not in owning], now)
    return disposition


def _record(
    tx: Tx,
    ticket_id: int,
    disposition: int,
    lead: str,
    because: str,
    actor: str,
    officer_id: int | None,
    now: datetime,
) -> None:
    assignments.add_event(
        tx,
        ticket_id,
        "assigned" if lead else "triage",
        actor="system" if actor == "rules" else actor,
        officer_id=officer_id,
        opd=lead,
        public=bool(lead),
        text=because,
        data={"disposition": disposition},
        now=now,
    )


def _promise(
    tx: Tx, ticket_id: int, lead: str, kind: tuple[str, datetime], now: datetime, city: City, *, fresh: bool
) -> None:
    """The citizen's clock (`resolve`) runs from the opening and is never restarted by a new owner."""
    type_, opened_at = kind
    running = {} if fresh else assignments.open_steps(tx, ticket_id)
    if lead:
        if "verify" in running:
            assignments.end_deadline(tx, ticket_id, "verify", now, met=True)
        if "first_response" in running:
            assignments.end_deadline(tx, ticket_id, "first_response", now, met=False)
        promise(tx, ticket_id, "first_response", type_, now, city)
    elif "verify" not in running:
        promise(tx, ticket_id, "verify", type_, now, city)
    if "resolve" not in running:
        promise(tx, ticket_id, "resolve", type_, opened_at, city)


def promise(tx: Tx, ticket_id: int, step: str, type_: str, start: datetime, city: City) -> datetime | None:
    """Start the clock of a step where the SLA table promises one; returns when it is due."""
    due = deadline.due(step, type_, start, city.sla, city.calendar)
    if due is not None:
        assignments.start_deadline(
            tx,
            ticket_id,
            step,
            started=start,
            due=due,
            sla=city.sla.digest,
            calendar=city.calendar.digest,
        )
    return due


def _hand_to(
    tx: Tx,
    ticket_id: int,
    disposition: int,
    lead: str,
    supporting: Sequence[str],
    because: str,
    now: datetime,
    city: City,
    not_before: datetime | None,
) -> None:
    link = uuid7(now)
    assignments.add_owner(tx, ticket_id, lead, "lead", because, now)
    assignments.add_link(tx, link, ticket_id, disposition, lead, now + timedelta(days=city.link_days))
    notices.tell(
        tx,
        "assigned",
        notices.agency(lead),
        key=f"assigned:{disposition}",
        now=now,
        ticket_id=ticket_id,
        not_before=not_before,
        data={"disposition_id": disposition, "link": str(link)},
    )
    for opd in supporting:
        assignments.add_owner(tx, ticket_id, opd, "supporting", because, now)
        notices.tell(
            tx,
            "assigned",
            notices.agency(opd),
            key=f"assigned:{disposition}:{opd}",
            now=now,
            ticket_id=ticket_id,
            not_before=not_before,
            data={"disposition_id": disposition, "role": "supporting"},
        )


def _to_triage(tx: Tx, ticket_id: int, disposition: int, now: datetime, not_before: datetime | None) -> None:
    notices.tell(
        tx,
        "triage",
        notices.diskominfo(),
        key=f"triage:{disposition}",
        now=now,
        ticket_id=ticket_id,
        not_before=not_before,
        data={"disposition_id": disposition},
    )


def _tell_former(tx: Tx, ticket_id: int, disposition: int, former: Sequence[str], now: datetime) -> None:
    """An agency that was told of the ticket and no longer owns it is told so, too."""
    for opd in former:
        if assignments.was_told(tx, ticket_id, opd):
            notices.tell(
                tx,
                "taken_away",
                notices.agency(opd),
                key=f"taken_away:{disposition}:{opd}",
                now=now,
                ticket_id=ticket_id,
                data={"disposition_id": disposition},
            )
