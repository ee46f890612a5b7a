"""Give a ticket to an OPD, or to triage, and record why."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from notifier import notices
from sapa.desk import deadline
from sapa.desk.city import City
from store import assignments
from store.db import Tx
from store.ids import uuid7


class Decision(NamedTuple):
    """Who gets a ticket and why: `lead` "" is triage; `actor` is rules, officer, opd or system."""

    lead: str
    because: str
    actor: str
    supporting: Sequence[str] = ()
    confidence: float = 0.0
    matches: Sequence[dict[str, Any]] = ()
    candidates: Sequence[str] = ()
    rule: str = ""
    officer_id: int | None = None


def assign(
    tx: Tx,
    ticket_id: int,
    decision: Decision,
    *,
    now: datetime,
    city: City,
    not_before: datetime | None = None,
    fresh: str = "",
) -> int:
    """The ticket belongs to the decision's lead from now on; returns the disposition's id.

    Ends the former owners and their action links, tells the new ones (not before `not_before`),
    keeps the promise of time, and sets the ticket's `opd`, `status` and `rule`. `fresh` is the type
    of a ticket opened in this very transaction, whose row already says who owns it.
    """
    before = [] if fresh else _end_former(tx, ticket_id, now)
    disposition = _written(tx, ticket_id, decision, now, city)
    _record(tx, ticket_id, disposition, decision, now)
    kind = (fresh, now) if fresh else assignments.kind_of(tx, ticket_id)
    if not fresh:
        assignments.set_owner(tx, ticket_id, decision.lead, decision.rule, now)
    _promise(tx, ticket_id, decision.lead, kind, now, city, fresh=bool(fresh))
    if decision.lead:
        _hand_to(tx, ticket_id, disposition, decision, now, city, not_before)
    else:
        _to_triage(tx, ticket_id, disposition, now, not_before)
    _tell_former(tx, ticket_id, disposition, before, decision, now)
    return disposition


def _written(tx: Tx, ticket_id: int, decision: Decision, now: datetime, city: City) -> int:
    return assignments.add_disposition(
        tx,
        ticket_id,
        opd=decision.lead,
        supporting=decision.supporting,
        because=decision.because,
        confidence=decision.confidence,
        matches=decision.matches,
        candidates=decision.candidates,
        rule_book=city.book.digest if decision.actor == "rules" else None,
        actor=decision.actor,
        officer_id=decision.officer_id,
        now=now,
    )


def _end_former(tx: Tx, ticket_id: int, now: datetime) -> list[str]:
    """Close what is open and take back what has not been told; returns who owned the ticket."""
    before = [opd for opd, _ in assignments.open_owners(tx, ticket_id)]
    assignments.close_owners(tx, ticket_id, now)
    for undelivered in ("assigned:", "triage:"):
        notices.withdraw(tx, undelivered, ticket_id=ticket_id)
    return before


def _record(tx: Tx, ticket_id: int, disposition: int, decision: Decision, now: datetime) -> None:
    assignments.add_event(
        tx,
        ticket_id,
        "assigned" if decision.lead else "triage",
        actor="system" if decision.actor == "rules" else decision.actor,
        officer_id=decision.officer_id,
        opd=decision.lead,
        public=bool(decision.lead) or decision.actor != "rules",  # an agency's "no" is told, too
        text=decision.because,
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
    decision: Decision,
    now: datetime,
    city: City,
    not_before: datetime | None,
) -> None:
    link, lead = uuid7(now), decision.lead
    assignments.add_link(tx, link, ticket_id, disposition, lead, now + timedelta(days=city.link_days))
    told: dict[str, tuple[str, str, dict[str, Any]]] = {
        lead: ("lead", f"assigned:{disposition}", {"link": str(link)}),
    } | {
        opd: ("supporting", f"assigned:{disposition}:{opd}", {"role": "supporting"})
        for opd in decision.supporting
        if opd != lead
    }
    for opd, (role, key, more) in told.items():
        assignments.add_owner(tx, ticket_id, opd, role, decision.because, now)
        notices.tell(
            tx,
            "assigned",
            notices.agency(opd),
            key=key,
            now=now,
            ticket_id=ticket_id,
            not_before=not_before,
            data={"disposition_id": disposition, **more},
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


def _tell_former(
    tx: Tx, ticket_id: int, disposition: int, before: Sequence[str], decision: Decision, now: datetime
) -> None:
    """An agency that was told of the ticket and no longer owns it is told so, too."""
    for opd in before:
        if opd in (decision.lead, *decision.supporting) or not assignments.was_told(tx, ticket_id, opd):
            continue
        notices.tell(
            tx,
            "taken_away",
            notices.agency(opd),
            key=f"taken_away:{disposition}:{opd}",
            now=now,
            ticket_id=ticket_id,
            data={"disposition_id": disposition},
        )
