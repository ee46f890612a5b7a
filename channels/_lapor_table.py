"""Files as tables of text: CSV in any dress, JSON, and (in a room of its own) XLSX."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

#: Bytes of a file; rows under the heading; columns; characters of one cell.
MAX_FILE = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 100_000
#: So many lines may stand above the headings: titles, the period, who made it.
TITLES = 20
TOO_MANY = f"Berkas ini berisi lebih dari {MAX_ROWS:,} baris. Bagi menjadi beberapa berkas.".replace(",", ".")
_DELIMITERS = ",;\t|"
#: (line in the file as people count it, its cells)
Line = tuple[int, list[str]]


class Unfit(Exception):
    """The file is no export we can read; says, for officers, why and what to do. Nothing of it is kept."""


def decoded(content: bytes) -> str:
    """The text of a CSV or JSON file: UTF-8, UTF-16 (also without its mark), else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(content, "utf-16")
    head = content[:4000]
    if head.count(0) > len(head) // 4:
        odd = head[1::2].count(0) > head[::2].count(0)
        return _utf16(content, "utf-16-le" if odd else "utf-16-be")
    if 0 in head:
        raise Unfit("Berkas ini bukan CSV, JSON, atau XLSX. Unduh ulang ekspornya dari LAPOR!.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _utf16(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Unfit("Tulisan dalam berkas ini rusak (UTF-16). Simpan ulang sebagai CSV UTF-8.") from error


def csv_lines(text: str) -> Iterator[Line]:
    """The lines of a CSV file, quoted line ends and all; raises `Unfit`."""
    text = text.replace("\x00", "\ufffd")
    delimiter = ""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own first line
        delimiter, text = first.strip()[4], rest
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MAX_COLUMNS:
                raise Unfit(
                    f"Baris {number} berisi lebih dari {MAX_COLUMNS} kolom. Periksa pemisah kolomnya."
                )
            yield number, cells
    except csv.Error as error:
        raise Unfit(
            "Berkas CSV ini rusak: tanda kutip tidak ditutup, atau satu sel lebih panjang dari"
            f" {MAX_CELL // 1000} ribu huruf. Unduh ulang ekspornya."
        ) from error


def _delimiter(text: str) -> str:
    """The mark that stands most often outside quotes in the first lines, in the line that has most."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    for line in text[:20_000].splitlines()[: TITLES + 1]:
        bare = "".join(line.split('"')[::2])
        for mark in _DELIMITERS:
            counts[mark] = max(counts[mark], bare.count(mark))
    return max(_DELIMITERS, key=lambda mark: counts[mark])


def json_lines(text: str) -> Iterator[Line]:
    """A JSON list of objects (also under `data` and the like), or an object a line; raises `Unfit`."""
    objects = _objects(text)
    headings = list(dict.fromkeys(str(key) for one in objects for key in one))
    if len(headings) > MAX_COLUMNS:
        raise Unfit(f"Data ini berisi lebih dari {MAX_COLUMNS} nama isian.")
    yield 1, headings
    for number, one in enumerate(objects, 2):
        named = {str(key): value for key, value in one.items()}
        yield number, [cell(named.get(heading)) for heading in headings]


def _objects(text: str) -> Sequence[dict[Any, Any]]:
    wrong = Unfit("JSON ini tidak terbaca. Yang dikenal: daftar laporan, {data: [...]}, atau satu per baris.")
    try:
        data = _lists(json.loads(text))
    except (ValueError, RecursionError):
        try:
            data = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            raise wrong from error
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise wrong
    if len(data) > MAX_ROWS:
        raise Unfit(TOO_MANY)
    return data


def _lists(data: Any) -> Any:
    """The list itself, or the one list of objects among an object's values (two deep)."""
    for _ in range(2):
        if not isinstance(data, dict):
            return data
        known = [data[name] for name in ("data", "results", "items", "laporan", "rows") if name in data]
        inner = known or [value for value in data.values() if isinstance(value, list)]
        if not inner:
            return [data]
        data = inner[0]
    return data


def cell(value: Any) -> str:
    """What stands in a cell, as text; a name is taken out of a nested object ({"nama": …})."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:MAX_CELL]
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dict):
        named = next((value[key] for key in ("nama", "name", "label", "title", "judul") if key in value), "")
        return named[:MAX_CELL] if isinstance(named, str) else ""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if isinstance(one, str | int | float))[:MAX_CELL]
    return str(value)[:MAX_CELL]
