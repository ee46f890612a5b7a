"""What the demo city's officers and reporters do to a ticket next, by the desk's own acts."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sapa.demo.people import People
from sapa.demo.telling import Telling
from sapa.demo.voices import Voices
from sapa.desk import acts, citizen, triage
from sapa.desk.actor import Actor, Done
from sapa.desk.city import City
from store.db import Tx
from store.tables import Ticket

#: By status: what may come next and how often; "" is nothing any more, `reply` a message of the reporter.
_NEXT: Mapping[str, Mapping[str, int]] = {
    "accepted": {
        "resolve": 10,
        "conditional": 1,
        "made_safe": 1,
        "unfounded": 1,
        "ask": 2,
        "answer": 3,
        "": 2,
    },
    "waiting": {"reply": 8, "": 2},
    "external": {"outside": 2, "": 1},
    "resolved": {"confirm": 5, "reopen": 1, "": 4},
}
#: By status: hours until somebody acts again.
_PACE: Mapping[str, tuple[float, float]] = {
    "triage": (2, 40),
    "assigned": (3, 45),
    "accepted": (20, 160),
    "waiting": (6, 110),
    "external": (150, 400),
    "resolved": (5, 80),
}
#: What nobody does twice to one ticket.
_ONCE = frozenset({"ask", "answer", "reopen"})
#: Every so many complaints one waits so many times longer: agencies are late at times.
_SLOW, _LONGER = 8, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One act about to be done: on which ticket, for whom, by whom, in which words."""

    tx: Tx
    ticket: Ticket
    telling: Telling
    people: People
    voices: Voices
    rng: random.Random
    key: str
    now: datetime
    city: City
    twin: str = ""

    @property
    def agency(self) -> Actor:
        """An officer of the agency that has the ticket."""
        return self.people.agency[self.ticket.opd]

    @property
    def desk(self) -> Actor:
        """One of Diskominfo's coordinators."""
        return self.rng.choice(self.people.desk)

    def say(self, act: str, **facts: str) -> str:
        """New words for an act."""
        complaint = self.telling.complaint
        themes = (complaint.picture, complaint.right.lower())
        return self.voices.say(act, *filter(None, themes), tempat=complaint.kelurahan, **facts)

    def do(self, act: Callable[..., Done], by: Actor, **what: object) -> None:
        """By the desk's own act; raises its `ActError`."""
        common = {"version": self.ticket.version, "key": self.key, "now": self.now, "city": self.city}
        act(self.tx, self.ticket.id, by, **common, **what)


def chosen(ticket: Ticket, telling: Telling, done: frozenset[str], twin: str, rng: random.Random) -> str:
    """The next act on a ticket, "" = none; `twin` is the ref of another about the same incident."""
    right = telling.complaint.right
    if ticket.status == "triage":
        return "sort"
    if ticket.status == "assigned":
        return "accept" if ticket.opd == right else "decline"
    ways = {act: often for act, often in _NEXT.get(ticket.status, {"": 1}).items() if act not in done & _ONCE}
    if ticket.status == "accepted" and twin:
        return "duplicate"
    return rng.choices(tuple(ways), tuple(ways.values()))[0]


def wait(status: str, telling: Telling, rng: random.Random) -> timedelta:
    """How long until somebody acts on a ticket of this status again."""
    least, most = _PACE.get(status, (1, 10))
    slow = telling.number % _SLOW == 0 and status in ("assigned", "accepted")
    return timedelta(hours=rng.uniform(least, most) * (_LONGER if slow else 1))


def play(act: str, turn: Turn) -> None:
    """Do it as people would; raises the desk's `ActError`."""
    _ACTS[act](turn)


def _sort(turn: Turn) -> None:
    right = turn.telling.complaint.right
    info = turn.city.opds.get(right)
    if info is None:
        turn.do(triage.archive, turn.desk, reason=turn.say("archive"))
    elif info.kind == "external":
        _hand_over(turn, right, turn.desk)
    else:
        turn.do(triage.reassign, turn.desk, opd=right, reason=turn.say("reassign", opd=right))


def _hand_over(turn: Turn, owner: str, by: Actor) -> None:
    letter = f"CONTOH/{turn.telling.number:03d}/{turn.now.year}"
    turn.do(acts.hand_over, by, owner=owner, letter=letter, text=turn.say("hand_over", opd=owner))


def _resolve(turn: Turn, outcome: str, **more: object) -> None:
    text = turn.say("resolve" if outcome == "fixed" else outcome)
    turn.do(acts.resolve, turn.agency, outcome=outcome, text=text, **more)


def _outside(turn: Turn) -> None:
    owner = turn.ticket.owner
    text = turn.say("outside", opd=owner)
    letter = f"CONTOH/{turn.telling.number:03d}/B"
    turn.do(acts.resolve, turn.desk, outcome="external", text=text, owner=owner, letter=letter)


def _reporter(turn: Turn) -> Actor:
    return Actor(kind="citizen", token=turn.ticket.token)


_ACTS: Mapping[str, Callable[[Turn], None]] = {
    "sort": _sort,
    "accept": lambda turn: turn.do(acts.accept, turn.agency),
    "decline": lambda turn: turn.do(acts.decline, turn.agency, reason=turn.say("decline")),
    "ask": lambda turn: turn.do(acts.ask, turn.agency, text=turn.say("ask")),
    "answer": lambda turn: turn.do(acts.answer, turn.agency, text=turn.say("answer")),
    "note": lambda turn: turn.do(acts.note, turn.desk, text=turn.say("note")),
    "resolve": lambda turn: _resolve(turn, "fixed"),
    "made_safe": lambda turn: _resolve(turn, "made_safe"),
    "unfounded": lambda turn: _resolve(turn, "unfounded"),
    "conditional": lambda turn: _resolve(turn, "conditional", budget_year=turn.now.year + 1),
    "duplicate": lambda turn: turn.do(
        acts.resolve, turn.agency, outcome="duplicate", text=f"Sama dengan {turn.twin}."
    ),
    "outside": _outside,
    "confirm": lambda turn: turn.do(citizen.confirm, _reporter(turn)),
    "reopen": lambda turn: turn.do(citizen.reopen, _reporter(turn), text=turn.say("reopen")),
}
