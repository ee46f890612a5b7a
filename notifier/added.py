"""What citizens wrote since an agency was told of their ticket, and the question it answers."""

from collections.abc import Callable, Mapping

from notifier.links import map_url
from notifier.words import lines
from store import messages
from store.db import Tx

_WORDS = 3000
_QUESTION = 600


def added(tx: Tx, ticket_id: int, first: int | None, mask: Callable[[str], str]) -> Mapping[str, str]:
    """For a template: `added`, their masked words and places from message `first` on, and the `question`."""
    if first is None:
        return {"added": "", "question": ""}
    told: list[str] = []
    for part in messages.parts_since(tx, ticket_id, first):
        here = "" if part.lat is None or part.lon is None else map_url(part.lat, part.lon)
        told += [mask(part.text), mask(part.place), here]
    return {
        "added": lines("\n".join(filter(None, told)), _WORDS),
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
