"""What a chat is being asked, and what an answer means; the state is the conversation's own.

since    when they last said by command that a new complaint begins
fresh    the same, while that complaint has not come
asked    ticket id → {at, place, photo}: what its acknowledgement asks for
which    {at, refs, over}: which report a place or picture belongs to, of these, in this order
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from channels.base import Traits
from channels.message import InboundMessage
from notifier import choices, notices
from router.place import is_only_place, names_street
from sapa.desk.city import City
from sapa.desk.commands import Question
from sapa.desk.incoming import Person, Prepared
from sapa.desk.lifecycle import OVER
from sapa.desk.which import Found, chosen, find, followed, replied_to
from store import contacts, targets
from store.db import Tx
from store.targets import Target, Told

#: What a message may be in the dialogue (`Question.about`), besides what is asked by command.
TURNS = frozenset({"report", "cancel", "chosen", "fresh", "outdated", "loose"})
#: Kinds of complaints whose place is asked for, and of which a picture helps.
_PLACED, _PICTURED = frozenset({"complaint", "aspiration"}), frozenset({"complaint"})
#: A longer text is more than the name of a place.
_SHORT = 100
#: So many tickets of a conversation are asked about at once.
_MOST = 5


class Asked(NamedTuple):
    """What a ticket's acknowledgement asks for."""

    place: bool
    photo: bool


def answers(channel: str, city: City) -> bool:
    """Whether people are asked back on this door: a chat in which commands are answered."""
    traits = city.channels.get(channel, Traits())
    return traits.burst and bool(traits.commands)


def valid(at: object, now: datetime, city: City) -> bool:
    """Whether something asked at that moment (as the state holds it) is still open."""
    return isinstance(at, str) and now - datetime.fromisoformat(at) <= city.question


def belongs(
    tx: Tx, item: Prepared, person: Person, at: datetime, city: City, *, talks: bool
) -> tuple[Found, Question | None]:
    """The ticket a message joins, or what it says to the bot; with no talk it is a message to the city.

    What an officer took down joins the ticket they chose, and no other.
    """
    message, thread = item.message, None if person.new else person.conversation_id
    if message.noted is not None:
        return chosen(tx, item, message.noted.joins), None
    if not answers(message.channel, city):
        return find(tx, item, thread, at, city), None
    state = {} if person.new else contacts.dialogue(tx, person.conversation_id)
    if item.begins:
        state |= {"since": at.isoformat()}
        contacts.set_dialogue(tx, person.conversation_id, state)
    question = answered(tx, message, person, state, at, city) if talks else None
    if question is not None:
        return Found(), question
    found = find(tx, item, thread, at, city, since(state, at, city))
    return alone(tx, item, found, person, state, at, city) if talks else (found, None)


def since(state: Mapping[str, Any], at: datetime, city: City) -> datetime | None:
    """When a new complaint was begun by command, if that is just now or has not come yet."""
    if not state.get("since"):
        return None
    begun = datetime.fromisoformat(state["since"])
    return begun if valid(state.get("fresh"), at, city) or abs(at - begun) <= city.burst else None


def answered(
    tx: Tx, message: InboundMessage, person: Person, state: Mapping[str, Any], at: datetime, city: City
) -> Question | None:
    """The answer to our question which report is meant, or None: then it is a message to the city.

    An answer to a question that is over is one, too, unless an officer waits for an answer of theirs.
    "Batal" also ends it that we asked for their complaint.
    """
    asked = state.get("which")
    if message.attachments or message.place:
        return None
    if valid(state.get("fresh"), at, city) and choices.chosen(message.text, ()) == choices.CANCEL:
        waited_for = targets.tickets_waiting(tx, person.conversation_id)
        return None if waited_for or replied_to_ticket(tx, message) else Question("cancel")
    if not asked:
        return None
    if not valid(asked["at"], at - city.question, city):  # so long ago that nobody answers it any more
        return None
    name = choices.chosen(message.text, asked["refs"])
    if name is None or replied_to_ticket(tx, message):
        return None
    if asked["over"] or not valid(asked["at"], at, city):
        return None if targets.tickets_waiting(tx, person.conversation_id) else Question("outdated")
    if name == choices.CANCEL:
        return Question("cancel")
    return Question("fresh") if name == choices.NEW_REPORT else Question("chosen", name, named=True)


def replied_to_ticket(tx: Tx, message: InboundMessage) -> bool:
    """Whether it answers a message about a report, and not a question of the dialogue."""
    return targets.ticket_by_reply(tx, message.channel, replied_to(message)) is not None


