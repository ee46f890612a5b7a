"""Log in, stay logged in, log out; how often anybody may try."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sapa.desk import acting, factors
from sapa.desk.actor import Actor
from sapa.desk.errors import ActError
from sapa.desk.passwords import LONGEST, Passwords
from sapa.desk.permissions import may
from store import officers
from store.db import Ledger, Tx
from store.tables import Acting, Officer, Session

#: (name, size, seconds until a token comes back) of each.
Buckets = tuple[tuple[str, int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long logins last and how often one may try (tokens, and seconds until one comes back).

    A login name is tried from one network address (`login`), one address tries names (`address`),
    and a name is tried from all addresses together (`strangers`) that have not logged in with it
    within `known`: nobody elsewhere locks an officer out of where they work. Roles in
    `second_factor` must have set up codes once their login is `grace` old.
    """

    idle: timedelta = timedelta(hours=1)
    absolute: timedelta = timedelta(hours=12)
    known: timedelta = timedelta(days=60)
    login_tries: int = 8
    login_seconds: float = 60.0
    address_tries: int = 30
    address_seconds: float = 10.0
    strangers_tries: int = 30
    strangers_seconds: float = 10.0
    code_tries: int = 5
    code_seconds: float = 60.0
    second_factor: frozenset[str] = frozenset()
    grace: timedelta = timedelta(days=7)


class LoginFailed(ActError):
    """Wrong name or password, or no longer active: nobody learns which."""

    def __init__(self) -> None:
        super().__init__("Nama masuk atau kata sandi salah.")


class TooOften(ActError):
    """Too many tries for this login name or from this address; `seconds` until the next."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Terlalu banyak percobaan masuk. Coba lagi sebentar lagi.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Somebody logged in: `actor` acts for them, once they are `ready`.

    `role` and `opd` are those of the acting position they chose (`acting`), if it is in force, else
    their own. First comes the second factor (`code_due`), then a new password (`must_change`), then
    the set-up of codes where the role asks for it: until `set_up_by`, afterwards nothing else is open.
    """

    session_id: str
    officer_id: int
    login: str
    name: str
    role: str
    opd: str
    csrf: str
    must_change: bool
    acting: bool = False
    code_due: bool = False
    set_up_by: datetime | None = None
    overdue: bool = False

    @property
    def ready(self) -> bool:
        """Whether nothing stands between them and their pages."""
        return not (self.code_due or self.must_change or self.overdue)

    def may(self, right: str) -> bool:
        """Whether the permissions table gives them this right."""
        return may(self.actor, right)

    @property
    def actor(self) -> Actor:
        """Who they are to the acts."""
        return Actor(
            kind="officer",
            officer_id=self.officer_id,
            role=self.role,
            opd=self.opd,
            name=self.name,
            acting=self.acting,
        )


def log_in(
    ledger: Ledger,
    *,
    login: str,
    password: str,
    address: str,
    now: datetime,
    passwords: Passwords,
    limits: Limits,
) -> str:
    """Returns the cookie of a new session. Blocks its thread for the time of one password check.

    Raises `TooOften` (before any checking) or `LoginFailed`; unknown names take as long as known.
    """
    login = login.strip().lower()[:100]
    known = _bucket("known", f"{login}\0{address}")
    with ledger.reading() as tx:
        stranger = not officers.seen_since(tx, known, now - limits.known)
    buckets = _buckets(login, address, limits, stranger=stranger)
    wait = ledger.write(lambda tx: _admit(tx, buckets, now))
    if wait:
        raise TooOften(wait)
    with ledger.reading() as tx:
        officer = officers.by_login(tx, login)
    usable = officer.password_hash if officer and officer.active else ""
    if not passwords.check(usable, password[: LONGEST + 1]) or officer is None:
        raise LoginFailed
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)

    def write(tx: Tx) -> None:
        _begin(tx, officer, cookie, csrf, now, limits)
        for name, size, _ in buckets:
            officers.give_token(tx, name, size=size)
        officers.see(tx, known, now)

    ledger.write(write)
    return cookie


