"""The channels of the configuration as the office runs them."""

from sapa.desk.city import Line
from sapa.settings import Settings


def lines_of(settings: Settings) -> dict[str, Line]:
    """Every channel of the city by name, open or not."""
    return {
        name: Line(
            name=channel.name,
            address=channel.address,
            open=channel.enabled,
            opens_with=channel.opens_with,
            silent_after=channel.silent_after_hours or 0,
            former=tuple(_account(name, one) for one in channel.former),
        )
        for name, channel in settings.channels.by_name().items()
    }


def _account(channel: str, written: str) -> str:
    """An account as its door names it: numbers without spaces and hyphens."""
    return written.replace(" ", "").replace("-", "") if channel in ("sms", "whatsapp") else written.strip()
