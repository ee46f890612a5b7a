"""Limits kept in memory: so many tries a minute of one address, no more addresses than fit."""

from collections import OrderedDict
from datetime import datetime

from fastapi import Request
from starlette.exceptions import HTTPException

from sapa.web.office import office_of

KEPT = 10_000
OFTEN = "Terlalu banyak kiriman dari alamat internet ini. Silakan coba lagi satu menit lagi."


class Buckets:
    """A token bucket per key, 0 = no limit; the least recently seen keys are forgotten."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, key: str, now: datetime) -> bool:
        """Whether this key may try once more now."""
        if not self.per_minute:
            return True
        tokens, since = self._left.pop(key, (float(self.per_minute), now))
        refilled = (now - since).total_seconds() / 60 * self.per_minute
        tokens = min(float(self.per_minute), tokens + max(0.0, refilled))
        allowed = tokens >= 1
        self._left[key] = (tokens - 1 if allowed else tokens, now)
        while len(self._left) > KEPT:
            self._left.popitem(last=False)
        return allowed


def address(request: Request) -> str:
    """Who asks: the peer, or what a trusted proxy says; never logged."""
    if office_of(request).trusted_proxy:
        forwarded = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return request.client.host if request.client else ""


def admit(request: Request) -> None:
    """Let an address send no more complaints a minute than configured; raises HTTPException 429."""
    senders: Buckets = request.app.state.senders
    if senders.per_minute and not senders.take(address(request), office_of(request).clock()):
        raise HTTPException(429, OFTEN, headers={"Retry-After": "60"})
