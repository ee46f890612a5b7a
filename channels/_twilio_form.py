"""What the webhooks of Twilio's messaging have in common, whatever carries the message.

Source: twilio.com/docs/messaging/guides/webhook-request.
"""

from collections.abc import Mapping

from channels._text import one_line
from channels._twilio import TwilioSettings, pairs_of, signed
from channels.base import Answer, Payload, Rejected, Request, Unreadable
from channels.message import DeliveryStatus

STATUS: Mapping[str, DeliveryStatus] = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
#: Twilio warns of anything but TwiML in answer to a message.
ANSWER = Answer("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
Fields = Mapping[str, str]


def check(request: Request, account: TwilioSettings) -> str:
    """The delivery's id, once the signature over everything received holds; raises `Rejected`."""
    return delivery_id(proven(request, account))


def proven(request: Request, account: TwilioSettings) -> Fields:
    """The parameters of a form, once the signature over everything received holds; raises `Rejected`."""
    try:
        pairs = pairs_of(request.body)
    except ValueError as error:
        raise Rejected("Terlalu banyak isian.", status=400) from error
    if not signed(request.url, pairs, request.headers, account):
        raise Rejected("Tanda tangan tidak cocok.", status=403)
    return dict(pairs)


def fields_of(payload: Payload) -> Fields:
    """The parameters of one form, which names a message; raises `Unreadable`."""
    try:
        fields = dict(pairs_of(payload.body))
    except ValueError as error:
        raise Unreadable("Formulir Twilio tidak terbaca.") from error
    if not sid_of(fields):
        raise Unreadable("Kiriman Twilio tanpa MessageSid.")
    return fields


def sid_of(fields: Fields) -> str:
    """Twilio's id of the message a form is about, "" without one."""
    return one_line(fields.get("MessageSid") or fields.get("SmsMessageSid") or fields.get("SmsSid", ""), 64)


def delivery_id(fields: Fields) -> str:
    """The id of a delivery, told by the webhook or asked for: the same message, the same id."""
    return one_line(f"{sid_of(fields)}:{fields.get('MessageStatus', '')}", 100)


def status_of(fields: Fields) -> DeliveryStatus:
    """What a status callback says; raises `Unreadable` for a word we do not know."""
    status = STATUS.get(fields["MessageStatus"])
    if status is None:
        raise Unreadable("Twilio melaporkan status yang belum dikenal.")
    return status
