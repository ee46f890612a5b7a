"""What people ask by a command: "/status" to a bot, STATUS, STOP, MULAI by SMS. It opens no ticket."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk import which
from sapa.desk.city import City
from sapa.desk.incoming import Person, Sitting
from sapa.desk.lifecycle import OVER
from store import contacts, messages, targets
from store.db import Tx
from store.targets import Target

#: What each command asks, by how the door writes its commands.
_ASKS: dict[str, dict[str, str]] = {
    "slash": {
        **dict.fromkeys(("/start", "/bantuan", "/help"), "help"),
        "/lapor": "report",
        "/status": "status",
        "/batal": "cancel",
    },
    "words": {
        "bantuan": "help",
        "lapor": "report",
        "status": "status",
        **dict.fromkeys(("stop", "berhenti", "stopall", "unsubscribe", "unreg"), "stop"),
        **dict.fromkeys(("start", "mulai", "unstop"), "start"),
    },
}
#: A command of a bot that we do not know.
_UNKNOWN = re.compile(r"/[A-Za-z0-9_]{1,32}(@[A-Za-z0-9_]{1,40})?")
#: So many reports of their own are told of at once.
MOST_OWN = 5
#: A longer text is no command where commands are words.
_LONGEST = 60
#: So many different reports of others may be asked about within an hour.
MOST_REFS = 10
_HOUR = timedelta(hours=1)
#: Signs that people put around a command or a ref.
_AROUND = "\"'.,!?#"


class Question(NamedTuple):
    """What is asked: `about` is "help", "status", "stop" or "start", or one of `dialogue.TURNS`.

    `ref` is the report it is about, "" for one's own; `named`: it is a ref, and not some
    other word that names none.
    """

    about: str
    ref: str = ""
    named: bool = False

    @property
    def mark(self) -> str:
        """Why its message is no word to the city (`message.machine`): kept of what must be remembered."""
        return self.about if self.about in ("stop", "loose") else ""


def asked(message: InboundMessage, city: City) -> Question | None:
    """The question a message is, or None: with more words, a file or a place it is a message to the city."""
    how = _how(message, city)
    word, rest = _split(message.text, how)
    if message.attachments or message.place or message.contacts:
        return None
    if not word:
        slash = city.channels.get(message.channel, Traits()).commands == "slash"
        unknown = slash and _UNKNOWN.fullmatch(message.text.strip())
        return Question("help") if unknown else None
    about = _ASKS[how][word]
    if about == "status":
        return _status(rest, how, city.prefix)
    if not rest or (word == "/start" and len(rest.split()) == 1):  # a link to the bot may carry a word
        return Question(about)
    return None


def begins(message: InboundMessage, city: City) -> bool:
    """Whether the message is a complaint that says by command that it is a new one (`/lapor lampu mati`)."""
    how = _how(message, city)
    word, rest = _split(message.text, how) if how == "slash" else ("", "")
    return word == "/lapor" and bool(rest)


def plain(message: InboundMessage, city: City) -> InboundMessage:
    """The message without the command before what was written (`/lapor lampu mati`)."""
    how = _how(message, city)
    word, rest = _split(message.text, how) if how == "slash" else ("", "")
    return replace(message, text=rest) if word and asked(message, city) is None else message


def answer(tx: Tx, question: Question, person: Person, message_id: int, sitting: Sitting) -> None:
    """Do what is asked; the same is answered once a minute at most, nothing of a sealed report.

    Whoever said STOP is not written to until they write anything else (`contacts.stopped`).
    """
    if question.about == "stop":
        contacts.set_reachable(tx, person.contact_id, False)
        contacts.cancel_waiting(tx, person.contact_id)
    if question.about not in ("help", "status"):
        return
    own = _all_own(tx, question, person)
    ticket = _meant(tx, question, person) if question.about == "status" and not own else None
    kind = _kind(question, ticket, own)
    if question.ref and ticket is None and _asks_too_much(tx, person, sitting):
        kind, question = "status_limit", Question("status")
    named = question.ref if question.named else ""
    about = ticket.ref if ticket else named
    notices.tell(
        tx,
        kind,
        notices.reporter(person.contact_id, person.channel),
        key=f"{kind}:{person.conversation_id}:{about}:{sitting.now:%y%m%d%H%M}",
        now=sitting.now,
        ticket_id=ticket.id if ticket else None,
        data={"message_id": message_id, "ref": named, "tickets": [one.id for one in own]},
    )


def _kind(question: Question, ticket: Target | None, own: Sequence[Target]) -> str:
    """Which notice answers."""
    if question.about == "help":
        return "help"
    return "status_list" if own else "status" if ticket else "status_none"


def _all_own(tx: Tx, question: Question, person: Person) -> list[Target]:
    """Their open reports, where no single one is meant: several, none of them sealed."""
    if question.about != "status" or question.ref:
        return []
    found = [one for one in targets.own_open(tx, person.conversation_id, OVER) if not _sealed(tx, one)]
    return found[:MOST_OWN] if len(found) > 1 else []


def _meant(tx: Tx, question: Question, person: Person) -> Target | None:
    """The report that is asked of, if they have a part in it and anything of it may be told.

    How much is told, is seen when it is told. Of somebody else's nothing is, as if there were none.
    """
    if not question.ref:
        return targets.newest_own(tx, person.conversation_id)
    found = targets.ticket_by_ref(tx, question.ref)
    if found is None:
        return None
    last = which.followed(tx, found)
    own = contacts.role_of(tx, last.id, person.conversation_id, person.contact_id)
    return None if not own or _sealed(tx, found) or _sealed(tx, last) else last


def _sealed(tx: Tx, ticket: Target) -> bool:
    state = targets.state_of(tx, ticket.id)
    return state.privacy == "secret" or bool(state.sensitive)


def _asks_too_much(tx: Tx, person: Person, sitting: Sitting) -> bool:
    """Whether they try out refs: more different ones within an hour than anybody needs."""
    door = sitting.city.channels.get(person.channel, Traits()).commands
    texts = messages.questions(tx, person.contact_id, sitting.now - _HOUR)
    asked_for = {_ref(text, _written(text, door), sitting.city.prefix) for text in texts} - {""}
    return len(asked_for) > MOST_REFS


def _ref(text: str, how: str, prefix: str) -> str:
    """The report a kept text asked about, "" if it asked about none."""
    word, rest = _split(text, how)
    question = _status(rest, how, prefix) if word and _ASKS[how][word] == "status" else None
    return question.ref if question else ""


def _status(rest: str, how: str, prefix: str) -> Question | None:
    """The report a status is asked of; more words are a message to the city."""
    if not rest:
        return Question("status")
    if found := _pattern(prefix.casefold()).fullmatch(" ".join(rest.casefold().split()).strip(_AROUND)):
        return Question("status", f"{prefix}-{found['month']}-{found['number']}", named=True)
    if how == "slash" and len(rest.split()) == 1:
        return Question("status", rest[:40])
    return None


@lru_cache(maxsize=8)
def _pattern(prefix: str) -> re.Pattern[str]:
    """SMP-2611-0042, also with spaces or without the prefix."""
    return re.compile(rf"(?:{re.escape(prefix)}[ -]?)?(?P<month>[0-9]{{4}})[ -]?(?P<number>[0-9]{{4,9}})")


def _how(message: InboundMessage, city: City) -> str:
    return _written(message.text, city.channels.get(message.channel, Traits()).commands)


def _written(text: str, door: str) -> str:
    """How a text's command is written: who knows a bot's commands writes them where words are enough, too."""
    return "slash" if door and text.lstrip().startswith("/") else door


def _split(written: str, how: str) -> tuple[str, str]:
    """The command a text begins with and what follows, or two empty texts."""
    text = written.strip() if how == "slash" else written.strip(f" \r\n{_AROUND}")
    if not how or not text or (how == "words" and len(written) > _LONGEST):
        return "", ""
    first = text.split(maxsplit=1)
    word = first[0].lower()
    word = word.partition("@")[0] if how == "slash" else word
    return (word, first[1].strip() if len(first) > 1 else "") if word in _ASKS[how] else ("", "")
