"""An export of LAPOR! as rows: its kind by its bytes, its heading line by the names in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from channels._lapor_columns import CALLED, NEEDED, places
from channels._lapor_table import (
    MAX_COLUMNS,
    MAX_FILE,
    MAX_ROWS,
    TITLES,
    TOO_MANY,
    Line,
    Unfit,
    csv_lines,
    decoded,
    json_lines,
)
from channels._lapor_xlsx import xlsx_lines

Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An opened export: `kind` csv, json or xlsx; `columns` our field → its heading; `others` the rest.

    `rows` gives (line in the file, heading → cell) once, without empty lines; it raises `Unfit` where
    the file is broken further down, or too long.
    """

    kind: str
    columns: Mapping[str, str]
    others: tuple[str, ...]
    rows: Iterator[tuple[int, dict[str, str]]]


def open_sheet(content: bytes, names: Names) -> Sheet:
    """The table in a file; `names` are the city's own headings. Raises `Unfit`."""
    if len(content) > MAX_FILE:
        raise Unfit(f"Berkas terlalu besar; paling besar {MAX_FILE // 1024 // 1024} MB. Bagi per bulan.")
    if not content.strip():
        raise Unfit("Berkas ini kosong.")
    kind, lines = _lines(content)
    head = list(islice(lines, TITLES))
    at, found = _heading(head, names)
    missing = [CALLED[field] for field in NEEDED if field not in found]
    if missing:
        seen = ", ".join(one[:40] for one in (head[at][1] if head else [])[:12] if one.strip())
        raise Unfit(
            f"Kolom {' dan '.join(missing)} tidak ditemukan. Yang ada: {seen or 'tidak ada'}. Bila namanya"
            " lain, tambahkan di channels.lapor.columns, atau unduh ekspor yang memuat kolom itu."
        )
    headings = _named(head[at][1])
    used = {number: field for field, number in found.items()}
    return Sheet(
        kind=kind,
        columns={field: headings[number] for field, number in found.items()},
        others=tuple(name for number, name in enumerate(headings) if number not in used and name)[:50],
        rows=_rows(headings, head[at + 1 :], lines),
    )


def _lines(content: bytes) -> tuple[str, Iterator[Line]]:
    if content.startswith(b"PK\x03\x04"):
        return "xlsx", xlsx_lines(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unfit("Ini berkas Excel lama (.xls) atau terkunci. Simpan sebagai .xlsx atau CSV, lalu ulangi.")
    text = decoded(content)
    begins = text.lstrip()[:1]
    if begins in ("[", "{"):
        return "json", json_lines(text)
    if begins == "<":
        raise Unfit("Ini halaman web, bukan ekspor. Masuk lagi ke LAPOR!, lalu unduh ulang berkasnya.")
    return "csv", csv_lines(text)


def _heading(head: Sequence[Line], names: Names) -> tuple[int, dict[str, int]]:
    """Which of the first lines is the heading: the first that names most of our columns."""
    best, found = 0, dict[str, int]()
    for at, (_, cells) in enumerate(head):
        here = places(cells[:MAX_COLUMNS], names)
        if (all(one in here for one in NEEDED), len(here)) > (
            all(one in found for one in NEEDED),
            len(found),
        ):
            best, found = at, here
    return best, found


def _named(cells: Sequence[str]) -> list[str]:
    """The headings, each once: a second of the same name gets its number."""
    named: list[str] = []
    for number, one in enumerate(cells[:MAX_COLUMNS], 1):
        heading = " ".join(one.split())[:200]
        named.append(f"{heading} ({number})" if heading in named and heading else heading)
    return named


def _rows(
    headings: Sequence[str], first: Sequence[Line], rest: Iterator[Line]
) -> Iterator[tuple[int, dict[str, str]]]:
    count = 0
    for lines in (first, rest):
        for number, cells in lines:
            if not any(one.strip() for one in cells):
                continue
            count += 1
            if count > MAX_ROWS:
                raise Unfit(TOO_MANY)
            row = {name: value for name, value in zip(headings, cells, strict=False) if name}
            yield number, row
