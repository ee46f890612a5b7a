"""The telephone door's section of the configuration as the door takes it."""

from typing import Any

from sapa.bootstrap.sms import bare_number, twilio_account
from sapa.settings import Settings


def phone_section(settings: Settings, phones: str) -> dict[str, Any]:
    """What `PhoneDoor.build` is given; {} in a city without it. `phones` is how callers are answered."""
    door, account = settings.channels.phone, settings.channels.twilio
    if door is None:
        return {}
    script = {
        "greeting": door.greeting,
        "greeting_audio": door.greeting_audio,
        "voice": door.voice,
        "seconds": door.max_seconds,
        "texted": phones == "sms",
    }
    return {
        "number": bare_number(door.number),
        "public_url": settings.public_url,
        "timeout": door.timeout,
        "phones": phones,
        "script": {name: value for name, value in script.items() if value is not None},
        "twilio": twilio_account(account) if account else {},
    }
