"""What every act has in common: once per key, on the right version, by somebody who may."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifier import notices
from sapa.desk import lifecycle, promises
from sapa.desk.actor import Actor, Done
from sapa.desk.city import City
from sapa.desk.errors import Conflict, Forbidden, Invalid, NotFound
from sapa.desk.sight import facts, may_see
from store import assignments, events, tickets
from store.db import Tx
from store.tables import Event, Ticket


@dataclass(slots=True, kw_only=True)
class Deed:
    """An act under way on a ticket that is ours for this transaction."""

    tx: Tx
    act: str
    ticket: Ticket
    by: Actor
    key: str
    now: datetime
    city: City
    before: dict[str, Any]
    event: Event | None = field(default=None)

    @property
    def id(self) -> int:
        """The ticket's id."""
        assert self.ticket.id is not None
        return self.ticket.id

    def move(self, status: str) -> None:
        """The ticket gets another status, one that the tables allow."""
        assert status in lifecycle.ACTS[self.act][1]
        assert status in lifecycle.ALLOWED[str(self.before["status"])]
        self.ticket.status = status

    def refresh(self) -> None:
        """See what driver SQL changed on the ticket."""
        tickets.get(self.tx, self.id)

    def record(self, kind: str, text: str = "", *, public: bool = False, of: str = "", **data: Any) -> None:
        """Write the act into the history, once; `of` is the OPD it is about, if not the actor's."""
        known = {"act": self.act, "part": self.by.part, "version": self.ticket.version}
        if self.by.acting:
            known["acting"] = True
        self.event = events.add(
            self.tx,
            self.id,
            kind,
            actor=self.by.kind,
            at=self.now,
            officer_id=self.by.officer_id,
            opd=of or self.by.opd,
            public=public,
            text=text,
            data={**known, "before": self.before, **data},
            key=_stored(self.key),
        )

    def tell_reporters(self, notice: str) -> None:
        """Each reporter is told privately, where they wrote; supporters are not asked.

        Who cannot be reached there is told another way when it is sent (`notifier.detour`).
        """
        assert self.event is not None
        for way in tickets.ways(self.tx, self.id):
            if way.role == "reporter" or notice != "question":
                self._tell(notice, notices.reporter(way.contact_id, way.channel), str(way.contact_id))

    def tell_agency(self, notice: str, opd: str, **data: Any) -> None:
        """An OPD is told."""
        self._tell(notice, notices.agency(opd), opd, **data)

    def tell_diskominfo(self, notice: str, **data: Any) -> None:
        """Diskominfo is told."""
        self._tell(notice, notices.diskominfo(), "", **data)

    def tell_owners_gone(self) -> None:
        """OPDs that were told of the ticket learn that nothing more is asked of them."""
        for row in tickets.owners(self.tx, self.id):
            if row.opd != self.by.opd and assignments.was_told(self.tx, self.id, row.opd):
                self.tell_agency("taken_away", row.opd)
        notices.withdraw(self.tx, "assigned:", ticket_id=self.id)
        notices.withdraw(self.tx, "triage:", ticket_id=self.id)

    def done(self) -> Done:
        """Close the act."""
        assert self.event is not None
        self.ticket.updated_at = self.now
        if self.by.kind in ("officer", "opd") and self.ticket.touched_at is None:
            self.ticket.touched_at = self.now
        promises.set_due(self.tx, self.ticket)
        return Done(ticket_id=self.id, version=self.ticket.version, event_id=self.event.id or 0)

    def _tell(self, notice: str, to: notices.Recipient, whom: str, **data: Any) -> None:
        assert self.event is not None
        notices.tell(
            self.tx,
            notice,
            to,
            key=f"event:{self.event.id}:{notice}:{whom}",
            now=self.now,
            ticket_id=self.id,
            data={"event_id": self.event.id, **data},
        )


def begin(
    tx: Tx,
    act: str,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    own: bool = False,
) -> Deed | Done:
    """Start an act, or give what it answered when it was done before with the same key.

    `own`: what the act takes back was done by this OPD, which may have lost the ticket by it.

    Raises NotFound, Forbidden, Conflict (another version) or NotAllowed (by the status); Invalid
    when the key was used for something else.
    """
    if not 1 <= len(key) <= 100:
        raise Invalid("Kunci tindakan tidak sah. Muat ulang halaman, lalu coba lagi.")
    known = events.by_key(tx, _stored(key))
    if known is not None:
        return _again(known, act, ticket_id)
    ticket = tickets.get(tx, ticket_id)
    if ticket is None:
        raise NotFound
    if not own:
        _permit(tx, act, ticket, by)
    before = _snapshot(tx, ticket)
    if not tickets.claim(tx, ticket_id, version):
        raise Conflict(ticket.version)
    ticket = tickets.get(tx, ticket_id)
    assert ticket is not None
    lifecycle.check(act, ticket.status, by.part)
    return Deed(tx=tx, act=act, ticket=ticket, by=by, key=key, now=now, city=city, before=before)


def offered(tx: Tx, ticket: Ticket, by: Actor) -> tuple[str, ...]:
    """The acts this person may begin on the ticket now, for a page's buttons."""

    def permitted(act: str) -> bool:
        try:
            _permit(tx, act, ticket, by)
        except Forbidden:
            return False
        return True

    return tuple(act for act in lifecycle.possible(ticket.status, by.part) if permitted(act))


def _again(known: Event, act: str, ticket_id: int) -> Done:
    if known.ticket_id != ticket_id or known.data["act"] != act:
        raise Invalid("Kunci tindakan sudah dipakai. Muat ulang halaman, lalu coba lagi.")
    return Done(ticket_id=ticket_id, version=known.data["version"], event_id=known.id or 0, repeated=True)


def _permit(tx: Tx, act: str, ticket: Ticket, by: Actor) -> None:
    assert ticket.id is not None
    if by.part not in lifecycle.WHO[act]:
        raise Forbidden
    if by.kind == "system":
        return
    if by.kind == "citizen":
        if not hmac.compare_digest(by.token.encode(), ticket.token.encode()):
            raise Forbidden
        return
    if not may_see(by, facts(ticket, _opds(tx, ticket.id))):
        raise Forbidden
    if by.part == "opd" and act not in lifecycle.ASIDE and by.opd != ticket.opd:
        raise Forbidden


def _opds(tx: Tx, ticket_id: int) -> frozenset[str]:
    return frozenset(row.opd for row in tickets.owners(tx, ticket_id))


def _snapshot(tx: Tx, ticket: Ticket) -> dict[str, Any]:
    """What undoing the act needs to know of the ticket before it."""
    assert ticket.id is not None
    return {
        "status": ticket.status,
        "opd": ticket.opd,
        "owner": ticket.owner,
        "rule": ticket.rule,
        "outcome": ticket.outcome,
        "refusals": ticket.refusals,
        "supporting": list(tickets.supporting(tx, ticket.id)),
        "deadlines": [row.id for row in tickets.running(tx, ticket.id).values()],
    }


def _stored(key: str) -> str:
    return f"act:{key}"
