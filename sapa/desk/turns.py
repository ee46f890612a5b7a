"""The bot's turns in a dialogue: it asks for what is missing, joins what waits, and says so once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from channels.message import Address, InboundMessage, Place
from notifier import notices
from sapa.desk import dialogue, join, opening, refs
from sapa.desk.city import City
from sapa.desk.commands import Question
from sapa.desk.dialogue import Asked
from sapa.desk.incoming import Person, Prepared, Sitting
from sapa.desk.lifecycle import OVER
from sapa.desk.which import Found
from sapa.desk.which import followed as went_to
from store import contacts, messages, targets
from store.db import Tx
from store.messages import Loose
from store.targets import Target

#: So many reports are named in the question which one is meant.
MOST = 5


class Turn(NamedTuple):
    """A message of a dialogue, kept as `message_id`; `at` is when it was written."""

    item: Prepared
    person: Person
    message_id: int
    at: datetime
    sitting: Sitting

    @property
    def thread(self) -> int:
        """The conversation it is part of."""
        return self.person.conversation_id

    def open(self, at: object) -> bool:
        """Whether what was asked at that moment is still to be answered."""
        return dialogue.valid(at, self.at, self.sitting.city)


def answer(tx: Tx, question: Question, turn: Turn) -> None:
    """The bot's answer to a turn of the dialogue (`dialogue.TURNS`)."""
    state = contacts.dialogue(tx, turn.thread)
    if question.about in ("report", "fresh"):
        now = turn.at.isoformat()
        _settle(tx, turn, _over(state) | {"since": now, "fresh": now})
        _say(tx, "report_asked", turn)
    elif question.about == "cancel":
        messages.let_go(tx, turn.thread)
        _settle(tx, turn, _over({"which": state["which"]} if "which" in state else {}))
        _say(tx, "canceled", turn)
    elif question.about == "loose":
        _ask(tx, state, turn, placed=turn.item.message.place is not None)
    elif question.about == "chosen":
        _chosen(tx, state, question.ref, turn)
    else:
        _say(tx, "question_over", turn)


def _ask(tx: Tx, state: Mapping[str, Any], turn: Turn, *, placed: bool) -> None:
    """Ask which report a place or picture belongs to; not yet, for its words may be under way.

    The same question is not asked again while it is open. Without an open report it is the complaint
    that is asked for.
    """
    if turn.open(state.get("fresh")):
        return
    open_ = targets.own_open(tx, turn.thread, OVER)[:MOST]
    which = {"at": turn.at.isoformat(), "refs": [one.ref for one in open_], "over": False}
    before = state.get("which")
    if before and not before["over"] and turn.open(before["at"]) and before["refs"] == which["refs"]:
        return
    _settle(tx, turn, {**state, **({"which": which} if open_ else {"fresh": which["at"]})})
    now, city = turn.sitting.now, turn.sitting.city
    notices.tell(
        tx,
        "which_asked" if open_ else "report_asked",
        notices.reporter(turn.person.contact_id, turn.person.channel),
        key=f"ask:{turn.thread}:{turn.message_id}",
        now=now,
        not_before=now + min(city.burst, city.ack_wait),
        data={
            "message_id": turn.message_id,
            "tickets": [one.id for one in open_],
            "part": "place" if placed else "photo",
        },
    )


def _chosen(tx: Tx, state: Mapping[str, Any], ref: str, turn: Turn) -> None:
    """What waits joins the report that was named; if that is over by now, they are asked again."""
    waiting = messages.loose(tx, turn.thread)
    placed = any(one.placed for one in waiting)
    found = targets.ticket_by_ref(tx, ref)
    ticket = went_to(tx, found) if found else None
    if not waiting:
        _say(tx, "question_over", turn)
    elif ticket is None or ticket.status in OVER:
        _ask(tx, _over(state), turn, placed=placed)
    else:
        _take(tx, ticket, waiting, "chosen", turn)
        before = dialogue.open_questions(state, turn.at, turn.sitting.city).get(ticket.id)
        left = Asked(False, False)
        if before is not None:
            left = Asked(before.place and not placed, before.photo and placed)
        _settle(tx, turn, dialogue.with_asked(_over(state), ticket.id, left, turn.at))
        _confirm(tx, ticket, "place" if placed else "photo", turn, asks=left.place)


def followed(tx: Tx, ticket: Target, found: Found, turn: Turn) -> None:
    """After a message of the reporter's came to a ticket: what waits joins it, what is missing is noted.

    Nothing is said here but that a part came which the acknowledgement, sent by now, had asked for.
    """
    if turn.person.new and found.target is None and not turn.item.begins:
        first = dialogue.with_asked({}, ticket.id, dialogue.missing_at_first(turn.item), turn.at)
        if first:
            contacts.set_dialogue(tx, turn.thread, first)
        return
    state = contacts.dialogue(tx, turn.thread)
    waiting = [one for one in messages.loose(tx, turn.thread) if _goes_with(one, state, turn)]
    after = {key: one for key, one in state.items() if key != "fresh"}
    asked = "which" in state and not state["which"]["over"]
    if waiting or (asked and not messages.loose(tx, turn.thread)):  # what waited was given words by an edit
        _take(tx, ticket, waiting, "waited", turn)
        dialogue.withdraw(tx, turn.thread)
        after = _over(after)
    elif "fresh" in state:
        dialogue.withdraw(tx, turn.thread)
    before = dialogue.open_questions(state, turn.at, turn.sitting.city).get(ticket.id)
    if targets.has_pending(tx, ticket.id, ("ack",)):
        after = dialogue.with_asked(after, ticket.id, dialogue.missing(tx, ticket.id), turn.at)
    elif before is not None:
        left = _came(tx, before, ticket, found, turn)
        after = after if left == before else dialogue.with_asked(after, ticket.id, left, turn.at)
    if after != state:
        contacts.set_dialogue(tx, turn.thread, after)


