"""How each channel's complaints arrive, raw: one row for each channel."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sapa.demo import chats, letters
from sapa.demo.telling import Sent, Telling


class Writer(NamedTuple):
    """How people use a channel: `often` of a hundred complaints, their first words and later ones.

    Of the shapes a complaint may have, `plain` go without a picture, `shown` with one.
    """

    often: int
    plain: tuple[str, ...]
    shown: tuple[str, ...]
    tell: Callable[[Telling, datetime], Sequence[Sent]]
    again: Callable[[Telling, str, datetime], Sent]


#: A new door of the demo is one row here; one whose provider the demo does without also one in `doors`.
WRITERS: Mapping[str, Writer] = {
    "web": Writer(20, ("text", "point"), ("photo",), letters.by_form, letters.form_again),
    "email": Writer(12, ("text",), ("photo",), letters.by_mail, letters.mail_again),
    "telegram": Writer(
        20,
        ("text", "location", "voice", "edit"),
        ("album", "burst", "photo", "late"),
        chats.by_telegram,
        chats.telegram_again,
    ),
    "whatsapp": Writer(22, ("text", "location"), ("photo", "burst"), chats.by_whatsapp, chats.whatsapp_again),
    "sms": Writer(10, ("text",), ("text",), chats.by_sms, chats.sms_again),
    "social": Writer(8, ("text",), ("photo",), chats.by_post, chats.post_again),
    "walkin": Writer(
        8,
        ("counter", "phone", "radio", "letter"),
        ("counter", "social", "letter"),
        letters.by_counter,
        letters.counter_again,
    ),
}

#: What no door can read (a new kind of update, a form cut off, a body that is none): it is parked.
STRANGE: Sequence[tuple[str, bytes]] = (
    (
        "telegram",
        json.dumps({"update_id": 990_001, "video_room": {"id": 7, "title": "rapat warga"}}).encode(),
    ),
    ("telegram", json.dumps({"update_id": 990_002, "mini_app_event": {"name": "buka"}}).encode()),
    ("whatsapp", b"Body=terpotong&From=whatsapp%3A%2B6281200009999"),
    ("sms", b'{"sms": "bidang isiannya lain"}'),
    ("social", b"{terpotong"),
)
