"""Who sees which ticket and whose names: one truth, as a predicate and as a scope for lists."""

from dataclasses import dataclass

from sapa.desk.actor import Actor
from store.queue import Scope

#: The body that runs the desk: what accuses it is for administrators alone.
DESK = "DISKOMINFO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides who may see a ticket: whom it accuses, and who owns or supports it now."""

    accused: str
    opds: frozenset[str]


def may_see(by: Actor, ticket: Facts) -> bool:
    """Administrators see all; coordinators all that does not accuse their own body; an OPD what it
    leads or supports and is not accused in. Nobody else sees by this."""
    match by.part:
        case "administrator":
            return True
        case "coordinator":
            return ticket.accused != DESK
        case "opd":
            return by.opd != "" and by.opd in ticket.opds and ticket.accused != by.opd
        case _:
            return False


def scope(by: Actor) -> Scope:
    """The same truth for lists."""
    match by.part:
        case "administrator":
            return Scope()
        case "coordinator":
            return Scope(not_accusing=DESK)
        case "opd" if by.opd:
            return Scope(opd=by.opd, not_accusing=by.opd)
        case _:
            return Scope(nothing=True)


def may_know_reporter(by: Actor, privacy: str) -> bool:
    """Whether the reporter's name and address are Diskominfo's to open: those of normal tickets are."""
    return by.part in ("administrator", "coordinator") and privacy == "normal"
