"""How often a notice is tried, and what may be written down about why it failed. Pure."""

import re
import zlib
from dataclasses import dataclass
from datetime import timedelta

_MAIL = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_NUMBER = re.compile(r"\+?\d(?:[\s.-]?\d){6,}")
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Waiting times. `broken` is how often a notice is tried that makes our own code fail.

    `timeout` bounds one sending; a lease outlasts it, so that nobody sends what is still under way.
    """

    first: timedelta = timedelta(seconds=30)
    most: timedelta = timedelta(hours=1)
    give_up: timedelta = timedelta(days=3)
    broken: int = 3
    timeout: timedelta = timedelta(seconds=45)
    lease: timedelta = timedelta(seconds=120)

    def wait(self, row_id: int, tries: int, at_least: float = 0.0) -> timedelta:
        """How long after try number `tries`: doubled each time, spread by a quarter, never at random.

        `at_least` are the seconds the provider asked for (a day at the most).
        """
        doublings = min(max(tries, 1), 20) - 1
        base = min(self.first * (1 << doublings), self.most)
        spread = zlib.crc32(f"{row_id}:{tries}".encode()) / 2**32
        return max(base * (0.75 + spread / 2), timedelta(seconds=min(at_least, 86_400.0)))


def reason(error: BaseException, *secrets: str) -> str:
    """An error in one line without addresses and numbers: providers like to quote the recipient."""
    text = " ".join(str(error).split())
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    text = _NUMBER.sub("…", _MAIL.sub("…", text))
    return (text or type(error).__name__)[:_MOST]
