"""The words that decided, marked in the citizen's own text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from sapa.desk.mask import mask
from sapa.desk.wording import continues, heading
from store.tables import Disposition, Event, Message, MessageRevision

#: A rule this strong, measured by the strongest that chooses an agency, carried the decision.
CARRIED = 0.75
#: After one of these the words of a ticket are no longer those that were judged.
MOVED = frozenset({"split", "absorbed"})


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]`, and the agency it speaks for."""

    start: int
    end: int
    opd: str


def carrying(matches: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The matches that carried the decision, the strongest first; what added next to nothing is left out."""
    strongest = max((float(match["strength"]) for match in matches if match["opd"]), default=0.0)
    kept = [match for match in matches if float(match["strength"]) >= CARRIED * strongest]
    return sorted(kept, key=lambda match: -float(match["strength"]))


def spans(matches: Sequence[Mapping[str, Any]]) -> list[Span]:
    """The places of the matches that carried the decision, in order.

    Those that overlap an earlier one are left out.
    """
    found = sorted(
        (
            Span(start, end, str(match["opd"]))
            for match in carrying(matches)
            for start, end, _ in match["words"]
        ),
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
    for span in _joined(text, where):
        if at <= span.start and span.end <= len(text):
            out += _lines(text[at : span.start])
            out += Markup('<mark title="{}">').format(span.opd) + _lines(text[span.start : span.end])
            out += Markup("</mark>")
            at = span.end
    return out + _lines(text[at:])


def _joined(text: str, where: Sequence[Span]) -> list[Span]:
    """Neighbours that speak for the same agency as one place."""
    joined: list[Span] = []
    for span in where:
        last = joined[-1] if joined else None
        if last and last.opd == span.opd and text[last.end : span.start].strip(" ") == "":
            joined[-1] = Span(last.start, span.end, span.opd)
        else:
            joined.append(span)
    return joined


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def by_message(
    disposition: Disposition | None,
    thread: Sequence[Message],
    revisions: Mapping[int, Sequence[MessageRevision]],
    history: Sequence[Event],
) -> dict[int, list[Span]]:
    """Where in each inbound message the matches lie: {message id: places in its text}.

    The judge read all messages of that time, each with its subject, joined by line breaks (parts of one
    long SMS by nothing). A message
    that says something else since has no places; after a split or a join nobody has any.
    """
    if disposition is None or not disposition.matches:
        return {}
    if stale(disposition, history):
        return {}
    places, found, at, gap = spans(disposition.matches), {}, 0, 0
    judged = [one for one in thread if one.direction == "in" and one.received_at <= disposition.at]
    for message, earlier in zip(judged, [None, *judged], strict=False):
        assert message.id is not None
        if not continues(message, earlier):
            at, gap = at + gap, 0
        text, changed = _then(message, revisions.get(message.id, ()), disposition.at)
        before = len(heading(message.subject, text))
        at += before
        inside = [
            Span(one.start - at, one.end - at, one.opd)
            for one in places
            if at <= one.start and one.end <= at + len(text)
        ]
        if inside and not changed:
            found[message.id] = inside
        at, gap = at + len(text), 1 if before or text else gap
    return found


def stale(disposition: Disposition | None, history: Sequence[Event]) -> bool:
    """Whether the ticket's messages are no longer those that were judged."""
    if disposition is None:
        return False
    judged = next((one.id or 0 for one in history if one.data.get("disposition") == disposition.id), 0)
    return any(one.kind in MOVED and (one.id or 0) > judged for one in history)


def _then(message: Message, revisions: Sequence[MessageRevision], at: datetime) -> tuple[str, bool]:
    """What the message said when it was judged, and whether it says something else now."""
    known = [message.text, *(one.text for one in revisions if one.at <= at)]
    return known[-1], len(known) <= len(revisions)
