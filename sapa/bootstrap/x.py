"""The section of X as its door takes it."""

from typing import Any

from sapa.settings import Settings
from sapa.settings.kinds import Secret

_KEYS = ("consumer_key", "consumer_secret", "token", "token_secret")


def x_section(settings: Settings) -> dict[str, Any]:
    """What `XDoor.build` is given; {} in a city without it."""
    door = settings.channels.x
    if door is None:
        return {}
    keys: dict[str, Secret | None] = {name: getattr(door, name) for name in _KEYS}
    return {
        "account": door.id or "",
        "keys": {name: secret.value if secret else "" for name, secret in keys.items()},
        "public_url": settings.public_url,
        "api_url": door.api_url,
        "timeout": door.timeout,
    }
