"""What is offered to tap, and how an answer in words is recognised as one of them. Pure."""

from collections.abc import Sequence

from channels.message import Choice
from notifier.words import line

NEW_REPORT = "Laporan baru"
CANCEL = "Batal"
SEND_PLACE = "Kirim lokasi"
#: Signs that people put around a number.
_AROUND = "\"'.,!?#()"
_WORDS = 40


def numbered(reports: Sequence[tuple[str, str]]) -> list[str]:
    """The lines of a question which report is meant, each with its number; (ref, words or "") of each."""
    named = [f"{ref}: {line(words, _WORDS)}" if words else ref for ref, words in reports]
    return [f"{number}. {one}" for number, one in enumerate([*named, NEW_REPORT], 1)]


def chosen(text: str, refs: Sequence[str]) -> str | None:
    """What an answer to `numbered` names: a ref, NEW_REPORT or CANCEL; None if it is no answer.

    An answer is the number, the name, or the whole line, and nothing else.
    """
    said = " ".join(text.split()).strip(_AROUND).casefold()
    for number, name in enumerate([*refs, NEW_REPORT], 1):
        row = f"{number}. {name}".casefold()
        if said in (str(number), name.casefold(), row) or said.startswith(f"{row}: "):
            return name
    return CANCEL if said == CANCEL.casefold() else None


def to_tap(lines: Sequence[str]) -> tuple[Choice, ...]:
    """The lines and the way out, as buttons."""
    return tuple(Choice(label=one) for one in (*lines, CANCEL))


#: Where it is, by one tap.
PLACE = (Choice(label=SEND_PLACE, place=True),)
