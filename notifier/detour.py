"""Where a citizen's notice goes when its way is shut: their other contact, else the call list."""

from collections.abc import Collection
from datetime import datetime, timedelta

from notifier.notices import NO_WAY_BACK, NOTICES
from store import detours, outbox
from store.db import Tx
from store.outbox import Claimed

#: A sealed report enters no list: its notice waits so long before the channel is looked at again.
_LATER = timedelta(minutes=15)
SEALED = "Pelapor tidak dapat dihubungi. Laporan rahasia tidak masuk daftar telepon."
DOWN = "Kanal dinyatakan mati; menunggu dibuka lagi."

_SEALED = "select 1 from ticket where id = :id and (privacy = 'secret' or sensitive <> '')"


class Shut(Exception):
    """The notice cannot leave as it stands: its channel is declared down, or nothing reaches the contact."""


def check(tx: Tx, row: Claimed) -> None:
    """Raises `Shut` for a citizen's notice whose way is shut."""
    if row.contact_id is not None and detours.shut(tx, row.channel, row.contact_id):
        raise Shut


def elsewhere(tx: Tx, row: Claimed, now: datetime, doors: Collection[str], said: str = "") -> None:
    """Put the row on another way, in the transaction that lets go of it.

    `said` is what the provider said of the contact; `doors` are the channels that can send. When
    the way is open again by now it is simply due.
    """
    why = detours.shut(tx, row.channel, row.contact_id)
    if not why:
        outbox.postpone(tx, row.id, now, "")
    elif row.ticket_id is None or NOTICES[row.notice].audience != "citizen":
        detours.cancel(tx, row)  # the answer to a bot's question is of no use tomorrow
    else:
        _another_way(tx, row, why, now, doors, said)


def _another_way(tx: Tx, row: Claimed, why: str, now: datetime, doors: Collection[str], said: str) -> None:
    meant = row.meant
    ways = detours.others(tx, row.ticket_id, meant, row.contact_id)
    usable = [way for way in ways if way.channel in doors and way.channel not in NO_WAY_BACK]
    data = {**row.data, "was": meant, "why": why}
    if any(way.told for way in usable):
        detours.cancel(tx, row)
    elif usable:
        detours.move(tx, row.id, usable[0], {**row.data, "was": meant}, now)
    elif not tx.run(_SEALED, id=row.ticket_id):
        detours.to_call(tx, row.id, data, said)
    elif why == "outage":
        outbox.hold(tx, row.id, now + _LATER, DOWN, data)
    else:
        outbox.bury(tx, row, SEALED)
