"""What was said on a ticket: the citizens' messages, our words to them, and notes among colleagues."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from markupsafe import Markup

from notifier.notices import NOTICES
from sapa.desk.city import City
from sapa.desk.mask import mask
from sapa.desk.pictures import visible
from sapa.desk.which import BORROWED
from sapa.desk.wording import continues
from sapa.web.files import playable
from sapa.web.staff import highlight, history
from sapa.web.staff.words import delivery, proven
from sapa.web.words import named
from store import tickets
from store.db import Tx
from store.tables import AttachmentRow, Disposition, Event, Message, MessageRevision, Outbox

#: Acts whose text a reporter is sent.
SPOKEN = frozenset({"asked", "answered", "resolved", "archived", "handed_over", "reopened"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One piece of the conversation; `side` is in (a citizen), out (we) or note (colleagues).

    `text` is masked. `messages` are the ids of what can be split off: several of an album, which is
    one piece. `heard` are recordings that are played here. `told` says how far our words have come.
    `proof` says whether a mail is from whom it says, `proven_by` which domain vouches for it; `whole` is
    all of a mail, with what it quotes.
    """

    at: datetime
    side: str
    title: str
    text: Markup
    detail: str = ""
    messages: tuple[int, ...] = ()
    album: str = ""
    pictures: tuple[AttachmentRow, ...] = ()
    heard: tuple[AttachmentRow, ...] = ()
    files: tuple[AttachmentRow, ...] = ()
    edits: tuple[tuple[datetime, Markup], ...] = ()
    whole: Markup | None = None
    told: tuple[str, ...] = ()
    proof: str = ""
    proven_by: str = ""


def read(
    tx: Tx,
    ticket_id: int,
    disposition: Disposition | None,
    events: Sequence[Event],
    post: Sequence[Outbox],
    names: Mapping[int, str],
    city: City,
    *,
    heard: bool,
) -> list[Entry]:
    """The conversation, oldest first, with the words marked that decided `disposition`.

    `heard`: recordings may be played here.
    """
    messages, revisions = tickets.messages(tx, ticket_id), tickets.revisions(tx, ticket_id)
    files = tickets.attachments(tx, ticket_id)
    places = highlight.by_message(disposition, messages, revisions, events)
    reporters = {row.conversation_id: row.role for row in tickets.reporters(tx, ticket_id)}
    noted = {event.data["message"]: event for event in events if event.kind == "registered"}
    said = [
        _message(
            whole,
            revisions.get(whole.message.id or 0, []),
            files.get(whole.message.id or 0, []),
            reporters.get(whole.message.conversation_id or 0, "reporter"),
            city,
            heard,
            noted.get(whole.message.id),
        )
        for whole in _wholes([one for one in messages if one.direction == "in"], places)
    ]
    proofs = _proofs(events, messages, files)
    ours = [_words(event, post, names, city, proofs) for event in events if _ours(event)]
    return sorted([*_albums(said), *ours], key=lambda entry: (entry.at, entry.side != "in"))


def _albums(said: Sequence[Entry]) -> list[Entry]:
    """The messages of an album as one piece, where its first one stands."""
    whole: dict[str, Entry] = {}
    for number, entry in enumerate(said):
        key = entry.album or str(number)
        first = whole.get(key)
        whole[key] = entry if first is None else _joined(first, entry)
    return list(whole.values())


