"""Small forms of pages: read whole, decoded leniently, handed on as clean text."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from channels.message import Attachment

MAX_FIELDS = 200
#: More files than any form takes: their form is shown again instead of being refused unread.
MAX_FILES = 20
MAX_PART = 1024 * 1024
UNREADABLE = "Isian formulir ini tidak terbaca. Muat ulang halaman, lalu coba lagi."


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


async def read_with_files(request: Request) -> tuple[Fields, list[Attachment]]:
    """The body of a form that may carry files; raises HTTPException 400, 408, 413 or 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        return await read(request), []
    pairs, files = [], []
    try:
        async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_PART) as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    pairs.append((name, value))
                elif content := await value.read():
                    files.append(_attachment(value, content))
    except HTTPException as error:
        if error.status_code in (408, 413):
            raise
        raise HTTPException(400, UNREADABLE) from error
    except (UnicodeError, LookupError) as error:
        raise HTTPException(400, UNREADABLE) from error
    return Fields(pairs), files


def _attachment(file: UploadFile, content: bytes) -> Attachment:
    return Attachment(
        name=file.filename or "", media_type=file.content_type or "application/octet-stream", content=content
    )
