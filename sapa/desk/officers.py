"""Who works here: create, deactivate, new passwords. Hashing happens outside the writer gate."""

import re
from datetime import datetime

from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.passwords import Passwords, fit, one_time
from sapa.desk.wording import clean
from store import officers
from store.db import Ledger, Tx
from store.tables import Officer

ROLES = ("administrator", "coordinator", "opd")
FIRST = "admin"

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


def create_first_administrator(tx: Tx, now: datetime, passwords: Passwords | None = None) -> str | None:
    """The one-time password of the login `admin`, or None when somebody can already log in.

    It hashes inside the transaction: once in an installation's life, before anybody waits.
    """
    if officers.any_exist(tx):
        return None
    password = one_time()
    officer = Officer(
        login=FIRST,
        name="Administrator",
        role="administrator",
        password_hash=(passwords or Passwords()).hash(password),
        created_at=now,
    )
    officers.add(tx, officer)
    return password


def create_officer(
    ledger: Ledger,
    by: Actor,
    *,
    login: str,
    name: str,
    role: str,
    opd: str,
    now: datetime,
    city: City,
    passwords: Passwords,
) -> tuple[int, str]:
    """A new officer; returns the id and the one-time password. Administrators only."""
    _administrator(by)
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Invalid("Nama masuk: 3 sampai 40 huruf kecil, angka, titik, garis.")
    name = clean(name, most=120, what="Nama")
    if role not in ROLES:
        raise Invalid("Pilih peran.")
    if (role == "opd") != (opd != "") or (opd and (opd not in city.opds or city.opds[opd].kind != "opd")):
        raise Invalid("Petugas OPD harus punya OPD; peran lain tidak.")
    password = one_time()
    kept = passwords.hash(password)

    def write(tx: Tx) -> int:
        if officers.by_login(tx, login) is not None:
            raise Invalid("Nama masuk ini sudah dipakai.")
        officer = Officer(login=login, name=name, role=role, opd=opd, password_hash=kept, created_at=now)
        return officers.add(tx, officer)

    return ledger.write(write), password


def deactivate(tx: Tx, by: Actor, officer_id: int) -> None:
    """The officer can no longer log in, and is logged out everywhere. The last administrator stays."""
    _administrator(by)
    officer = _known(tx, officer_id)
    last = officer.role == "administrator" and officers.count_active(tx, "administrator") == 1
    if officer.active and last:
        raise Invalid("Administrator terakhir tidak dapat dinonaktifkan.")
    officer.active = False
    officers.end_sessions(tx, officer_id)


def activate(tx: Tx, by: Actor, officer_id: int) -> None:
    """The officer can log in again."""
    _administrator(by)
    _known(tx, officer_id).active = True


def reset_password(ledger: Ledger, by: Actor, officer_id: int, *, passwords: Passwords) -> str:
    """A new one-time password for somebody who lost theirs; logs them out everywhere."""
    _administrator(by)
    password = one_time()
    kept = passwords.hash(password)

    def write(tx: Tx) -> None:
        officer = _known(tx, officer_id)
        officer.password_hash, officer.must_change = kept, True
        officers.end_sessions(tx, officer_id)

    ledger.write(write)
    return password


def change_password(
    ledger: Ledger, officer_id: int, *, old: str, new: str, passwords: Passwords, but: str = ""
) -> None:
    """An officer's own new password; every other login of theirs ends (`but` is the session kept)."""
    with ledger.reading() as tx:
        officer = _known(tx, officer_id)
    if not passwords.check(officer.password_hash, old):
        raise Invalid("Kata sandi lama tidak cocok.")
    if new == old:
        raise Invalid("Kata sandi baru harus berbeda.")
    kept = passwords.hash(fit(new, officer.login))

    def write(tx: Tx) -> None:
        row = _known(tx, officer_id)
        if row.password_hash != officer.password_hash:
            raise Invalid("Kata sandi baru saja diubah. Silakan masuk lagi.")
        row.password_hash, row.must_change = kept, False
        officers.end_sessions(tx, officer_id, but=but)

    ledger.write(write)


def _administrator(by: Actor) -> None:
    if by.kind != "officer" or by.role != "administrator":
        raise Forbidden


def _known(tx: Tx, officer_id: int) -> Officer:
    officer = officers.get(tx, officer_id)
    if officer is None:
        raise NotFound("Petugas tidak ditemukan.")
    return officer
