"""An update of the Bot API in our words. Read by hand: a field that is new or wrong spoils nothing else."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels import _telegram_kinds as kinds
from channels._place import point
from channels._reach import phone
from channels._text import clean, cut, one_line
from channels.base import Parsed, Payload, Unreadable
from channels.message import Address, DeliveryReport, InboundMessage, Place, Tap

_WRONG = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError, OSError)
_LONGEST = 100 * 1024
_LINKS = 20
#: How we stand in a chat now: whether we reach whoever is there.
_STANDING: Mapping[str, bool] = {"kicked": False, "left": False, "member": True, "administrator": True}
#: What several people read. A channel is no conversation.
_GROUPS = frozenset({"group", "supergroup"})


def read(payload: Payload) -> Parsed:
    """The message or the report of one update; none for what is no message to the city.

    Raises `Unreadable` for what is no update, or one of a kind we do not know.
    """
    try:
        update = json.loads(payload.body.decode())
        number(update["update_id"])
        for kind, reader in _UPDATES.items():
            if kind in update:
                return reader(update[kind], payload)
        strange = [one_line(str(kind), 40) for kind in update if kind != "update_id"]
    except _WRONG as error:
        raise Unreadable(f"Pembaruan Telegram tidak terbaca ({type(error).__name__}).") from error
    if strange and kinds.OTHER_UPDATES.issuperset(strange):
        return ()
    raise Unreadable(f"Jenis pembaruan Telegram belum dikenal: {strange[0] if strange else 'kosong'}.")


def number(value: Any) -> int:
    """A whole number of Telegram's (at most 64 bits); raises TypeError or ValueError."""
    if type(value) is not int:
        raise TypeError("number")
    if abs(value) >= 2**63:
        raise ValueError("number")
    return value


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat an update is about, 0 where none is told; what belongs together is taken in order."""
    for told in update.values():
        part = told.get("message", told) if isinstance(told, dict) else None
        if isinstance(part, dict) and isinstance(part.get("chat"), dict):
            chat = part["chat"].get("id")
            return chat if type(chat) is int else 0
    return 0


def _written(message: Mapping[str, Any], payload: Payload) -> Parsed:
    return _message(message, payload, edited=False)


def _edited(message: Mapping[str, Any], payload: Payload) -> Parsed:
    return _message(message, payload, edited=True)


def _message(message: Mapping[str, Any], payload: Payload, *, edited: bool) -> Parsed:
    """One message; channels and Telegram's own notes give none, but for a group that moved."""
    kind = message["chat"]["type"]
    if kind != "private" and kind not in _GROUPS:
        return ()
    if message.get("migrate_to_chat_id") is not None:
        return (_moved(message, payload),)
    strange = kinds.unknown(message)
    if not strange and kinds.is_service(message):
        return ()
    chat, writer = number(message["chat"]["id"]), message.get("from") or message["chat"]
    group = kind != "private"
    place, attachments = _place(message), kinds.files(message)
    contacts, card = _contact(message, writer)
    unshown = kinds.shown(strange) if strange else ""
    lines = (_origin(message), _text(message), _sticker(message), card, unshown)
    text = "\n".join(filter(None, lines)) or ("" if place or attachments else "[pesan kosong]")
    return (
        InboundMessage(
            channel=payload.channel,
            account=payload.account,
            sender=_writer(number(writer["id"]) if group else chat, writer, payload),
            external_id=f"{chat}:{number(message['message_id'])}",
            text=cut(text, _LONGEST),
            sent_at=_time(message["date"]),
            in_reply_to=_answered(message, payload, group=group),
            group_id=one_line(str(message.get("media_group_id") or ""), 100),
            edited=edited,
            attachments=attachments,
            place=place,
            machine="bot" if writer.get("is_bot") is True else "",
            contacts=contacts,
            room=str(chat) if group else "",
            room_name=_name(message["chat"]) if group else "",
        ),
    )


def _answered(message: Mapping[str, Any], payload: Payload, *, group: bool) -> str:
    """The message that is answered; in a group only one of ours.

    There people answer each other, and in a topic every message answers the one that opened it.
    """
    told = message.get("reply_to_message")
    if not told or (group and str((told.get("from") or {}).get("id")) != payload.account):
        return ""
    return f"{number(message['chat']['id'])}:{number(told['message_id'])}"


def _writer(value: int, writer: Mapping[str, Any], payload: Payload) -> Address:
    return Address(channel=payload.channel, value=str(value), name=_name(writer))


def _moved(message: Mapping[str, Any], payload: Payload) -> DeliveryReport:
    """A group became a larger one: it has another address from now on."""
    chat, to = number(message["chat"]["id"]), number(message["migrate_to_chat_id"])
    return DeliveryReport(
        channel=payload.channel,
        external_id=f"{chat}:moved",
        status="delivered",
        at=_time(message["date"]),
        to=Address(channel=payload.channel, value=str(chat)),
        moved=str(to),
    )


