"""The demo city's own installation: a folder beside the real one's ledger, never in it."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from channels.telegram import TelegramDoor
from sapa.bootstrap import Service, open_service
from sapa.demo.doors import FolderDoor
from sapa.demo.payloads import BOT
from sapa.settings import Settings

MARK = "kota-contoh"


def folder(settings: Settings) -> Path:
    """Where it lies when it is loaded."""
    return settings.storage.var / "demo"


def part(settings: Settings) -> Path:
    """Where it is built; what a killed load left there is no city."""
    return settings.storage.var / "demo.part"


def loaded(settings: Settings) -> bool:
    """Whether there is a demo city."""
    return (folder(settings) / MARK).is_file()


def settings_in(settings: Settings, where: Path) -> Settings:
    """The same configuration for the demo: its folder, its name, and no way out."""
    channels = settings.channels
    closed = {
        name: section.model_copy(update={"enabled": False})
        for name, section in channels
        if name not in ("web", "email", "walkin") and hasattr(section, "enabled")
    }
    relay = channels.email.relay.model_copy(update={"host": None})
    email = channels.email.model_copy(update={"enabled": True, "relay": relay})
    web = channels.web.model_copy(update={"enabled": True})
    storage = settings.storage.model_copy(
        update={"var": where, "database": None, "files": None, "spool": None}
    )
    return settings.model_copy(
        update={
            "channels": channels.model_copy(update=closed | {"email": email, "web": web}),
            "storage": storage,
            "city": settings.city.model_copy(update={"name": f"{settings.city.name} (KOTA CONTOH)"}),
            "links": settings.links.model_copy(update={"secret": None}),
        }
    )


def open_demo(settings: Settings, where: Path, clock: Callable[[], datetime]) -> Service:
    """All rooms of the demo in `where`; raises `BadConfig`."""
    telegram = TelegramDoor.build({"token": f"{BOT}:kota-contoh-tanpa-bot"}, clock)
    doors = {"telegram": FolderDoor(telegram, BOT, where / "outbox-telegram")}
    return open_service(settings_in(settings, where), clock=clock, more_doors=doors)


def remove(settings: Settings) -> None:
    """Take the demo city and what a killed load left away; raises OSError when that fails.

    A folder of the same name that is no demo city stays: `FileExistsError`.
    """
    if folder(settings).exists() and not loaded(settings):
        raise FileExistsError(f"{folder(settings)} bukan kota contoh; pindahkan dahulu.")
    for where in (folder(settings), part(settings)):
        if where.exists():
            shutil.rmtree(where)
