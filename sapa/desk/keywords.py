"""One-word messages that tell the office something: STOP, MULAI, STATUS and a ref. None is a complaint."""

import re
from functools import lru_cache

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk.incoming import Person, Sitting
from store import contacts, targets
from store.db import Tx

_LONGEST = 60
_STOP = frozenset(("stop", "berhenti", "stopall", "unsubscribe", "unreg"))
_START = frozenset(("start", "mulai", "unstop"))


def heed(tx: Tx, message: InboundMessage, person: Person, sitting: Sitting) -> str:
    """Do what a keyword asks and return which it was (`stop`, `start`, `status`); "" for any other message.

    Whoever said STOP is not written to until they write anything else.
    """
    traits = sitting.city.channels.get(message.channel, Traits())
    if not traits.keywords or len(message.text) > _LONGEST:
        return ""
    word = message.text.strip(" \n\"'.,!").casefold()
    if word in _STOP:
        contacts.stop(tx, person.contact_id)
        return "stop"
    if word in _START:
        return "start"
    asked = _pattern(sitting.city.prefix).fullmatch(word)
    return _tell_status(tx, asked, person, sitting) if asked else ""


def _tell_status(tx: Tx, asked: re.Match[str], person: Person, sitting: Sitting) -> str:
    """Answer once a minute for a ref, whatever it is; "" where it names none and there is none to mean."""
    month, number = asked["month"], asked["number"]
    ref = f"{sitting.city.prefix}-{month}-{number}" if month else ""
    ref = ref or targets.newest_of(tx, person.conversation_id)
    if not ref:
        return ""
    ticket = targets.ticket_by_ref(tx, ref)
    notices.tell(
        tx,
        "status",
        notices.reporter(person.contact_id, person.channel),
        key=f"status:{person.conversation_id}:{ref}:{sitting.now:%Y%m%d%H%M}",
        now=sitting.now,
        ticket_id=ticket.id if ticket else None,
        data={"ref": ref},
    )
    return "status"


@lru_cache(maxsize=8)
def _pattern(prefix: str) -> re.Pattern[str]:
    """STATUS SMP-2611-0042, also with spaces or without the prefix; STATUS alone means one's last."""
    ref = rf"(?:{re.escape(prefix.casefold())}[ -]?)?(?P<month>[0-9]{{4}})[ -]?(?P<number>[0-9]{{4,9}})"
    return re.compile(rf"status(?: {{1,5}}{ref})?")
