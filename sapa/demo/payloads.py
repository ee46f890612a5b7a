"""How each channel's complaints arrive, raw; one writer for each channel.

Chats of the demo city have ids no provider gives; its mail ends in .example.
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from channels._email_read import trace
from channels.base import Payload
from sapa.demo.complaints import Complaint

#: A bot nobody has.
BOT = "100000000"
Writer = Callable[[Complaint, int, datetime, bytes, str], Payload]


def _web(complaint: Complaint, number: int, at: datetime, photo: bytes, account: str) -> Payload:
    form = {
        "text": complaint.text,
        "kelurahan": complaint.kelurahan,
        "email": f"warga{number}@contoh.example",
        "key": f"contoh-{number:05d}",
        "photos": [{"name": "contoh.jpg", "type": "image/jpeg", "base64": base64.b64encode(photo).decode()}]
        if photo
        else [],
    }
    return _payload("web", account, json.dumps(form).encode(), "application/json", at, f"contoh-{number:05d}")


def _email(complaint: Complaint, number: int, at: datetime, photo: bytes, account: str) -> Payload:
    sender = f"warga{number}@contoh.example"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, account, f"Laporan dari {complaint.kelurahan}"
    mail["Date"], mail["Message-ID"] = at, f"<contoh-{number}@contoh.example>"
    mail.set_content(f"{complaint.text}\n\nKelurahan {complaint.kelurahan}\n")
    if photo:
        mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="contoh.jpg")
    body = trace(sender, [account]) + mail.as_bytes(policy=SMTP)
    return _payload("email", account, body, "message/rfc822", at, "")


def _telegram(complaint: Complaint, number: int, at: datetime, photo: bytes, account: str) -> Payload:
    person = {"id": 900_000_000 + number, "first_name": "Warga", "is_bot": False}
    message = {
        "message_id": number + 1,
        "date": int(at.timestamp()),
        "chat": {"id": person["id"], "type": "private", "first_name": "Warga"},
        "from": person,
        "text": f"{complaint.text} (Kelurahan {complaint.kelurahan})",
    }
    body = json.dumps({"update_id": number + 1, "message": message}).encode()
    return _payload("telegram", account, body, "application/json", at, str(number + 1))


def _payload(channel: str, account: str, body: bytes, kind: str, at: datetime, delivery: str) -> Payload:
    return Payload(
        channel=channel, account=account, body=body, media_type=kind, received_at=at, delivery_id=delivery
    )


WRITERS: Mapping[str, Writer] = {"web": _web, "email": _email, "telegram": _telegram}
