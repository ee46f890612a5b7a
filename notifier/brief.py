"""Notices in few letters, for channels paid by the piece, and where a report stands in one sentence. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

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
    link = short_url(head.public_url, token) if token else str(context.get("track", ""))
    common = {**context, "track": link, "words": ""}
    whole = line(str(context.get("words", "")), 1000)
    if not whole:
        return _flat(write(common)), link
    room = max(_FEWEST, _ROOM - len(_flat(write({**common, "words": "x"}))))
    return _flat(write({**common, "words": line(whole, room)})), link


def standing(status: str, opd: str, *, own: bool) -> str:
    """Where a report stands, as the end of "Laporan SMP-2611-0042 …"; `opd` is its agency's name, or ""."""
    if own and status == "waiting":
        return "menunggu jawaban Anda"
    if own and opd and status in STATUSES_BY_OPD:
        return f"{STATUSES_BY_OPD[status]} {opd}"
    return STATUSES.get(status, "sedang diproses")


def _flat(text: str) -> str:
    return " ".join(text.split())
