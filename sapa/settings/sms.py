"""The SMS door: Twilio, or a gateway whose fields are named here."""

from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt, StringConstraints

from sapa.settings.channel import Channel
from sapa.settings.kinds import Note, Part, Phone, SecretName, Url, default
from sapa.settings.sending import Outbound

_AccountSid = Annotated[str, StringConstraints(strict=True, pattern=r"^AC[0-9a-fA-F]{32}$")]
ServiceSid = Annotated[str, StringConstraints(strict=True, pattern=r"^MG[0-9a-fA-F]{32}$")]
#: A field of a form or of JSON; a dot looks into nested JSON.
FieldName = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_.\[\]-]{1,80}$")]
Header = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9-]{1,80}$")]
Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=80)]


class Twilio(Part):
    """The Twilio account that doors share; `webhook_key` where webhooks are signed with a SharedKey."""

    account_sid: _AccountSid
    auth_token: SecretName
    webhook_key: SecretName | None = None
    api_url: Url = "https://api.twilio.com"


class Inbound(Part):
    """What the gateway calls the parts of an SMS it delivers, and of its reports."""

    sender: FieldName = "from"
    text: FieldName = "text"
    id: FieldName | None = None
    time: FieldName | None = None
    part: FieldName | None = None
    parts: FieldName | None = None
    group: FieldName | None = None
    list_of: FieldName | None = None
    status: FieldName | None = None
    status_id: FieldName | None = None
    sent: tuple[Word, ...] = ()
    delivered: tuple[Word, ...] = ()
    failed: tuple[Word, ...] = ()


class Gateway(Part):
    """A gateway: how it proves who it is, what it delivers, how it is told to send."""

    secret: SecretName | None = None
    secret_header: Header | None = None
    secret_query: FieldName | None = None
    signature_key: SecretName | None = None
    signature_header: Header | None = None
    signature_algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    method: Literal["POST", "GET"] = "POST"
    answer: Note = ""
    inbound: Inbound = default({})
    outbound: Outbound


class Sms(Channel):
    """The SMS door."""

    provider: Literal["twilio", "gateway"] | None = None
    number: Phone | None = None
    messaging_service: ServiceSid | None = None
    segments: Annotated[StrictInt, Field(ge=1, le=2)] = 2
    timeout: Annotated[StrictFloat, Field(ge=1, le=40)] = 10.0
    gateway: Gateway | None = None