def _goes_with(part: Loose, state: Mapping[str, Any], turn: Turn) -> bool:
    """Whether a waiting part belongs to what is written now: soon after, as announced, or lacking a place."""
    soon = abs(turn.at - part.sent_at) <= turn.sitting.city.burst
    return soon or turn.open(state.get("fresh")) or not turn.item.judgement.spot.kelurahan


def _came(tx: Tx, before: Asked, ticket: Target, found: Found, turn: Turn) -> Asked:
    """What the ticket is still asked for; that a part came is told where its writer would wonder."""
    lacks = dialogue.missing(tx, ticket.id)
    message = turn.item.message
    by_words = found.why == "asked" and not message.attachments
    placed = before.place and (message.place is not None or by_words or not lacks.place)
    left = Asked(before.place and not placed, before.photo and lacks.photo)
    if placed or found.why == "asked":
        _confirm(tx, ticket, "place" if placed else "photo", turn, asks=left.place)
    return left


def _take(tx: Tx, ticket: Target, waiting: Sequence[Loose], why: str, turn: Turn) -> None:
    """Parts that waited become messages of the ticket, as if they had just come."""
    for one in waiting:
        messages.attach_to(tx, one.id, ticket.id, turn.thread)
        join.joined(tx, ticket, one.id, turn.item, turn.person, Found(ticket, why), turn.sitting)


def give_up(tx: Tx, now: datetime, city: City, limit: int = 100) -> int:
    """Parts whose report nobody named become a report of their own, for triage; how many conversations'.

    A job calls it again and again; what is due stands in the messages.
    """
    waited = messages.long_loose(tx, now - city.question, limit)
    for conversation_id in waited:
        contact_id, channel = contacts.whose(tx, conversation_id)
        person = Person(contact_id, conversation_id, None, channel, new=False)
        sitting = Sitting(arrival_id=0, now=now, city=city, take_ref=refs.take_one)
        _open_for(tx, messages.loose(tx, conversation_id), person, sitting)
        contacts.set_dialogue(tx, conversation_id, _over(contacts.dialogue(tx, conversation_id)))
        dialogue.withdraw(tx, conversation_id)
    return len(waited)


def _open_for(tx: Tx, parts: Sequence[Loose], person: Person, sitting: Sitting) -> None:
    """A ticket of these parts, thanked for like any other."""
    row = messages.row(tx, parts[0].id)
    message = InboundMessage(
        channel=row.channel,
        account=row.account,
        sender=Address(channel=person.channel, value=""),
        external_id=row.external_id,
        text=row.text,
        sent_at=row.sent_at,
        place=Place(lat=row.lat, lon=row.lon, label=row.place, accuracy_m=row.accuracy_m),
    )
    item = Prepared(message=message, judgement=opening.judged(message, (), sitting.city))
    ticket = opening.open_ticket(tx, item, person, sitting)
    for one in parts:
        messages.attach_to(tx, one.id, ticket.id, person.conversation_id)
    opening.opened(tx, ticket, item, person, sitting)
    state = targets.state_of(tx, ticket.id)
    join.judge_again(tx, ticket.id, state, row.channel, sitting.now, sitting.city)


def _confirm(tx: Tx, ticket: Target, part: str, turn: Turn, *, asks: bool) -> None:
    """That a part came, and to which report; `asks`: its place is still asked for."""
    _say(tx, "part_kept", turn, ticket_id=ticket.id, part=part, asks=asks)


def _say(tx: Tx, kind: str, turn: Turn, *, ticket_id: int | None = None, **data: Any) -> None:
    """One notice; the same at most once a minute."""
    notices.tell(
        tx,
        kind,
        notices.reporter(turn.person.contact_id, turn.person.channel),
        key=f"{kind}:{turn.thread}:{ticket_id or ''}:{turn.sitting.now:%y%m%d%H%M}",
        now=turn.sitting.now,
        ticket_id=ticket_id,
        data={"message_id": turn.message_id, **data},
    )


def _settle(tx: Tx, turn: Turn, state: Mapping[str, Any]) -> None:
    """Another state; a question that has not left yet is not asked any more."""
    dialogue.withdraw(tx, turn.thread)
    contacts.set_dialogue(tx, turn.thread, state)


def _over(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state when what was asked about waiting parts has been answered."""
    rest = {key: one for key, one in state.items() if key not in ("which", "fresh")}
    return rest | ({"which": {**state["which"], "over": True}} if "which" in state else {})
