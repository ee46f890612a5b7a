"""The second factor: codes from an app (TOTP), each good once, and recovery codes for a lost telephone."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

from sapa.desk import authority
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.passwords import LETTERS
from store import credentials, officers, positions
from store.db import Tx
from store.tables import OfficerEvent, SecondFactor

#: Seconds of a step, and how many steps the clocks may differ.
STEP, DRIFT = 30, 1
RECOVERY_CODES = 10
WRONG = "Kode tidak cocok. Tunggu kode berikutnya di aplikasi, lalu coba lagi."


def on(tx: Tx, officer_id: int) -> bool:
    """Whether this officer's logins ask for a code."""
    factor = credentials.factor(tx, officer_id)
    return factor is not None and factor.confirmed_at is not None


def begin(tx: Tx, officer_id: int) -> str:
    """The secret to be set up (base32); the same until it is confirmed. Raises Invalid when codes are on."""
    factor = credentials.factor(tx, officer_id)
    if factor is None:
        factor = SecondFactor(officer_id=officer_id, secret=pyotp.random_base32())
        credentials.set_factor(tx, factor)
    if factor.confirmed_at is not None:
        raise Invalid("Kode masuk sudah aktif.")
    return factor.secret


def confirm(tx: Tx, officer_id: int, code: str, *, session_id: str, now: datetime) -> list[str]:
    """Codes are on from now, also for the officer's other logins; returns the recovery codes, shown once."""
    factor = credentials.factor(tx, officer_id)
    if factor is None or factor.confirmed_at is not None:
        raise Invalid("Mulai lagi dari halaman akun Anda.")
    _spend(tx, factor, code, now)
    factor.confirmed_at = now
    officers.end_sessions(tx, officer_id, but=session_id)
    _note(tx, officer_id, "factor_on", officer_id, now)
    return _new_recovery_codes(tx, officer_id)


def give(tx: Tx, officer_id: int, session_id: str, code: str, now: datetime) -> None:
    """The code of a login: from the app, or a recovery code. Raises Invalid."""
    _prove(tx, officer_id, code, now)
    credentials.code_given(tx, session_id)


def renew_recovery_codes(tx: Tx, officer_id: int, code: str, now: datetime) -> list[str]:
    """Ten new recovery codes instead of the old ones, for a code."""
    _prove(tx, officer_id, code, now)
    return _new_recovery_codes(tx, officer_id)


def switch_off(tx: Tx, officer_id: int, code: str, *, now: datetime) -> None:
    """The officer's own wish, for a code."""
    _prove(tx, officer_id, code, now)
    _off(tx, officer_id, officer_id, now)


def take_off(tx: Tx, by: Actor, officer_id: int, *, now: datetime) -> None:
    """Somebody lost telephone and recovery codes: an administrator switches it off; they are logged out."""
    officer = officers.get(tx, officer_id)
    if officer is None:
        raise NotFound("Petugas tidak ditemukan.")
    authority.need(by, officer)
    if by.officer_id == officer_id:
        raise Forbidden
    if credentials.factor(tx, officer_id) is None:
        return
    officers.end_sessions(tx, officer_id)
    _off(tx, officer_id, by.officer_id, now)


def uri(secret: str, login: str, issuer: str) -> str:
    """What the QR code says to an app."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=login, issuer_name=issuer)


def _prove(tx: Tx, officer_id: int, code: str, now: datetime) -> None:
    factor = credentials.factor(tx, officer_id)
    if factor is None or factor.confirmed_at is None:
        raise Invalid("Kode masuk belum aktif.")
    digest = _digest(officer_id, code)
    if not credentials.spend_recovery_code(tx, officer_id, digest, now):
        _spend(tx, factor, code, now)


def _spend(tx: Tx, factor: SecondFactor, code: str, now: datetime) -> None:
    """Use up the step of this code; raises Invalid when it is wrong, too old or was used."""
    code = "".join(code.split())
    here = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(factor.secret, interval=STEP)
    for step in range(here - DRIFT, here + DRIFT + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
        if right and credentials.spend_step(tx, factor.officer_id or 0, step):
            return
    raise Invalid(WRONG)


def _new_recovery_codes(tx: Tx, officer_id: int) -> list[str]:
    codes = ["-".join(_letters(4) for _ in range(3)) for _ in range(RECOVERY_CODES)]
    credentials.add_recovery_codes(tx, officer_id, [_digest(officer_id, code) for code in codes])
    return codes


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _digest(officer_id: int, code: str) -> str:
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(f"{officer_id}\0{plain}".encode()).hexdigest()


def _off(tx: Tx, officer_id: int, by_id: int | None, now: datetime) -> None:
    credentials.forget_factor(tx, officer_id)
    _note(tx, officer_id, "factor_off", by_id, now)


def _note(tx: Tx, officer_id: int, kind: str, by_id: int | None, now: datetime) -> None:
    positions.note(tx, OfficerEvent(officer_id=officer_id, kind=kind, by_id=by_id, at=now))
