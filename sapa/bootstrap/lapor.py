"""What takes exports of LAPOR! in: the door, and the folder that is watched."""

from collections.abc import Callable, Mapping
from datetime import datetime

from channels.base import Door
from channels.lapor import LaporDoor
from sapa.desk.dropped import Dropped
from sapa.settings import Settings
from store.db import Ledger
from store.files import Files


def lapor_door(doors: Mapping[str, Door]) -> LaporDoor | None:
    """The open door of LAPOR!, None in a city without it."""
    door = doors.get("lapor")
    return door if isinstance(door, LaporDoor) else None


def folder_of(
    settings: Settings, doors: Mapping[str, Door], ledger: Ledger, files: Files, clock: Callable[[], datetime]
) -> Dropped | None:
    """The folder exports are dropped into, None where none is named."""
    section, door = settings.channels.lapor, lapor_door(doors)
    if section is None or section.folder is None or door is None:
        return None
    return Dropped(section.folder, ledger=ledger, files=files, door=door, clock=clock)
