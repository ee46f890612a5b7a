"""Diskominfo's changes to a draft: each checked against the version, recomputed and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sapa.agenda._desk import Changed, Desk
from sapa.agenda.draft import Proposal, add_rows, facts, gather, propose, settings, totals
from sapa.agenda.plan import insertion
from sapa.agenda.rules import AgendaRules
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.wording import clean
from store import agendas
from store.db import Ledger, Tx


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
    """Walk the same stops in another order (ticket ids, each once)."""
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        if sorted(order) != sorted(desk.route):
            raise Invalid("Urutan harus memuat setiap titik kunjungan tepat satu kali.")
        desk.route = list(order)
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
    """Take a stop off the round, for a reason; it stays visible among those left out."""
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        why = clean(reason, most=500, what="Alasan")
        if ticket_id not in desk.route:
            raise NotFound("Laporan ini bukan titik kunjungan agenda ini.")
        desk.route.remove(ticket_id)
        desk.take_off(ticket_id, "dropped", why)
        return {"ticket": ticket_id, "reason": why}

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

    Open and finished complaints may be added, also one more than the rules plan for; never a
    secret or sensitive one, nor one without a place: `Invalid` says so.
    """
    desk = Desk(tx, week, by, version, key, now, city, rules)

    def change() -> dict[str, Any]:
        if ticket_id in desk.route:
            raise Invalid("Laporan ini sudah ada di agenda.")
        one = desk.visitable(ticket_id)
        known = desk.candidates(desk.route)
        at = position - 1 if position else insertion(known, one, rules)
        desk.route.insert(max(0, min(at, len(desk.route))), ticket_id)
        return {"ticket": ticket_id, "position": desk.route.index(ticket_id) + 1}

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
        added=tuple(row.ticket_id for row in desk.rows if row.by_hand == "added" and row.position),
        dropped=tuple(row.ticket_id for row in desk.rows if row.by_hand == "dropped"),
        order=tuple(desk.route) if desk.agenda.plan["ordered"] else (),
    )


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
