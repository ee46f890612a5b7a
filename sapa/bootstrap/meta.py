"""The sections of Facebook and Instagram as their doors take them."""

from typing import Any

from sapa.settings import Settings
from sapa.settings.kinds import Secret
from sapa.settings.meta import MetaChannel


def meta_section(settings: Settings, door: MetaChannel | None) -> dict[str, Any]:
    """What a door of Meta's is given; {} in a city without it."""
    app = settings.channels.meta
    if door is None or app is None:
        return {}
    return {
        "account": door.id or "",
        "token": _value(door.token),
        "app_secret": _value(app.app_secret),
        "verify_token": _value(app.verify_token),
        "public_url": settings.public_url,
        "api_url": app.api_url,
        "version": app.version,
        "human_agent": door.human_agent,
        "timeout": door.timeout,
    }


def _value(secret: Secret | None) -> str:
    return secret.value if secret else ""
