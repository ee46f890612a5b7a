"""Whose rights somebody may change, and which positions there are to give."""

from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Forbidden, Invalid
from sapa.desk.permissions import ROLES, may
from store.tables import Officer

#: Roles that belong to an agency.
OF_OPD = ("head", "opd")


def manages(by: Actor, officer: Officer) -> bool:
    """Whether this person may change that officer's login and rights.

    Administrators anybody's; a head those of the officers of their own agency.
    """
    own = by.opd != "" and officer.opd == by.opd and officer.role == "opd"
    return may(by, "manage_people") or (may(by, "manage_own_people") and own)


def need(by: Actor, officer: Officer) -> None:
    """Raise `Forbidden` unless they manage that officer."""
    if not manages(by, officer):
        raise Forbidden


def need_to_give(by: Actor, role: str, opd: str) -> None:
    """Raise `Forbidden` unless they may give somebody this position: a head only those of their agency."""
    own = role in OF_OPD and by.opd != "" and opd == by.opd
    if not (may(by, "manage_people") or (may(by, "manage_own_people") and own)):
        raise Forbidden


def check_position(role: str, opd: str, city: City) -> None:
    """Raise `Invalid` unless there is such a position: agency roles have an agency, others none."""
    if role not in ROLES:
        raise Invalid("Pilih peran.")
    if (role in OF_OPD) != (opd != "") or (opd and (opd not in city.opds or city.opds[opd].kind != "opd")):
        raise Invalid("Kepala dan petugas OPD harus punya OPD; peran lain tidak.")
