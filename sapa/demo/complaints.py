"""The demo city's complaints, in the words its people use."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

_LANGUAGES = {"i": "id", "j": "jv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One complaint: `language` id, or jv also for mixed; `picture` is what its photo shows, "" = none.

    `right` is who ought to have it in the end, an OPD or an owner outside, "" = nobody. Complaints of
    one `incident` (0 = none) are about one event, told by several people.
    """

    text: str
    right: str
    kelurahan: str
    language: str
    picture: str = ""
    incident: int = 0


def complaints() -> Sequence[Complaint]:
    """All of them, in the order of the files; `ValueError` for a line that is not of their form."""
    folder = files("sapa.demo") / "texts"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".txt"))
    lines = (line for name in names for line in (folder / name).read_text(encoding="utf-8").splitlines())
    return tuple(_complaint(line) for line in lines if line and not line.startswith("#"))


def _complaint(line: str) -> Complaint:
    language, right, kelurahan, about, text = line.split("|", 4)
    picture, _, incident = about.partition("#")
    if language not in _LANGUAGES:
        raise ValueError(f"a line begins with {' or '.join(_LANGUAGES)}: {line!r}")
    return Complaint(
        text=text,
        right=right.removeprefix("-"),
        kelurahan=kelurahan,
        language=_LANGUAGES[language],
        picture=picture,
        incident=int(incident or 0),
    )
