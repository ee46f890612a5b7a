"""Who works in the demo city: named by their post, as nobody there exists."""

from collections.abc import Mapping
from datetime import datetime

from sapa.bootstrap import Service
from sapa.desk import officers
from sapa.desk.actor import Actor
from sapa.desk.passwords import Passwords
from store import officers as rows
from store.db import Tx

#: Of all accounts; it is in the manual, so the demo is served to its own machine only.
PASSWORD = "kota-contoh"  # noqa: S105
ADMIN = officers.FIRST
#: Login → name, role; those of agencies are made of their codes.
DESK: Mapping[str, tuple[str, str]] = {
    "koordinator.satu": ("Koordinator Satu", "coordinator"),
    "koordinator.dua": ("Koordinator Dua", "coordinator"),
    "loket": ("Petugas Loket", "clerk"),
    "auditor": ("Auditor", "auditor"),
}
#: For the person at the terminal.
SIGN_IN = f"""  Ruang petugas kota contoh, kata sandi semua akun: {PASSWORD}
    {ADMIN:<20}administrator
    {"koordinator.satu":<20}Diskominfo; juga koordinator.dua, loket, auditor
    {"dishub":<20}petugas satu OPD; juga dlh, dpuprprkp, dinkes, dan lainnya
    {"kepala.dishub":<20}kepala OPD itu; juga kepala.dlh, dan lainnya"""
_OWNER = Actor(kind="officer", role="administrator", name="terminal")


class People:
    """The accounts of a demo city: `desk` Diskominfo's, `clerk` the counter's, `agency` one of each OPD."""

    def __init__(self, desk: tuple[Actor, ...], clerk: Actor, agency: Mapping[str, Actor]) -> None:
        self.desk = desk
        self.clerk = clerk
        self.agency = agency


def hire(service: Service, now: datetime) -> People:
    """Make all accounts: the desk's, and for each OPD of the city a head and an officer."""
    city, kept = service.city(), Passwords().hash(PASSWORD)
    posts = [(login, name, role, "") for login, (name, role) in DESK.items()]
    for code in (code for code, info in city.opds.items() if info.kind == "opd"):
        posts += [
            (f"kepala.{code.lower()}", f"Kepala {code}", "head", code),
            (code.lower(), f"Petugas {code}", "opd", code),
        ]

    def write(tx: Tx) -> list[Actor]:
        admin = rows.by_login(tx, ADMIN)
        assert admin is not None
        admin.password_hash, admin.must_change = kept, False
        made = []
        for login, name, role, opd in posts:
            row = officers.fresh(_OWNER, login=login, name=name, role=role, opd=opd, now=now, city=city)
            ready = row | {"password_hash": kept, "must_change": False}
            officer_id = officers.add(tx, _OWNER, ready, now)
            made.append(Actor(kind="officer", role=role, opd=opd, officer_id=officer_id, name=name))
        return made

    made = service.ledger.write(write)
    by_login = dict(zip((login for login, *_ in posts), made, strict=True))
    return People(
        (by_login["koordinator.satu"], by_login["koordinator.dua"]),
        by_login["loket"],
        {one.opd: one for one in made if one.role == "opd"},
    )
