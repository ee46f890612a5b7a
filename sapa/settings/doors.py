"""The channels: what people see, and whether the door is open."""

from typing import Literal

from pydantic import field_validator

from sapa.settings.channel import Channel
from sapa.settings.kinds import Part, SecretName, Url
from sapa.settings.lapor import Lapor
from sapa.settings.mail import Mail
from sapa.settings.meta import Meta, MetaChannel
from sapa.settings.phone import Telephone
from sapa.settings.sms import Sms, Twilio
from sapa.settings.whatsapp import WhatsApp
from sapa.settings.x import X


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
    phone: Telephone | None = None
    walkin: Walkin | None = None
    facebook: MetaChannel | None = None
    instagram: MetaChannel | None = None
    x: X | None = None
    social: Unbuilt | None = None
    lapor: Lapor | None = None
    twilio: Twilio | None = None
    meta: Meta | None = None

    def by_name(self) -> dict[str, Channel]:
        """Every channel of this city, open or not, in the order above."""
        found = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: channel for name, channel in found if isinstance(channel, Channel)}
