"""Notices in few letters, for channels paid by the piece, and where a report stands in one sentence. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from notifier.facts import Facts
from notifier.letterhead import Letterhead
from notifier.links import short_url
from notifier.words import STATUSES, STATUSES_BY_OPD, line

#: Channels whose notices are written by `templates/sms/KIND.txt`.
BRIEF = frozenset({"sms"})
#: Two SMS hold 306 letters; some count double.
_ROOM = 296
_FEWEST = 40


def in_brief(
    write: Callable[[Mapping[str, Any]], str], context: Mapping[str, Any], token: str, head: Letterhead
) -> tuple[str, str]:
    """(text, link) for a channel of few letters: the words quoted are cut so that the rest has room.

    `write` makes the text of a context; `token` is the reporter's, "" for anybody else.
    """
    link = short_url(head.public_url, token) if token else str(context["track"])
    common = {**context, "track": link, "words": ""}
    whole = line(str(context.get("words", "")), 1000)
    if not whole:
        return _flat(write(common)), link
    room = max(_FEWEST, _ROOM - len(_flat(write({**common, "words": "x"}))))
    return _flat(write({**common, "words": line(whole, room)})), link


def standing(known: Facts, opd: str, *, own: bool) -> dict[str, Any]:
    """Where the report stands; of a sealed one nothing, as of one we do not know."""
    status = known.ticket.status
    words = STATUSES.get(status, "sedang diproses")
    if own and status == "waiting":
        words = "menunggu jawaban Anda"
    elif own and opd and status in STATUSES_BY_OPD:
        words = f"{STATUSES_BY_OPD[status]} {opd}"
    return {"status": words, "unknown": known.sealed}


def nothing_known(ref: str, head: Letterhead) -> dict[str, Any]:
    """The context of an answer about a ref that is no report of ours."""
    return {
        "brand": head.brand,
        "city": head.city,
        "ref": line(ref, 30),
        "about": "",
        "week": "",
        "unknown": True,
        "track": f"{head.public_url.rstrip('/')}/lacak",
    }


def _flat(text: str) -> str:
    return " ".join(text.split())
