"""An outgoing message as the bytes of a mail: the same message twice gives the same mail."""

import binascii
import hashlib
import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from channels._email_machine import LOOP_HEADER, nobody_reads
from channels._email_names import message_id
from channels._email_quote import MARKER
from channels._reach import mailbox
from channels._text import clean, file_name, one_line
from channels.base import Undeliverable
from channels.message import Attachment, OutboundMessage

_SAFE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,250}")
_KIND = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_PIECE = 42
#: RFC 5322: bytes of a line, without its end.
_LONGEST_LINE = 998


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail ready to go: envelope, bytes (CRLF), and its Message-ID without <>."""

    sender: str
    to: str
    message_id: str
    subject: str
    data: bytes


def build(message: OutboundMessage, ours: str, name: str, now: datetime, *, legible: bool = False) -> Mail:
    """The mail; raises `Undeliverable` when the address is none that can be reached by mail.

    In ASCII; `legible` leaves the words as they are, for a file that is read without a mail program.
    """
    to = _envelope_address(message.to.value)
    if nobody_reads(to):
        raise Undeliverable("Alamat ini milik mesin; surat ke sana tidak dibaca siapa pun.")
    local, _, domain = ours.rpartition("@")
    own = message_id(message.key, message.reply_token, domain)
    subject = one_line(message.subject) or name
    reply_to = f"{local}+{message.reply_token}@{domain}" if message.reply_token else ours
    fields = [
        ("From", f"{_phrase(name)}\r\n <{ours}>"),
        ("To", f"<{to}>"),
        ("Subject", _words(subject)),
        ("Date", format_datetime(now)),
        ("Message-ID", f"<{own}>"),
        ("In-Reply-To", _ids([message.in_reply_to])),
        ("References", _ids([*message.references[::-1], message.in_reply_to])),
        ("Reply-To", f"<{reply_to}>"),
        ("Auto-Submitted", "auto-replied" if message.template == "ack" else "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        (LOOP_HEADER, ours),
        ("MIME-Version", "1.0"),
    ]
    head = "".join(f"{field}: {value}\r\n" for field, value in fields if value)
    data = head.encode("ascii") + _body(message, legible)
    return Mail(sender=ours, to=to, message_id=own, subject=subject, data=data)


def _envelope_address(value: str) -> str:
    local, at, domain = mailbox(value, local=True).rpartition("@")
    if not at or not local.isascii():
        raise Undeliverable("Ini bukan alamat e-mail yang dapat dikirimi.")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Undeliverable("Nama domain alamat ini tidak sah.") from error


def _body(message: OutboundMessage, legible: bool) -> bytes:
    files = [one for one in message.attachments if one.content]
    if not files:
        return _text(message, legible)
    boundary = "=_sapa_" + hashlib.sha256(message.key.encode("utf-8", "replace")).hexdigest()[:24]
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
    mark = b"--" + boundary.encode()
    parts = [_text(message, legible), *(_file(one) for one in files)]
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _text(message: OutboundMessage, legible: bool) -> bytes:
    """The words: our marker above when an answer can come back, the links they lack below."""
    above = f"--- {MARKER} ---\n\n" if message.reply_token else ""
    lacking = [(label, url) for label, url in message.actions if url not in message.text]
    links = "".join(f"\n{one_line(label)}:\n{one_line(url, 2000)}\n" for label, url in lacking)
    written = f"{above}{clean(message.text).rstrip()}\n{links}".replace("\n", "\r\n").encode()
    plain = legible and all(len(line) <= _LONGEST_LINE for line in written.split(b"\r\n"))
    coding = b"8bit" if plain else b"quoted-printable"
    head = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: ' + coding + b"\r\n\r\n"
    return head + (written if plain else binascii.b2a_qp(written, istext=True))


def _file(one: Attachment) -> bytes:
    kind = one.media_type.lower() if _KIND.fullmatch(one.media_type.lower()) else "application/octet-stream"
    named = file_name(one.name)
    told = f'filename="{named}"' if named.isascii() else f"filename*=utf-8''{quote(named, safe='')}"
    head = (
        f"Content-Type: {kind}\r\n"
        f"Content-Disposition: attachment;\r\n {told}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + encodebytes(one.content).replace(b"\n", b"\r\n")


def _ids(listed: list[str]) -> str:
    """Message-IDs in brackets, a line each; what is no safe id (a digest of ours, an oddity) is left out."""
    safe = dict.fromkeys(one for one in listed if "@" in one and _SAFE_ID.fullmatch(one))
    return "\r\n ".join(f"<{one}>" for one in safe)


def _phrase(name: str) -> str:
    plain = one_line(name, 100)
    return f'"{plain}"' if re.fullmatch(r"[A-Za-z0-9 .,&()-]*", plain) else _words(plain, always=True)


def _words(text: str, *, always: bool = False) -> str:
    """A header value in ASCII: as it is, or as RFC 2047 words of whole characters, a line each."""
    if text.isascii() and "=?" not in text and len(text) <= 70 and not always:
        return text
    pieces, piece = [], b""
    for character in text:
        if len(piece) + len(character.encode()) > _PIECE:
            pieces.append(piece)
            piece = b""
        piece += character.encode()
    pieces.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{binascii.b2a_base64(one, newline=False).decode()}?=" for one in pieces)
