"""The web form and its JSON twin as a door: one sending, one message."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from channels._form import KEYLESS as KEYLESS
from channels._form import MAX_PHOTO as MAX_PHOTO
from channels._form import MAX_PHOTOS as MAX_PHOTOS
from channels._form import MAX_TEXT as MAX_TEXT
from channels._form import Form, fields_of
from channels._text import one_line
from channels.base import Invalid, Parsed, Payload, Traits
from channels.message import Address, Attachment, InboundMessage

MAX_BODY = 30 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class WebDoor:
    """Reads what sapa.web received; answers go to the e-mail given, or to the tracking page."""

    name: ClassVar[str] = "web"
    traits: ClassVar[Traits] = Traits(burst=False, conversation=False, retries=False, edits=False)
    account: str = "web"
    max_photos: int = MAX_PHOTOS

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "WebDoor":
        """From configuration: `account` and `max_photos`, both optional."""
        return cls(**section)

    def parse(self, payload: Payload) -> Parsed:
        """The one message of a sending; raises `Invalid` with all that is wrong in it."""
        fields, photos = fields_of(payload, MAX_BODY)
        form = Form(fields, self.max_photos)
        message = _message(form, photos, payload)
        if form.errors:
            raise Invalid(form.errors)
        return (message,)


def _message(form: Form, photos: Sequence[Attachment], payload: Payload) -> InboundMessage:
    key, email, number_ = form.key(payload), form.email(), form.phone()
    name = one_line(form.words("name"), 200)
    ways = [Address(channel="email", value=email, name=name)] if email else []
    if number_:
        ways.append(Address(channel="phone", value=number_, name=name))
    sender, *others = ways or [Address(channel=payload.channel, value=f"anon:{key}", name=name)]
    return InboundMessage(
        channel=payload.channel,
        account=payload.account,
        sender=sender,
        external_id=key,
        text=form.text(photos),
        sent_at=payload.received_at,
        reply_token=form.token(),
        attachments=form.photos(photos),
        place=form.place(),
        privacy=form.privacy(),
        contacts=tuple(others),
    )
