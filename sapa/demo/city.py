"""The demo city's own installation: a folder beside the real one's ledger, never in it."""

import contextlib
import ipaddress
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO

from sapa.bootstrap import Service, open_service
from sapa.bootstrap.service import ROLES
from sapa.demo.doors import doors
from sapa.demo.payloads import WRITERS
from sapa.settings import Settings
from store import alone
from store.db import Ledger

NOTICE = "Kota contoh — data buatan, bukan laporan warga"
MISSING = "Belum ada kota contoh. Isi dulu: sapa demo load."
#: In the folder of a city that was loaded to its end.
_MARK = "selesai-diisi.txt"
_LEDGER = "sapa.db"


class Busy(Exception):
    """Another process serves or fills the demo city; the message says what to do."""

    def __init__(self) -> None:
        super().__init__("Kota contoh sedang dipakai. Hentikan dahulu layanannya (Ctrl+C), lalu ulangi.")


def folder(settings: Settings) -> Path:
    """Where it lies when it is loaded."""
    return settings.storage.var / "demo" / "kota-contoh"


def part(settings: Settings) -> Path:
    """Where it is built; what a killed load left there is no city."""
    return settings.storage.var / "demo" / "kota-contoh.part"


def loaded(settings: Settings) -> bool:
    """Whether there is a demo city."""
    return (folder(settings) / _MARK).is_file()


def finish(settings: Settings, now: datetime) -> None:
    """What was built becomes the demo city, all at once."""
    (part(settings) / _MARK).write_text(f"{now.isoformat()}\n", encoding="utf-8")
    part(settings).rename(folder(settings))


def settings_in(settings: Settings, where: Path) -> Settings:
    """The same configuration for the demo: its folder, its name, and no way out.

    Raises `ValueError` where other machines could reach it: its passwords are in the manual.
    """
    for host in (settings.web.host, settings.channels.email.listen.host):
        if not _loopback(host):
            raise ValueError(
                f"Kota contoh hanya untuk mesin ini, tetapi pengaturannya {host}."
                " Isi SAPA_HTTP_HOST dan SAPA_SMTP_HOST dengan 127.0.0.1."
            )
    channels = settings.channels
    switched = {
        name: section.model_copy(update={"enabled": name in _OPEN, **_LINES.get(name, {})})
        for name, section in channels.by_name().items()
    }
    relay = channels.email.relay.model_copy(update={"host": None})
    proof = channels.email.proof.model_copy(update={"verify": False})
    alone = {"relay": relay, "imap": None, "proof": proof}  # the city's own mailbox is not the demo's
    switched["email"] = switched["email"].model_copy(update=alone)
    storage = {"var": where, "database": None, "files": None, "spool": None}
    city = {"name": f"{settings.city.name} (contoh)", "public_url": None, "notice": NOTICE}
    factor = settings.staff.second_factor.model_copy(update={"required": ()})
    return settings.model_copy(
        update={
            "channels": channels.model_copy(update=switched),
            "intake": settings.intake.model_copy(update={"transcriber": None}),
            "storage": settings.storage.model_copy(update=storage),
            "city": settings.city.model_copy(update=city),
            "staff": settings.staff.model_copy(update={"second_factor": factor}),
            "web": settings.web.model_copy(update={"trusted_proxy": False}),
            "links": settings.links.model_copy(update={"secret": None}),
        }
    )


#: What people see of channels nobody has; the gateway falls silent in the last days of the play.
_LINES: Mapping[str, Mapping[str, object]] = {
    "sms": {"silent_after_hours": 24, "address": "0812-0000-0002 (contoh)"},
    "whatsapp": {"address": "0812-0000-0001 (contoh)"},
    "telegram": {"address": "bot contoh"},
    "social": {"address": "akun contoh"},
    "lapor": {"folder": None},
}
#: Channels that brought what the demo tells of, and exports of LAPOR!, for a visitor to try.
_OPEN = frozenset((*WRITERS, "lapor"))


def open_demo(
    settings: Settings, where: Path, clock: Callable[[], datetime], roles: frozenset[str] = ROLES
) -> Service:
    """All rooms of the demo in `where`; raises `BadConfig`, and `ValueError` for roles or hosts.

    Its post room never rests: folders need none.
    """
    inside = settings_in(settings, where)
    given = doors(where, inside.public_url, clock)
    return open_service(inside, clock=clock, roles=roles, more_doors=dict(given), rest=0.0)


def hold(where: Path) -> IO[bytes]:
    """The lock that a process has while it serves or fills `where`; raises `Busy`, and OSError."""
    ledger = Ledger(f"sqlite:///{where / _LEDGER}")
    try:
        lock = alone.claim(ledger)
    finally:
        ledger.close()
    if lock is None:
        raise Busy
    return lock


def clear(where: Path) -> bool:
    """Take away what lies in `where`, unless somebody is at it (`Busy`); returns whether anything did."""
    if not where.exists():
        return False
    with hold(where):
        shutil.rmtree(where)
    return True


def remove(settings: Settings) -> None:
    """Take the demo city and what a killed load left away; raises `Busy`, or OSError when that fails.

    A folder of the same name that is no demo city stays: `FileExistsError`.
    """
    if folder(settings).exists() and not loaded(settings):
        raise FileExistsError(f"{folder(settings)} bukan kota contoh; pindahkan dahulu.")
    clear(part(settings))
    if folder(settings).exists():
        with hold(folder(settings)):  # killed from here on, it leaves what a killed load leaves
            folder(settings).rename(part(settings))
        clear(part(settings))
    with contextlib.suppress(OSError):  # somebody else's things may lie there
        folder(settings).parent.rmdir()


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
