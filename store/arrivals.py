"""Payloads as they came, and the files the ledger names (driver SQL: intake's path)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.db import Tx, utc


def add_arrival(
    tx: Tx,
    *,
    channel: str,
    account: str,
    delivery_id: str,
    digest: str,
    media_type: str,
    raw: bytes | None,
    blob: str | None,
    now: datetime,
    state: str = "kept",
    reason: str = "",
) -> int | None:
    """Keep a payload; returns its id, or None if this very delivery is already kept."""
    return tx.insert_new(
        "INSERT INTO arrival (channel, account, delivery_id, digest, media_type, raw, blob, received_at,"
        " state, reason, tries) VALUES (:channel, :account, :delivery, :digest, :media_type, :raw, :blob,"
        " :now, :state, :reason, 0) ON CONFLICT (channel, account, delivery_id, digest) DO NOTHING",
        channel=channel,
        account=account,
        delivery=delivery_id,
        digest=digest,
        media_type=media_type,
        raw=raw,
        blob=blob,
        now=now,
        state=state,
        reason=reason,
    )


def delivered(tx: Tx, channel: str, account: str, delivery_id: str) -> bool:
    """Whether a delivery of this id is kept, whatever its bytes."""
    rows = tx.run(
        "SELECT 1 FROM arrival WHERE channel = :channel AND account = :account AND delivery_id = :delivery"
        " LIMIT 1",
        channel=channel,
        account=account,
        delivery=delivery_id,
    )
    return bool(rows)


def delivered_so(tx: Tx, channel: str, account: str, prefix: str) -> frozenset[str]:
    """The ids of kept deliveries that begin so."""
    rows = tx.run(
        "SELECT DISTINCT delivery_id FROM arrival WHERE channel = :channel AND account = :account"
        " AND delivery_id >= :prefix AND delivery_id < :beyond",
        channel=channel,
        account=account,
        prefix=prefix,
        beyond=prefix[:-1] + chr(ord(prefix[-1]) + 1),
    )
    return frozenset(delivery for (delivery,) in rows)


def set_arrival(tx: Tx, arrival_id: int, state: str, reason: str = "") -> None:
    """What became of a payload: kept, parked (with the reason) or resolved by a person."""
    tx.run(
        "UPDATE arrival SET state = :state, reason = :reason WHERE id = :id",
        state=state,
        reason=reason,
        id=arrival_id,
    )


def add_blob(tx: Tx, digest: str, size: int, now: datetime) -> None:
    """Name a file the ledger refers to from now on."""
    tx.run(
        "INSERT INTO blob (digest, size, created_at) VALUES (:digest, :size, :now)"
        " ON CONFLICT (digest) DO NOTHING",
        digest=digest,
        size=size,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class KeptArrival:
    """A payload as it is kept; `raw` is None when its bytes are the file `blob`."""

    id: int
    channel: str
    account: str
    delivery_id: str
    media_type: str
    raw: bytes | None
    blob: str | None
    received_at: datetime
    state: str
    reason: str
    tries: int


_KEPT = (
    "SELECT id, channel, account, delivery_id, media_type, raw, blob, received_at, state, reason, tries"
    " FROM arrival "
)


def find(tx: Tx, arrival_id: int) -> KeptArrival | None:
    """One payload with its raw bytes."""
    rows = tx.run(_KEPT + "WHERE id = :id", id=arrival_id)
    return _kept(rows[0]) if rows else None


def parked(tx: Tx, *, limit: int = 50, before: int | None = None) -> list[KeptArrival]:
    """Payloads that wait for a person, newest first, without their bytes."""
    rows = tx.run(
        _KEPT.replace("raw,", "NULL,")
        + "WHERE state = 'parked' AND id < :before ORDER BY id DESC LIMIT :limit",
        before=before or 2**62,
        limit=limit,
    )
    return [_kept(row) for row in rows]


def count_parked(tx: Tx) -> int:
    """How many payloads wait for a person."""
    return int(tx.run("SELECT COUNT(*) FROM arrival WHERE state = 'parked'")[0][0])


def tried_again(tx: Tx, arrival_id: int, reason: str) -> None:
    """A parked payload was tried again in vain."""
    tx.run(
        "UPDATE arrival SET tries = tries + 1, reason = :reason WHERE id = :id", reason=reason, id=arrival_id
    )


def _kept(row: tuple[Any, ...]) -> KeptArrival:
    values = list(row)
    values[5] = bytes(values[5]) if values[5] is not None else None
    values[7] = utc(values[7])
    return KeptArrival(*values)


def all_blobs(tx: Tx) -> set[str]:
    """The digests of every file the ledger refers to."""
    return {row[0] for row in tx.run("SELECT digest FROM blob")}
