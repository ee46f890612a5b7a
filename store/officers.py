"""Officers, their sessions, and the limits of trying to log in."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, delete, func, or_, select

from store.db import Tx
from store.tables import LoginLimit, Officer, Session


def get(tx: Tx, officer_id: int) -> Officer | None:
    """One officer."""
    return tx.session.get(Officer, officer_id)


def by_login(tx: Tx, login: str) -> Officer | None:
    """The officer of a login name."""
    return tx.session.exec(select(Officer).where(col(Officer.login) == login)).one_or_none()


def everybody(tx: Tx) -> Sequence[Officer]:
    """All officers, the active first, by name."""
    order = (col(Officer.active).desc(), col(Officer.name), col(Officer.id))
    return tx.session.exec(select(Officer).order_by(*order)).all()


def count_active(tx: Tx, role: str) -> int:
    """How many active officers there are of a role."""
    found = select(func.count()).where(col(Officer.role) == role, col(Officer.active))
    return tx.session.exec(found).one()


def any_exist(tx: Tx) -> bool:
    """Whether anybody was ever given a login."""
    return tx.session.exec(select(Officer.id).limit(1)).first() is not None


def names(tx: Tx, ids: Collection[int]) -> dict[int, str]:
    """Names of officers by id, for a history."""
    rows = tx.session.exec(select(Officer.id, Officer.name).where(col(Officer.id).in_(ids)))
    return {id: name for id, name in rows if id is not None}


def add(tx: Tx, officer: Officer) -> int:
    """A new officer; returns the id."""
    tx.session.add(officer)
    tx.flush()
    assert officer.id is not None
    return officer.id


def session(tx: Tx, id: str) -> tuple[Session, Officer] | None:
    """A session and whose it is."""
    found = select(Session, Officer).join(Officer, col(Officer.id) == col(Session.officer_id))
    return tx.session.exec(found.where(col(Session.id) == id)).one_or_none()


def add_session(tx: Tx, session: Session) -> None:
    """A new login."""
    tx.session.add(session)
    tx.flush()


def end_session(tx: Tx, id: str) -> None:
    """Forget one login."""
    tx.session.exec(delete(Session).where(col(Session.id) == id))


def end_sessions(tx: Tx, officer_id: int, *, but: str = "") -> None:
    """Forget every login of an officer, except one."""
    tx.session.exec(delete(Session).where(col(Session.officer_id) == officer_id, col(Session.id) != but))


def sweep(tx: Tx, now: datetime, idle: timedelta, unused: timedelta, known: timedelta) -> None:
    """Forget sessions that are over, limits nobody touched for `unused` and what was seen before `known`."""
    over = or_(col(Session.expires_at) <= now, col(Session.seen_at) <= now - idle)
    tx.session.exec(delete(Session).where(over))
    limit = ~col(LoginLimit.bucket).startswith("known:")
    full = (col(LoginLimit.at) <= now - unused) & limit
    tx.session.exec(delete(LoginLimit).where(or_(full, col(LoginLimit.at) <= now - known)))


def see(tx: Tx, bucket: str, now: datetime) -> None:
    """Remember when this (`known:…`) was last so."""
    tx.session.merge(LoginLimit(bucket=bucket, tokens=0, at=now))


def seen_since(tx: Tx, bucket: str, since: datetime) -> bool:
    """Whether this was so after that moment."""
    row = tx.session.get(LoginLimit, bucket)
    return row is not None and row.at > since


def take_token(tx: Tx, bucket: str, now: datetime, *, size: float, per_second: float) -> bool:
    """Take one token from a bucket that fills at `per_second` up to `size`; False if it is empty."""
    row = tx.session.get(LoginLimit, bucket)
    if row is None:
        row = LoginLimit(bucket=bucket, tokens=size, at=now)
        tx.session.add(row)
    elif now > row.at:
        row.tokens = min(size, row.tokens + (now - row.at).total_seconds() * per_second)
        row.at = now
    if row.tokens < 1:
        return False
    row.tokens -= 1
    return True


def give_token(tx: Tx, bucket: str, *, size: float) -> None:
    """Put one token back: the try was a good one."""
    row = tx.session.get(LoginLimit, bucket)
    if row is not None:
        row.tokens = min(size, row.tokens + 1)