def alone(
    tx: Tx, item: Prepared, found: Found, person: Person, state: Mapping[str, Any], at: datetime, city: City
) -> tuple[Found, Question | None]:
    """Where a part goes that came alone and belongs to nothing so far.

    To the only report that was asked for it; else a place waits for its report, and so does a picture
    while a report of theirs is open. A picture alone is a complaint; a place alone never is.
    """
    if item.message.text and not state.get("asked"):  # words are a part only of what was asked for
        return found, None
    part = _part(item)
    if found.target is not None or found.after or not part:
        return found, None
    asked = [
        target
        for ticket_id, what in open_questions(state, at, city).items()
        if (what.photo if part == "photo" else what.place)
        and (target := _open(tx, ticket_id, person)) is not None
    ]
    if len(asked) == 1:
        return Found(asked[0], "asked"), None
    if part == "words":
        return found, None
    begun = valid(state.get("fresh"), at, city)
    if part == "photo" and (begun or not targets.own_open(tx, person.conversation_id, OVER)):
        return found, None
    return found, Question("loose")


def _part(item: Prepared) -> str:
    """What a message is that is no complaint by itself: "place", "photo", "words" naming a place, or ""."""
    message, judgement = item.message, item.judgement
    if message.contacts:
        return ""
    if not message.text:
        pictures = all(file.media_type.startswith(("image/", "video/")) for file in message.attachments)
        if message.attachments:
            return "photo" if pictures and message.place is None else ""
        return "place" if message.place is not None else ""
    judged = judgement.assignment
    spot = judgement.spot.kelurahan
    only_place = (spot or names_street(message.text)) and is_only_place(message.text, spot)
    more = judged.matches or judged.sensitive or judged.urgent or len(message.text) > _SHORT
    plain = not message.attachments and message.place is None
    return "words" if plain and only_place and not more else ""


def _open(tx: Tx, ticket_id: int, person: Person) -> Target | None:
    """The ticket, where it went, if it is theirs and not over."""
    target = targets.ticket_by_id(tx, ticket_id)
    target = followed(tx, target) if target else None
    if target is None or target.status in OVER:
        return None
    return target if contacts.role_of(tx, target.id, person.conversation_id) == "reporter" else None


def open_questions(state: Mapping[str, Any], at: datetime, city: City) -> dict[int, Asked]:
    """What is asked for, by ticket, as far as it has not been answered or grown old."""
    return {
        int(ticket_id): Asked(what["place"], what["photo"])
        for ticket_id, what in state.get("asked", {}).items()
        if valid(what["at"], at, city)
    }


def missing(tx: Tx, ticket_id: int) -> Asked:
    """What a ticket lacks that its reporter may be asked for; of a sealed one nothing is asked."""
    return _lacks(targets.told(tx, ticket_id))


def missing_at_first(item: Prepared) -> Asked:
    """`missing` of the ticket that was opened for this message, and holds no other."""
    judged, spot = item.judgement, item.judgement.spot
    return _lacks(
        Told(
            type=judged.assignment.type,
            privacy=item.message.privacy,
            sensitive=judged.sensitive,
            urgent=judged.assignment.urgent,
            place=spot.lat is not None or bool(spot.kelurahan or spot.words),
            files=bool(item.files),
            summary=judged.summary,
        )
    )


def _lacks(told: Told) -> Asked:
    sealed = told.privacy == "secret" or bool(told.sensitive)
    place = told.type in _PLACED and not sealed and not (told.place or names_street(told.summary))
    photo = told.type in _PICTURED and not (sealed or told.urgent or told.files)
    return Asked(place, photo)


def with_asked(state: Mapping[str, Any], ticket_id: int, what: Asked, at: datetime) -> dict[str, Any]:
    """The state with what a ticket is asked for now; nothing = it is not asked."""
    asked = {key: one for key, one in state.get("asked", {}).items() if key != str(ticket_id)}
    if what.place or what.photo:
        asked[str(ticket_id)] = {"at": at.isoformat(), "place": what.place, "photo": what.photo}
    kept = dict(list(asked.items())[-_MOST:])
    return {key: one for key, one in state.items() if key != "asked"} | ({"asked": kept} if kept else {})


def withdraw(tx: Tx, conversation_id: int) -> None:
    """A question that has not left is not asked."""
    notices.withdraw(tx, f"ask:{conversation_id}:")
