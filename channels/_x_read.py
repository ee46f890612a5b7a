"""A delivery of X's account activity in our words: mentions, and direct messages.

Sources: docs.x.com/x-api/account-activity (payloads), …/direct-messages. Read by hand, item by item.
"""

import html
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from channels._place import point
from channels._text import clean, cut, one_line
from channels.base import Parsed, Payload, Unreadable
from channels.message import Address, Attachment, InboundMessage, Place

_WRONG = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError, OSError)
_LONGEST = 100 * 1024
#: How a post is named among messages; it is answered in public.
POST = "post:"
#: How a file that X still has is named in `Attachment.remote`; those of direct messages need our login.
HANDLE, DIRECT = "x:", "dm:"
#: What else is told of an account: no message to the city.
_QUIET = (
    "favorite_events", "follow_events", "mute_events", "block_events", "user_event", "tweet_delete_events",
    "direct_message_indicate_typing_events", "direct_message_mark_read_events", "unfollow_events",
)  # fmt: skip
_BESIDE = frozenset(("for_user_id", "user_has_blocked", "users", "apps", "is_blocked_by"))
_MOST = 10
Event = Mapping[str, Any]


def read(payload: Payload) -> Parsed:
    """All messages of a delivery; raises `Unreadable` for what is none, or holds a kind nobody knows."""
    try:
        told = json.loads(payload.body)
        users = told.get("users") or {}
        posts = list(told.get("tweet_create_events") or ())
        direct = list(told.get("direct_message_events") or ())
        strange = [kind for kind in told if kind not in {*_QUIET, *_BESIDE, *_READ}]
    except _WRONG as error:
        raise Unreadable(f"Kiriman X tidak terbaca ({type(error).__name__}).") from error
    if str(told.get("for_user_id", payload.account)) != payload.account:
        return []  # of another account that the app is subscribed to
    items: list[InboundMessage] = []
    lost = len(strange)
    for event, of in [*((one, _post) for one in posts), *((one, _direct) for one in direct)]:
        try:
            items += of(event, users, payload)
        except _WRONG:
            lost += 1
    if lost and not items:
        kind = one_line(str(strange[0]), 40) if strange else "pesan"
        raise Unreadable(f"Kiriman X memuat jenis yang belum dikenal: {kind}.")
    return [*items, *([_strange(lost, items[0])] if lost else [])]


_READ = frozenset(("tweet_create_events", "direct_message_events"))


def _strange(count: int, beside: InboundMessage) -> InboundMessage:
    return InboundMessage(
        channel=beside.channel,
        account=beside.account,
        sender=Address(channel=beside.channel, value=beside.account),
        external_id=f"strange:{beside.external_id}",
        text=f"[{count} kiriman belum dikenal; isinya pada kiriman mentah]",
        sent_at=beside.sent_at,
        machine="jenis kiriman belum dikenal",
    )


def _post(post: Event, users: Event, payload: Payload) -> list[InboundMessage]:
    """A post that names us or answers us; our own, and those that only pass on another's, are none."""
    writer = post["user"]
    if _id(writer) == payload.account or post.get("retweeted_status"):
        return []
    longer = post.get("extended_tweet") or {}
    text = longer.get("full_text") or post.get("full_text") or post["text"]
    media = (longer.get("extended_entities") or post.get("extended_entities") or {}).get("media") or ()
    answered = post.get("in_reply_to_status_id_str")
    return [
        InboundMessage(
            channel=payload.channel,
            account=payload.account,
            sender=Address(channel=payload.channel, value=_id(writer), name=_name(writer)),
            external_id=POST + _id(post),
            text=_words(text) or "[kiriman tanpa teks]",
            sent_at=_posted(post, payload),
            in_reply_to=POST + one_line(str(answered), 40) if answered else "",
            attachments=_files(media),
            place=_place(post),
        )
    ]


