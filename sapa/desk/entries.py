"""Ways in by mail: invitations and lost passwords, by signed links that open once and not for long."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from notifier import notices
from sapa.desk import authority, logins, officers
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import ActError, Forbidden, Invalid, NotFound
from sapa.desk.passwords import Passwords, fit
from sapa.desk.permissions import may
from sapa.desk.wording import clean
from store import credentials, positions
from store import officers as rows
from store.db import Ledger, Tx
from store.ids import uuid7
from store.tables import Officer, OfficerEvent, OfficerLink

#: How long each kind of link opens.
VALID = {"invitation": timedelta(days=3), "password": timedelta(hours=1)}
NOTICES = {"invitation": "invitation", "password": "lost_password"}
#: Requests for a lost password: (tries, seconds until one comes back) of an address, and of a login.
ASKS = {"ask-address": (10, 60.0), "ask-login": (3, 600.0)}

_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")


class EntryGone(ActError):
    """The link was used, withdrawn, is too old, or none of ours."""

    def __init__(self) -> None:
        super().__init__("Tautan ini tidak berlaku lagi. Mintalah yang baru.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a link opens: a password for this officer; `kind` is invitation or password."""

    kind: str
    officer_id: int
    login: str
    name: str


def email_of(text: str) -> str:
    """An e-mail address, or Invalid."""
    text = text.strip()
    if len(text) > 200 or not _MAIL.fullmatch(text):
        raise Invalid("Alamat surel tidak lengkap. Contoh: nama@instansi.go.id.")
    return text


def invite(
    tx: Tx, by: Actor, *, login: str, name: str, email: str, role: str, opd: str, now: datetime, city: City
) -> int:
    """A new officer who sets their own password by a mailed link; returns the id."""
    row = officers.fresh(by, login=login, name=name, role=role, opd=opd, now=now, city=city)
    row |= {"email": email_of(email), "must_change": False}
    officer_id = officers.add(tx, by, row, now)
    _mail(tx, officer_id, "invitation", now)
    return officer_id


def invite_again(tx: Tx, by: Actor, officer_id: int, *, now: datetime) -> None:
    """A new link; the one before opens nothing any more."""
    _invited(tx, by, officer_id)
    _mail(tx, officer_id, "invitation", now)


def withdraw(tx: Tx, by: Actor, officer_id: int, *, now: datetime) -> None:
    """The invitation opens nothing any more, and the officer is not one."""
    _invited(tx, by, officer_id).active = False
    credentials.revoke_links(tx, officer_id, now)
    notices.withdraw(tx, f"entry:{officer_id}:")
    note = OfficerEvent(officer_id=officer_id, kind="withdrawn", by_id=by.officer_id, at=now)
    positions.note(tx, note)


def set_email(tx: Tx, by: Actor, officer_id: int, email: str) -> None:
    """Where an officer gets mail: their own to change, or by whoever manages them."""
    officer = rows.get(tx, officer_id)
    if officer is None:
        raise NotFound("Petugas tidak ditemukan.")
    if by.officer_id != officer_id:
        authority.need(by, officer)
    officer.email = email_of(email) if email.strip() else ""


def ask(ledger: Ledger, login: str, address: str, now: datetime) -> None:
    """A link to whoever lost their password, if they have an e-mail address; nobody learns whether.

    Raises `logins.TooOften` for an address that asks too often; a login asked for too often stays silent.
    """
    login = login.strip().lower()[:200]
    tries, seconds = ASKS["ask-address"]
    logins.admit(ledger, "ask-address", address, tries=tries, seconds=seconds, now=now)
    tries, seconds = ASKS["ask-login"]
    try:
        logins.admit(ledger, "ask-login", login, tries=tries, seconds=seconds, now=now)
    except logins.TooOften:
        return

    def write(tx: Tx) -> None:
        officer = rows.by_login(tx, login)
        if officer and officer.id and officer.active and officer.email and officer.password_hash:
            _mail(tx, officer.id, "password", now)

    ledger.write(write)


def look(tx: Tx, uuid: UUID, now: datetime) -> Entry:
    """What the link opens; looking changes nothing. Raises EntryGone."""
    link = credentials.link(tx, uuid)
    officer = rows.get(tx, link.officer_id) if link is not None else None
    if link is None or officer is None or officer.id is None or not officer.active:
        raise EntryGone
    if link.used_at or link.revoked_at or link.expires_at <= now:
        raise EntryGone
    if (link.kind == "invitation") != (officer.password_hash == ""):
        raise EntryGone
    return Entry(kind=link.kind, officer_id=officer.id, login=officer.login, name=officer.name)


def redeem(
    ledger: Ledger, uuid: UUID, *, name: str, password: str, passwords: Passwords, now: datetime
) -> Entry:
    """Set the password (and, invited, the name): the link is used up and every login of theirs ends.

    Raises EntryGone, or Invalid: then the link stays good.
    """
    with ledger.reading() as tx:
        entry = look(tx, uuid, now)
    name = clean(name, most=120, what="Nama") if entry.kind == "invitation" else entry.name
    kept = passwords.hash(fit(password, entry.login))

    def write(tx: Tx) -> None:
        look(tx, uuid, now)
        if not credentials.spend_link(tx, uuid, now):
            raise EntryGone
        officer = rows.get(tx, entry.officer_id)
        assert officer is not None
        officer.name, officer.password_hash, officer.must_change = name, kept, False
        tx.flush()
        credentials.revoke_links(tx, entry.officer_id, now)
        rows.end_sessions(tx, entry.officer_id)
        kind = "joined" if entry.kind == "invitation" else "password"
        positions.note(
            tx, OfficerEvent(officer_id=entry.officer_id, kind=kind, by_id=entry.officer_id, at=now)
        )

    ledger.write(write)
    return entry


def _mail(tx: Tx, officer_id: int, kind: str, now: datetime) -> None:
    """A new link instead of earlier ones, by mail."""
    credentials.revoke_links(tx, officer_id, now)
    uuid = uuid7(now)
    link = OfficerLink(uuid=uuid, officer_id=officer_id, kind=kind, expires_at=now + VALID[kind])
    credentials.add_link(tx, link)
    notices.withdraw(tx, f"entry:{officer_id}:")
    to = notices.officer(officer_id)
    notices.tell(tx, NOTICES[kind], to, key=f"entry:{officer_id}:{uuid}", now=now, data={"link": str(uuid)})


def _invited(tx: Tx, by: Actor, officer_id: int) -> Officer:
    if not (may(by, "manage_people") or may(by, "manage_own_people")):
        raise Forbidden
    officer = rows.get(tx, officer_id)
    if officer is None:
        raise NotFound("Petugas tidak ditemukan.")
    authority.need(by, officer)
    if officer.password_hash or not officer.active or not officer.email:
        raise Invalid("Petugas ini tidak sedang diundang.")
    return officer
