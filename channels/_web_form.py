"""The bodies a browser or a program sends (form, multipart, JSON) as one set of fields and photos."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from channels._text import file_name
from channels.message import Attachment

MAX_FIELDS = 60
#: Fields by name; values are text, or JSON numbers.
Fields = Mapping[str, Any]


class Garbled(Exception):
    """The body is not what its media type says."""


def read(media_type: str, body: bytes) -> tuple[Fields, list[Attachment]]:
    """Fields and photos of a body; raises `Garbled`."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _json(body)
    if kind == "multipart/form-data":
        return _multipart(media_type, body)
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(body)
    raise Garbled(f"media type {kind[:60]!r}")


def _json(body: bytes) -> tuple[Fields, list[Attachment]]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled("JSON") from error
    if not isinstance(fields, dict):
        raise Garbled("JSON object expected")
    photos = fields.pop("photos", None) or ()
    if not isinstance(photos, list | tuple):
        raise Garbled("photos: list expected")
    return fields, [_photo(photo) for photo in photos]


def _photo(photo: Any) -> Attachment:
    given = {"base64": photo} if isinstance(photo, str) else photo
    if not isinstance(given, dict) or not isinstance(given.get("base64"), str):
        raise Garbled("photos: base64 text expected")
    head, _, data = given["base64"].rpartition(",")
    media_type = head[5:].partition(";")[0] if head.startswith("data:") else given.get("type", "")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Garbled("photos: base64") from error
    return _attachment(str(given.get("name", "")), str(media_type), content)


def _urlencoded(body: bytes) -> tuple[Fields, list[Attachment]]:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise Garbled("too many fields") from error
    return dict(pairs), []


def _multipart(media_type: str, body: bytes) -> tuple[Fields, list[Attachment]]:
    boundary = parse_options_header(media_type)[1].get(b"boundary", b"")
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise Garbled("multipart") from error
    if not reader.whole:
        raise Garbled("multipart: cut off")
    return reader.fields, reader.photos


class _Reader:
    """Collects the parts of one multipart body."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.photos: list[Attachment] = []
        self.whole = False
        self._parts = 0
        self._begin()

    def callbacks(self) -> Any:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._field.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._last,
        }

    def _begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value, self._data = bytearray(), bytearray(), bytearray()

    def _header(self) -> None:
        self._headers[bytes(self._field).lower()] = bytes(self._value)
        self._field, self._value = bytearray(), bytearray()

    def _last(self) -> None:
        self.whole = True

    def _end(self) -> None:
        self._parts += 1
        if self._parts > MAX_FIELDS:
            raise Garbled("too many fields")
        options = parse_options_header(self._headers.get(b"content-disposition", b""))[1]
        name = options.get(b"name", b"").decode("utf-8", "replace").removesuffix("[]")
        if b"filename" not in options:
            self.fields[name] = self._data.decode("utf-8", "replace")
        elif self._data:
            kind = self._headers.get(b"content-type", b"").decode("latin-1")
            shown = options[b"filename"].decode("utf-8", "replace")
            self.photos.append(_attachment(shown, kind, bytes(self._data)))


def _attachment(name: str, media_type: str, content: bytes) -> Attachment:
    kind = media_type.partition(";")[0].strip().lower()
    plain = kind if len(kind) <= 80 and kind.isascii() and kind.isprintable() and "/" in kind else ""
    return Attachment(
        name=file_name(name, "foto"), media_type=plain or "application/octet-stream", content=content
    )
