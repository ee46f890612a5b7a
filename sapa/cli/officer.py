"""`sapa officers`: who may log in, also when nobody can log in any more."""

from typing import Annotated

import typer

from sapa.cli._office import CONFIG, OWNER, ConfigFile, clock, fail, say, the_service
from sapa.desk import factors, leaving, officers
from sapa.desk.errors import ActError
from sapa.desk.passwords import Passwords
from sapa.desk.permissions import ROLES
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
    role: Annotated[str, typer.Option(help=", ".join(ROLES) + ".")] = "opd",
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
        password = officers.reset_password(
            service.ledger, OWNER, officer_id, passwords=Passwords(), now=clock()
        )
    say(f"Kata sandi sekali pakai untuk {login}: {password}")


@app.command("code-off")
def code_off(login: Login, config: ConfigFile = CONFIG) -> None:
    """Matikan kode masuk seorang petugas yang kehilangan ponsel dan kode cadangannya."""
    with the_service(config) as service:
        officer_id, now = _find(service.ledger, login), clock()
        service.ledger.write(lambda tx: factors.take_off(tx, OWNER, officer_id, now=now))
    say(f"Kode masuk {login} mati; cukup kata sandi untuk masuk.")


@app.command()
def deactivate(
    login: Login,
    successor: Annotated[str, typer.Option(help="Nama masuk penerus laporannya.")] = "",
    config: ConfigFile = CONFIG,
) -> None:
    """Akhiri akses seorang petugas: ia langsung keluar di semua tempat, laporannya ke penerus."""
    with the_service(config) as service:
        officer_id, now = _find(service.ledger, login), clock()
        to = _find(service.ledger, successor) if successor else None
        try:
            moved = service.ledger.write(
                lambda tx: leaving.leave(tx, OWNER, officer_id, successor_id=to, now=now)
            )
        except ActError as error:
            fail(str(error))
    say(f"{login} tidak dapat masuk lagi. {moved} laporan pindah ke penerus.")


def _find(ledger: Ledger, login: str) -> int:
    with ledger.reading() as tx:
        officer = rows.by_login(tx, login)
    if officer is None or officer.id is None:
        fail(f"Tidak ada petugas bernama masuk {login}.")
    return officer.id
