"""Who works here: create, change roles, new passwords. Hashing happens outside the writer gate."""

import re
from datetime import datetime
from typing import Any

from sapa.desk import authority
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.passwords import Passwords, fit, one_time
from sapa.desk.permissions import may
from sapa.desk.wording import clean
from store import credentials, officers, positions
from store.db import Ledger, Tx
from store.tables import Officer, OfficerEvent

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
    """A new officer; returns the id and the one-time password. Administrators, and heads for their agency."""
    officer = fresh(by, login=login, name=name, role=role, opd=opd, now=now, city=city)
    password = one_time()
    officer["password_hash"] = passwords.hash(password)
    return ledger.write(lambda tx: add(tx, by, officer, now)), password


def fresh(
    by: Actor, *, login: str, name: str, role: str, opd: str, now: datetime, city: City
) -> dict[str, Any]:
    """The row of a new officer, checked; raises Forbidden or Invalid."""
    if not (may(by, "manage_people") or may(by, "manage_own_people")):
        raise Forbidden
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Invalid("Nama masuk: 3 sampai 40 huruf kecil, angka, titik, garis.")
    name = clean(name, most=120, what="Nama")
    authority.check_position(role, opd, city)
    authority.need_to_give(by, role, opd)
    if role == "head" and not may(by, "manage_people"):
        raise Forbidden
    return {"login": login, "name": name, "role": role, "opd": opd, "created_at": now, "password_hash": ""}


def add(tx: Tx, by: Actor, row: dict[str, Any], now: datetime) -> int:
    """Write a new officer; raises Invalid when the login name is taken."""
    if officers.by_login(tx, row["login"]) is not None:
        raise Invalid("Nama masuk ini sudah dipakai.")
    officer_id = officers.add(tx, Officer(**row))
    told = {"role": row["role"], "opd": row["opd"]}
    positions.note(
        tx, OfficerEvent(officer_id=officer_id, kind="added", by_id=by.officer_id, at=now, data=told)
    )
    return officer_id


def change_role(
    tx: Tx, by: Actor, officer_id: int, *, role: str, opd: str, now: datetime, city: City
) -> None:
    """Another position for somebody; their rights change at once. The last administrator stays one."""
    officer = _managed(tx, by, officer_id)
    if not may(by, "manage_people") or by.officer_id == officer_id:
        raise Forbidden
    authority.check_position(role, opd, city)
    if role != "administrator":
        keep_one_administrator(tx, officer)
    if (officer.role, officer.opd) == (role, opd):
        return
    told = {"from": [officer.role, officer.opd], "role": role, "opd": opd}
    officer.role, officer.opd = role, opd
    positions.end_actings(tx, officer_id, now)
    positions.note(
        tx, OfficerEvent(officer_id=officer_id, kind="role", by_id=by.officer_id, at=now, data=told)
    )


def keep_one_administrator(tx: Tx, officer: Officer) -> None:
    """Raise `Invalid` when this is the last active administrator."""
    if officer.active and officer.role == "administrator" and officers.count_active(tx, "administrator") == 1:
        raise Invalid("Administrator terakhir harus tetap ada.")


def activate(tx: Tx, by: Actor, officer_id: int, *, now: datetime) -> None:
    """The officer can log in again."""
    _managed(tx, by, officer_id).active = True
    positions.note(tx, OfficerEvent(officer_id=officer_id, kind="activated", by_id=by.officer_id, at=now))


def reset_password(ledger: Ledger, by: Actor, officer_id: int, *, passwords: Passwords, now: datetime) -> str:
    """A new one-time password for somebody who lost theirs; logs them out everywhere."""
    with ledger.reading() as tx:
        _managed(tx, by, officer_id)
    password = one_time()
    kept = passwords.hash(password)

    def write(tx: Tx) -> None:
        officer = _known(tx, officer_id)
        officer.password_hash, officer.must_change = kept, True
        officers.end_sessions(tx, officer_id)
        credentials.revoke_links(tx, officer_id, now)

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


def _managed(tx: Tx, by: Actor, officer_id: int) -> Officer:
    """Somebody whose login and rights this person may change."""
    if not (may(by, "manage_people") or may(by, "manage_own_people")):
        raise Forbidden
    officer = _known(tx, officer_id)
    authority.need(by, officer)
    return officer


def _known(tx: Tx, officer_id: int) -> Officer:
    officer = officers.get(tx, officer_id)
    if officer is None:
        raise NotFound("Petugas tidak ditemukan.")
    return officer
