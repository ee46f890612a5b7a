"""What is offered to tap, and how an answer in words is recognised as one of them. Pure."""

import re
from collections.abc import Sequence

from channels.message import Choice
from notifier.words import line

NEW_REPORT = "Laporan baru"
CANCEL = "Batal"
SEND_PLACE = "Kirim lokasi"
#: Signs that people put around a number, also those that make a key of it.
_AROUND = "\"'.,!?#() \ufe0f\u20e3"
_WORDS = 40
#: Said politely, before a number and after any answer.
_BEFORE = re.compile(r"(?:(?:no|nomor|nomer|yang|yg|ke|pilih|laporan)\b[ .:-]*)+(?=\d+$)")
_AFTER = re.compile(r"(?: (?:pak|bu|bapak|ibu|min|admin|mas|mbak|kak|ya|saja|aja|nggih))+$")
_SPELLED = {"satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6"}
#: A line of `numbered`; its number may be another one by now.
_ROW = re.compile(r"\d+\. (?P<name>[^:]+)(?:: .*)?")


def numbered(reports: Sequence[tuple[str, str]]) -> list[str]:
    """The lines of a question which report is meant, each with its number; (ref, words or "") of each."""
    named = [f"{ref}: {line(words, _WORDS)}" if words else ref for ref, words in reports]
    return [f"{number}. {one}" for number, one in enumerate([*named, NEW_REPORT], 1)]


def chosen(text: str, refs: Sequence[str]) -> str | None:
    """What an answer to `numbered` names: a ref, NEW_REPORT or CANCEL; None if it is no answer.

    An answer is the number, the name, or the whole line, said politely or not, and nothing else.
    """
    said = _AFTER.sub("", " ".join(text.split()).strip(_AROUND).casefold()).strip(_AROUND)
    row = _ROW.fullmatch(said)
    said = row["name"] if row else _SPELLED.get(said, _BEFORE.sub("", said))
    for number, name in enumerate([*refs, NEW_REPORT], 1):
        if said in (str(number), name.casefold()):
            return name
    return CANCEL if said == CANCEL.casefold() else None


def to_tap(lines: Sequence[str]) -> tuple[Choice, ...]:
    """The lines and the way out, as buttons."""
    return tuple(Choice(label=one) for one in (*lines, CANCEL))


#: Where it is, by one tap.
PLACE = (Choice(label=SEND_PLACE, place=True),)
