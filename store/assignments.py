"""Who owns a ticket: dispositions, open owners, action links, deadlines (driver SQL: intake's path)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from store.db import Tx, utc
from store.driver import as_json


def add_disposition(
    tx: Tx,
    ticket_id: int,
    *,
    opd: str,
    supporting: Sequence[str],
    because: str,
    confidence: float,
    matches: Sequence[dict[str, Any]],
    candidates: Sequence[str],
    rule_book: str | None,
    actor: str,
    officer_id: int | None,
    now: datetime,
) -> int:
    """Record an assignment; returns its id."""
    return tx.insert(
        "INSERT INTO disposition (ticket_id, opd, supporting, because, confidence, matches, candidates,"
        " rule_book, actor, officer_id, at) VALUES (:ticket, :opd, :supporting, :because, :confidence,"
        " :matches, :candidates, :book, :actor, :officer, :now)",
        ticket=ticket_id,
        opd=opd,
        supporting=_listed(supporting),
        because=because,
        confidence=confidence,
        matches=_listed(matches),
        candidates=_listed(candidates),
        book=rule_book,
        actor=actor,
        officer=officer_id,
        now=now,
    )


def open_owners(tx: Tx, ticket_id: int) -> list[tuple[str, str]]:
    """(opd, role) of those who own or support the ticket now."""
    rows = tx.run(
        "SELECT opd, role FROM ticket_opd WHERE ticket_id = :ticket AND until IS NULL ORDER BY id",
        ticket=ticket_id,
    )
    return [(row[0], row[1]) for row in rows]


def kind_of(tx: Tx, ticket_id: int) -> tuple[str, datetime]:
    """(type, opened_at) of a ticket, by which its deadlines are counted."""
    rows = tx.run("SELECT type, opened_at FROM ticket WHERE id = :ticket", ticket=ticket_id)
    return rows[0][0], utc(rows[0][1])


def was_told(tx: Tx, ticket_id: int, opd: str) -> bool:
    """Whether the agency has been sent an assignment of this ticket."""
    return bool(
        tx.run(
            "SELECT 1 FROM outbox WHERE ticket_id = :ticket AND opd = :opd AND notice = 'assigned'"
            " AND state = 'sent' LIMIT 1",
            ticket=ticket_id,
            opd=opd,
        )
    )


def close_owners(tx: Tx, ticket_id: int, now: datetime) -> None:
    """End every open ownership, and the links by which those agencies could act."""
    tx.run(
        "UPDATE ticket_opd SET until = :now WHERE ticket_id = :ticket AND until IS NULL",
        ticket=ticket_id,
        now=now,
    )
    revoke_links(tx, ticket_id, now)


def revoke_links(tx: Tx, ticket_id: int, now: datetime) -> None:
    """Nobody can act on the ticket any more by the links that were sent."""
    tx.run(
        "UPDATE action_link SET revoked_at = :now"
        " WHERE ticket_id = :ticket AND used_at IS NULL AND revoked_at IS NULL",
        ticket=ticket_id,
        now=now,
    )


def set_owner(tx: Tx, ticket_id: int, opd: str, rule: str, now: datetime) -> None:
    """What the ticket's own row says of its owner; "" is triage."""
    tx.run(
        "UPDATE ticket SET opd = :opd, status = :status, rule = :rule, owner = '', updated_at = :now"
        " WHERE id = :ticket",
        opd=opd,
        status="assigned" if opd else "triage",
        rule=rule,
        now=now,
        ticket=ticket_id,
    )


def add_owner(tx: Tx, ticket_id: int, opd: str, role: str, reason: str, now: datetime) -> None:
    """An agency owns (`lead`) or supports (`supporting`) the ticket from now on."""
    tx.add(
        "INSERT INTO ticket_opd (ticket_id, opd, role, since, reason)"
        " VALUES (:ticket, :opd, :role, :now, :reason)",
        ticket=ticket_id,
        opd=opd,
        role=role,
        now=now,
        reason=reason,
    )


def add_link(tx: Tx, uuid: UUID, ticket_id: int, disposition_id: int, opd: str, expires: datetime) -> None:
    """A link by which the agency acts on this disposition without login."""
    tx.add(
        "INSERT INTO action_link (uuid, ticket_id, disposition_id, opd, expires_at)"
        " VALUES (:uuid, :ticket, :disposition, :opd, :expires)",
        uuid=uuid,
        ticket=ticket_id,
        disposition=disposition_id,
        opd=opd,
        expires=expires,
    )


def renew_link(tx: Tx, uuid: UUID, ticket_id: int, opd: str, expires: datetime) -> None:
    """One more link for the newest disposition, if it is the agency's and no link of it was revoked."""
    tx.run(
        "INSERT INTO action_link (uuid, ticket_id, disposition_id, opd, expires_at)"
        " SELECT :uuid, ticket_id, id, opd, :expires FROM disposition"
        " WHERE id = (SELECT max(id) FROM disposition WHERE ticket_id = :ticket) AND opd = :opd"
        " AND NOT EXISTS (SELECT 1 FROM action_link"
        " WHERE action_link.disposition_id = disposition.id AND action_link.revoked_at IS NOT NULL)",
        uuid=uuid,
        expires=expires,
        ticket=ticket_id,
        opd=opd,
    )


def add_event(
    tx: Tx,
    ticket_id: int,
    kind: str,
    *,
    actor: str,
    now: datetime,
    opd: str = "",
    officer_id: int | None = None,
    public: bool = False,
    text: str = "",
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> None:
    """Add to the history of a ticket."""
    tx.add(
        "INSERT INTO event (ticket_id, kind, at, actor, officer_id, opd, public, text, data, key)"
        " VALUES (:ticket, :kind, :now, :actor, :officer, :opd, :public, :text, :data, :key)",
        ticket=ticket_id,
        kind=kind,
        now=now,
        actor=actor,
        officer=officer_id,
        opd=opd,
        public=public,
        text=text,
        data=as_json(data) if data else "{}",
        key=key,
    )


def start_deadline(
    tx: Tx, ticket_id: int, step: str, *, started: datetime, due: datetime, sla: str | None, calendar: str
) -> None:
    """Promise a time for a step; any open promise for the same step must be ended first."""
    tx.add(
        "INSERT INTO deadline (ticket_id, step, started_at, due_at, sla, calendar)"
        " VALUES (:ticket, :step, :started, :due, :sla, :calendar)",
        ticket=ticket_id,
        step=step,
        started=started,
        due=due,
        sla=sla,
        calendar=calendar,
    )


def open_steps(tx: Tx, ticket_id: int) -> dict[str, Any]:
    """The open deadlines of a ticket: step → due time as the driver gives it."""
    rows = tx.run(
        "SELECT step, due_at FROM deadline WHERE ticket_id = :ticket AND met_at IS NULL AND void_at IS NULL",
        ticket=ticket_id,
    )
    return {row[0]: row[1] for row in rows}


def end_deadline(tx: Tx, ticket_id: int, step: str, now: datetime, *, met: bool) -> None:
    """The open promise for a step was kept (`met`) or no longer counts."""
    column = "met_at" if met else "void_at"
    tx.run(
        f"UPDATE deadline SET {column} = :now"  # noqa: S608 (two literals)
        " WHERE ticket_id = :ticket AND step = :step AND met_at IS NULL AND void_at IS NULL",
        ticket=ticket_id,
        step=step,
        now=now,
    )


def _listed(values: Sequence[Any]) -> str:
    return as_json(values) if values else "[]"
