"""The fields of a form that people fill in, and what is wrong with them: for the doors of our own pages."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from channels._place import number, point
from channels._reach import mailbox, phone
from channels._text import clean, one_line
from channels._web_form import Fields, Garbled, read
from channels.base import Invalid, Payload
from channels.message import Attachment, Place, Privacy

MAX_TEXT = 100 * 1024
MAX_PHOTOS = 5
MAX_PHOTO = 10 * 1024 * 1024
MAX_ADDRESS = 500
#: Begins the delivery id of a sending without a key; its day follows. The bytes tell those of a day apart.
KEYLESS = "day:"
_KEY = re.compile(r"[A-Za-z0-9._:-]{8,80}")
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{0,200}")
_PRIVACY: Mapping[str, Privacy] = {
    "": "normal",
    "normal": "normal",
    "anonymous": "anonymous",
    "secret": "secret",
}


def fields_of(payload: Payload, most: int) -> tuple[Fields, list[Attachment]]:
    """The fields and files of a body of at most `most` bytes; raises `Invalid`."""
    if len(payload.body) > most:
        raise Invalid(
            [("photos", f"Kiriman terlalu besar; semua bersama paling besar {most // 1024 // 1024} MB.")], 413
        )
    try:
        return read(payload.media_type, payload.body)
    except Garbled as error:
        raise Invalid([("", f"Kiriman tidak terbaca ({error}). Silakan coba lagi.")], 400) from error


class Form:
    """The fields of one sending, and what is wrong with them."""

    nothing_said = "Mohon tuliskan laporan Anda, atau lampirkan foto."

    def __init__(self, fields: Fields, max_photos: int) -> None:
        self.fields = fields
        self.max_photos = max_photos
        self.errors: list[tuple[str, str]] = []

    def wrong(self, name: str, sentence: str) -> None:
        self.errors.append((name, sentence))

    def words(self, name: str) -> str:
        """The field as clean text, "" when missing."""
        value = self.fields.get(name, "")
        if isinstance(value, str):
            return clean(value).strip()
        if value is None:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self.wrong(name, "Isian ini harus berupa teks.")
        return ""

    def text(self, photos: Sequence[Attachment]) -> str:
        """What the citizen wrote; may be empty beside a photo."""
        text = self.words("text")
        if not text and not photos and not self.errors:
            self.wrong("text", self.nothing_said)
        if len(text) > MAX_TEXT // 4 and len(text.encode()) > MAX_TEXT:
            self.wrong("text", "Laporan terlalu panjang; paling panjang 100 KB. Mohon diringkas.")
        return text

    def photos(self, photos: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The files, when not too many and not too large."""
        if len(photos) > self.max_photos:
            self.wrong("photos", f"Paling banyak {self.max_photos} foto.")
        if any(len(photo.content) > MAX_PHOTO for photo in photos):
            self.wrong("photos", "Setiap foto paling besar 10 MB.")
        return tuple(photos)

    def email(self) -> str:
        written = self.words("email")
        found = mailbox(written) if written else ""
        if written and not found:
            self.wrong("email", "Alamat e-mail ini tidak lengkap. Contoh: nama@contoh.id")
        return found

    def phone(self) -> str:
        written = self.words("phone")
        found = phone(written) if written else ""
        if written and not found:
            self.wrong("phone", "Nomor telepon ini tidak dikenal. Contoh: 0812 3456 7890")
        return found

    def privacy(self) -> Privacy:
        chosen = _PRIVACY.get(self.words("privacy"))
        if chosen is None:
            self.wrong("privacy", "Pilih salah satu: normal, anonymous, atau secret.")
        return chosen or "normal"

    def key(self, payload: Payload) -> str:
        """The sender's idempotency key, else the body's digest and the day it came on."""
        key = self.words("key")
        if key and not _KEY.fullmatch(key):
            self.wrong("key", "Kunci pengiriman tidak sah (8–80 huruf atau angka).")
        if not key and payload.delivery_id.startswith(KEYLESS):
            return f"sha256:{hashlib.sha256(payload.body).hexdigest()}:{payload.delivery_id[len(KEYLESS) :]}"
        return key or payload.delivery_id or "sha256:" + hashlib.sha256(payload.body).hexdigest()

    def token(self) -> str:
        token = self.words("token")
        if not _TOKEN.fullmatch(token):
            self.wrong("token", "Tautan laporan ini tidak sah.")
        return token

    def place(self) -> Place | None:
        """The place by words, choice and point; a point that cannot be true is dropped with a note."""
        kelurahan, address = one_line(self.words("kelurahan"), 100), self.words("address")
        if len(address) > MAX_ADDRESS:
            self.wrong("address", f"Alamat terlalu panjang; paling panjang {MAX_ADDRESS} huruf.")
        lat, lon, note = point(self.fields.get("lat"), self.fields.get("lon"))
        label = f"{one_line(address)} {note}".strip()
        if not kelurahan and not label and lat is None:
            return None
        accuracy = number(self.fields.get("accuracy")) if lat is not None else None
        return Place(
            lat=lat,
            lon=lon,
            label=label,
            kelurahan=kelurahan,
            accuracy_m=accuracy if accuracy is not None and accuracy >= 0 else None,
        )
