"""The eight channels: what people see, and whether the door is open."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt, field_validator

from sapa.settings.channel import Channel
from sapa.settings.kinds import DeskAddress, Host, Part, Port, SecretName, Text, Url, default
from sapa.settings.lapor import Lapor
from sapa.settings.sms import Sms, Twilio
from sapa.settings.whatsapp import WhatsApp


class Unbuilt(Channel):
    """A channel whose door is not built yet: it can be announced to officers, not switched on."""

    @field_validator("enabled")
    @classmethod
    def _stays_shut(cls, enabled: bool) -> bool:
        if enabled:
            raise ValueError("pintu kanal ini belum tersedia dalam versi ini; tulis enabled: false")
        return enabled


class Web(Channel):
    """The web form."""


class Walkin(Channel):
    """The counter: what officers take down in the console."""


class Listen(Part):
    """Where the SMTP door listens; port 0 takes a free one."""

    host: Host = "127.0.0.1"
    port: Port = 2525


class Relay(Part):
    """The mail server that takes our outgoing mail; no host: mail is put into a folder in `var`.

    `tls`: "starttls" (port 587), "tls" from the first byte (port 465), "no" only inside one network.
    """

    host: Host | None = None
    port: Annotated[StrictInt, Field(ge=1, le=65535)] = 587
    tls: Literal["no", "starttls", "tls"] = "starttls"
    user: Text | None = None
    password: SecretName | None = None


class Mail(Channel):
    """The e-mail door: `address` is the desk's, answers go out by `relay`."""

    address: DeskAddress
    listen: Listen = default({})
    max_mb: Annotated[StrictInt, Field(ge=1, le=100)] = 25
    relay: Relay = default({})


class Telegram(Channel):
    """The Telegram bot: `poll` asks Telegram (no address of ours needed), `webhook` is told by it."""

    token: SecretName | None = None
    mode: Literal["poll", "webhook"] = "poll"
    webhook_secret: SecretName | None = None
    api_url: Url = "https://api.telegram.org"


class Channels(Part):
    """The channels by the name of their door; one left out does not exist in this city."""

    web: Web
    email: Mail
    whatsapp: WhatsApp | None = None
    telegram: Telegram | None = None
    sms: Sms | None = None
    walkin: Walkin | None = None
    social: Unbuilt | None = None
    lapor: Lapor | None = None
    twilio: Twilio | None = None

    def by_name(self) -> dict[str, Channel]:
        """Every channel of this city, open or not, in the order above."""
        found = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: channel for name, channel in found if isinstance(channel, Channel)}
