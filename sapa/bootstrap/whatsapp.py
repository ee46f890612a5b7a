"""The WhatsApp door's section of the configuration as the door takes it."""

from typing import Any

from sapa.bootstrap.sms import bare_number, twilio_account
from sapa.settings import Settings


def whatsapp_section(settings: Settings) -> dict[str, Any]:
    """What `WhatsAppDoor.build` is given; {} in a city without WhatsApp."""
    door, account = settings.channels.whatsapp, settings.channels.twilio
    if door is None:
        return {}
    return {
        "number": bare_number(door.number),
        "messaging_service": door.messaging_service or "",
        "public_url": settings.public_url,
        "timeout": door.timeout,
        "templates": {kind: one.model_dump() for kind, one in door.templates.items()},
        "twilio": twilio_account(account) if account else None,
    }
