"""`sapa demo`: a city to try things in, beside the real one."""

import asyncio
from typing import Annotated

import typer

from sapa.cli._office import CONFIG, ConfigFile, clock, fail, keep_private, say, settings_of
from sapa.demo import city
from sapa.demo.load import load as play

app = typer.Typer(name="demo", help="Kota contoh: isi, hapus.", no_args_is_help=True)


@app.command()
def load(config: ConfigFile = CONFIG) -> None:
    """Isi kota contoh: delapan minggu laporan, terpisah dari kota yang sebenarnya."""
    settings = settings_of(config)
    if city.loaded(settings):
        fail("Kota contoh sudah ada. Jalankan sapa serve --demo, atau hapus dulu: sapa demo remove.")
    keep_private()
    with typer.progressbar(length=1000, label="Mengisi kota contoh") as bar:
        done = 0

        def progress(number: int, of: int) -> None:
            nonlocal done
            step = number * 1000 // of - done
            done += step
            bar.update(step)

        password = asyncio.run(play(settings, clock(), progress))
    say(f"Kota contoh siap. Nama masuk diskominfo.contoh, kata sandi sekali pakai {password}")


@app.command()
def remove(
    config: ConfigFile = CONFIG,
    yes: Annotated[bool, typer.Option("--yes", help="Hapus tanpa bertanya.")] = False,
) -> None:
    """Hapus kota contoh seluruhnya; kota yang sebenarnya tidak tersentuh."""
    settings = settings_of(config)
    if not city.loaded(settings) and not city.part(settings).exists():
        fail("Tidak ada kota contoh di sini.")
    if not yes and not typer.confirm("Hapus kota contoh beserta semua laporannya?"):
        fail("Tidak jadi dihapus.")
    city.remove(settings)
    say("Kota contoh sudah dihapus.")
