"""The WhatsApp door, by the Twilio account of `channels.twilio`."""

from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StringConstraints

from sapa.settings.channel import Channel
from sapa.settings.kinds import Part, Phone, default
from sapa.settings.sms import ServiceSid

_ContentSid = Annotated[str, StringConstraints(strict=True, pattern=r"^HX[0-9a-fA-F]{32}$")]
#: The notices a citizen gets, and "any" for those without a template of their own.
Kind = Literal[
    "ack",
    "accepted",
    "question",
    "answer",
    "resolved",
    "reopened",
    "closed",
    "archived",
    "handed_over",
    "moved",
    "any",
]


class Template(Part):
    """A template approved by WhatsApp; `variables` fill {{1}}, {{2}} … in this order."""

    sid: _ContentSid
    variables: tuple[Literal["ref", "link", "path", "brand"], ...] = ()


class WhatsApp(Channel):
    """The WhatsApp door."""

    number: Phone | None = None
    messaging_service: ServiceSid | None = None
    timeout: Annotated[StrictFloat, Field(ge=1, le=40)] = 10.0
    templates: dict[Kind, Template] = default({})
