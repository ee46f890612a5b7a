"""The words that decided, marked in the citizen's own text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from sapa.desk.mask import mask
from store.tables import Disposition, Event, Message, MessageRevision

#: After one of these the words of a ticket are no longer those that were judged.
MOVED = frozenset({"split", "absorbed", "undone"})


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]`, and the agency it speaks for."""

    start: int
    end: int
    opd: str


def spans(matches: Iterable[Mapping[str, Any]]) -> list[Span]:
    """The places of a disposition's matches, in order; those that overlap an earlier one are left out."""
    found = sorted(
        (Span(start, end, str(match["opd"])) for match in matches for start, end, _ in match["words"]),
        key=lambda span: (span.start, -span.end),
    )
    kept: list[Span] = []
    for span in found:
        if span.start < span.end and (not kept or span.start >= kept[-1].end):
            kept.append(span)
    return kept


def marked(text: str, where: Sequence[Span]) -> Markup:
    """The text as HTML, masked and escaped, its line breaks kept, with `mark` around the places."""
    text, out, at = mask(text), Markup(""), 0
    for span in where:
        if at <= span.start and span.end <= len(text):
            out += _lines(text[at : span.start])
            out += Markup('<mark title="{}">').format(span.opd) + _lines(text[span.start : span.end])
            out += Markup("</mark>")
            at = span.end
    return out + _lines(text[at:])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def by_message(
    disposition: Disposition | None,
    thread: Sequence[Message],
    revisions: Mapping[int, Sequence[MessageRevision]],
    history: Sequence[Event],
) -> dict[int, list[Span]]:
    """Where in each inbound message the matches lie: {message id: places in its text}.

    The judge read all messages of that time, subjects and texts, joined by line breaks. A message
    that says something else since has no places; after a split or a join nobody has any.
    """
    if disposition is None or not disposition.matches:
        return {}
    if any(event.kind in MOVED and event.at > disposition.at for event in history):
        return {}
    places, found, at = spans(disposition.matches), {}, 0
    for message in thread:
        if message.direction != "in" or message.received_at > disposition.at:
            continue
        assert message.id is not None
        text, changed = _then(message, revisions.get(message.id, ()), disposition.at)
        at += len(message.subject) + 1 if message.subject else 0
        inside = [
            Span(one.start - at, one.end - at, one.opd)
            for one in places
            if at <= one.start and one.end <= at + len(text)
        ]
        if inside and not changed:
            found[message.id] = inside
        at += len(text) + 1 if text else 0
    return found


def _then(message: Message, revisions: Sequence[MessageRevision], at: datetime) -> tuple[str, bool]:
    """What the message said when it was judged, and whether it says something else now."""
    known = [message.text, *(one.text for one in revisions if one.at <= at)]
    return known[-1], len(known) <= len(revisions)
