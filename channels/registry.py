"""Which doors there are: name → door, one line each; entry points `sapa.channels` add foreign ones."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from channels.base import Door

#: The doors of this house, "module:class". A door listed here is built, tested and has a docs page.
DOORS: Mapping[str, str] = {
    "web": "channels.web:WebDoor",
    "email": "channels.email:EmailDoor",
    "telegram": "channels.telegram:TelegramDoor",
    "sms": "channels.sms:SmsDoor",
    "whatsapp": "channels.whatsapp:WhatsAppDoor",
    "walkin": "channels.walkin:WalkinDoor",
    "phone": "channels.phone:PhoneDoor",
    "facebook": "channels.meta:FacebookDoor",
    "instagram": "channels.meta:InstagramDoor",
    "x": "channels.x:XDoor",
    "lapor": "channels.lapor:LaporDoor",
    "fake": "channels.fake:FakeDoor",
}

GROUP = "sapa.channels"

#: How a door is made: `CLASS.build(section of the configuration, clock)`; secrets are already resolved.
Clock = Callable[[], datetime]
Build = Callable[[Mapping[str, Any], Clock], Door]


class DoubledDoor(Exception):
    """Two doors claim one name: nothing is opened until one of them goes."""


class UnknownDoor(Exception):
    """No door has this name."""


def names(foreign: Iterable[EntryPoint] | None = None) -> dict[str, str]:
    """All doors, name → "module:class"; raises `DoubledDoor`."""
    found = dict(DOORS)
    for point in entry_points(group=GROUP) if foreign is None else foreign:
        if point.name in found:
            raise DoubledDoor(
                f"Two doors are called {point.name!r}: {found[point.name]} and {point.value}. "
                "Remove one package, or rename its entry point."
            )
        found[point.name] = point.value
    return found


def door_class(name: str, foreign: Iterable[EntryPoint] | None = None) -> Any:
    """The class of a door, imported only now; raises `UnknownDoor`."""
    found = names(foreign)
    if name not in found:
        raise UnknownDoor(f"No door is called {name!r}. There are: {', '.join(sorted(found))}.")
    return EntryPoint(name, found[name], GROUP).load()


def build(name: str, section: Mapping[str, Any], clock: Clock) -> Door:
    """A door made from its section of the configuration; `TypeError` or `ValueError` say what is wrong."""
    maker = cast(Build, door_class(name).build)
    return maker(section, clock)
