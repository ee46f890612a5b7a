"""Small forms of pages: read whole, decoded leniently, handed on as clean text."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_FIELDS = 200


def whole(value: str, digits: int = 18) -> int | None:
    """A whole number of at most so many digits, or None."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= digits else None


def year(value: str) -> int | None:
    """A year of four digits, or None."""
    return whole(value, 4) if len(value) == 4 else None


class Fields:
    """The text fields of one posted form; a missing one is ""."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value.replace("\x00", "").replace("\r\n", "\n").strip())

    def __getitem__(self, name: str) -> str:
        """The field's last value, or ""."""
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Every value of a field that may be ticked several times, without empty ones."""
        return [value for value in self._values.get(name, ()) if value]

    def number(self, name: str) -> int:
        """A whole number of at most 18 digits; raises HTTPException 400 when it is none."""
        value = whole(self[name])
        if value is None:
            raise HTTPException(400, "Isian formulir ini tidak lengkap. Muat ulang halaman, lalu coba lagi.")
        return value

    def as_dict(self) -> Mapping[str, str]:
        """All fields, last values, to show a form again as it was typed."""
        return {name: values[-1] for name, values in self._values.items()}


async def read(request: Request) -> Fields:
    """The body of a plain form (urlencoded); raises HTTPException 400 or 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != "application/x-www-form-urlencoded" and body:
        raise HTTPException(415, "Jenis kiriman ini tidak dikenal.")
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(400, "Terlalu banyak isian.") from error
    return Fields(pairs)
