"""SMS by Twilio Programmable Messaging: its forms read, its API written to.

Source: twilio.com/docs/messaging/guides/webhook-request and …/api/message-resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels import _twilio_check
from channels import _twilio_form as form
from channels._http import Caller
from channels._sms_sender import sender_of
from channels._text import clean, one_line
from channels._twilio import Rest, TwilioSettings, sign
from channels._twilio_list import Inbox, sent_at
from channels._twilio_media import Media, media
from channels.base import Finding, Parsed, Payload, Request, Unreadable
from channels.message import DeliveryReport, InboundMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the account's SMS leave: by a number of ours or by a messaging service, one of the two.

    `callback` is where Twilio tells what became of a message, "" = nowhere.
    """

    number: str = ""
    messaging_service: str = ""
    callback: str = ""


class TwilioSms:
    """One number or messaging service of a Twilio account."""

    def __init__(self, account: TwilioSettings, sending: Sending, caller: Caller) -> None:
        if bool(sending.number) == bool(sending.messaging_service):
            raise ValueError("channels.sms: isi salah satu, number atau messaging_service")
        self.account = sending.number or sending.messaging_service
        self.answer, self.by_get = form.ANSWER, False
        self._settings = account
        self._sending = sending
        self._rest = Rest(account, caller)
        self._media = Media(account)
        self.inbox = Inbox(self._rest, number=sending.number, service=sending.messaging_service)

    def check(self, request: Request, now: object) -> tuple[str, bytes]:
        """The delivery's id and body, once the signature over everything received holds; `Rejected`."""
        return form.check(request, self._settings), request.body

    def parse(self, payload: Payload) -> Parsed:
        """The message or the report of one form; raises `Unreadable`."""
        fields = form.fields_of(payload)
        return [_report(fields, payload) if "MessageStatus" in fields else _message(fields, payload)]

    async def send(self, to: str, text: str, key: str) -> str:
        """Hand one SMS over; returns its sid. Raises `Unavailable` or `Undeliverable`."""
        chosen = self._sending
        fields = {"To": to, "Body": text}
        if chosen.messaging_service:
            fields["MessagingServiceSid"] = chosen.messaging_service
        else:
            fields["From"] = chosen.number
        if chosen.callback:
            fields["StatusCallback"] = chosen.callback
        return await self._rest.create("Messages", fields)

    async def fetch(self, remote: str, limit: int) -> bytes:
        """A picture of an MMS; raises `Unavailable` or `Undeliverable`."""
        return await self._media.fetch(remote, limit)

    def replay(self, fields: Mapping[str, Any], url: str) -> Request:
        """The request Twilio would make of these parameters."""
        return sign(url, {name: str(value) for name, value in fields.items()}, self._settings)

    async def findings(self, hook: str) -> tuple[Finding, ...]:
        """What Twilio says of the account and of the number's webhook."""
        first = await _twilio_check.account(self._rest)
        if not first.ok:
            return (first,)
        if self._sending.number:
            second = await _twilio_check.number(self._rest, self._sending.number, hook)
        else:
            said = "Webhook layanan pesan (messaging_service) tidak dapat diperiksa dari sini."
            second = Finding(True, said, f"Pastikan di konsol Twilio: {hook}, cara POST.")
        return first, _twilio_check.reachable(hook), second


def _report(fields: form.Fields, payload: Payload) -> DeliveryReport:
    return DeliveryReport(
        channel=payload.channel,
        external_id=form.sid_of(fields),
        status=form.status_of(fields),
        at=payload.received_at,
        code=one_line(fields.get("ErrorCode", ""), 20),
    )


def _message(fields: form.Fields, payload: Payload) -> InboundMessage:
    if fields.get("From", "").startswith("whatsapp:"):
        raise Unreadable("Ini pesan WhatsApp: di Twilio arahkan webhooknya ke /hooks/whatsapp.")
    sender, machine = sender_of(fields.get("From", ""), payload.channel)
    files, missing = media(fields)
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=sender,
        external_id=form.sid_of(fields),
        text="\n".join(filter(None, (clean(fields.get("Body", "")), _pictures(missing)))),
        sent_at=sent_at(fields, payload.received_at),
        attachments=files,
        machine=machine,
    )


def _pictures(missing: int) -> str:
    """Officers know of pictures that came without a way to fetch them."""
    if not missing:
        return ""
    return f"[{missing} gambar MMS tidak dapat diterima; mohon kirim lewat situs kami]"
