"""Somebody leaves: sessions, links and rights end, what they had in hand goes on, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sapa.desk import authority
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Invalid, NotFound
from sapa.desk.officers import keep_one_administrator
from sapa.desk.permissions import holders
from store import chats, claims, credentials, events, officers, positions, queue
from store.db import Tx
from store.tables import Acting, Officer, OfficerEvent

#: As long as leaving can be taken back.
UNDO = timedelta(hours=24)
GONE = "Petugas ini sudah tidak aktif. Muat ulang halaman."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What leaving would end and move: logins, acting positions, tickets in hand, who could go on."""

    officer: Officer
    sessions: int
    actings: int
    tickets: int
    successors: Sequence[Officer]


def outlook(tx: Tx, by: Actor, officer_id: int, now: datetime) -> Outlook:
    """What `leave` would do now; raises Forbidden, NotFound, or Invalid when they cannot leave."""
    officer = _leaver(tx, by, officer_id)
    return Outlook(
        officer=officer,
        sessions=len(positions.sessions(tx, officer_id)),
        actings=len(_actings(tx, officer_id, now)),
        tickets=len(in_hand(tx, officer_id)),
        successors=successors(tx, officer, now),
    )


def successors(tx: Tx, officer: Officer, now: datetime) -> list[Officer]:
    """Who could go on with this officer's tickets: colleagues who may work, first who acts for them."""
    may_work = holders("work")
    acts = {row.officer_id for row in positions.actings(tx, now) if _stands_in(row.role, row.opd, officer)}
    found = [
        one
        for one in officers.everybody(tx)
        if one.active
        and one.id != officer.id
        and (one.id in acts or (one.opd == officer.opd and one.role in may_work))
    ]
    return sorted(found, key=lambda one: one.id not in acts)


def in_hand(tx: Tx, officer_id: int) -> Sequence[tuple[int, int]]:
    """Open tickets whose last officer this one was, each with the event that says so."""
    return positions.in_hand(tx, officer_id, (*queue.OPEN, "resolved", "external"))


def leave(tx: Tx, by: Actor, officer_id: int, *, successor_id: int | None, now: datetime) -> int:
    """The officer's logins, links, acting positions and rights end; their tickets go to the successor.

    Returns how many tickets. Raises Forbidden, NotFound, Conflict (already gone) or Invalid.
    """
    officer = _leaver(tx, by, officer_id)
    held = in_hand(tx, officer_id)
    if successor_id is not None and successor_id not in {one.id for one in successors(tx, officer, now)}:
        raise Invalid("Pilih penerus dari daftar.")
    ended = [row.id for row in _actings(tx, officer_id, now)]
    moved = _hand_on(tx, [one for one, _ in held], officer_id, successor_id, by, now)
    officer.active = False
    end_everything(tx, officer_id, now)
    told = {"successor": successor_id, "tickets": moved, "actings": ended}
    _note(tx, officer_id, "left", by, now, told)
    return len(moved)


def end_everything(tx: Tx, officer_id: int, now: datetime) -> None:
    """Every way in and every right beside the role ends: logins, links, positions, claims, own chats."""
    officers.end_sessions(tx, officer_id)
    credentials.revoke_links(tx, officer_id, now)
    positions.end_actings(tx, officer_id, now)
    claims.release_all(tx, officer_id)
    chats.end_of_officer(tx, officer_id, now, "left")


def may_return(tx: Tx, officer_id: int, now: datetime) -> bool:
    """Whether the officer left so lately that it can be taken back."""
    officer, left = officers.get(tx, officer_id), positions.last_note(tx, officer_id, "left")
    return officer is not None and not officer.active and left is not None and left.at + UNDO > now


def take_back(tx: Tx, by: Actor, officer_id: int, *, now: datetime) -> int:
    """Within a day: rights and acting positions are back, and the tickets nobody has touched since.

    Returns how many tickets came back.
    """
    officer, left = _known(tx, officer_id), positions.last_note(tx, officer_id, "left")
    authority.need(by, officer)
    if officer.active:
        raise Conflict(0)
    if left is None or not may_return(tx, officer_id, now):
        raise Invalid("Ini hanya dapat dibatalkan dalam sehari. Aktifkan kembali petugasnya bila perlu.")
    officer.active = True
    for id in left.data["actings"]:
        row = positions.acting(tx, id)
        if row is not None:
            row.ended_at = None
    back = _untouched(tx, left.data["tickets"], left.data["successor"])
    moved = _hand_on(tx, back, left.data["successor"] or 0, officer_id, by, now)
    _note(tx, officer_id, "returned", by, now, {"tickets": moved})
    return len(moved)


def _leaver(tx: Tx, by: Actor, officer_id: int) -> Officer:
    officer = _known(tx, officer_id)
    authority.need(by, officer)
    if by.officer_id == officer_id:
        raise Invalid("Anda tidak dapat mengakhiri akses Anda sendiri. Minta rekan yang berwenang.")
    if not officer.active:
        raise Invalid(GONE)
    keep_one_administrator(tx, officer)
    return officer


def _stands_in(role: str, opd: str, officer: Officer) -> bool:
    return (role, opd) == (officer.role, officer.opd) and role in holders("work")


def _actings(tx: Tx, officer_id: int, now: datetime) -> list[Acting]:
    """Acting positions that end with this officer: theirs, and those that stand in for them."""
    rows = positions.actings(tx, now)
    return [row for row in rows if officer_id in (row.officer_id, row.instead_id)]


def _untouched(tx: Tx, moved: Sequence[int], holder_id: int | None) -> list[int]:
    """Those of the moved tickets that nobody of the office has touched since."""
    if holder_id is None:
        return []
    newest = {ticket: events.get(tx, event) for ticket, event in in_hand(tx, holder_id)}
    return [one for one in moved if (last := newest.get(one)) is not None and last.kind == "passed_on"]


def _hand_on(
    tx: Tx, ids: Sequence[int], former_id: int, to_id: int | None, by: Actor, now: datetime
) -> list[int]:
    """The tickets are in another officer's hands from now on; history says so. None: the agency's own."""
    if to_id is None:
        return []
    for id in ids:
        told = {"from": former_id, "by": by.officer_id, "part": "opd" if _of_opd(tx, to_id) else "office"}
        opd = _of_opd(tx, to_id)
        events.add(tx, id, "passed_on", actor="officer", at=now, officer_id=to_id, opd=opd, data=told)
    return list(ids)


def _of_opd(tx: Tx, officer_id: int) -> str:
    officer = officers.get(tx, officer_id)
    return officer.opd if officer else ""


def _known(tx: Tx, officer_id: int) -> Officer:
    officer = officers.get(tx, officer_id)
    if officer is None:
        raise NotFound("Petugas tidak ditemukan.")
    return officer


def _note(tx: Tx, officer_id: int, kind: str, by: Actor, now: datetime, told: dict[str, Any]) -> None:
    positions.note(tx, OfficerEvent(officer_id=officer_id, kind=kind, by_id=by.officer_id, at=now, data=told))
