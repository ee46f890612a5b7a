"""What every command needs: the configuration, the ledger, and errors as people read them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from sapa.bootstrap import Service, open_service
from sapa.desk.actor import Actor
from sapa.settings import BadConfig, Settings, load
from store.db import Ledger, LedgerUnavailable

ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="Berkas pengaturan.")]
CONFIG = Path("config.yaml")
NO_LEDGER = "Buku data tidak dapat dibuka. Periksa ruang disk atau peladen basis data, lalu coba lagi."


FIRST_LOGIN = "Administrator pertama: nama masuk admin, kata sandi sekali pakai {}"
#: Whoever can run a command owns the machine.
OWNER = Actor(kind="officer", role="administrator", name="terminal")


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def say(text: str) -> None:
    """One line to the person at the terminal."""
    typer.echo(text)


def fail(text: str) -> NoReturn:
    """Say what is wrong and end with exit status 1."""
    typer.echo(text, err=True)
    raise typer.Exit(1)


def unusable(error: OSError) -> str:
    """What a file or folder would not do, for the person at the terminal."""
    return f"{error.filename or 'Berkas'} tidak dapat dipakai: {error.strerror or type(error).__name__}."


def settings_of(config: Path) -> Settings:
    """The checked configuration, or the list of its mistakes and exit status 1."""
    try:
        return load(config, os.environ)
    except BadConfig as error:
        fail(str(error))


def keep_private() -> None:
    """What this process writes from now on is for its owner alone: the ledger says who complained."""
    os.umask(0o077)


@contextmanager
def the_ledger(config: Path) -> Iterator[tuple[Settings, Ledger]]:
    """The ledger alone, as the running service has left it (it may run on meanwhile)."""
    settings = settings_of(config)
    with ledger_of(settings) as ledger:
        yield settings, ledger


@contextmanager
def ledger_of(settings: Settings) -> Iterator[Ledger]:
    """The ledger of a configuration that was read already."""
    keep_private()
    ledger = Ledger(settings.storage.database_url)
    try:
        yield ledger
    except LedgerUnavailable:
        fail(NO_LEDGER)
    except OSError as error:
        fail(unusable(error))
    finally:
        ledger.close()


@contextmanager
def the_service(config: Path) -> Iterator[Service]:
    """All rooms wired, without any door opened: for commands that act."""
    settings = settings_of(config)
    keep_private()
    try:
        service = open_service(settings, clock=clock)
    except BadConfig as error:
        fail(str(error))
    except LedgerUnavailable:
        fail(NO_LEDGER)
    if service.password is not None:
        typer.echo(FIRST_LOGIN.format(service.password), err=True)
    try:
        yield service
    finally:
        service.ledger.close()
