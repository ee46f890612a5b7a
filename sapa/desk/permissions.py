"""Who may do what: one table from rights to roles; every check and every menu reads it.

docs/reference/permissions.md shows the same table; a test holds the two together.
"""

from collections.abc import Mapping

from sapa.desk.actor import Actor

#: The roles of officers, in the order people read them.
ROLES = ("administrator", "coordinator", "head", "opd", "clerk", "auditor", "viewer")


def _of(roles: str) -> frozenset[str]:
    return frozenset(roles.split())


#: Right → the roles that hold it. Nobody may do what no row says.
TABLE: Mapping[str, frozenset[str]] = {
    # tickets
    "see_own_opd": _of("head opd"),
    "see_all": _of("administrator coordinator auditor"),
    "see_accusing_desk": _of("administrator"),
    "see_sealed": _of("administrator coordinator auditor viewer"),
    "work": _of("administrator coordinator head opd"),
    "triage": _of("administrator coordinator"),
    "register": _of("administrator coordinator clerk"),
    "reassign_inside_opd": _of("administrator coordinator head"),
    "link_group": _of("administrator head"),
    # what is sealed, each time with a reason
    "open_identity": _of("administrator coordinator"),
    "open_sealed": _of("administrator viewer"),
    "read_looks": _of("administrator auditor"),
    # the desk
    "read_desk": _of("administrator coordinator auditor"),
    "settle_parked": _of("administrator coordinator"),
    "resend": _of("administrator coordinator"),
    "run_agenda": _of("administrator coordinator"),
    "declare_outage": _of("administrator coordinator"),
    "import_lapor": _of("administrator coordinator"),
    "export": _of("administrator coordinator auditor"),
    # people
    "see_people": _of("administrator head auditor"),
    "manage_own_people": _of("administrator head"),
    "manage_people": _of("administrator"),
}


def may(by: Actor, right: str) -> bool:
    """Whether the table gives them this right; whoever holds an action link has an OPD officer's."""
    return (by.role if by.kind == "officer" else by.kind) in TABLE[right]


def holders(right: str) -> frozenset[str]:
    """The roles that hold a right."""
    return TABLE[right]
