"""`sapa channels`: whether each door is open and its provider agrees."""

import asyncio
from typing import Annotated

import typer

from channels.base import Checker, Door, Finding
from sapa.bootstrap.doors import doors_of
from sapa.cli import _bell, simulate
from sapa.cli._office import CONFIG, ConfigFile, clock, fail, say, settings_of
from sapa.settings import Settings

app = typer.Typer(help="Kanal: pintu tempat laporan masuk.", no_args_is_help=True)
app.command("simulate")(simulate.simulate)


@app.command("check")
def check(
    door: Annotated[str, typer.Argument(help="Nama kanal; tanpa nama: semua.")] = "",
    config: ConfigFile = CONFIG,
) -> None:
    """Periksa kanal: terbuka atau tidak, dan apakah penyedianya menjawab; status 1 bila ada yang gagal."""
    settings = settings_of(config)
    channels = settings.channels.by_name()
    if door and door not in channels:
        fail(f"Kanal {door} tidak ada. Yang ada: {', '.join(channels)}.")
    try:
        doors = doors_of(settings, clock)
    except (ValueError, TypeError) as error:
        fail(str(error))
    failed = 0
    for name, channel in channels.items():
        if door in ("", name):
            say(f"{name:<10} {'terbuka' if channel.enabled else f'tertutup. {channel.opens_with}'}")
            failed += _told(asyncio.run(_findings(settings, doors[name]))) if name in doors else 0
    if failed:
        fail(f"{failed} pemeriksaan gagal.")


async def _findings(settings: Settings, door: Door) -> tuple[Finding, ...]:
    if door.name == "web":
        return (await asyncio.to_thread(_service, settings),)
    return await door.check() if isinstance(door, Checker) else ()


def _service(settings: Settings) -> Finding:
    """Whether the service answers, which every door that is told things by HTTP needs."""
    base = _bell.base_of(settings)
    try:
        status, _ = _bell.call("GET", f"{base}/healthz")
    except OSError as error:
        return Finding(
            False, f"Layanan tidak menjawab di {base} ({type(error).__name__}).", "Jalankan: sapa serve"
        )
    if status != 200:
        return Finding(
            False, f"{base} menjawab {status}; itu bukan layanan ini.", "Periksa web.host dan web.port."
        )
    return Finding(True, f"Layanan menjawab di {base}.")


def _told(findings: tuple[Finding, ...]) -> int:
    """How many of them are not as they should be, after saying all of them."""
    for one in findings:
        say(f"  {'baik ' if one.ok else 'GAGAL'}  {one.what}")
        if one.advice:
            say(f"         {one.advice}")
    return sum(not one.ok for one in findings)
