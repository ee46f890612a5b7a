"""`sapa init` and `sapa config`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sapa.bootstrap import book_of
from sapa.cli._office import CONFIG, ConfigFile, fail, say, settings_of, unusable
from sapa.settings import BadConfig, write_starter

config = typer.Typer(help="Pengaturan.", no_args_is_help=True)


def init(folder: Annotated[Path, typer.Argument(help="Folder kosong untuk kota baru.")]) -> None:
    """Tulis pengaturan awal berketerangan untuk kota lain."""
    try:
        written = write_starter(folder)
    except FileExistsError as error:
        fail(str(error))
    except OSError as error:
        fail(unusable(error))
    for path in written:
        say(str(path))
    say(f"\nUbah berkas-berkas itu, lalu periksa: sapa config check --config {folder / 'config.yaml'}")


@config.command("check")
def check(config: ConfigFile = CONFIG) -> None:
    """Periksa pengaturan dan buku aturan; kesalahan ditunjuk berkas, baris dan kolomnya."""
    settings = settings_of(config)
    try:
        book = book_of(settings)
    except BadConfig as error:
        fail(str(error))
    brand = settings.brand_on(datetime.now(UTC).date())
    say(f"Baik. {settings.city.name}, {brand.name}:")
    say(f"  {len(settings.opds)} OPD, {len(settings.external)} instansi luar")
    say(f"  {len(settings.areas.kelurahan)} kelurahan, {len(book.rules)} aturan ({book.digest[:12]})")
