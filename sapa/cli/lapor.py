"""`sapa lapor`: take in an export of LAPOR!, and write our answers to it."""

import asyncio
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Literal

import typer

from channels.lapor import MAX_FILE, LaporDoor, Unfit, table
from sapa.bootstrap import Service
from sapa.cli._office import CONFIG, OWNER, ConfigFile, clock, fail, say, the_service, unusable
from sapa.desk import followup
from sapa.desk import lapor as desk
from store import lapor

app = typer.Typer(help="SP4N-LAPOR!: impor ekspornya, dan tindak lanjut kita.", no_args_is_help=True)
CLOSED = "Kanal LAPOR! belum dibuka. Isi channels.lapor.enabled: true di pengaturan."
#: Seconds between two looks at an import that the running service works on.
_LOOK = 0.5


@app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="Ekspor dari LAPOR!: CSV, XLSX, atau JSON.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Periksa saja; tidak ada yang disimpan.")
    ] = False,
    config: ConfigFile = CONFIG,
) -> None:
    """Impor sebuah ekspor; yang sudah ada tidak masuk dua kali."""
    content = _content(file)
    with the_service(config) as service:
        door = _door(service)
        try:
            found = desk.survey(service.ledger, door, content, clock())
        except Unfit as problem:
            fail(str(problem))
        for line, reason in found.faults[:20]:
            say(f"  baris {line}: {reason}")
        counts = f"baru {found.new}, berubah {found.changed}, sudah ada {found.known}, salah {found.wrong}"
        say(f"{found.total} baris: {counts}.")
        if dry_run:
            return
        how = {"name": file.name[:200], "came": "terminal", "officer_id": None, "now": clock()}
        number = desk.keep(service.ledger, service.files, found, content, state="running", **how)  # type: ignore[arg-type]
        asyncio.run(_through(service, number))


async def _through(service: Service, number: int) -> None:
    """Work on it here, or watch the running service do so, until it is over."""
    while True:
        await service.importing.look()
        with service.ledger.reading() as tx:
            row = lapor.get(tx, number)
            assert row is not None
            state, done, total, wrong, reason = row.state, row.done, row.total, row.wrong, row.reason
        if state != "running":
            break
        say(f"{done} dari {total} baris …")
        await asyncio.sleep(_LOOK)
    if state != "done":
        fail(f"Impor berhenti: {reason}")
    say(f"Selesai: {total} baris, {wrong} salah. Rinciannya di /petugas/lapor/{number}.")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Ditulis ke berkas ini.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Hanya yang berubah sejak tanggal ini.")
    ] = None,
    form: Annotated[Literal["csv", "xlsx"], typer.Option("--as", help="Bentuk berkas.")] = "csv",
    config: ConfigFile = CONFIG,
) -> None:
    """Tulis tindak lanjut kita untuk laporan dari LAPOR!."""
    with the_service(config) as service:
        _door(service)
        city = service.city()
        day = datetime.combine(since.date(), time(), city.tz).astimezone(UTC) if since else None
        with service.ledger.reading() as tx:
            rows = list(followup.rows(tx, OWNER, day, city))
    try:
        file.write_bytes(table(followup.HEADINGS, rows, form))
    except OSError as error:
        fail(unusable(error))
    say(f"{len(rows)} laporan ditulis ke {file}.")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE + 1)
    except OSError as error:
        fail(unusable(error))


def _door(service: Service) -> LaporDoor:
    door = service.doors.get("lapor")
    if not isinstance(door, LaporDoor):
        fail(CLOSED)
    return door
