"""How people of the demo city write in chats and by SMS, as the providers deliver it.

Their chats have ids no provider gives; what they send as files is named by what code draws of it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sapa.demo.doors import TWILIO
from sapa.demo.pictures import VOICE
from sapa.demo.telling import Sent, Telling, payload

#: A piece of a chat: seconds after the first, and what it holds, in Telegram's or Twilio's words.
Piece = tuple[float, Mapping[str, Any]]
_MINUTE = 60.0
_SMS = 153


def handle(kind: str, number: int) -> str:
    """What the provider calls a file (`pictures.by_handle` draws it)."""
    return f"contoh_{kind}_{number}"


def by_telegram(telling: Telling, at: datetime) -> Sequence[Sent]:
    """One or several updates of a private chat with the bot."""
    return [_update(telling, at, after, fields) for after, fields in _TELEGRAM[telling.shape](telling)]


def telegram_again(telling: Telling, text: str, at: datetime) -> Sent:
    """A reply to the bot's last message."""
    answered = telling.quoted.partition(":")[2]
    reply = {"reply_to_message": {"message_id": int(answered)}} if answered else {}
    return _update(telling, at, 0, {"text": text, **reply})


def _picture(telling: Telling, one: int = 0) -> Mapping[str, Any]:
    name = handle(telling.complaint.picture, telling.number * 10 + one)
    sizes = ((90, 68, f"{name}9"), (480, 360, name))
    return {
        "photo": [
            {"file_id": file, "file_unique_id": file, "width": width, "height": height, "file_size": 9_000}
            for width, height, file in sizes
        ]
    }


def _point(telling: Telling) -> Mapping[str, Any]:
    return {"location": {"latitude": telling.spot[0], "longitude": telling.spot[1]}}


def _album(telling: Telling) -> Sequence[Piece]:
    group = {"media_group_id": f"{telling.number}77"}
    pieces = [(float(one), {**_picture(telling, one), **group}) for one in range(3)]
    pieces[0][1]["caption"] = telling.words
    return pieces


def _voice(telling: Telling) -> Sequence[Piece]:
    file = handle(VOICE, telling.number)
    voice = {"voice": {"file_id": file, "file_unique_id": file, "duration": 4, "mime_type": "audio/ogg"}}
    return ((0, voice), (50, {"text": telling.words}))


def _burst(telling: Telling) -> Sequence[Piece]:
    return (
        (0, {"text": "Pak"}),
        (25, {"text": telling.complaint.text}),
        (80, _picture(telling)),
        (2 * _MINUTE, _point(telling)),
        (3 * _MINUTE, {"text": "tolong pak"}),
    )


def _late(telling: Telling) -> Sequence[Piece]:
    """Two that looked like two complaints, until a piece that was long under way joins them."""
    return (
        (0, {"text": telling.words}),
        (18 * _MINUTE, {**_picture(telling), "caption": "niki gambare"}),
        (20 * _MINUTE, {**_point(telling), "date": 9 * _MINUTE}),
    )


