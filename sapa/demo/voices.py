"""What officers and reporters of the demo city say, put together from `voices.txt`.

No two things that are said there, and no complaint, share a run of six words.
"""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from sapa.demo.complaints import complaints

RUN = 6
_TRIES = 400


class Speechless(LookupError):
    """All that can be said for an act was said."""


class Voices:
    """Says everything in other words than what was `heard` before, the complaints first."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._parts = _parts()
        self._heard = {run for one in complaints() for run in runs(one.text)}

    def say(self, act: str, *themes: str, **facts: str) -> str:
        """Something for an act: one of each of its parts, about the first of the `themes` a part knows.

        `facts` are filled in. Raises `Speechless`.
        """
        parts = [next(part[one] for one in (*themes, "") if one in part) for part in self._parts[act]]
        for _ in range(_TRIES):
            text = _joined(self._rng.choice(lines) for lines in parts).format_map(facts)
            new = runs(text)
            if not new & self._heard:
                self._heard |= new
                return text
        raise Speechless(f"nothing new to say for {act!r} about {themes}")


def _joined(parts: Iterable[str]) -> str:
    """The parts as sentences: each begins with a capital."""
    text = ""
    for part in parts:
        new = not text or text.endswith((".", "?"))
        text += (" " if text else "") + (part[0].upper() + part[1:] if new else part)
    return text


def runs(text: str) -> set[tuple[str, ...]]:
    """Every six words that follow each other in a text."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def _parts() -> Mapping[str, Sequence[Mapping[str, Sequence[str]]]]:
    """By act its parts in their order, each with its lines by theme ("" = any)."""
    text = (files("sapa.demo") / "voices.txt").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, list[str]]]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            act, place, words = line.split("|", 2)
            number, _, theme = place.partition(" ")
            parts = found.setdefault(act, [])
            if int(number) > len(parts):
                parts.append({})
            parts[int(number) - 1].setdefault(theme, []).append(words)
    return found
