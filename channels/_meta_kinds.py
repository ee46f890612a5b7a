"""What may hang on a message of Messenger or Instagram, and which changes are told of a page."""

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from channels._place import point
from channels._text import one_line
from channels.message import Attachment, Place

#: How a file that Meta still has is named in `Attachment.remote`.
HANDLE = "meta:"
#: Where Meta's files lie.
HOSTS = ("fbcdn.net", "cdninstagram.com", "fbsbx.com", "facebook.com", "instagram.com")
_FILES = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mp4",
    "file": "application/octet-stream",
}
_NAMES = {"image": "foto", "video": "video", "audio": "suara", "file": "berkas"}
_SHARED = frozenset(["share", "post", "ig_post", "reel", "ig_reel", "ig_story"])
_MOST = 30
#: Kinds of posts that hold words, and what may become of them.
POSTED = frozenset(["comment", "post", "status", "photo", "video", "share"])
VERBS = frozenset(["add", "edit", "edited", "remove"])
#: Fields a page or account can subscribe to that hold no message.
QUIET_FIELDS = frozenset((
    "story_insights", "message_reactions", "messaging_seen", "ratings", "live_videos", "leadgen",
    "videos", "name", "picture", "standby", "messaging_handover", "conversations",
    "publisher_subscriptions",
))  # fmt: skip


def parts(message: Mapping[str, Any]) -> tuple[Place | None, tuple[Attachment, ...], list[str]]:
    """The place, the files and what else there is, in words."""
    place, files, told = None, list[Attachment](), list[str]()
    given = message.get("attachments")
    for number, one in enumerate(given[:_MOST] if isinstance(given, list) else [], 1):
        kind, inside = str(one.get("type")), one.get("payload") or {}
        if kind == "location" and place is None:
            place = _place(one, inside)
        elif inside.get("sticker_id"):
            told.append("[stiker]")
        elif kind in _FILES and inside.get("url"):
            files.append(_file(kind, str(inside["url"]), number))
        else:
            said, more = _other(kind, one, inside, number)
            told.append(said)
            files += more
    if isinstance(given, list) and len(given) > _MOST:
        told.append(f"[{len(given) - _MOST} lampiran lain tidak diambil]")
    if message.get("is_unsupported") is True:
        told.append("[jenis pesan ini tidak diteruskan oleh Meta; lihat di aplikasinya]")
    return place, tuple(files), told


def answered_story(message: Mapping[str, Any]) -> str:
    """Whether somebody answered a story of ours."""
    replied = message.get("reply_to")
    return "[membalas story kota]" if isinstance(replied, dict) and "story" in replied else ""


def pictures(value: Mapping[str, Any]) -> list[Attachment]:
    """The photos of a post or comment."""
    given = value.get("photos")
    urls = [value.get("photo"), *(given if isinstance(given, list) else []), value.get("video")]
    found = dict.fromkeys(url for url in urls if isinstance(url, str) and url)
    if not found and isinstance(link := value.get("link"), str) and value.get("item") in ("photo", "video"):
        found = {link: None}
    kinds = ["video" if url == value.get("video") else "image" for url in found]
    return [_file(kind, url, n) for n, (kind, url) in enumerate(zip(kinds, found, strict=True), 1)][:_MOST]


def _other(
    kind: str, one: Mapping[str, Any], inside: Mapping[str, Any], number: int
) -> tuple[str, Sequence[Attachment]]:
    """Links, shared posts, mentions in a story, and what nobody knows yet."""
    url = str(inside.get("url") or one.get("url") or "")
    title = one_line(str(inside.get("title") or one.get("title") or ""))
    if kind == "story_mention":
        return "[menyebut akun kota dalam story]", [_file("image", url, number)] if url else []
    if kind in _SHARED:
        return f"[membagikan unggahan{f': {title}' if title else ''}]", [
            _file("image", url, number)
        ] if url else []
    if kind in ("fallback", "template"):
        return f"[tautan: {' '.join(filter(None, (title, one_line(url))))}]", []
    return f"[jenis lampiran belum dikenal: {one_line(kind, 40)}]", [
        _file("file", url, number)
    ] if url else []


def _file(kind: str, url: str, number: int) -> Attachment:
    guessed = mimetypes.guess_type(urlsplit(url).path)[0] or ""
    known = kind == "file" or guessed.partition("/")[0] == kind  # a voice lies in an .mp4, too
    ending = guessed if guessed and known else _FILES[kind]
    name = f"{_NAMES[kind]}-{number}{mimetypes.guess_extension(ending) or ''}"
    if len(url) > 4_000 or not url.isprintable():
        raise ValueError("url")
    return Attachment(name=name, media_type=ending, remote=HANDLE + url)


def _place(one: Mapping[str, Any], inside: Mapping[str, Any]) -> Place:
    spot = inside.get("coordinates") or {}
    lat, lon, note = point(spot.get("lat"), spot.get("long"))
    label = one_line(str(one.get("title") or ""), 200)
    return Place(lat=lat, lon=lon, label=" ".join(filter(None, (label, note))))
