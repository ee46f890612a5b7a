"""`sapa backup` and `sapa restore`."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from sapa.cli._office import CONFIG, ConfigFile, clock, fail, say, settings_of, the_ledger
from sapa.settings import Settings
from store import backup as copies
from store.files import Files

Folder = Annotated[Path, typer.Argument(help="Folder cadangan.")]


def backup(folder: Folder, config: ConfigFile = CONFIG) -> None:
    """Cadangkan buku data, berkas, kunci dan pengaturan; layanan boleh tetap berjalan."""
    with the_ledger(config) as (settings, ledger):
        try:
            counts = copies.dump(ledger, Files(settings.storage.files_dir), folder)
        except copies.BadBackup as error:
            fail(str(error))
        _copy_settings(config, folder / "config")
        _copy_kept(settings, folder / "var")
        copies.seal(ledger, folder, clock())
    say(f"Cadangan lengkap di {folder}:")
    say(f"  {counts['ticket']} laporan, {counts['message']} pesan, {counts['blob']} berkas.")


def restore(folder: Folder, config: ConfigFile = CONFIG) -> None:
    """Pulihkan cadangan ke buku data yang kosong (SQLite atau PostgreSQL)."""
    settings = settings_of(config)
    with the_ledger(config) as (_, ledger):
        try:
            counts = copies.fill(ledger, Files(settings.storage.files_dir), folder)
        except copies.BadBackup as error:
            fail(str(error))
    for path in (folder / "var").rglob("*"):
        target = settings.storage.var / path.relative_to(folder / "var")
        if path.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    say(
        f"Dipulihkan: {counts['ticket']} laporan, {counts['message']} pesan, {counts['blob']} berkas.\n"
        f"Pengaturan yang ikut dicadangkan ada di {folder / 'config'}."
    )


def _copy_settings(config: Path, target: Path) -> None:
    """The configuration file and the parts beside it."""
    target.mkdir()
    shutil.copyfile(config, target / config.name)
    if (config.parent / "config").is_dir():
        shutil.copytree(config.parent / "config", target / "config")


def _copy_kept(settings: Settings, target: Path) -> None:
    """The key that signs links, and payloads that still wait for the ledger."""
    target.mkdir()
    key = settings.storage.var / "secret.key"
    if key.exists():
        shutil.copy2(key, target / key.name)
    if settings.storage.spool_dir.is_dir():
        shutil.copytree(settings.storage.spool_dir, target / "spool")
