"""Which status may follow which, and which act leads there; pure.

received   kept, not yet judged             triage    Diskominfo must name an OPD
assigned   with an OPD, not yet accepted    accepted  the OPD works on it
waiting    for the citizen's answer         resolved  the OPD says done; the citizen is asked
closed     confirmed, or silence            external  handed to an owner outside the city
archived   ended with a reason              merged    part of another ticket
"""

from collections.abc import Mapping

from sapa.desk.errors import NotAllowed
from sapa.desk.permissions import holders


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: From a status to those that may follow it (undoing an act goes its way back).
ALLOWED: Mapping[str, frozenset[str]] = {
    "received": _of("triage assigned merged"),
    "triage": _of("triage assigned accepted waiting resolved external archived merged"),
    "assigned": _of("triage assigned accepted waiting resolved external archived merged"),
    "accepted": _of("triage assigned accepted waiting resolved external archived merged"),
    "waiting": _of("triage assigned accepted resolved external archived merged"),
    "resolved": _of("triage assigned accepted waiting external closed"),
    "closed": _of("triage assigned"),
    "external": _of("triage assigned accepted waiting resolved archived"),
    "archived": _of("triage assigned accepted waiting external"),
    "merged": frozenset(),
}

#: Over: such a ticket takes no more messages.
OVER = _of("closed archived merged")

_OPEN = "triage assigned accepted waiting"

#: Act: from which statuses → to which ("" = the status stays).
ACTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "accept": (_of("assigned"), _of("accepted")),
    "decline": (_of("assigned accepted"), _of("assigned triage")),
    "reassign": (_of(f"{_OPEN} external"), _of("assigned")),
    "ask": (_of("triage assigned accepted"), _of("waiting")),
    "answer": (_of(f"{_OPEN} external resolved"), frozenset({"", "resolved"})),
    "reply": (_of("waiting"), _of("triage assigned accepted")),
    "resolve": (_of(f"{_OPEN} external"), _of("resolved")),
    "confirm": (_of("resolved"), _of("closed")),
    "close": (_of("resolved"), _of("closed")),
    "lapse": (_of("waiting"), _of("archived")),
    "reopen": (_of("resolved closed external archived"), _of("assigned triage")),
    "archive": (_of(f"{_OPEN} external"), _of("archived")),
    "withdraw": (_of("triage assigned"), _of("archived")),
    "hand_over": (_of(_OPEN), _of("external")),
    "note": (_of(f"received {_OPEN} resolved closed external archived"), frozenset({""})),
    "fetch_again": (_of(f"received {_OPEN} resolved closed external archived"), frozenset({""})),
    "write_down": (_of(f"received {_OPEN} resolved closed external archived"), frozenset({""})),
    "split": (_of(_OPEN), frozenset({""})),
    "revoke": (_of("assigned accepted waiting"), frozenset({""})),
    "undo": (_of(f"{_OPEN} resolved external archived"), _of(f"{_OPEN} external")),
}

_WORK, _TRIAGE, _REGISTER = holders("work"), holders("triage"), holders("register")

#: Who may do it: officers' roles, "citizen" (the reporter, by the tracking link), "system" (jobs).
#: An OPD's officers only on tickets their OPD leads (ASIDE also where it supports).
WHO: Mapping[str, frozenset[str]] = {
    "accept": _WORK,
    "decline": _WORK,
    "reassign": _TRIAGE,
    "ask": _WORK,
    "answer": _WORK,
    "reply": frozenset({"citizen"}),
    "resolve": _WORK,
    "confirm": frozenset({"citizen"}),
    "close": frozenset({"system"}),
    "lapse": frozenset({"system"}),
    "reopen": _TRIAGE | {"citizen", "system"},
    "archive": _TRIAGE,
    "withdraw": _REGISTER,
    "hand_over": _WORK,
    "note": _WORK,
    "fetch_again": _WORK,
    "write_down": _WORK,
    "split": _TRIAGE,
    "revoke": _TRIAGE,
    "undo": _WORK,
}

#: What moves nothing: whoever of the office may see the ticket may do it.
ASIDE = _of("note fetch_again write_down")

#: Where somebody may begin an act from fewer statuses than ACTS says.
NARROWER: Mapping[tuple[str, str], frozenset[str]] = {
    ("reopen", "citizen"): _of("resolved closed"),
    ("reopen", "system"): _of("archived"),
}


def check(act: str, status: str, part: str = "") -> None:
    """Raise `NotAllowed` when the act is not possible (for this part) on a ticket of this status."""
    if status not in NARROWER.get((act, part), ACTS[act][0]):
        raise NotAllowed(act, status)


def possible(status: str, role: str) -> tuple[str, ...]:
    """The acts somebody of this role may do on a ticket of this status, in the table's order."""
    return tuple(
        act
        for act, (begin, _) in ACTS.items()
        if role in WHO[act] and status in NARROWER.get((act, role), begin)
    )
