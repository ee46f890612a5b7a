"""One slip of the finger in a long word: a letter left out, one too many, its neighbour, or two swapped."""

from collections.abc import Iterable, Mapping

from router.lexicon import NO_SLIP

_SHORTEST = 6
_LONGEST = 24
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside() -> dict[str, str]:
    """For each letter its neighbours on a phone's keyboard."""
    found: dict[str, str] = {}
    for y, row in enumerate(_ROWS):
        for x, letter in enumerate(row):
            near = [(y, x - 1), (y, x + 1), (y - 1, x), (y - 1, x + 1), (y + 1, x - 1), (y + 1, x)]
            found[letter] = "".join(
                _ROWS[b][a] for b, a in near if 0 <= b < len(_ROWS) and 0 <= a < len(_ROWS[b])
            )
    return found


_BESIDE = _beside()


class Typos:
    """Known words of six letters and more, found again when one letter of what was typed is wrong.

    The first letter is never the wrong one: hands slip later, and other words differ there.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = {word: key for word, key in words.items() if _SHORTEST <= len(word) <= _LONGEST}
        self._without: dict[str, list[tuple[int, str]]] = {}
        for word in self._words:
            for at, short in _shorter(word):
                self._without.setdefault(short, []).append((at, word))

    def meant(self, typed: str) -> tuple[int, ...]:
        """The numbers of the words `typed` may stand for; empty when it is short or far from all."""
        if not _SHORTEST <= len(typed) <= _LONGEST or not typed.isalpha() or typed in NO_SLIP:
            return ()
        found = [word for _, word in self._without.get(typed, ())]
        for at, short in _shorter(typed):
            if short in self._words:
                found.append(short)
            found += [word for there, word in self._without.get(short, ()) if _slip(typed, at, word, there)]
        return tuple(sorted({self._words[word] for word in found}))


def _shorter(word: str) -> Iterable[tuple[int, str]]:
    """The word with each of its letters but the first left out."""
    return ((at, word[:at] + word[at + 1 :]) for at in range(1, len(word)))


def _slip(typed: str, at: int, word: str, there: int) -> bool:
    """Whether one letter was struck for its neighbour, or two letters swapped places."""
    if at == there:
        return word[at] in _BESIDE.get(typed[at], "")
    return abs(at - there) == 1 and typed[at] == word[there]
