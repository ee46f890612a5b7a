"""`sapa arrivals` and `sapa outbox`: what waits for a person."""

import asyncio
import sys
from typing import Annotated

import typer

from sapa.cli._office import CONFIG, OWNER, ConfigFile, clock, fail, say, the_ledger, the_service
from sapa.desk import leftovers, sealed
from sapa.desk.actor import Actor
from sapa.desk.errors import ActError, NotFound
from store import arrivals as rows
from store import officers
from store import outbox as post
from store.db import Tx
from store.files import Files

arrivals = typer.Typer(help="Kiriman yang diparkir.", no_args_is_help=True)
outbox = typer.Typer(help="Pesan keluar.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Nomor dari daftar.")]


@arrivals.command("list")
def list_arrivals(
    config: ConfigFile = CONFIG, limit: Annotated[int, typer.Option(help="Paling banyak.")] = 50
) -> None:
    """Daftar kiriman yang tidak dapat diolah, dengan alasannya."""
    with the_ledger(config) as (_, ledger), ledger.reading() as tx:
        found = rows.parked(tx, limit=limit)
    for one in found:
        say(f"{one.id:>8}  {one.received_at:%Y-%m-%d %H:%M}  {one.channel:<10} {one.tries}x  {one.reason}")
    if not found:
        say("Tidak ada kiriman yang diparkir.")


@arrivals.command("show")
def show_arrival(
    number: Number,
    login: Annotated[str, typer.Option(help="Nama masuk petugas yang membukanya.")],
    reason: Annotated[str, typer.Option(help="Alasan membukanya; dicatat.")],
    config: ConfigFile = CONFIG,
) -> None:
    """Keluarkan isi mentah sebuah kiriman ke keluaran standar; siapa membukanya dan mengapa dicatat."""
    with the_ledger(config) as (settings, ledger):
        try:
            one = ledger.write(
                lambda tx: sealed.arrival(tx, number, _officer(tx, login), reason=reason, now=clock())
            )
        except ActError as error:
            fail(str(error))
        raw = one.raw if one.raw is not None else Files(settings.storage.files_dir).read(one.blob or "")
    sys.stdout.buffer.write(raw)


def _officer(tx: Tx, login: str) -> Actor:
    """Who looks, by their word: whoever is at the terminal owns the machine. Raises NotFound."""
    found = officers.by_login(tx, login.strip().lower())
    if found is None or not found.active:
        raise NotFound("Tidak ada petugas aktif dengan nama masuk itu.")
    return Actor(kind="officer", officer_id=found.id, role=found.role, opd=found.opd, name=found.name)


@arrivals.command("reprocess")
def reprocess(number: Number, config: ConfigFile = CONFIG) -> None:
    """Olah kembali kiriman yang diparkir; surel mesin diperlakukan sebagai surel warga."""
    with the_service(config) as service:
        try:
            accepted = asyncio.run(service.intake.reprocess(number, clock()))
        except ActError as error:
            fail(str(error))
    for one in accepted:
        say(f"Menjadi laporan {one.ref}." if one.ref else "Disimpan tanpa laporan.")


@outbox.command("list")
def list_outbox(
    config: ConfigFile = CONFIG,
    state: Annotated[str, typer.Option(help="pending, sent, dead atau canceled.")] = "dead",
) -> None:
    """Daftar pesan keluar menurut keadaannya."""
    with the_ledger(config) as (_, ledger), ledger.reading() as tx:
        found = post.page(tx, [state])
    for one in found:
        at = f"{one.created_at:%Y-%m-%d %H:%M}"
        say(f"{one.id:>8}  {at}  {one.notice:<14} {one.lane:<20} {one.tries}x  {one.error}")
    if not found:
        say("Tidak ada.")


@outbox.command("retry")
def retry(number: Number, config: ConfigFile = CONFIG) -> None:
    """Kirim ulang pesan yang gagal."""
    with the_ledger(config) as (_, ledger):
        try:
            ledger.write(lambda tx: leftovers.send_again(tx, OWNER, number, now=clock()))
        except ActError as error:
            fail(str(error))
    say("Akan dikirim ulang.")
