"""A form of Twilio's about WhatsApp in our words: the message of a person, or what became of ours."""

import re
from collections.abc import Mapping

from channels import _twilio_form as form
from channels._place import point
from channels._reach import phone
from channels._text import clean, cut, one_line
from channels._twilio import CLOSED, NEVER, OUTSIDE
from channels._twilio_list import sent_at
from channels._twilio_media import media
from channels.base import Parsed, Payload, Unreadable
from channels.message import Address, DeliveryReport, InboundMessage, Place

PREFIX = "whatsapp:"
#: A business-scoped id: a country, and what Meta calls the person towards this business.
_SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_LONGEST = 100 * 1024
_KINDS = frozenset(
    "text image audio voice video document sticker location contact contacts interactive button list".split()  # noqa: SIM905
)
_REFERRAL = ("ReferralHeadline", "ReferralBody", "ReferralSourceUrl")
_BLOCKED = "Warga memblokir nomor kota di WhatsApp, atau minta tidak dikirimi lagi."
_ABSENT = "Nomor ini tidak terdaftar di WhatsApp."
_LIMITED = "WhatsApp sedang membatasi pesan kepada warga ini. Hubungi lewat kanal lain."
_TEMPLATE = "WhatsApp menolak templatnya; periksa channels.whatsapp.templates dan persetujuannya di Twilio."
#: What Twilio's codes mean for an officer (twilio.com/docs/api/errors).
_WHY: Mapping[int, str] = {
    OUTSIDE: CLOSED,
    63018: "WhatsApp menolak karena terlalu banyak pesan dalam waktu singkat. Kirim lagi sebentar lagi.",
    **dict.fromkeys((63003, 63024, 21211, 21614), _ABSENT),
    **dict.fromkeys((63014, 63033, 21610), _BLOCKED),
    **dict.fromkeys((63032, 63049), _LIMITED),
    **dict.fromkeys((63005, 63021, 63027, 63028, 63040, 63041, 63042), _TEMPLATE),
}


def read(payload: Payload) -> Parsed:
    """The message or the report of one form; raises `Unreadable`."""
    fields = form.fields_of(payload)
    return [_report(fields, payload) if "MessageStatus" in fields else _message(fields, payload)]


def reached(value: str) -> str:
    """A number in E.164 or a business-scoped id, "" for anything else."""
    return value if _SCOPED.fullmatch(value) else phone(value)


def _report(fields: form.Fields, payload: Payload) -> DeliveryReport:
    status, written = form.status_of(fields), one_line(fields.get("ErrorCode", ""), 20)
    code = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
    failed = status == "failed"
    return DeliveryReport(
        channel=payload.channel,
        external_id=form.sid_of(fields),
        status=status,
        at=payload.received_at,
        code=written,
        why=_WHY.get(code, "WhatsApp tidak dapat menyampaikannya.") if failed else "",
        reachable=failed and code not in NEVER,
    )


def _message(fields: form.Fields, payload: Payload) -> InboundMessage:
    place = _place(fields)
    files, missing = media(fields)
    lines = (
        _forwarded(fields),
        _written(fields),
        _chosen(fields),
        _referral(fields),
        f"[{missing} berkas tidak dapat diambil dari WhatsApp]" if missing else "",
        _strange(fields),
    )
    text = "\n".join(filter(None, lines)) or ("" if place or files else "[pesan kosong]")
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=_sender(fields, payload.channel),
        external_id=form.sid_of(fields),
        text=cut(text, _LONGEST),
        sent_at=sent_at(fields, payload.received_at),
        in_reply_to=one_line(fields.get("OriginalRepliedMessageSid", ""), 64),
        attachments=files,
        place=place,
    )


def _sender(fields: form.Fields, channel: str) -> Address:
    """Who wrote: by number where Twilio tells one, else by the id WhatsApp gives them towards us."""
    given = fields.get("From", "")
    if given and not given.startswith(PREFIX):
        raise Unreadable("Ini bukan pesan WhatsApp: untuk SMS arahkan webhooknya ke /hooks/sms.")
    bare = one_line(given.removeprefix(PREFIX), 200)
    scoped = one_line(fields.get("ExternalUserId", "").removeprefix(PREFIX), 200)
    number = phone(bare) if bare.startswith("+") else ""
    if not number and (told := fields.get("WaId", "")).isdecimal():
        number = phone(f"+{told}")
    value = number or next(filter(_SCOPED.fullmatch, (bare, scoped)), "")
    if not value:
        raise Unreadable("Pesan WhatsApp tanpa pengirim yang dikenali.")
    return Address(channel=channel, value=value, name=one_line(fields.get("ProfileName", ""), 200))


def _forwarded(fields: form.Fields) -> str:
    if fields.get("FrequentlyForwarded") == "true":
        return "[pesan ini sering diteruskan]"
    return "[pesan terusan]" if fields.get("Forwarded") == "true" else ""


def _written(fields: form.Fields) -> str:
    return clean(fields.get("Body", "")).strip()


def _chosen(fields: form.Fields) -> str:
    """A button or a line of a list, where the text does not say it already."""
    body = _written(fields)
    button = one_line(fields.get("ButtonText") or ("" if body else fields.get("ButtonPayload", "")))
    line = one_line(fields.get("ListTitle") or ("" if body else fields.get("ListId", "")))
    more, form_data = one_line(fields.get("ListDescription", "")), one_line(fields.get("InteractiveData", ""))
    found = (
        f"[tombol: {button}]" if button and button != body else "",
        f"[pilihan: {', '.join(filter(None, (line, more)))}]" if line and (more or line != body) else "",
        f"[isian: {form_data}]" if form_data else "",
    )
    return "\n".join(filter(None, found))


def _referral(fields: form.Fields) -> str:
    """The advertisement or post somebody came from."""
    told = [one_line(fields.get(name, "")) for name in _REFERRAL]
    words = " – ".join(filter(None, told))
    return f"[datang dari iklan atau unggahan: {words}]" if words else ""


def _strange(fields: form.Fields) -> str:
    kind = one_line(fields.get("MessageType", ""), 40)
    return f"[jenis pesan belum dikenal: {kind}]" if kind and kind.lower() not in _KINDS else ""


def _place(fields: form.Fields) -> Place | None:
    """The point that was sent, with its name and address."""
    if "Latitude" not in fields and "Longitude" not in fields:
        return None
    lat, lon, note = point(fields.get("Latitude"), fields.get("Longitude"))
    words = dict.fromkeys(one_line(fields.get(name, ""), 200) for name in ("Label", "Address"))
    label = " ".join(filter(None, (", ".join(filter(None, words)), note)))
    return Place(lat=lat, lon=lon, label=label) if label or lat is not None else None
