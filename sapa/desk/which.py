"""Which ticket a message belongs to."""

import functools
import re
from datetime import datetime
from typing import NamedTuple

from channels.base import Traits
from channels.message import InboundMessage
from sapa.desk import citizen
from sapa.desk.city import City
from sapa.desk.incoming import Prepared
from sapa.desk.judge import NO_TEXT
from sapa.desk.lifecycle import OVER
from store import contacts, messages, targets
from store.db import Tx
from store.queue import OPEN
from store.targets import Target

_LONGEST_CHAIN = 10
#: `InboundMessage.proof` of a mail that speaks for no address: disowned by its domain, or only naming it.
BORROWED = frozenset({"fail", "reply-to"})
#: From what many may know to what few may.
_RANK = {"normal": 0, "anonymous": 1, "secret": 2}


class Found(NamedTuple):
    """The ticket to join, and why; `others` are further ones of the same burst.

    `after` is the ref of a ticket that is over (or not the writer's to join), which the message
    speaks of. `proven`: the writer
    holds the ticket's token; a ref is public and proves nothing.
    """

    target: Target | None = None
    why: str = ""
    others: tuple[Target, ...] = ()
    after: str = ""
    proven: bool = False


def find(
    tx: Tx,
    item: Prepared,
    conversation_id: int | None,
    at: datetime,
    city: City,
    since: datetime | None = None,
) -> Found:
    """In this order: quoted by token, ref or reply; same album; same burst; the one that waits.

    `since`: when they began a complaint by command just now; what came before is another one.
    """
    message = item.message
    target = _quoted(tx, message, city)
    if target is not None:
        return _by_quote(tx, item, target, conversation_id)
    if conversation_id is None or message.proof in BORROWED:
        return Found()
    traits = city.channels.get(message.channel, Traits())
    if message.group_id:
        target = _still_open(tx, targets.ticket_by_group(tx, conversation_id, message.group_id))
        if target is not None:
            return Found(target, "album")
    if traits.burst:
        around = [
            found
            for near in targets.tickets_around(tx, conversation_id, at, city.burst, since=since, bare=NO_TEXT)
            if (found := _still_open(tx, near)) is not None
        ]
        if around:
            others = {other.id: other for other in around[1:] if other.id != around[0].id}
            return Found(around[0], "burst", tuple(others.values()))
    if traits.conversation and (since is None or at < since):
        waiting = targets.tickets_waiting(tx, conversation_id)
        if len(waiting) == 1:
            return Found(waiting[0], "waiting")
    return Found()


def _by_quote(tx: Tx, item: Prepared, target: Target, conversation_id: int | None) -> Found:
    """The ticket that is quoted, unless it is over for good, or the quote is not the writer's to make.

    A stranger joins no ticket that is read by more people than may read what they say.
    """
    proven = item.message.reply_token == target.token
    theirs = item.message.proof not in BORROWED and _is_reporter(tx, target, conversation_id)
    if target.privacy == "secret" and not proven and not theirs:  # a public post can be answered by anybody
        return Found()
    borrowed = theirs and item.message.channel == "web"  # anybody can type the reporter's address there
    if not proven and (borrowed or (not theirs and more_open(target.privacy, _privacy(item)))):
        return Found(after=target.ref)
    if target.status in OVER and not (_awaited(tx, target) and (proven or theirs)):
        return Found(after=target.ref)
    return Found(target, "quoted", proven=proven)


def chosen(tx: Tx, item: Prepared, ref: str) -> Found:
    """The open ticket an officer chose for what they took down, unless more people read it than may."""
    target = targets.ticket_by_ref(tx, ref) if ref else None
    target = followed(tx, target) if target is not None else None
    if target is None:
        return Found()
    if target.status not in OPEN or more_open(target.privacy, _privacy(item)):
        return Found(after=target.ref)
    return Found(target, "chosen")


def _privacy(item: Prepared) -> str:
    """How a ticket of these words alone would be kept."""
    return "secret" if item.judgement.sensitive else item.message.privacy


def more_open(ticket: str, message: str) -> bool:
    """Whether a ticket of this privacy is read by more people than may read a message of that one."""
    return _RANK[ticket] < _RANK.get(message, 0)


def _quoted(tx: Tx, message: InboundMessage, city: City) -> Target | None:
    if message.reply_token and (target := targets.ticket_by_token(tx, message.reply_token)):
        return followed(tx, target)
    replied = replied_to(message)
    if replied and (target := targets.ticket_by_reply(tx, message.channel, replied)):
        return followed(tx, target)
    for ref in refs_in(f"{message.subject}\n{message.text[:10_000]}", city.prefix):
        target = targets.ticket_by_ref(tx, ref)
        if target is not None and target.privacy != "secret":  # a ref is public: it opens no secret
            return followed(tx, target)
    return None


def _is_reporter(tx: Tx, target: Target, conversation_id: int | None) -> bool:
    return conversation_id is not None and contacts.role_of(tx, target.id, conversation_id) == "reporter"


def _awaited(tx: Tx, target: Target) -> bool:
    """Whether the ticket was archived for want of the reporter's answer to what we asked."""
    return target.status == "archived" and citizen.unanswered(tx, target.id)


def never_told(tx: Tx, message: InboundMessage) -> bool:
    """Whether somebody took back what is on no ticket: that opens none."""
    if not message.withdrawn:
        return False
    known = messages.find_message(tx, message.channel, message.account, message.external_id)
    return known is None or known.ticket_id is None


def replied_to(message: InboundMessage) -> list[str]:
    """The external ids a message answers, the nearest first."""
    return [id_ for id_ in (message.in_reply_to, *message.references[:_LONGEST_CHAIN]) if id_]


def refs_in(text: str, prefix: str) -> list[str]:
    """Our refs quoted in a text, as we write them; at most five are looked at."""
    if f"{prefix}-".lower() not in text.lower():
        return []
    return [f"{prefix}-{month}-{number}" for month, number in _pattern(prefix).findall(text)[:5]]


@functools.lru_cache(maxsize=8)
def _pattern(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(prefix)}-(\d{{4}})-(\d{{4,9}})(?!\d)", re.IGNORECASE)


def followed(tx: Tx, target: Target) -> Target:
    """Where a merged ticket went."""
    for _ in range(_LONGEST_CHAIN):
        if target.status != "merged" or target.merged_into is None:
            break
        target = targets.ticket_by_id(tx, target.merged_into) or target
    return target


def _still_open(tx: Tx, target: Target | None) -> Target | None:
    if target is None:
        return None
    target = followed(tx, target)
    return None if target.status in OVER else target
