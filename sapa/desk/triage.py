"""Diskominfo's acts: reassign (also out of triage), archive, revoke links; splitting stands in split.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sapa.desk import promises
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign
from sapa.desk.city import City
from sapa.desk.deed import Deed, begin
from sapa.desk.errors import Invalid
from sapa.desk.wording import clean
from store import assignments, tickets
from store.db import Tx


def reassign(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    opd: str,
    reason: str,
    supporting: Sequence[str] = (),
) -> Done:
    """Give the ticket to an OPD of the city, from triage or from another.

    `reason` is the sentence that anybody may read about why it is there.
    """
    reason = clean(reason, most=1_000, what="Alasan")
    helpers = _helpers(city, opd, supporting)
    deed = begin(tx, "reassign", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    _check_owner(deed, opd, helpers)
    _run_again(deed)
    deed.record("reassigned", reason, opd=opd, supporting=list(helpers))
    _hand_on(deed, opd, helpers, reason)
    deed.refresh()
    deed.move("assigned")
    if opd != deed.before["opd"]:
        deed.tell_reporters("moved")
    return deed.done()


def _hand_on(deed: Deed, opd: str, helpers: Sequence[str], reason: str) -> None:
    former = tickets.dispositions(deed.tx, deed.id)
    decision = Decision(
        lead=opd,
        supporting=helpers,
        because=reason,
        actor=deed.by.kind,
        candidates=former[0].candidates if former else [],
        officer_id=deed.by.officer_id,
    )
    assign(deed.tx, deed.id, decision, now=deed.now, city=deed.city)


def _helpers(city: City, opd: str, supporting: Sequence[str]) -> tuple[str, ...]:
    helpers = tuple(dict.fromkeys(code for code in supporting if code != opd))
    for code in (opd, *helpers):
        if code not in city.opds or city.opds[code].kind != "opd":
            raise Invalid("Pilih OPD dari daftar.")
    return helpers


def _run_again(deed: Deed) -> None:
    """Clocks that stood still while somebody else was waited for."""
    if deed.ticket.status == "waiting":
        promises.resume(deed.tx, deed.ticket, deed.now, deed.city, answered=False)
    if deed.ticket.status == "external":
        promises.restart(deed.tx, deed.ticket, "resolve", deed.now, deed.city)


def _check_owner(deed: Deed, opd: str, helpers: tuple[str, ...]) -> None:
    if deed.ticket.accused in (opd, *helpers):
        raise Invalid("Laporan ini mengadukan OPD tersebut. Pilih OPD lain.")
    same = opd == deed.ticket.opd and set(helpers) == set(tickets.supporting(deed.tx, deed.id))
    if same and deed.ticket.status != "external":
        raise Invalid("Laporan ini sudah ada pada OPD tersebut.")


def archive(
    tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City, reason: str
) -> Done:
    """End the ticket without a result; the reporters are told the reason."""
    reason = clean(reason, most=1_000, what="Alasan")
    deed = begin(tx, "archive", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    promises.meet(tx, ticket_id, now, "verify")
    return archived(deed, reason)


def archived(deed: Deed, reason: str, *, tell: bool = True, **data: Any) -> Done:
    """What archiving does to a ticket, whoever ends it; `tell`: its reporters hear of it."""
    promises.drop(deed.tx, deed.id, deed.now)
    deed.record("archived", reason, public=True, **data)
    deed.move("archived")
    deed.ticket.outcome, deed.ticket.closed_at = "archived", deed.now
    deed.tell_owners_gone()
    if tell:
        deed.tell_reporters("archived")
    return deed.done()


def revoke(tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City) -> Done:
    """The links that were mailed act no more (one went astray); the OPD keeps the ticket and logs in."""
    deed = begin(tx, "revoke", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    assignments.revoke_links(tx, ticket_id, now)
    deed.record("revoked")
    return deed.done()