def admit(ledger: Ledger, kind: str, who: str, *, tries: int, seconds: float, now: datetime) -> None:
    """Take one of the `tries` that come back each `seconds`; raises `TooOften` when there is none."""
    buckets: Buckets = ((_bucket(kind, who), tries, seconds),)
    wait = ledger.write(lambda tx: _admit(tx, buckets, now))
    if wait:
        raise TooOften(wait)


def _buckets(login: str, address: str, limits: Limits, *, stranger: bool) -> Buckets:
    """What a try takes a token from; only strangers share one for all addresses."""
    here: Buckets = (
        (_bucket("login", f"{login}\0{address}"), limits.login_tries, limits.login_seconds),
        (_bucket("address", address), limits.address_tries, limits.address_seconds),
    )
    everywhere = (_bucket("strangers", login), limits.strangers_tries, limits.strangers_seconds)
    return (*here, everywhere) if stranger else here


def _admit(tx: Tx, buckets: Buckets, now: datetime) -> float:
    """Take a token from each bucket up to an empty one; 0, or the seconds to wait for that."""
    for name, size, seconds in buckets:
        if not officers.take_token(tx, name, now, size=size, per_second=1 / seconds):
            return seconds
    return 0.0


def _begin(tx: Tx, seen: Officer, cookie: str, csrf: str, now: datetime, limits: Limits) -> None:
    """The session, unless the officer changed while the password was checked."""
    officer = officers.by_login(tx, seen.login)
    if officer is None or not officer.active or officer.password_hash != seen.password_hash:
        raise LoginFailed
    assert officer.id is not None
    officers.add_session(
        tx,
        Session(
            id=session_id(cookie),
            officer_id=officer.id,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            expires_at=now + limits.absolute,
            code_due=factors.on(tx, officer.id),
        ),
    )


def who(tx: Tx, cookie: str, now: datetime, limits: Limits) -> LoggedIn | None:
    """Who holds this cookie, None if nobody (any more). Reads only."""
    found = officers.session(tx, session_id(cookie))
    if found is None:
        return None
    session, officer = found
    over = session.expires_at <= now or session.seen_at + limits.idle <= now
    if over or not officer.active:
        return None
    position = acting.chosen(tx, session, now)
    by = _set_up_by(tx, officer, position, limits)
    return LoggedIn(
        session_id=session.id,
        officer_id=session.officer_id,
        login=officer.login,
        name=officer.name,
        role=position.role if position else officer.role,
        opd=position.opd if position else officer.opd,
        csrf=session.csrf,
        must_change=officer.must_change,
        acting=position is not None,
        code_due=session.code_due,
        set_up_by=by,
        overdue=by is not None and by <= now,
    )


def _set_up_by(tx: Tx, officer: Officer, position: Acting | None, limits: Limits) -> datetime | None:
    """Until when codes are to be set up; None: they are, or need not be."""
    roles = {officer.role, position.role if position else officer.role}
    if not roles & limits.second_factor or officer.id is None or factors.on(tx, officer.id):
        return None
    return officer.created_at + limits.grace


def seen(tx: Tx, cookie: str, now: datetime) -> None:
    """They are still here; write it at most once a minute (`stale` says when)."""
    found = officers.session(tx, session_id(cookie))
    if found is not None and found[0].seen_at < now:
        found[0].seen_at = now


def stale(tx: Tx, cookie: str, now: datetime, every: timedelta = timedelta(minutes=1)) -> bool:
    """Whether it is time to call `seen` for a session that is in use."""
    found = officers.session(tx, session_id(cookie))
    return found is not None and found[0].seen_at + every <= now


def log_out(tx: Tx, cookie: str) -> None:
    """The cookie opens nothing any more."""
    officers.end_session(tx, session_id(cookie))


def sweep(tx: Tx, now: datetime, limits: Limits) -> None:
    """Forget sessions that are over, limits that are full again and addresses long unseen; a job calls it."""
    officers.sweep(tx, now, limits.idle, timedelta(days=1), limits.known)


def session_id(cookie: str) -> str:
    """What the ledger keeps of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def _bucket(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
