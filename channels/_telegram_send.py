"""Sends by the Bot API: long texts in parts, links as buttons, files by upload."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from channels._telegram_bot import Line, Refused, image
from channels.base import Undeliverable
from channels.message import Button, Choice, OutboundMessage, Receipt

#: UTF-16 units in one message (core.telegram.org/bots/api#sendmessage).
LONGEST = 4096
#: Units of a caption are not used: a file goes out on its own. Bytes of a picture, and of any file.
LARGEST_PHOTO, LARGEST_FILE = 10_000_000, 50_000_000
_PHOTOS = frozenset({"image/jpeg", "image/png"})
_BUTTONS = 10
#: Characters shown to whoever pressed a button (core.telegram.org/bots/api#answercallbackquery).
_ANSWER = 200
#: Messages whose parts are remembered, so that a retry goes on where it stopped.
_REMEMBERED = 1000


class Post:
    """Hands messages over; the same key is not sent twice while it is remembered."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._sent: OrderedDict[tuple[str, str], list[str]] = OrderedDict()

    async def send(self, message: OutboundMessage) -> Receipt:
        """All parts of a message; the receipt is `chat_id:message_id` of the last part of its text."""
        chat = message.to.value
        if not chat.removeprefix("-").isdecimal() or not chat.isascii() or len(chat) > 20:
            raise Undeliverable("Bukan alamat Telegram.")
        if message.tap or message.under:
            return await self._answer(message, chat)
        parts = list(split(message.text))
        if not parts and not message.attachments:
            raise Undeliverable("Pesan ini kosong.")
        done = self._sent.setdefault((chat, message.key), [])
        self._sent.move_to_end((chat, message.key))
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        for number, part in enumerate(parts):
            if number >= len(done):
                done.append(await self._text(chat, part, message, number, last=number == len(parts) - 1))
        for number, file in enumerate(message.attachments, len(parts)):
            if number >= len(done):
                done.append(await self._file(chat, file.content, file.name, file.media_type))
        return Receipt(external_id=done[max(len(parts) - 1, 0)])

    async def _text(self, chat: str, part: str, message: OutboundMessage, number: int, *, last: bool) -> str:
        values: dict[str, Any] = {
            "chat_id": int(chat),
            "text": part,
            # what Telegram previews, its servers open: nobody else looks at a private link
            "link_preview_options": {"is_disabled": True},
        }
        if number == 0 and (answered := _number(message.in_reply_to, chat)):
            values["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
        if last and message.choices is not None:  # one message has one keyboard: links stand in the text
            values["text"] = _with_links(part, message)
            return await self._call("sendMessage", chat, values | {"reply_markup": keyboard(message.choices)})
        if last and message.asks:
            values["reply_markup"] = {"force_reply": True}
            return await self._call("sendMessage", chat, values)
        if last and message.buttons:
            values["reply_markup"] = {"inline_keyboard": inline(message.buttons)}
        if not last or not message.actions:
            return await self._call("sendMessage", chat, values)
        rows = [[{"text": label, "url": url}] for label, url in message.actions[:_BUTTONS]]
        both = {"inline_keyboard": [*inline(message.buttons), *rows]}
        try:
            return await self._call("sendMessage", chat, values | {"reply_markup": both})
        except Refused as error:
            if "button" not in str(error).lower():
                raise
        # an address Telegram does not take as a button (a trial on this machine) stands in the text
        values["text"] = _with_links(part, message)
        return await self._call("sendMessage", chat, values)

    async def _answer(self, message: OutboundMessage, chat: str) -> Receipt:
        """Show whoever pressed a button what came of it, and which buttons are left; too late is no harm."""
        values: dict[str, Any] = {"text": message.text.strip()[:_ANSWER], "show_alert": True}
        if message.tap:
            with contextlib.suppress(Refused):
                await self._line.call("answerCallbackQuery", callback_query_id=message.tap, **values)
        if number := _number(message.under, chat):
            await self._left({"chat_id": int(chat), "message_id": number}, message)
        return Receipt(external_id="")

    async def _left(self, where: dict[str, Any], message: OutboundMessage) -> None:
        """The buttons of a message from now on; without the links where Telegram does not take those."""
        links = [[{"text": label, "url": url}] for label, url in message.actions]
        for rows in ([*inline(message.buttons), *links], inline(message.buttons)):
            try:
                markup = {"inline_keyboard": rows}
                await self._line.call("editMessageReplyMarkup", **where, reply_markup=markup)
            except Refused as error:
                if "button" in str(error).lower():
                    continue
            return

    async def _file(self, chat: str, content: bytes, name: str, media_type: str) -> str:
        if len(content) > LARGEST_FILE:
            raise Undeliverable("Berkas terlalu besar untuk Telegram.")
        upload = await asyncio.to_thread(image, content, name)
        if media_type in _PHOTOS and len(content) <= LARGEST_PHOTO:
            return await self._call("sendPhoto", chat, {"chat_id": int(chat), "photo": upload})
        return await self._call("sendDocument", chat, {"chat_id": int(chat), "document": upload})

    async def _call(self, method: str, chat: str, values: dict[str, Any]) -> str:
        sent = await self._line.call(method, **values)
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return f"{chat}:{number}" if number is not None else ""


def inline(buttons: Sequence[Button]) -> list[list[dict[str, str]]]:
    """Buttons under a message, one a row."""
    return [[{"text": one.label, "callback_data": one.data}] for one in buttons]


def keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    """The answers to tap, one a row, gone once used; without any, what was offered before is taken away."""
    if not choices:
        return {"remove_keyboard": True}
    rows = [[{"text": one.label} | ({"request_location": True} if one.place else {})] for one in choices]
    return {"keyboard": rows[:_BUTTONS], "one_time_keyboard": True, "resize_keyboard": True}


def _with_links(part: str, message: OutboundMessage) -> str:
    """The text with the links that it does not hold yet."""
    missing = [f"{label}: {url}" for label, url in message.actions if url not in message.text]
    return next(split("\n".join([part, *missing])))


def split(text: str) -> Iterator[str]:
    """The text in parts of at most 4096 UTF-16 units, cut at a line, else at a word, else anywhere."""
    rest = text.strip()
    while rest:
        fits = _fitting(rest)
        if fits == len(rest):
            yield rest
            return
        cut = max(rest.rfind("\n", fits // 2, fits + 1), 0) or max(rest.rfind(" ", fits // 2, fits + 1), 0)
        part, rest = rest[: cut or fits].rstrip(), rest[cut or fits :].lstrip()
        if part:
            yield part


def _fitting(text: str) -> int:
    """How many characters of the beginning fit into one message."""
    if len(text) * 2 <= LONGEST:
        return len(text)
    units = 0
    for number, character in enumerate(text[: LONGEST + 1]):
        units += 2 if character > "\uffff" else 1
        if units > LONGEST:
            return number
    return len(text)


def _number(external_id: str, chat: str) -> int:
    """The message number of `chat_id:message_id` in this chat, else 0."""
    there, _, number = external_id.partition(":")
    return (
        int(number) if there == chat and number.isdecimal() and number.isascii() and len(number) < 16 else 0
    )
