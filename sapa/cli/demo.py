"""`sapa demo`: a city to try things in, beside the real one."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import structlog
import typer

from sapa.cli._office import CONFIG, ConfigFile, clock, fail, keep_private, say, settings_of, unusable
from sapa.demo import city
from sapa.demo.load import load as play
from sapa.demo.people import SIGN_IN
from sapa.settings import BadConfig

app = typer.Typer(name="demo", help="Kota contoh: isi, hapus.", no_args_is_help=True)
Keep = Annotated[bool, typer.Option("--if-missing", help="Tidak apa-apa bila kota contoh sudah ada.")]


@app.command()
def load(config: ConfigFile = CONFIG, if_missing: Keep = False) -> None:
    """Isi kota contoh: delapan minggu laporan, terpisah dari kota yang sebenarnya."""
    settings = settings_of(config)
    if city.loaded(settings):
        if if_missing:
            return
        fail("Kota contoh sudah ada. Jalankan sapa serve --demo, atau hapus dulu: sapa demo remove.")
    keep_private()
    if city.part(settings).exists():
        say("Pengisian yang lalu terputus; sisanya dibuang dan diisi dari awal.")
    try:
        with _quiet(), _bar("Mengisi kota contoh") as progress:
            asyncio.run(play(settings, clock(), progress))
    except (city.Busy, BadConfig, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(unusable(error))
    say(f"Kota contoh siap. Jalankan: sapa serve --demo\n\n{SIGN_IN}")


@contextmanager
def _quiet() -> Iterator[None]:
    """What the rooms log of the play (that something is parked) would tear the bar."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere a line for each tenth."""
    done = 0
    if not sys.stdout.isatty():

        def tell(number: int, of: int) -> None:
            nonlocal done
            if number * 10 // of > done:
                done = number * 10 // of
                say(f"{label}: {done * 10}%")

        yield tell
        return
    with typer.progressbar(length=1000, label=label) as bar:

        def move(number: int, of: int) -> None:
            nonlocal done
            step = number * 1000 // of - done
            done += step
            bar.update(step)

        yield move


@app.command()
def remove(
    config: ConfigFile = CONFIG,
    yes: Annotated[bool, typer.Option("--yes", help="Hapus tanpa bertanya.")] = False,
) -> None:
    """Hapus kota contoh seluruhnya; kota yang sebenarnya tidak tersentuh."""
    settings = settings_of(config)
    if not city.folder(settings).exists() and not city.part(settings).exists():
        fail("Tidak ada kota contoh di sini.")
    if not yes and not typer.confirm("Hapus kota contoh beserta semua laporannya?"):
        fail("Tidak jadi dihapus.")
    try:
        city.remove(settings)
    except city.Busy as error:
        fail(str(error))
    except FileExistsError as error:
        fail(str(error))
    except OSError as error:
        fail(unusable(error))
    say("Kota contoh sudah dihapus.")