def _joined(first: Entry, more: Entry) -> Entry:
    return replace(
        first,
        text=Markup("\n").join(text for text in (first.text, more.text) if text),
        detail="; ".join(dict.fromkeys(one for one in (first.detail, more.detail) if one)),
        messages=first.messages + more.messages,
        pictures=first.pictures + more.pictures,
        heard=first.heard + more.heard,
        files=first.files + more.files,
        edits=first.edits + more.edits,
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """A message; the first part of a long SMS with what the parts after it say, which are split off with it.

    `id` is of the part that came first.
    """

    message: Message
    id: int
    rest: str
    places: tuple[highlight.Span, ...]


def _wholes(messages: Sequence[Message], places: Mapping[int, Sequence[highlight.Span]]) -> list[_Whole]:
    """The messages, the parts of one long SMS as one: masked as a whole, too."""
    wholes: list[_Whole] = []
    for message, before in zip(messages, [None, *messages], strict=False):
        id_ = message.id or 0
        where = tuple(places.get(id_, ()))
        if not wholes or not continues(message, before):
            wholes.append(_Whole(message, id_, "", where))
            continue
        last = wholes[-1]
        at = len(last.message.text) + len(last.rest)
        moved = tuple(highlight.Span(one.start + at, one.end + at, one.opd) for one in where)
        rest = last.rest + message.text
        wholes[-1] = _Whole(last.message, min(last.id, id_), rest, last.places + moved)
    return wholes


def _ours(event: Event) -> bool:
    spoken = event.kind in SPOKEN and event.actor in ("officer", "opd")
    return spoken or event.kind == "noted" or "proof" in event.data


def _message(
    whole: _Whole,
    revisions: Sequence[MessageRevision],
    files: Sequence[AttachmentRow],
    role: str,
    city: City,
    heard: bool,
    noted: Event | None,
) -> Entry:
    message = whole.message
    who = "Pelapor" if role == "reporter" else "Pendukung"
    if message.proof in BORROWED and role == "reporter":
        who = "Mengaku pelapor"
    proof, proven_by = proven(message.proof)
    text = (revisions[-1].text if revisions else message.text) + whole.rest
    played = tuple(file for file in files if heard and playable(file))
    source = f" ({named(str(noted.data['source']), 'source')})" if noted else ""
    about = history.detail(noted) if noted else ""
    return Entry(
        at=message.received_at,
        side="in",
        title=f"{who} · {city.channel_name(message.channel)}{source}",
        text=highlight.marked(text, whole.places),
        detail="; ".join(
            filter(None, (*map(mask, (message.subject, message.place, about)), _pinned(message)))
        ),
        messages=(whole.id,),
        album=f"{message.conversation_id}:{message.group_id}" if message.group_id else "",
        pictures=tuple(file for file in files if visible(file)),
        heard=played,
        files=tuple(file for file in files if not visible(file) and file not in played),
        edits=_edits(message, revisions),
        proof=proof,
        proven_by=proven_by,
        whole=highlight.marked(message.whole, ()),
    )


def _pinned(message: Message) -> str:
    """That a point was sent: without words it would look like an empty message."""
    return "Mengirim titik lokasi" if message.lat is not None else ""


def _edits(message: Message, revisions: Sequence[MessageRevision]) -> tuple[tuple[datetime, Markup], ...]:
    """What the message said before, the newest first; the current wording is not among them."""
    versions = [(message.received_at, message.text), *((one.at, one.text) for one in revisions)]
    return tuple((at, highlight.marked(text, ())) for at, text in reversed(versions[:-1]))


def _proofs(
    events: Sequence[Event], messages: Sequence[Message], files: Mapping[int, list[AttachmentRow]]
) -> Mapping[int, tuple[AttachmentRow, ...]]:
    """The pictures of an act, by the message that it names: of an album also the later ones."""
    proofs = [message.id or 0 for message in messages if message.machine == "proof"]
    firsts = sorted(event.data["proof"] for event in events if event.data.get("proof"))
    return {
        first: tuple(file for id_ in proofs if first <= id_ < end for file in files.get(id_, []))
        for first, end in pairwise([*firsts, math.inf])
    }


def _words(
    event: Event,
    post: Sequence[Outbox],
    names: Mapping[int, str],
    city: City,
    proofs: Mapping[int, tuple[AttachmentRow, ...]],
) -> Entry:
    prefix = f"event:{event.id}:"
    told = [
        f"{city.channel_name(row.channel)}: {delivery(row.state, row.delivery)}"
        for row in post
        if NOTICES[row.notice].audience == "citizen" and row.key.startswith(prefix)
    ]
    shown = proofs.get(event.data.get("proof", 0), ())
    return Entry(
        at=event.at,
        side="out" if event.kind in SPOKEN else "note",
        title=f"{history.title(event, city)} · {history.who(event, names, city)}",
        text=highlight.marked(event.text, ()),
        detail=history.detail(event),
        told=tuple(told),
        pictures=tuple(file for file in shown if visible(file)),
        files=tuple(file for file in shown if not visible(file)),
    )
