"""What citizens wrote since an agency was told of their ticket, and the question it answers."""

from collections.abc import Callable, Mapping

from notifier.links import map_url
from notifier.words import lines
from store.db import Tx

_WORDS = 3000
_QUESTION = 600


def added(tx: Tx, ticket_id: int, first: int | None, mask: Callable[[str], str]) -> Mapping[str, str]:
    """For a template: `added`, their masked words and places from message `first` on, and the `question`."""
    if first is None:
        return {"added": "", "question": ""}
    rows = tx.run(
        "SELECT coalesce((SELECT text FROM message_revision r WHERE r.message_id = m.id"
        " ORDER BY r.id DESC LIMIT 1), m.text), m.place, m.lat, m.lon FROM message m"
        " WHERE m.ticket_id = :ticket AND m.direction = 'in' AND m.id >= :first ORDER BY m.id",
        ticket=ticket_id,
        first=first,
    )
    parts: list[str] = []
    for text, place, lat, lon in rows:
        parts += [mask(text), mask(place), "" if lat is None or lon is None else map_url(lat, lon)]
    return {
        "added": lines("\n".join(filter(None, parts)), _WORDS),
        "question": lines(_question(tx, ticket_id, first), _QUESTION),
    }


def _question(tx: Tx, ticket_id: int, message_id: int) -> str:
    """What had been asked when this message came as the answer, in time or late."""
    rows = tx.run(
        "SELECT text FROM event WHERE ticket_id = :ticket AND kind = 'asked' AND id <"
        " (SELECT max(id) FROM event WHERE key IN (:intime, :late)) ORDER BY id DESC LIMIT 1",
        ticket=ticket_id,
        intime=f"replied:{message_id}",
        late=f"act:late:{message_id}",
    )
    return str(rows[0][0]) if rows else ""
