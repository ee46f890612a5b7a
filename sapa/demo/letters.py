"""How people of the demo city use the form, write mails (ending in .example), and come to the counter."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from channels.email import EmailDoor
from sapa.demo.pictures import photo
from sapa.demo.telling import Sent, Telling, payload

_ADDRESS = "warga{}@contoh.example"


def by_form(telling: Telling, at: datetime) -> Sequence[Sent]:
    """The form: with photos that tell where they were taken, a point on the map, or in confidence."""
    complaint = telling.complaint
    form = {
        "text": complaint.text,
        "kelurahan": complaint.kelurahan,
        "email": _ADDRESS.format(telling.number),
    }
    return (_form(telling, {**form, **_SHAPES[telling.shape](telling)}, at),)


def form_again(telling: Telling, text: str, at: datetime) -> Sent:
    """What they add by their private link."""
    return _form(telling, {"text": text, "token": telling.token}, at)


def _photos(telling: Telling) -> Mapping[str, Any]:
    drawn = [photo(telling.complaint.picture, telling.number * 10 + one, telling.spot) for one in range(2)]
    return {
        "photos": [
            {"name": f"contoh-{one}.jpg", "type": "image/jpeg", "base64": base64.b64encode(content).decode()}
            for one, content in enumerate(drawn, 1)
        ]
    }


_SHAPES: Mapping[str, Callable[[Telling], Mapping[str, Any]]] = {
    "text": lambda telling: {},
    "photo": _photos,
    "point": lambda telling: {"lat": telling.spot[0], "lon": telling.spot[1], "accuracy": 20},
    "secret": lambda telling: {"privacy": "secret"},
}


def _form(telling: Telling, fields: Mapping[str, Any], at: datetime) -> Sent:
    key = f"contoh-{telling.next():07d}"
    body = json.dumps({**fields, "key": key}).encode()
    return payload(telling, body, "application/json", at, delivery=key)


def by_mail(telling: Telling, at: datetime) -> Sequence[Sent]:
    """A mail, with a photo or without."""
    mail = _mail(telling, f"Laporan dari {telling.complaint.kelurahan}", telling.words, at)
    if telling.shape == "photo":
        drawn = photo(telling.complaint.picture, telling.number, telling.spot)
        mail.add_attachment(drawn, maintype="image", subtype="jpeg", filename="contoh.jpg")
    return (_posted(telling, mail, at),)


def mail_again(telling: Telling, text: str, at: datetime) -> Sent:
    """An answer that quotes the ref in its subject, as mail programs do."""
    return _posted(telling, _mail(telling, f"Re: {telling.ref}", text, at), at)


def _mail(telling: Telling, subject: str, text: str, at: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = _ADDRESS.format(telling.number), telling.account
    mail["Subject"], mail["Date"] = subject, at
    mail["Message-ID"] = f"<contoh-{telling.next()}@contoh.example>"
    mail.set_content(f"{text}\n")
    return mail


def _posted(telling: Telling, mail: EmailMessage, at: datetime) -> Sent:
    door = EmailDoor.build({"address": telling.account}, lambda: at)
    sender = _ADDRESS.format(telling.number)
    made = door.payload(sender, [telling.account], mail.as_bytes(policy=SMTP), at)
    return payload(telling, made.body, made.media_type, at)


def by_counter(telling: Telling, at: datetime) -> Sequence[Sent]:
    """What the clerk takes down of them: of a post with what it shows, of a letter with its number."""
    complaint, source = telling.complaint, telling.shape
    form = {"source": source, "text": complaint.text, "kelurahan": complaint.kelurahan}
    told = _TAKEN[source](telling, at) if source in _TAKEN else {}
    photos = _photos(telling) if complaint.picture else {}
    return (_taken(telling, {**form, **told, **photos}, at),)


def counter_again(telling: Telling, text: str, at: datetime) -> Sent:
    """They come back, and the clerk adds it to their report."""
    return _taken(telling, {"source": "counter", "text": text, "joins": telling.ref}, at)


_TAKEN: Mapping[str, Callable[[Telling, datetime], Mapping[str, Any]]] = {
    "phone": lambda telling, at: {"email": _ADDRESS.format(telling.number), "agreed": "1"},
    "letter": lambda telling, at: {"letter": f"{telling.number}/RT/{at:%Y}", "letter_date": f"{at:%Y-%m-%d}"},
    "social": lambda telling, at: {"link": f"https://media.example/p/{telling.number}", "account": "@warga"},
}


def _taken(telling: Telling, fields: Mapping[str, Any], at: datetime) -> Sent:
    key = f"contoh-{telling.next():07d}"
    body = json.dumps({**fields, "key": key, "officer": telling.clerk}).encode()
    return payload(telling, body, "application/json", at, delivery=key)
