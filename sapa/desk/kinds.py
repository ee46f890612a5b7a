"""What a file is: told by its bytes against our own list, never by its name or what its sender says."""

import re
import struct
from collections.abc import Mapping

import filetype

#: Kinds that are shown as pictures, after they were opened and written anew.
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"})
#: Every kind that is kept for people, and the ending its name gets.
ENDINGS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/x-wav": ".wav",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/calendar": ".ics",
}
UNKNOWN = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: What a zip holds, by the name of its main part.
_PARTS = {
    b"word/document.xml": _OFFICE + "wordprocessingml.document",
    b"xl/workbook.xml": _OFFICE + "spreadsheetml.sheet",
    b"xl/workbook.bin": _OFFICE + "spreadsheetml.sheet",
    b"ppt/presentation.xml": _OFFICE + "presentationml.presentation",
}
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr"),
    (b"ID3", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/x-wav"}
_VOICES = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
#: The kinds of ISO media files, by the brands they name.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    **dict.fromkeys((b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"mp71"), "video/mp4"),
    **dict.fromkeys((b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"), "video/mp4"),
    b"qt  ": "video/quicktime",
}
_NOT_HEIC = (b"avif", b"avis")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Text that programs run or draw.
_MARKUP = re.compile(rb"<[a-z!?/]|#!|\{\\rtf|%!ps|@echo")
_CONTROLS = re.compile(rb"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
#: Files in a zip that are looked through; no document has more.
_MOST_FILES = 5000


def kind_of(content: bytes) -> str:
    """The media type of a file on our list, `UNKNOWN` for every other one; in linear time."""
    kind = _by_signature(content) or _by_text(content) or UNKNOWN
    guess = filetype.guess_mime(content[:8192]) if kind != UNKNOWN else None
    return kind if guess is None or _family(guess) == _family(kind) else UNKNOWN


def _family(kind: str) -> str:
    family = kind.partition("/")[0]
    return "media" if family in ("audio", "video") else family


def _by_signature(content: bytes) -> str:
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        return _iso(content)
    if content.startswith(b"OggS"):
        return "audio/ogg" if any(voice in content[:128] for voice in _VOICES) else ""
    if content.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in content[:64] else ""
    if content.startswith(b"PK\x03\x04"):
        return _zip(content)
    if content.startswith(_OLE):
        return _ole(content)
    return _frame(content[:4])


def _iso(content: bytes) -> str:
    """By the first brand we know: its main one, then those it goes by."""
    size = min(int.from_bytes(content[:4], "big"), 512)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, size, 4))]
    if any(brand in _NOT_HEIC for brand in brands):
        return ""
    if any(brand.startswith((b"3gp", b"3g2", b"3gr", b"3gs")) for brand in brands[:1]):
        return "video/3gpp"
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "")


def _frame(head: bytes) -> str:
    """Sound that begins with its first frame: MPEG layer III, or AAC in ADTS."""
    if len(head) < 4 or head[0] != 0xFF:
        return ""
    if head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 0x0F < 13:
        return "audio/aac"
    layer_three = head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08
    whole = head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
    return "audio/mpeg" if layer_three and whole else ""


def _zip(content: bytes) -> str:
    """An office document without macros, by the list at the end of the zip."""
    names = _names(content)
    if any(name.lower().endswith((b"vbaproject.bin", b".exe", b".js")) for name in names):
        return ""
    if b"[Content_Types].xml" in names:
        return next((_PARTS[name] for name in names if name in _PARTS), "")
    if names[:1] == [b"mimetype"] and content[30:38] == b"mimetype":
        told = content[38:100]
        for kind in ("text", "spreadsheet"):
            whole = f"application/vnd.oasis.opendocument.{kind}"
            if told.startswith(whole.encode() + b"PK"):
                return whole
    return ""


def _names(content: bytes) -> list[bytes]:
    """The names in a zip's directory; none where it is damaged, too long or not at its place."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if end < 0 or len(content) < end + 22:
        return []
    count, _, at = struct.unpack("<HII", content[end + 10 : end + 20])
    names: list[bytes] = []
    if count > _MOST_FILES:
        return []
    for _ in range(count):
        if content[at : at + 4] != b"PK\x01\x02" or len(content) < at + 46:
            return []
        name, extra, note = struct.unpack("<HHH", content[at + 28 : at + 34])
        names.append(content[at + 46 : at + 46 + name])
        at += 46 + name + extra + note
    return names


def _ole(content: bytes) -> str:
    """A document of the old office without macros, by the names of its streams."""
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        return ""
    if "WordDocument".encode("utf-16-le") in content:
        return "application/msword"
    return "application/vnd.ms-excel" if "Workbook".encode("utf-16-le") in content else ""


def _by_text(content: bytes) -> str:
    """Words, if they are nothing but words: no control characters, no markup, no script."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        plain = content.decode("utf-16", "replace").encode()
    else:
        plain = content.removeprefix(b"\xef\xbb\xbf")
    start = plain[:64].lstrip().lower()
    if not start or _MARKUP.match(start) or _CONTROLS.search(plain):
        return ""
    try:
        plain.decode()
    except UnicodeDecodeError:
        return ""
    if start.startswith(b"begin:vcard"):
        return "text/vcard"
    return "text/calendar" if start.startswith(b"begin:vcalendar") else "text/plain"
