""" "Kanal mati" and "kanal hidup lagi": a channel is declared down, and works again."""

from datetime import datetime

from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.permissions import may
from sapa.desk.wording import clean
from store import detours, outages
from store.db import Tx


def declare(
    tx: Tx,
    channel: str,
    by: Actor,
    *,
    reason: str,
    expected_at: datetime | None,
    key: str,
    now: datetime,
    city: City,
) -> int:
    """The channel is down: every page says so, and citizens are told another way. Returns the outage's id.

    The same `key` is the same declaration. Raises Forbidden, NotFound (no such channel) or Invalid
    (no reason, an expected time that has passed, down already).
    """
    officer = diskominfo(by)
    if channel not in city.channel_names:
        raise NotFound("Kanal ini tidak ada.")
    if not 1 <= len(key) <= 100:
        raise Invalid("Kunci tindakan tidak sah. Muat ulang halaman, lalu coba lagi.")
    known = outages.by_key(tx, key)
    if known is not None and known.channel == channel:
        return known.id or 0
    reason = clean(reason, most=300, what="Alasan")
    if expected_at is not None and expected_at <= now:
        raise Invalid("Perkiraan pulih harus sesudah saat ini; kosongkan bila belum diketahui.")
    id = outages.declare(tx, channel, reason, expected_at, key=key, by=officer, now=now)
    if id is None:
        raise Invalid("Kanal ini sudah dinyatakan mati. Muat ulang halaman untuk melihat siapa dan kapan.")
    detours.hurry(tx, channel, now)
    return id


def revive(tx: Tx, outage_id: int, by: Actor, *, now: datetime) -> int:
    """The channel works again; what waits for it goes out once. Returns how many notices.

    Twice is once. Raises Forbidden or NotFound.
    """
    officer = diskominfo(by)
    outage = outages.get(tx, outage_id)
    if outage is None:
        raise NotFound("Gangguan ini tidak tercatat.")
    if not outages.end(tx, outage_id, by=officer, now=now):
        return 0
    return detours.resume(tx, outage.channel, now)


def diskominfo(by: Actor) -> int:
    """The officer's number, if they are of Diskominfo; raises Forbidden."""
    if by.officer_id is None or not may(by, "declare_outage"):
        raise Forbidden
    return by.officer_id