def _edit(telling: Telling) -> Sequence[Piece]:
    half = telling.complaint.text[: len(telling.complaint.text) // 2].rpartition(" ")[0]
    return (0, {"text": half, "edited": False}), (70, {"text": telling.words, "edited": True})


_TELEGRAM: Mapping[str, Callable[[Telling], Sequence[Piece]]] = {
    "text": lambda telling: ((0, {"text": telling.words}),),
    "photo": lambda telling: ((0, {**_picture(telling), "caption": telling.words}),),
    "location": lambda telling: ((0, {"text": telling.complaint.text}), (40, _point(telling))),
    "album": _album,
    "voice": _voice,
    "edit": _edit,
    "burst": _burst,
    "late": _late,
}


def _update(telling: Telling, at: datetime, after: float, fields: Mapping[str, Any]) -> Sent:
    """An update; `edited`: it may change and is changed (True); `date`: when it was really sent."""
    told, update = dict(fields), telling.next()
    edited = told.pop("edited", None)
    sent = at + timedelta(seconds=told.pop("date", after))
    person = {"id": 900_000_000 + telling.number, "first_name": f"Warga {telling.number}", "is_bot": False}
    telling.address = str(person["id"])
    message = {
        "message_id": telling.number * 100 if edited is not None else update,
        "date": int(sent.timestamp()),
        "chat": {"id": person["id"], "type": "private", "first_name": person["first_name"]},
        "from": person,
        **told,
    }
    body = {"update_id": update, "edited_message" if edited else "message": message}
    return payload(telling, json.dumps(body).encode(), "application/json", at, after, str(update))


def by_whatsapp(telling: Telling, at: datetime) -> Sequence[Sent]:
    """One or several forms of Twilio's."""
    return [_form(telling, at, after, fields) for after, fields in _WHATSAPP[telling.shape](telling)]


def whatsapp_again(telling: Telling, text: str, at: datetime) -> Sent:
    """A reply to our last message."""
    quoted = {"OriginalRepliedMessageSid": telling.quoted} if telling.quoted else {}
    return _form(telling, at, 0, {"Body": text, **quoted})


def _image(telling: Telling, text: str) -> Mapping[str, Any]:
    file = handle(telling.complaint.picture, telling.number)
    url = f"https://api.twilio.com/2010-04-01/Accounts/{TWILIO}/Messages/MM{telling.number:032d}/Media/{file}"
    return {
        "Body": text,
        "MessageType": "image",
        "NumMedia": "1",
        "MediaUrl0": url,
        "MediaContentType0": "image/jpeg",
    }


def _shared(telling: Telling) -> Mapping[str, Any]:
    lat, lon = telling.spot
    return {"MessageType": "location", "Latitude": f"{lat:.6f}", "Longitude": f"{lon:.6f}"}


_WHATSAPP: Mapping[str, Callable[[Telling], Sequence[Piece]]] = {
    "text": lambda telling: ((0, {"Body": telling.words}),),
    "photo": lambda telling: ((0, _image(telling, telling.words)),),
    "location": lambda telling: ((0, {"Body": telling.complaint.text}), (45, _shared(telling))),
    "burst": lambda telling: (
        (0, {"Body": "Assalamualaikum min"}),
        (20, {"Body": telling.complaint.text}),
        (70, _image(telling, "")),
        (2 * _MINUTE, _shared(telling)),
        (4 * _MINUTE, {"Body": "tolong pak"}),
    ),
}


def _form(telling: Telling, at: datetime, after: float, fields: Mapping[str, Any]) -> Sent:
    sid, number = f"SM{telling.next():032d}", mobile(telling.number)
    telling.address = number
    told = {
        "MessageSid": sid,
        "AccountSid": TWILIO,
        "From": f"whatsapp:{number}",
        "WaId": number[1:],
        "To": f"whatsapp:{telling.account}",
        "ProfileName": f"Warga {telling.number}",
        "MessageType": "text",
        "Body": "",
        "NumMedia": "0",
        **fields,
    }
    kind = "application/x-www-form-urlencoded"
    return payload(telling, urlencode(told).encode(), kind, at, after, f"{sid}:")


def by_sms(telling: Telling, at: datetime) -> Sequence[Sent]:
    """One SMS, or the parts of a long one as the gateway brings them."""
    text = telling.words
    parts = [text[first : first + _SMS] for first in range(0, len(text), _SMS)]
    if len(parts) == 1:
        return (sms_again(telling, text, at),)
    group = {"parts": len(parts), "group": str(telling.number)}
    return [
        _gateway(telling, at, 4.0 * one, {"text": part, "part": one + 1, **group})
        for one, part in enumerate(parts)
    ]


def sms_again(telling: Telling, text: str, at: datetime) -> Sent:
    """Another SMS."""
    return _gateway(telling, at, 0, {"text": text})


def _gateway(telling: Telling, at: datetime, after: float, fields: Mapping[str, Any]) -> Sent:
    id = f"contoh-{telling.next()}"
    body = json.dumps({"id": id, "from": mobile(telling.number), **fields}).encode()
    delivery = f"{id}::{fields.get('part', '')}"
    return payload(telling, body, "application/json", at, after, delivery)


def by_post(telling: Telling, at: datetime) -> Sequence[Sent]:
    """A post or direct message of a social network, as the demo's own door reads it."""
    shown = telling.shape == "photo"
    file = handle(telling.complaint.picture, telling.number)
    return (_post(telling, telling.words, at, [{"name": "contoh.jpg", "remote": file}] if shown else []),)


def post_again(telling: Telling, text: str, at: datetime) -> Sent:
    """Another direct message."""
    return _post(telling, text, at, [])


def _post(telling: Telling, text: str, at: datetime, photos: Sequence[Mapping[str, str]]) -> Sent:
    id = f"contoh-{telling.next()}"
    told = {"id": id, "from": f"warga.{telling.number}", "name": f"Warga {telling.number}", "text": text}
    body = {**told, "sent_at": at.isoformat(), "photos": photos}
    return payload(telling, json.dumps(body).encode(), "application/json", at, delivery=id)


def mobile(number: int) -> str:
    """A telephone number of the demo city, in E.164."""
    return f"+628120000{1000 + number}"
