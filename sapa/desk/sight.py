"""Who sees which ticket and whose names: one truth, as a predicate and as a scope for lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from sapa.desk.actor import Actor
from sapa.desk.permissions import may
from store.queue import Scope
from store.tables import Ticket

#: The body that runs the desk: what accuses it is for administrators alone.
DESK = "DISKOMINFO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides who may see a ticket: whom it accuses, who owns or supports it now, if it is sealed,
    which officer took it down."""

    accused: str
    opds: frozenset[str]
    sealed: bool = False
    registered_by: int | None = None


def facts(ticket: Ticket, opds: Iterable[str] = ()) -> Facts:
    """What decides about this ticket; `opds` own or support it now."""
    return Facts(
        accused=ticket.accused,
        opds=frozenset(opds),
        sealed=is_sealed(ticket),
        registered_by=ticket.registered_by,
    )


def is_sealed(ticket: Ticket) -> bool:
    """Whether the reporter's name is not for everybody at the desk: anonymous, secret or sensitive."""
    return ticket.privacy != "normal" or bool(ticket.sensitive)


def may_see(by: Actor, ticket: Facts) -> bool:
    """Administrators see all; coordinators and auditors all that does not accuse the desk's own body;
    an OPD what it leads or supports and is not accused in; a viewer what is sealed; a clerk what they
    took down themselves."""
    if may(by, "see_own_opd"):
        return by.opd != "" and by.opd in ticket.opds and ticket.accused != by.opd
    if may(by, "see_all"):
        return ticket.accused != DESK or may(by, "see_accusing_desk")
    if may(by, "register"):
        return by.officer_id is not None and ticket.registered_by == by.officer_id
    return ticket.sealed and may(by, "see_sealed")


def scope(by: Actor) -> Scope:
    """The same truth for lists."""
    if may(by, "see_own_opd") and by.opd:
        return Scope(opd=by.opd, not_accusing=by.opd)
    if may(by, "see_all"):
        return Scope(not_accusing="" if may(by, "see_accusing_desk") else DESK)
    if may(by, "register") and by.officer_id is not None:
        return Scope(registered_by=by.officer_id)
    return Scope(sealed=True) if may(by, "see_sealed") else Scope(nothing=True)


def may_know_reporter(by: Actor, privacy: str) -> bool:
    """Whether the reporter's name and address are Diskominfo's to open: those of normal tickets are."""
    return may(by, "open_identity") and privacy == "normal"