def _pressed(query: Mapping[str, Any], payload: Payload) -> Parsed:
    """A button under a message of ours; those of games and of other bots' words give none."""
    under, data = query.get("message"), query.get("data")
    if not isinstance(under, dict) or not isinstance(data, str):
        return ()
    chat = number(under["chat"]["id"])
    return (
        Tap(
            channel=payload.channel,
            account=payload.account,
            sender=_writer(number(query["from"]["id"]), query["from"], payload),
            room=str(chat),
            external_id=one_line(str(query["id"]), 100),
            message_id=f"{chat}:{number(under['message_id'])}",
            data=one_line(data, 64),
        ),
    )


def _member(change: Mapping[str, Any], payload: Payload) -> Parsed:
    """Somebody blocked the bot or let it in again; a group put it out or took it in."""
    reached = _STANDING.get(change["new_chat_member"]["status"])
    if change["chat"]["type"] not in ("private", *_GROUPS) or reached is None:
        return ()
    chat, at = number(change["chat"]["id"]), _time(change["date"])
    return (
        DeliveryReport(
            channel=payload.channel,
            external_id=f"{chat}:member:{int(at.timestamp())}",
            status="delivered" if reached else "failed",
            at=at,
            code="" if reached else "blocked",
            to=Address(channel=payload.channel, value=str(chat)),
        ),
    )


_UPDATES: Mapping[str, Callable[[Mapping[str, Any], Payload], Parsed]] = {
    "message": _written,
    "edited_message": _edited,
    "my_chat_member": _member,
    "callback_query": _pressed,
}


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(number(seconds), UTC)


def _name(person: Mapping[str, Any]) -> str:
    """A person's or chat's name as they call themselves."""
    parts = [person.get("first_name"), person.get("last_name")]
    names = [part for part in parts if isinstance(part, str)]
    title = person.get("title")
    return one_line(" ".join(names) or (title if isinstance(title, str) else ""), 200)


def _text(message: Mapping[str, Any]) -> str:
    """What was written, and the addresses behind linked words."""
    written = {said: message.get(said) or "" for said in ("text", "caption")}
    if not all(isinstance(one, str) for one in written.values()):
        raise TypeError("text")
    text, marked = written["text"], "entities"
    if not text:
        text, marked = written["caption"], "caption_entities"
    marks = message.get(marked) or ()
    links = [mark["url"] for mark in marks if isinstance(mark, dict) and isinstance(mark.get("url"), str)]
    return "\n".join(filter(None, (clean(text).strip(), *(one_line(link) for link in links[:_LINKS]))))


def _sticker(message: Mapping[str, Any]) -> str:
    sticker = message.get("sticker")
    if not sticker:
        return ""
    return f"[stiker {one_line(str(sticker.get('emoji') or ''), 20)}]".replace(" ]", "]")


def _origin(message: Mapping[str, Any]) -> str:
    """Whose words a forwarded message holds, as its first line."""
    origin = message.get("forward_origin") or {}
    told = (
        origin.get("sender_user"),
        origin.get("sender_chat"),
        origin.get("chat"),
        message.get("forward_from"),
        message.get("forward_from_chat"),
    )
    hidden = origin.get("sender_user_name") or message.get("forward_sender_name")
    name = next((_name(one) for one in told if one), one_line(str(hidden or ""), 200))
    forwarded = bool(origin) or message.get("forward_date") is not None
    return f"[diteruskan dari {name or 'orang lain'}]" if forwarded else ""


def _contact(message: Mapping[str, Any], writer: Mapping[str, Any]) -> tuple[tuple[Address, ...], str]:
    """A shared contact: the writer's own number is another way to reach them, others are words."""
    card = message.get("contact")
    if not card:
        return (), ""
    written = one_line(str(card.get("phone_number") or ""), 40)
    own = card.get("user_id") is not None and card.get("user_id") == writer.get("id")
    reached = phone(written if written.startswith(("+", "0")) else f"+{written}") if own else ""
    if reached:
        return (Address(channel="phone", value=reached, name=_name(writer)),), "[nomor telepon pelapor]"
    return (), f"[kontak: {one_line(f'{_name(card)} {written}')}]"


def _place(message: Mapping[str, Any]) -> Place | None:
    """The point that was sent (a live one as it stands now), with the venue's title and address."""
    venue = message.get("venue") or {}
    spot = venue.get("location") or message.get("location")
    if not spot:
        return None
    lat, lon, note = point(spot.get("latitude"), spot.get("longitude"))
    words = [one_line(str(venue.get(key) or ""), 200) for key in ("title", "address")]
    accuracy = spot.get("horizontal_accuracy")
    known = lat is not None and isinstance(accuracy, int | float) and not isinstance(accuracy, bool)
    return Place(
        lat=lat,
        lon=lon,
        label=" ".join(filter(None, (", ".join(filter(None, words)), note))),
        accuracy_m=float(accuracy) if known and accuracy >= 0 else None,
    )
