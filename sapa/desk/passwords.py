"""Passwords: argon2id, at most two at a time, never inside the writer gate."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from sapa.desk.errors import Invalid

SHORTEST, LONGEST = 10, 200
#: Without letters and digits that look alike: it is read aloud and typed once.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes and checks. Each check takes 64 MiB, so only `together` run at once; others wait."""

    def __init__(self, hasher: PasswordHasher | None = None, together: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(together)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """The argon2id hash to keep."""
        with self._room:
            return self._hasher.hash(password)

    def check(self, kept: str, password: str) -> bool:
        """Whether this is the password; with no `kept` hash it takes as long and says no."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobody, password) and kept != ""
            except (VerifyMismatchError, InvalidHashError):
                return False


def one_time() -> str:
    """A random password of 79 bits, to be changed at the first login."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def fit(password: str, login: str) -> str:
    """The password, or `Invalid` with what is wrong with it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"Kata sandi harus {SHORTEST} sampai {LONGEST} karakter.")
    if password.strip().casefold() == login or len(set(password)) < 4:
        raise Invalid("Kata sandi ini terlalu mudah ditebak.")
    return password
