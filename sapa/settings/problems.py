"""What is wrong in a configuration, and the place in the files where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file (line and column from 1); `raw` is the plain scalar as it was written."""

    file: str
    line: int = 1
    column: int = 1
    raw: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error: where, at which key, what is wrong and what was meant."""

    spot: Spot
    path: Path
    message: str

    def __str__(self) -> str:
        where = f"{self.spot}: {dotted(self.path)}: " if self.path else f"{self.spot}: "
        return where + plain(self.message)


class BadConfig(Exception):
    """The configuration cannot be used; `problems` holds every error found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = tuple(sorted(unique, key=lambda p: (p.spot.file, p.spot.line, p.spot.column)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"… dan {len(self.problems) - _SHOWN} kesalahan lain")
        return "\n".join(lines)


class Positions:
    """Where each key and value of a configuration stands.

    It takes no part in equality: two configurations that say the same are equal,
    wherever they are written.
    """

    def __init__(self, keys: Mapping[Path, Spot], values: Mapping[Path, Spot], whole: Spot) -> None:
        self._keys = keys
        self._values = values
        self._whole = whole

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Positions)

    def __hash__(self) -> int:
        return hash(Positions)

    def where(self, path: Path) -> str:
        """`FILE:LINE:COL` of the value at `path`, or of the nearest thing around it."""
        return str(self.value(path))

    def value(self, path: Path) -> Spot:
        """The spot of the value at `path`, or of the nearest thing around it."""
        return self._nearest(self._values, path)

    def key(self, path: Path) -> Spot:
        """The spot of the key that leads to `path`; list items and missing keys: what is around them."""
        return self._keys.get(path) or self.value(path)

    def _nearest(self, spots: Mapping[Path, Spot], path: Path) -> Spot:
        for length in range(len(path), 0, -1):
            if path[:length] in spots:
                return spots[path[:length]]
        return self._whole


def dotted(path: Path) -> str:
    """`("opds", 3, "email")` as `opds.3.email`, safe to print on one line."""
    return plain(".".join(str(part) for part in path))


def plain(text: str) -> str:
    """`text` on one line, what cannot be printed as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def quoted(value: object) -> str:
    """A value for a message: in quotation marks, at most 60 characters of it."""
    text = str(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def opened(data: Mapping[str, Any], channel: str) -> Mapping[str, Any] | None:
    """What is written of a channel that is switched on, None for a closed or missing one."""
    channels = data.get("channels")
    door = channels.get(channel) if isinstance(channels, dict) else None
    return door if isinstance(door, dict) and door.get("enabled") is True else None
