"""A form of Twilio's about a call in our words: what was recorded, or that somebody hung up before it.

Source: twilio.com/docs/voice/twiml (request parameters), …/twiml/record, …/api/call-resource (status).
"""

import re
from collections.abc import Mapping

from channels._reach import phone
from channels._text import one_line
from channels._twilio import pairs_of
from channels._twilio_list import sent_at
from channels._twilio_media import HANDLE
from channels.base import Parsed, Payload, Unreadable
from channels.message import Address, Attachment, InboundMessage

Fields = Mapping[str, str]
#: A call that is over; others go on.
ENDED = frozenset(("completed", "busy", "failed", "no-answer", "canceled"))
_GOING = frozenset(("", "queued", "initiated", "ringing", "in-progress"))
_CALL = re.compile(r"CA[0-9A-Za-z]{1,62}")
_RECORDING = re.compile(r"RE[0-9A-Za-z]{1,62}")
#: What a line tells instead of a number that is withheld (twilio.com/docs/voice/twiml, "From").
_WITHHELD = frozenset(("", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"))
_LONGEST = 24 * 3600


def call_of(fields: Fields) -> str:
    """Twilio's id of the call, "" for none."""
    sid = fields.get("CallSid", "")
    return sid if _CALL.fullmatch(sid) else ""


def recording_of(fields: Fields) -> str:
    """Twilio's id of the recording a form tells of, "" for none."""
    sid = fields.get("RecordingSid") or fields.get("RecordingUrl", "").rpartition("/")[2].partition(".")[0]
    return sid if _RECORDING.fullmatch(sid) else ""


def delivery_id(fields: Fields) -> str:
    """The id of a delivery, told by the webhook or asked for: the same recording, the same id."""
    return f"{call_of(fields)}:{recording_of(fields) or one_line(fields.get('CallStatus', ''), 20)}"


def read(payload: Payload, phones: str, *, recorded: bool) -> Parsed:
    """The message of one form, none while a call goes on, or at the end of one whose recording came.

    `phones` is the channel that reaches a telephone, `recorded` whether the call's recording is known.
    Raises `Unreadable`.
    """
    try:
        fields = dict(pairs_of(payload.body))
    except ValueError as error:
        raise Unreadable("Formulir Twilio tidak terbaca.") from error
    call, recording = call_of(fields), recording_of(fields)
    if not call:
        raise Unreadable("Kiriman Twilio tanpa CallSid.")
    status = fields.get("CallStatus", "")
    if not recording and status not in ENDED:
        if status not in _GOING:
            raise Unreadable(f"Status panggilan belum dikenal: {one_line(status, 40)}.")
        return ()
    if not recording and recorded:
        return ()
    file = (Attachment(name="rekaman.mp3", media_type="audio/mpeg", remote=f"{HANDLE}{recording}"),)
    return (
        InboundMessage(
            channel=payload.channel,
            account=payload.account,
            sender=_caller(fields, call, phones),
            external_id=recording or call,
            text=_heard(fields) if recording else _missed(fields),
            sent_at=sent_at(fields, payload.received_at),
            group_id=call,
            attachments=file if recording else (),
        ),
    )


def _caller(fields: Fields, call: str, phones: str) -> Address:
    """Who called; a withheld number reaches nobody, and each such call is somebody else's."""
    given = one_line(fields.get("From", ""), 40)
    number = phone(given) if given.startswith("+") and given not in _WITHHELD else ""
    name = one_line(fields.get("CallerName", ""), 200)
    if not number:
        return Address(channel="phone", value=f"tanpa-nomor:{call}", name=name or "Nomor disembunyikan")
    return Address(channel=phones, value=number, name=name)


def _heard(fields: Fields) -> str:
    length = _seconds(fields, "RecordingDuration")
    return f"[rekaman suara{f' {length} detik' if length else ''}, perlu ditulis]"


def _missed(fields: Fields) -> str:
    length = _seconds(fields, "CallDuration")
    return f"[panggilan{f' {length} detik' if length else ''} tanpa rekaman: mohon ditelepon kembali]"


def _seconds(fields: Fields, name: str) -> int:
    told = fields.get(name, "")
    return min(int(told), _LONGEST) if told.isascii() and told.isdigit() and len(told) < 9 else 0
