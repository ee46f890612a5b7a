"""One YAML 1.2 file as plain data, each key and value with its place; no anchors, no tags, no doubles."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.events import CollectionEndEvent as _End

from sapa.settings.problems import BadConfig, Path, Problem, Spot, quoted

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"(?=.*[.eE])[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: What the parser is known to raise on broken input, besides its own errors.
_PARSER_FAULTS = (
    YAMLError,
    ValueError,
    TypeError,
    AssertionError,
    LookupError,
    ArithmeticError,
    NotImplementedError,
)
_SYNTAX = (
    (
        "mapping values are not allowed",
        "titik dua di tempat yang salah; beri tanda kutip pada teks berisi ': '",
    ),
    ("'\\t'", "TAB tidak boleh dipakai; pakai spasi"),
    ("could not find expected ':'", "setelah kunci harus ada titik dua dan spasi, misalnya: kunci: nilai"),
    ("expected <block end>", "lekuk baris tidak sejajar dengan baris lain pada bagian yang sama"),
    ("unexpected end of stream", "tanda kutip atau kurung belum ditutup"),
    ("<stream end>", "tanda kutip atau kurung belum ditutup"),
)


@dataclass(slots=True)
class Document:
    """A file as it was read: plain data (dict, list, str, int, float, bool, None) and its spots."""

    name: str
    data: Any = None
    keys: dict[Path, Spot] = field(default_factory=dict)
    values: dict[Path, Spot] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """A collection that is still open; `key` is the key whose value comes next."""

    path: Path
    into: dict[str, Any] | list[Any]
    key: str | None = None


def read(name: str, content: bytes) -> Document:
    """Parse a file. Raises `BadConfig` when it cannot be read to its end; smaller faults
    (doubled keys, anchors, tags) are in `Document.problems`.
    """
    document = Document(name)
    if len(content) > MAX_BYTES:
        _stop(
            document,
            Spot(name),
            f"berkas lebih besar dari {MAX_BYTES // 1_000_000} MB; bagi menjadi beberapa",
        )
    reader = _Reader(document)
    for event in _events(document, _decode(document, content)):
        reader.take(event)
    if document.data is None and not document.problems:
        _stop(document, Spot(name), "berkas kosong")
    return document


def _stop(document: Document, spot: Spot, message: str, path: Path = ()) -> None:
    raise BadConfig([*document.problems, Problem(spot, path, message)])


def _decode(document: Document, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        _stop(
            document, _spot_after(document.name, before), "bukan UTF-8; simpan berkas dengan pengodean UTF-8"
        )
        raise


def _spot_after(name: str, before: str) -> Spot:
    return Spot(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _events(document: Document, text: str) -> Iterator[Any]:
    """The parser's events; whatever the parser raises becomes a `BadConfig` with its place."""
    unprintable = _FORBIDDEN.search(text)
    if unprintable:
        spot = _spot_after(document.name, text[: unprintable.start()])
        _stop(document, spot, "ada huruf yang tidak dapat dicetak; hapus")
    last = Spot(document.name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            last = _spot(document.name, event.start_mark)
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _stop(document, _spot(document.name, mark) if mark else last, _syntax(str(error.problem)))
    except _PARSER_FAULTS as error:
        _stop(document, last, _syntax(str(error).split("\n")[0] or type(error).__name__))


def _syntax(problem: str) -> str:
    for sign, message in _SYNTAX:
        if sign in problem:
            return message
    return f"bentuk YAML salah ({problem})"


def _spot(name: str, mark: Any, raw: str = "") -> Spot:
    return Spot(name, mark.line + 1, mark.column + 1, raw)


class _Reader:
    """Builds the data from events without recursion, so that depth costs no stack."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._open: list[_Frame] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._complain(event, (), "hanya satu dokumen per berkas; hapus baris '---' ini")
        elif isinstance(event, _End):
            self._open.pop()
        elif isinstance(event, NodeEvent):
            self._node(event)

    def _node(self, event: Any) -> None:
        frame = self._open[-1] if self._open else None
        if frame is not None and isinstance(frame.into, dict) and frame.key is None:
            self._key(event, frame)
            return
        path = self._next_path(frame)
        spot = _spot(self._document.name, event.start_mark, _raw(event))
        if isinstance(event, ScalarEvent) and event.style is None and not event.value:
            spot = self._document.keys.get(
                path, spot
            )  # nothing is written: the parser has gone on to what follows
        self._document.values[path] = spot
        value = self._value(event, path)
        self._put(frame, value)
        if isinstance(value, dict | list):
            if len(self._open) >= MAX_DEPTH:
                spot = _spot(self._document.name, event.start_mark)
                _stop(self._document, spot, f"terlalu dalam: paling banyak {MAX_DEPTH} tingkat", path[:3])
            self._open.append(_Frame(path, value))

    def _next_path(self, frame: _Frame | None) -> Path:
        if frame is None:
            return ()
        return (*frame.path, len(frame.into) if isinstance(frame.into, list) else str(frame.key))

    def _put(self, frame: _Frame | None, value: Any) -> None:
        if frame is None:
            if self._documents == 1:
                self._document.data = value
        elif isinstance(frame.into, list):
            frame.into.append(value)
        else:
            frame.into[str(frame.key)] = value
            frame.key = None

    def _key(self, event: Any, frame: _Frame) -> None:
        if not isinstance(event, ScalarEvent):
            spot = _spot(self._document.name, event.start_mark)
            _stop(self._document, spot, "kunci harus satu kata, bukan daftar atau acuan", frame.path)
        key = self._scalar_text(event, frame.path)
        path = (*frame.path, key)
        if key in frame.into:
            first = self._document.keys[path]
            self._complain(event, path, f"kunci ini sudah ditulis di baris {first.line}; hapus salah satu")
        else:
            self._document.keys[path] = _spot(self._document.name, event.start_mark)
        frame.key = key

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, AliasEvent):
            self._complain(event, path, f"acuan *{event.anchor} tidak boleh dipakai; tulis nilainya di sini")
            return None
        if event.anchor is not None:
            self._complain(
                event, path, f"jangkar &{event.anchor} tidak boleh dipakai; tulis nilainya di sini"
            )
        if event.tag is not None:
            self._complain(event, path, f"tanda {quoted(event.tag)} tidak boleh dipakai; hapus")
        if isinstance(event, MappingStartEvent):
            return {}
        if isinstance(event, SequenceStartEvent):
            return []
        return _scalar(event, self._scalar_text(event, path))

    def _scalar_text(self, event: ScalarEvent, path: Path) -> str:
        text = str(event.value)
        if _FORBIDDEN.search(text):
            self._complain(event, path, "ada huruf yang tidak dapat dicetak; hapus")
            return _FORBIDDEN.sub("?", text)
        return text

    def _complain(self, event: Any, path: Path, message: str) -> None:
        self._document.problems.append(Problem(_spot(self._document.name, event.start_mark), path, message))


def _raw(event: Any) -> str:
    return str(event.value) if isinstance(event, ScalarEvent) and event.style is None else ""


def _scalar(event: ScalarEvent, text: str) -> Any:
    """YAML 1.2 core words and numbers of an unquoted scalar; dates and times stay text."""
    if event.style is not None or event.tag is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and len(text) < 40:
        return float(text)
    return text
