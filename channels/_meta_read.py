"""A delivery of Meta's in our words: every entry, and in it every message and every change.

Sources: developers.facebook.com/docs/messenger-platform/reference/webhook-events, …/docs/graph-api/webhooks
(page: feed, mention; instagram: comments, mentions). Read by hand: a field that is new spoils nothing else.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from channels import _meta_kinds as kinds
from channels._text import clean, cut, one_line
from channels.base import Parsed, Payload, Unreadable
from channels.message import Address, DeliveryReport, InboundMessage

_WRONG = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError, OSError)
_LONGEST = 100 * 1024
#: How a comment is named among messages; what is answered in public begins so.
COMMENT, POST = "comment:", "post:"
DELETED = "[pesan ini dihapus]"
#: Events that are no message to the city.
_QUIET = frozenset((
    "read", "reaction", "optin", "referral", "account_linking", "pass_thread_control",
    "take_thread_control", "request_thread_control", "app_roles", "typing", "policy_enforcement",
))  # fmt: skip
_BESIDE = frozenset(("sender", "recipient", "timestamp"))
_MENTIONED = "[menyebut akun kota]"

Event = Mapping[str, Any]
Item = InboundMessage | DeliveryReport


def read(payload: Payload) -> Parsed:
    """All messages and reports of a delivery; what cannot be read beside others is parked with a reason.

    Raises `Unreadable` for what is no delivery, or holds nothing that can be read.
    """
    try:
        entries = _list(json.loads(payload.body)["entry"])
    except _WRONG as error:
        raise Unreadable(f"Kiriman Meta tidak terbaca ({type(error).__name__}).") from error
    items: list[Item] = []
    strange = 0
    for entry, event, of in _events(entries, payload.account):
        try:
            items += of(event, entry, payload)
        except _WRONG:
            strange += 1
    if strange and not items:
        raise Unreadable("Kiriman Meta memuat jenis yang belum dikenal.")
    return [*items, *([_strange(strange, payload)] if strange else [])]


def _events(entries: Sequence[Any], account: str) -> Iterator[tuple[Event, Event, Any]]:
    """Each event with its entry and who reads it. `standby` is for other programs of the city: not ours."""
    for entry in entries:
        if isinstance(entry, dict) and str(entry.get("id", account)) == account:
            yield from ((entry, event, _messaged) for event in _list(entry.get("messaging", [])))
            yield from ((entry, change, _changed) for change in _list(entry.get("changes", [])))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _strange(count: int, payload: Payload) -> InboundMessage:
    digest = hashlib.sha256(payload.body).hexdigest()[:32]
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=Address(channel=payload.channel, value=payload.account),
        external_id=f"strange:{digest}",
        text=f"[{count} kiriman belum dikenal; isinya pada kiriman mentah]",
        sent_at=payload.received_at,
        machine="jenis kiriman belum dikenal",
    )


def _messaged(event: Event, entry: Event, payload: Payload) -> list[Item]:
    """One event between a person and us."""
    if "delivery" in event:
        return _delivered(event, payload)
    if "message" in event or "message_edit" in event or "postback" in event:
        return _written(event, payload)
    if "read" in event and isinstance(event["read"], dict) and event["read"].get("mid"):
        return [_report(str(event["read"]["mid"]), "read", event, payload)]
    strange = [kind for kind in event if kind not in _BESIDE | _QUIET]
    if not strange:
        return []
    text = f"[jenis pesan belum dikenal: {one_line(strange[0], 40)}]"
    return [
        _from_person(event, payload, f"{strange[0][:40]}:{_id(event['sender'])}:{event['timestamp']}", text)
    ]


def _written(event: Event, payload: Payload) -> list[Item]:
    """What somebody wrote, changed, took back or tapped; what we wrote ourselves (an echo) is none."""
    if "postback" in event:
        tapped = event["postback"]
        name = tapped.get("mid") or f"postback:{_id(event['sender'])}:{event['timestamp']}"
        title = one_line(str(tapped.get("title") or tapped.get("payload") or ""))
        return [_from_person(event, payload, str(name), f"[tombol: {title}]")]
    if "message" not in event:
        change = event["message_edit"]
        if not isinstance(change.get("text"), str) or change.get("num_edit") == 0 or "sender" not in event:
            return []  # Instagram tells of new messages so, too; they come as messages
        return [
            _from_person(event, payload, str(change["mid"]), clean(str(change["text"])).strip(), edited=True)
        ]
    message = event["message"]
    if message.get("is_echo") is True or _id(event["sender"]) == payload.account:
        return []
    name = str(message["mid"])
    if message.get("is_deleted") is True:
        gone = _from_person(event, payload, name, DELETED, edited=True)
        return [replace(gone, withdrawn=True)]
    place, files, told = kinds.parts(message)
    lines = (kinds.answered_story(message), clean(_text(message.get("text"))).strip(), *told)
    text = "\n".join(filter(None, lines)) or ("" if place or files else "[pesan kosong]")
    replied = message.get("reply_to") or {}
    item = _from_person(event, payload, name, text, answers=str(replied.get("mid") or ""))
    return [replace(item, place=place, attachments=files)]


def _from_person(
    event: Event, payload: Payload, name: str, text: str, *, edited: bool = False, answers: str = ""
) -> InboundMessage:
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=Address(channel=payload.channel, value=_id(event["sender"])),
        external_id=_name(name),
        text=cut(text, _LONGEST),
        sent_at=_time(event["timestamp"]),
        in_reply_to=one_line(answers, 300),
        edited=edited,
    )


def _delivered(event: Event, payload: Payload) -> list[Item]:
    names = _list(event["delivery"].get("mids", []))
    return [_report(str(name), "delivered", event, payload) for name in names]


def _report(name: str, status: Any, event: Event, payload: Payload) -> DeliveryReport:
    at = _time(event["timestamp"]) if "timestamp" in event else payload.received_at
    return DeliveryReport(channel=payload.channel, external_id=_name(name), status=status, at=at)


def _changed(change: Event, entry: Event, payload: Payload) -> list[Item]:
    """A comment, a post on our page or a mention; likes, reactions and the like are none."""
    field, value = change["field"], change["value"]
    if field == "feed":
        return _on_page(value, payload)
    if field in ("comments", "live_comments"):
        name, who = value["id"], value["from"]
        told = {"text": value.get("text"), "answers": value.get("parent_id"), "at": entry.get("time")}
        return _public(f"{COMMENT}{name}", who, payload, **told)
    if field in ("mention", "mentions"):
        return _mentioned(value, entry, payload)
    if field in kinds.QUIET_FIELDS:
        return []
    raise ValueError("field")


def _on_page(value: Event, payload: Payload) -> list[Item]:
    item, verb = value.get("item"), value.get("verb")
    if item not in kinds.POSTED or verb not in kinds.VERBS:
        return []
    name = f"{COMMENT}{value['comment_id']}" if item == "comment" else f"{POST}{value['post_id']}"
    parent = value.get("parent_id")
    told = {
        "text": value.get("message"),
        "answers": parent if item == "comment" and parent != value.get("post_id") else None,
        "at": value.get("created_time"),
        "files": kinds.pictures(value),
    }
    return _public(name, value["from"], payload, verb=str(verb), **told)


def _mentioned(value: Event, entry: Event, payload: Payload) -> list[Item]:
    """Instagram names neither who nor what: an officer looks at it there."""
    where = value.get("comment_id") or value.get("media_id") or value.get("post_id")
    name = f"{COMMENT}{where}" if value.get("comment_id") else f"mention:{where}"
    who = {"id": value.get("sender_id") or f"mention:{where}", "name": value.get("sender_name") or ""}
    text = "\n".join(filter(None, (_MENTIONED, _text(value.get("message")))))
    at = value.get("created_time") or entry.get("time")
    if where is None:
        raise ValueError("mention")
    return _public(name, who, payload, text=text, at=at)


def _public(
    name: str,
    who: Event,
    payload: Payload,
    *,
    text: Any,
    at: Any,
    answers: Any = None,
    files: Any = (),
    verb: str = "add",
) -> list[Item]:
    """What everybody can read; our own comments are none."""
    writer = _id(who)
    if writer == payload.account or who.get("self_ig_scoped_id"):
        return []
    words = DELETED if verb == "remove" else clean(_text(text)).strip()
    return [
        InboundMessage(
            channel=payload.channel,
            account=payload.account,
            sender=Address(
                channel=payload.channel,
                value=writer,
                name=one_line(str(who.get("name") or who.get("username") or ""), 200),
            ),
            external_id=_name(name),
            text=cut(words, _LONGEST) or ("" if files else "[komentar kosong]"),
            sent_at=payload.received_at if at is None else _time(at),
            in_reply_to=f"{COMMENT}{one_line(str(answers), 200)}" if answers else "",
            edited=verb != "add",
            withdrawn=verb == "remove",
            attachments=tuple(files),
        )
    ]


def _id(who: Event) -> str:
    value = str(who["id"])
    if not value or len(value) > 200 or not value.isprintable():
        raise ValueError("id")
    return value


def _name(value: str) -> str:
    if not value or len(value) > 500:
        raise ValueError("name")
    return one_line(value, 500)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _time(value: Any) -> datetime:
    """Seconds, or milliseconds where there are too many of them."""
    if type(value) not in (int, float):
        raise TypeError("time")
    return datetime.fromtimestamp(value / 1000 if value > 100_000_000_000 else value, UTC)
