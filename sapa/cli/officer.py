"""`sapa officers`: who may log in, also when nobody can log in any more."""

from typing import Annotated

import typer

from sapa.cli._office import CONFIG, OWNER, ConfigFile, clock, fail, say, the_service
from sapa.desk import officers
from sapa.desk.errors import ActError
from sapa.desk.passwords import Passwords
from store import officers as rows
from store.db import Ledger

app = typer.Typer(help="Petugas.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="Nama masuk.")]


@app.command("list")
def list_officers(config: ConfigFile = CONFIG) -> None:
    """Daftar petugas."""
    with the_service(config) as service, service.ledger.reading() as tx:
        for one in rows.everybody(tx):
            state = "" if one.active else "  (nonaktif)"
            say(f"{one.login:<24} {one.role:<14} {one.opd:<18} {one.name}{state}")


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Nama lengkap.")],
    role: Annotated[str, typer.Option(help="administrator, coordinator atau opd.")] = "opd",
    opd: Annotated[str, typer.Option(help="Kode OPD, bagi petugas OPD.")] = "",
    config: ConfigFile = CONFIG,
) -> None:
    """Tambah petugas; kata sandi sekali pakai ditampilkan satu kali."""
    with the_service(config) as service:
        try:
            _, password = officers.create_officer(
                service.ledger,
                OWNER,
                login=login,
                name=name,
                role=role,
                opd=opd,
                now=clock(),
                city=service.in_force.city,
                passwords=Passwords(),
            )
        except ActError as error:
            fail(str(error))
    say(f"Kata sandi sekali pakai untuk {login}: {password}")


@app.command()
def reset(login: Login, config: ConfigFile = CONFIG) -> None:
    """Buat kata sandi sekali pakai yang baru."""
    with the_service(config) as service:
        officer_id = _find(service.ledger, login)
        password = officers.reset_password(service.ledger, OWNER, officer_id, passwords=Passwords())
    say(f"Kata sandi sekali pakai untuk {login}: {password}")


@app.command()
def deactivate(login: Login, config: ConfigFile = CONFIG) -> None:
    """Tutup akses seorang petugas; ia langsung keluar di semua tempat."""
    with the_service(config) as service:
        officer_id = _find(service.ledger, login)
        try:
            service.ledger.write(lambda tx: officers.deactivate(tx, OWNER, officer_id))
        except ActError as error:
            fail(str(error))
    say(f"{login} tidak dapat masuk lagi.")


def _find(ledger: Ledger, login: str) -> int:
    with ledger.reading() as tx:
        officer = rows.by_login(tx, login)
    if officer is None or officer.id is None:
        fail(f"Tidak ada petugas bernama masuk {login}.")
    return officer.id
