"""The one Indonesian sentence that says why."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from router.book import Rule, RuleBook

if TYPE_CHECKING:
    from router.decide import Match

_WORDS_SHOWN = 3
_LONGEST_WORD = 40


def reason(
    text: str,
    order: Sequence[str],
    matches: Sequence["Match"],
    top: "Match | None",
    rule: Rule | None,
    sure: bool,
    book: RuleBook,
) -> str:
    """Why this owner, or why an officer has to choose; names the words found in the text."""
    if top and rule and rule.triage:
        return _explained(_found(text, top), rule.because)
    if not order:
        return "Belum ada kata yang menunjuk ke satu OPD; petugas Diskominfo yang memilih."
    names = [book.owners[code].name for code in order[:2]]
    if top is None:
        return f"Laporan hanya menyebut {names[0]}, itu belum cukup; petugas Diskominfo yang memilih."
    found = _found(text, top)
    if sure:
        because = rule.because if rule else f"Laporan seperti ini diterima oleh {names[0]}."
        return _explained(found, because)
    whose = f"mungkin urusan {names[0]}" if len(order) == 1 else f"bisa urusan {names[0]} atau {names[1]}"
    return f"{found or 'Isi laporan'} {whose}; petugas Diskominfo memastikan."


def _explained(found: str, because: str) -> str:
    return f"{found}: {_lower(because)}" if found else because


def _found(text: str, match: "Match") -> str:
    """`Kata “lampu jalan” dan “padam”`: the longest entries found, as the citizen wrote them.

    What says nothing that was not shown before (“lampu” after “lampu jalan”) is left out.
    """
    pieces: dict[str, list[str]] = {}
    for start, end, word in match.evidence:
        pieces.setdefault(word, []).append(text[start:end].lower())
    shown: list[str] = []
    said: set[str] = set()
    for _, piece in sorted(pieces.items(), key=lambda item: (-len(item[1]), "+" in item[0])):
        if not said.issuperset(piece):
            said.update(piece)
            shown.append(f"“{' '.join(piece)[:_LONGEST_WORD]}”")
            if len(shown) == _WORDS_SHOWN:
                break
    if len(shown) < 2:
        return f"Kata {shown[0]}" if shown else ""
    return f"Kata {', '.join(shown[:-1])} dan {shown[-1]}"


def _lower(sentence: str) -> str:
    """The sentence after a colon; acronyms and names keep their capitals."""
    words = sentence.split(" ", 2)
    if len(words) > 1 and (words[0].isupper() or words[1][:1].isupper()):
        return sentence
    return sentence[:1].lower() + sentence[1:]
