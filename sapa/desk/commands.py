"""What people ask a bot by a word that begins with "/": answered through the outbox, it opens no ticket."""

from dataclasses import replace
from typing import NamedTuple

from channels.base import Traits
from channels.message import InboundMessage
from notifier import notices
from sapa.desk import which
from sapa.desk.city import City
from sapa.desk.incoming import Person, Sitting
from store import contacts, targets
from store.db import Tx
from store.targets import Target

_HELP, _STATUS, _REPORT = frozenset({"/start", "/bantuan", "/help"}), "/status", "/lapor"
_WORDS = _HELP | {_STATUS, _REPORT}


class Question(NamedTuple):
    """What is asked: `about` is "help" or "status"; `ref` the report it names, "" for the newest."""

    about: str
    ref: str = ""


def asked(message: InboundMessage, city: City) -> Question | None:
    """The question a message is, or None: with more words, a file or a place it is a message to the city."""
    word, rest = _split(message, city)
    if not word or message.attachments or message.place or message.contacts:
        return None
    words = rest.split()
    if word == _STATUS and len(words) <= 1:
        refs = which.refs_in(rest, city.prefix)
        return Question("status", refs[0] if refs else rest[:40])
    if not words or (word == "/start" and len(words) == 1):  # a link to the bot may carry a word
        return Question("help")
    return None


def plain(message: InboundMessage, city: City) -> InboundMessage:
    """The message without the command before what was written (`/lapor lampu mati`)."""
    word, rest = _split(message, city)
    return replace(message, text=rest) if word and asked(message, city) is None else message


def answer(tx: Tx, question: Question, person: Person, message_id: int, sitting: Sitting) -> None:
    """Answer once a minute at most; of a report only to its own reporter, nothing of a sealed one."""
    ticket = _own(tx, question, person, sitting.city) if question.about == "status" else None
    kind = "help" if question.about == "help" else "status" if ticket else "status_none"
    about = ticket.ref if ticket else ""
    notices.tell(
        tx,
        kind,
        notices.reporter(person.contact_id, person.channel),
        key=f"{kind}:{person.conversation_id}:{about}:{sitting.now:%y%m%d%H%M}",
        now=sitting.now,
        ticket_id=ticket.id if ticket else None,
        data={"message_id": message_id},
    )


def _own(tx: Tx, question: Question, person: Person, city: City) -> Target | None:
    if not question.ref:
        return targets.newest_own(tx, person.conversation_id)
    found = targets.ticket_by_ref(tx, question.ref)
    if found is None:
        return None
    found = which.followed(tx, found)
    state = targets.state_of(tx, found.id)
    own = contacts.role_of(tx, found.id, person.conversation_id) == "reporter"
    return found if own and state.privacy != "secret" and not state.sensitive else None


def _split(message: InboundMessage, city: City) -> tuple[str, str]:
    """The command a text begins with and what follows, or two empty texts."""
    text = message.text.lstrip()
    if not text.startswith("/") or not city.channels.get(message.channel, Traits()).commands:
        return "", ""
    first = text.split(maxsplit=1)
    word = first[0].partition("@")[0].lower()
    return (word, first[1].strip() if len(first) > 1 else "") if word in _WORDS else ("", "")
