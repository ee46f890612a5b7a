"""Files that wait for their scan, and what it said."""

from datetime import datetime

from store.db import Tx


def due(tx: Tx, now: datetime, most: int) -> list[tuple[int, int, str]]:
    """(file id, message id, digest) of files to be scanned now, oldest first."""
    rows = tx.run(
        "SELECT id, message_id, blob FROM attachment WHERE state = 'unscanned' AND blob IS NOT NULL"
        " AND (next_at IS NULL OR next_at <= :now) ORDER BY id LIMIT :most",
        now=now,
        most=most,
    )
    return [(int(id_), int(message_id), str(blob)) for id_, message_id, blob in rows]


def passed(tx: Tx, file_id: int) -> None:
    """Nothing was found: it is shown, or stays refused for its own reason."""
    tx.run(
        "UPDATE attachment SET state = CASE WHEN reason = '' THEN 'kept' ELSE 'refused' END, next_at = NULL"
        " WHERE id = :id AND state = 'unscanned'",
        id=file_id,
    )


def quarantine(tx: Tx, file_id: int, reason: str) -> bool:
    """Something was found: nobody is shown it any more; False when it does not wait any longer."""
    return bool(
        tx.changed(
            "UPDATE attachment SET state = 'quarantined', reason = :reason, next_at = NULL"
            " WHERE id = :id AND state = 'unscanned'",
            id=file_id,
            reason=reason,
        )
    )


def postpone(tx: Tx, file_id: int, next_at: datetime) -> None:
    """Ask about it again at `next_at`."""
    tx.run(
        "UPDATE attachment SET next_at = :at WHERE id = :id AND state = 'unscanned'", id=file_id, at=next_at
    )


def release(tx: Tx) -> int:
    """There is no scanner any more: what waited for it waits no longer; how many there were."""
    return tx.changed(
        "UPDATE attachment SET state = CASE WHEN reason = '' THEN 'kept' ELSE 'refused' END, next_at = NULL"
        " WHERE state = 'unscanned'"
    )


def any_waits(tx: Tx) -> bool:
    """Whether a file waits for its scan."""
    return bool(tx.run("SELECT 1 FROM attachment WHERE state = 'unscanned' LIMIT 1"))