def _direct(event: Event, users: Event, payload: Payload) -> list[InboundMessage]:
    """A direct message; what we sent ourselves is none."""
    if event.get("type") != "message_create":
        raise ValueError("type")
    made = event["message_create"]
    writer = str(made["sender_id"])
    if writer == payload.account:
        return []
    data, person = made["message_data"], users.get(writer)
    attached = data.get("attachment") or {}
    kind = attached.get("type", "")
    strange = f"[jenis lampiran belum dikenal: {one_line(str(kind), 40)}]"
    where = attached.get("location") or {}
    shared = (where.get("shared_coordinate") or {}).get("coordinates")
    place = _place({"coordinates": shared, "place": (where.get("shared_place") or {}).get("place")})
    lines = (_words(data.get("text", "")), strange if kind not in ("", "media", "location") else "")
    files = _files([attached["media"]], login=True) if kind == "media" else ()
    return [
        InboundMessage(
            channel=payload.channel,
            account=payload.account,
            sender=Address(channel=payload.channel, value=writer, name=_name(person) if person else ""),
            external_id=_id(event),
            text="\n".join(filter(None, lines)) or ("" if files or place else "[pesan kosong]"),
            sent_at=datetime.fromtimestamp(int(event["created_timestamp"]) / 1000, UTC),
            attachments=files,
            place=place,
        )
    ]


def _files(media: Any, *, login: bool = False) -> tuple[Attachment, ...]:
    """Pictures as they are, of a video its best file; `login`: they are shown to us alone."""
    found = []
    for number, one in enumerate(list(media)[:_MOST], 1):
        kind = one.get("type", "photo")
        variants = (one.get("video_info") or {}).get("variants") or ()
        films = [film for film in variants if film.get("content_type") == "video/mp4" and film.get("url")]
        best = max(films, key=lambda film: film.get("bitrate") or 0, default=None)
        url = best["url"] if best else one.get("media_url_https") or one["media_url"]
        if not isinstance(url, str) or len(url) > 2_000 or not url.isprintable():
            raise ValueError("url")
        name, said = ("video", "video/mp4") if best or kind == "video" else ("foto", "image/jpeg")
        ending = "mp4" if said == "video/mp4" else "jpg"
        found.append(
            Attachment(
                name=f"{name}-{number}.{ending}",
                media_type=said,
                remote=f"{HANDLE}{DIRECT if login else ''}{url}",
            )
        )
    return tuple(found)


def _place(post: Event) -> Place | None:
    if (spot := _coordinates(post.get("coordinates"))) is not None:
        return spot
    named = post.get("place")
    label = one_line(str(named.get("full_name") or ""), 200) if isinstance(named, dict) else ""
    return Place(label=label) if label else None


def _coordinates(given: Any) -> Place | None:
    """A GeoJSON point: longitude first."""
    pair = given.get("coordinates") if isinstance(given, dict) else None
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    lat, lon, _ = point(pair[1], pair[0])
    return None if lat is None else Place(lat=lat, lon=lon)


def _words(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("text")
    return cut(clean(html.unescape(text)).strip(), _LONGEST)


def _posted(post: Event, payload: Payload) -> datetime:
    at = parsedate_to_datetime(_rfc(post["created_at"])) if "created_at" in post else payload.received_at
    return at.astimezone(UTC)


def _rfc(written: str) -> str:
    """ "Wed Oct 10 20:19:24 +0000 2018" in the order of mails."""
    day, month, number, clock, zone, year = written.split()
    return f"{day}, {number} {month} {year} {clock} {zone}"


def _id(one: Event) -> str:
    value = str(one.get("id_str") or one["id"])
    if not value.isdecimal() or len(value) > 40:
        raise ValueError("id")
    return value


def _name(person: Event) -> str:
    name, handle = (
        one_line(str(person.get("name") or ""), 100),
        one_line(str(person.get("screen_name") or ""), 50),
    )
    return " ".join(filter(None, (name, f"@{handle}" if handle else "")))
