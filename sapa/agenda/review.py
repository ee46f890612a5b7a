"""Diskominfo's changes to a draft: each checked against the version, recomputed and recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sapa.agenda._desk import Changed, Desk
from sapa.agenda.draft import Proposal, add_rows, facts, gather, propose, settings, totals
from sapa.agenda.rules import AgendaRules
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.wording import clean
from store import agendas
from store.db import Ledger, Tx
from store.tables.visits import Stop


def reorder(
    tx: Tx,
    week: str,
    by: Actor,
    *,
    order: Sequence[int],
    version: int,
    key: str,
    now: datetime,
    city: City,
    rules: AgendaRules,
) -> Changed:
    """Walk the same stops in another order (of each stop a ticket's id, once)."""
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        rows = [row for one in order if (row := desk.stop_with(one)) is not None and row.position]
        if not len(rows) == len(order) == len(desk.route) == len({row.uuid for row in rows}):
            raise Invalid("Urutan harus memuat setiap titik kunjungan tepat satu kali.")
        desk.route = rows
        desk.agenda.plan = {**desk.agenda.plan, "ordered": True}
        return {"order": list(order)}

    return desk.do("reorder", change)


def drop(
    tx: Tx,
    week: str,
    by: Actor,
    *,
    ticket_id: int,
    reason: str,
    version: int,
    key: str,
    now: datetime,
    city: City,
    rules: AgendaRules,
) -> Changed:
    """Take the stop of a ticket off the round, for a reason; it stays visible among those left out."""
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        why = clean(reason, most=500, what="Alasan")
        row = desk.stop_with(ticket_id)
        if row is None or not row.position:
            raise NotFound("Laporan ini bukan titik kunjungan agenda ini.")
        desk.take_off(row, "dropped", why)
        return {"tickets": agendas.complaints(row), "reason": why}

    return desk.do("drop", change)


def add(
    tx: Tx,
    week: str,
    by: Actor,
    *,
    ticket_id: int,
    version: int,
    key: str,
    now: datetime,
    city: City,
    rules: AgendaRules,
    position: int = 0,
) -> Changed:
    """Put a ticket on the round at a position from 1, or (0) where it costs the least time.

    One that was left out comes with the others of its stop; one at the spot of a stop joins that.
    Open and finished complaints may be added, also one more than the rules plan for; never a
    secret or sensitive one, nor one without a place: `Invalid` says so.
    """
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        row = desk.stop_with(ticket_id)
        if row is not None and row.position:
            raise Invalid("Laporan ini sudah ada di agenda.")
        extra = desk.visitable(ticket_id)
        at = desk.put_on(extra, row, position)
        return {"tickets": [one.ticket_id for one in extra], "position": at}

    return desk.do("add", change)


def approve(
    tx: Tx,
    week: str,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    rules: AgendaRules,
) -> Changed:
    """Say that the round is ready for the mayor; a change afterwards makes it a draft again."""
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        agenda = desk.agenda
        agenda.state, agenda.approved_at, agenda.approved_by = "reviewed", now, by.officer_id
        return {}

    return desk.do("approve", change)


def redraft(
    ledger: Ledger,
    city: City,
    rules: AgendaRules,
    by: Actor,
    *,
    week: str,
    version: int,
    key: str,
    now: datetime,
    keep_by_hand: bool = True,
) -> Changed:
    """Plan the week again with today's tickets and rules, outside the writer gate.

    What people added stays on, what they dropped stays off, and the order they made is kept,
    unless `keep_by_hand` is False. Ask before calling: the old round is gone afterwards.
    """
    with ledger.reading() as tx:
        desk = Desk(tx, week, by, version, key, now, city, rules, lock=False)
        if desk.repeated:
            return desk.done(repeated=True)
        desk.check()
        hand = _hand_of(desk) if keep_by_hand else _Hand()
        gathered = gather(tx, city, rules, desk.visit(), pins=hand.added, without=hand.dropped)
    proposal = propose(gathered, rules, pins=hand.added, order=hand.order)

    def act(tx: Tx) -> Changed:
        desk = Desk(tx, week, by, version, key, now, city, rules)

        def change() -> dict[str, Any]:
            _replace(desk, proposal, hand)
            return {"kept_by_hand": keep_by_hand}

        return desk.do("redraft", change)

    return ledger.write(act)


@dataclass(frozen=True, slots=True)
class _Hand:
    """What people did to a round: ticket ids."""

    added: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    order: tuple[int, ...] = ()


def _hand_of(desk: Desk) -> _Hand:
    return _Hand(
        added=_tickets(row for row in desk.route if row.by_hand == "added"),
        dropped=_tickets(row for row in desk.rows if row.by_hand == "dropped"),
        order=_tickets(desk.route) if desk.agenda.plan["ordered"] else (),
    )


def _tickets(rows: Iterable[Stop]) -> tuple[int, ...]:
    return tuple(ticket_id for row in rows for ticket_id in agendas.complaints(row))


def _replace(desk: Desk, proposal: Proposal, hand: _Hand) -> None:
    """New rows and sums for old ones; what people dropped stays written down."""
    agendas.remove_stops(desk.tx, [row for row in desk.rows if row.ticket_id not in hand.dropped])
    add_rows(desk.tx, desk.agenda_id, proposal, desk.now, by_hand=hand.added)
    desk.read_rows()
    desk.agenda.visit_on = proposal.gathered.visit.visit_on
    desk.agenda.plan = {
        "history": desk.agenda.plan["history"],
        **settings(desk.rules),
        **totals(proposal.plan),
        **facts(proposal),
        "ordered": bool(hand.order),
    }
