"""An act is taken back while nothing has happened since."""

from typing import Any

import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, DLH, World

from sapa.desk import acts, citizen, triage, undo
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Forbidden, Invalid, NotFound

UNDOABLE: dict[str, tuple[Any, Actor, dict[str, Any]]] = {
    "accept": (acts.accept, DISHUB, {}),
    "decline": (acts.decline, DISHUB, {"reason": "bukan kami"}),
    "reassign": (triage.reassign, COORDINATOR, {"opd": "PDAM", "supporting": ("DLH",), "reason": "Pipa."}),
    "archive": (triage.archive, COORDINATOR, {"reason": "Bukan laporan."}),
    "hand_over": (acts.hand_over, DISHUB, {"owner": "PLN", "letter": "1", "text": "Milik PLN."}),
    "resolve": (acts.resolve, DISHUB, {"outcome": "external", "text": "x", "owner": "PLN", "letter": "1"}),
}


def facts(world: World, ticket: int) -> dict[str, Any]:
    kept = world.get(ticket)
    return {
        "status": kept.status,
        "opd": kept.opd,
        "owner": kept.owner,
        "outcome": kept.outcome,
        "refusals": kept.refusals,
        "resolved": kept.resolved_at,
        "closed": kept.closed_at,
        "due": kept.due_at,
        "owners": world.owners(ticket),
        "running": {step: (row.started_at, row.due_at) for step, row in world.running(ticket).items()},
    }


@pytest.mark.parametrize("act", UNDOABLE)
@pytest.mark.parametrize("sent", [False, True])
def test_undoing_gives_back_exactly_what_was(world: World, act: str, sent: bool) -> None:
    do, by, what = UNDOABLE[act]
    ticket = world.ticket(supporting=("DLH",))
    world.send_all(ticket)
    before = facts(world, ticket)
    done = world.do(do, ticket, by, **what)
    if sent:
        world.send_all(ticket)
    after = world.events(ticket)
    world.do(undo.undo, ticket, by, event_id=done.event_id, now=world.days(1), key="u")
    assert world.do(undo.undo, ticket, by, event_id=done.event_id, key="u").repeated
    assert facts(world, ticket) == before
    assert world.events(ticket)[: len(after)] == after
    assert world.event(ticket, "undone").data["undoes"] == done.event_id
    told = [notice for notice, lane in world.told(ticket) if lane == "contact"]
    assert told == ([undo.CORRECTIONS[act]] if sent else [])


def test_an_opd_that_was_never_told_is_told_after_all(world: World) -> None:
    ticket = world.ticket()
    done = world.do(triage.archive, ticket, ADMIN, reason="Bukan laporan.")
    world.do(undo.undo, ticket, ADMIN, event_id=done.event_id)
    assert ("assigned", "opd:DISHUB") in world.told(ticket)
    assert world.owners(ticket) == [("lead", "DISHUB")]


def test_a_triaged_ticket_goes_back_to_triage(world: World) -> None:
    ticket = world.ticket("")
    before = facts(world, ticket)
    done = world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="Pohon.")
    world.do(undo.undo, ticket, ADMIN, event_id=done.event_id)
    assert facts(world, ticket) == before
    assert ("triage", "diskominfo") in world.told(ticket)


def test_a_waiting_ticket_waits_again_and_still_gets_its_time_back(world: World) -> None:
    ticket = world.ticket()
    due = world.get(ticket).due_at
    world.do(acts.ask, ticket, DISHUB, text="Di mana?")
    done = world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="Pohon.", now=world.days(1))
    world.do(undo.undo, ticket, ADMIN, event_id=done.event_id, now=world.days(1))
    assert world.get(ticket).status == "waiting"
    assert set(world.running(ticket)) == {"complete"}
    world.ledger.write(lambda tx: citizen.reply(tx, ticket, message_id=1, now=world.days(7), city=world.city))
    kept = world.get(ticket)
    assert kept.due_at is not None
    assert due is not None
    left = world.city.calendar.working_time
    assert kept.status == "assigned"
    assert left(world.days(7), kept.due_at) == left(world.now, due)


def test_a_finished_answer_can_be_taken_back_but_words_cannot(world: World) -> None:
    ticket = world.ticket(type="information")
    said = world.do(acts.answer, ticket, DISHUB, text="Buka pukul 8.")
    with pytest.raises(Invalid):
        world.do(undo.undo, ticket, DISHUB, event_id=said.event_id)
    done = world.do(acts.answer, ticket, DISHUB, text="Buka pukul 8.", finish=True)
    world.do(undo.undo, ticket, DISHUB, event_id=done.event_id)
    assert world.get(ticket).status == "assigned"


def test_after_another_act_it_is_too_late(world: World) -> None:
    ticket = world.ticket()
    done = world.do(acts.accept, ticket, DISHUB)
    world.do(acts.note, ticket, ADMIN, text="x")
    with pytest.raises(Invalid, match="sesudahnya"):
        world.do(undo.undo, ticket, DISHUB, event_id=done.event_id)
    with pytest.raises(Conflict):
        world.do(undo.undo, ticket, DISHUB, event_id=done.event_id, version=2)


def test_only_acts_of_this_ticket_that_can_be_undone_are(world: World) -> None:
    ticket, other = world.ticket(), world.ticket()
    done = world.do(acts.accept, other, DISHUB)
    for event_id in (done.event_id, 999):
        with pytest.raises(NotFound):
            world.do(undo.undo, ticket, ADMIN, event_id=event_id)
    with pytest.raises(Invalid):
        world.do(undo.undo, ticket, ADMIN, event_id=world.event(ticket, "assigned").id)


def test_an_opd_takes_back_only_its_own_acts_and_diskominfo_any(world: World) -> None:
    ticket = world.ticket()
    done = world.do(acts.accept, ticket, ADMIN)
    with pytest.raises(Forbidden):
        world.do(undo.undo, ticket, DISHUB, event_id=done.event_id)
    world.do(undo.undo, ticket, COORDINATOR, event_id=done.event_id)
    declined = world.do(acts.decline, ticket, DISHUB, reason="bukan kami")
    with pytest.raises(Forbidden):
        world.do(undo.undo, ticket, DLH, event_id=declined.event_id)
    link = Actor(kind="opd", opd="DISHUB")
    world.do(undo.undo, ticket, link, event_id=declined.event_id)
    assert world.get(ticket).opd == "DISHUB"


def test_the_page_offers_what_can_be_undone_now(world: World) -> None:
    def offered(by: Actor) -> int | None:
        with world.ledger.reading() as tx:
            return undo.last_undoable(tx, ticket, world.get(ticket).version, by)

    ticket = world.ticket()
    assert offered(ADMIN) is None
    done = world.do(acts.accept, ticket, DISHUB)
    assert offered(ADMIN) == offered(DISHUB) == done.event_id
    assert offered(DLH) is None
    world.do(acts.note, ticket, DISHUB, text="x")
    assert offered(ADMIN) is None


def test_taking_back_an_acceptance_leaves_earlier_notices_alone(world: World) -> None:
    ticket = world.ticket()
    world.send_all(ticket)
    world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="Pohon.")
    done = world.do(acts.accept, ticket, DLH, now=world.days(1))
    world.do(undo.undo, ticket, DLH, event_id=done.event_id, now=world.days(1))
    assert ("taken_away", "opd:DISHUB") in world.told(ticket)
    assert ("assigned", "opd:DLH") in world.told(ticket)
