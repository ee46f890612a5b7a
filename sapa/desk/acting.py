"""Acting officers ("Plt."): somebody fills a position from one city day to another, no job needed."""

from datetime import date, datetime, time, timedelta

from sapa.desk import authority
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Invalid, NotFound
from store import officers, positions
from store.db import Tx
from store.tables import Acting, Officer, OfficerEvent, Session

#: The longest somebody may act without being named again.
LONGEST = timedelta(days=366)
FILLED = "Pada hari-hari itu jabatan ini sudah ada Plt.-nya. Akhiri dahulu, atau pilih hari lain."


def in_force(row: Acting, now: datetime) -> bool:
    """Whether the position's rights hold now."""
    return row.ended_at is None and row.since <= now < row.until


def chosen(tx: Tx, session: Session, now: datetime) -> Acting | None:
    """The acting position this login works in, None: in the officer's own."""
    row = positions.acting(tx, session.acting_id) if session.acting_id is not None else None
    return row if row is not None and row.officer_id == session.officer_id and in_force(row, now) else None


def choose(tx: Tx, session_id: str, officer_id: int, acting_id: int | None, now: datetime) -> None:
    """Work in an acting position of one's own from now on, or (None) in one's own role again."""
    if acting_id is not None:
        row = positions.acting(tx, acting_id)
        if row is None or row.officer_id != officer_id or not in_force(row, now):
            raise NotFound("Penugasan ini tidak ada atau tidak sedang berlaku.")
    positions.choose(tx, session_id, acting_id)


def name(
    tx: Tx,
    by: Actor,
    officer_id: int,
    *,
    role: str,
    opd: str,
    since: date,
    until: date,
    now: datetime,
    city: City,
    instead_id: int | None = None,
) -> int:
    """Name an acting officer from the first to the last city day; returns the id.

    Raises Forbidden, NotFound, or Invalid: wrong days, a position they have, one already filled then.
    """
    officer = officers.get(tx, officer_id)
    if officer is None or not officer.active:
        raise NotFound("Petugas ini tidak ada atau tidak aktif.")
    authority.need(by, officer)
    authority.need_to_give(by, role, opd)
    authority.check_position(role, opd, city)
    if (officer.role, officer.opd) == (role, opd):
        raise Invalid("Petugas ini sudah memegang jabatan itu.")
    if instead_id is not None:
        _absent(tx, instead_id, officer_id, role, opd)
    _check_days(since, until, now.astimezone(city.tz).date())
    begin, end = (datetime.combine(day, time(), city.tz) for day in (since, until + timedelta(days=1)))
    begin, end = begin.astimezone(now.tzinfo), end.astimezone(now.tzinfo)
    _check_free(tx, officer_id, role, opd, begin, end, now, instead_id)
    row = Acting(officer_id=officer_id, role=role, opd=opd, instead_id=instead_id, since=begin, until=end)
    id = positions.add_acting(tx, row)
    told = {"role": role, "opd": opd, "since": since.isoformat(), "until": until.isoformat()}
    note = OfficerEvent(officer_id=officer_id, kind="acting", by_id=by.officer_id, at=now, data=told)
    positions.note(tx, note)
    return id


def end(tx: Tx, by: Actor, acting_id: int, *, now: datetime) -> None:
    """The acting ends now; ending it twice is ending it once."""
    row = positions.acting(tx, acting_id)
    officer = officers.get(tx, row.officer_id) if row is not None else None
    if row is None or officer is None:
        raise NotFound("Penugasan ini tidak ada.")
    authority.need(by, officer)
    if row.ended_at is None:
        row.ended_at = now
        told = {"role": row.role, "opd": row.opd}
        kind = "acting_ended"
        positions.note(
            tx, OfficerEvent(officer_id=row.officer_id, kind=kind, by_id=by.officer_id, at=now, data=told)
        )


def _absent(tx: Tx, instead_id: int, officer_id: int, role: str, opd: str) -> None:
    away: Officer | None = officers.get(tx, instead_id)
    if away is None or instead_id == officer_id or (away.role, away.opd) != (role, opd):
        raise Invalid("Yang digantikan tidak memegang jabatan itu.")


def _check_days(since: date, until: date, today: date) -> None:
    if since < today:
        raise Invalid("Hari pertama tidak boleh sudah lewat.")
    if until < since:
        raise Invalid("Hari terakhir tidak boleh sebelum hari pertama.")
    if until - since >= LONGEST:
        raise Invalid("Penugasan paling lama satu tahun; perpanjang nanti bila perlu.")


def _check_free(
    tx: Tx,
    officer_id: int,
    role: str,
    opd: str,
    begin: datetime,
    end: datetime,
    now: datetime,
    instead_id: int | None,
) -> None:
    """Nobody acts twice at once in a position, and a head or an absent person has one stand-in."""
    for row in positions.actings(tx, now):
        same = (row.role, row.opd) == (role, opd)
        one_only = row.officer_id == officer_id or role == "head" or row.instead_id == instead_id is not None
        if same and one_only and row.since < end and begin < row.until:
            raise Invalid(FILLED)
