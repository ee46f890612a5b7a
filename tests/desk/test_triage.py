"""Diskominfo reassigns and archives."""

import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, World

from sapa.desk import acts, triage
from sapa.desk.errors import Forbidden, Invalid


def test_diskominfo_gives_a_ticket_from_triage_to_an_opd(world: World) -> None:
    ticket = world.ticket("")
    world.do(
        triage.reassign, ticket, COORDINATOR, opd="DLH", supporting=("PDAM", "DLH", "PDAM"), reason="Pohon."
    )
    kept = world.get(ticket)
    assert (kept.status, kept.opd) == ("assigned", "DLH")
    assert world.owners(ticket) == [("lead", "DLH"), ("supporting", "PDAM")]
    assert set(world.running(ticket)) == {"first_response", "resolve"}
    assert world.event(ticket, "assigned").text == "Pohon."
    assert set(world.told(ticket)) == {
        ("assigned", "opd:DLH"),
        ("assigned", "opd:PDAM"),
        ("moved", "contact"),
    }


def test_more_support_for_the_same_opd_is_no_move(world: World) -> None:
    ticket = world.ticket()
    world.do(triage.reassign, ticket, ADMIN, opd="DISHUB", supporting=("DLH",), reason="Ada pohon.")
    assert world.owners(ticket) == [("lead", "DISHUB"), ("supporting", "DLH")]
    assert ("moved", "contact") not in world.told(ticket)


def test_a_reassignment_must_make_sense(world: World) -> None:
    ticket = world.ticket(accused="DLH")
    for what in (
        {"opd": "PLN"},
        {"opd": "TAKADA"},
        {"opd": "PDAM", "supporting": ("PLN",)},
        {"opd": "DISHUB"},
        {"opd": "DLH"},
        {"opd": "PDAM", "supporting": ("DLH",)},
        {"opd": "PDAM", "reason": " "},
    ):
        with pytest.raises(Invalid):
            world.do(triage.reassign, ticket, ADMIN, **({"reason": "x"} | what))
    with pytest.raises(Forbidden):
        world.do(triage.reassign, ticket, DISHUB, opd="PDAM", reason="x")


def test_who_was_being_asked_is_not_forgotten_when_the_ticket_moves(world: World) -> None:
    ticket = world.ticket()
    before = world.running(ticket)["resolve"].due_at
    world.do(acts.ask, ticket, DISHUB, text="Di mana?")
    world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="Pohon.", now=world.days(7))
    assert set(world.running(ticket)) == {"first_response", "resolve"}
    assert world.running(ticket)["resolve"].due_at > before
    assert world.get(ticket).status == "assigned"


def test_a_ticket_comes_back_from_an_owner_outside(world: World) -> None:
    ticket = world.ticket()
    world.do(acts.hand_over, ticket, DISHUB, owner="PLN", letter="1", text="Milik PLN.")
    world.do(triage.reassign, ticket, ADMIN, opd="DISHUB", reason="PLN menolak.", now=world.days(30))
    kept = world.get(ticket)
    assert (kept.status, kept.owner) == ("assigned", "")
    assert world.running(ticket)["resolve"].started_at == world.days(30)


def test_an_archived_ticket_is_over_for_everybody_who_knew_of_it(world: World) -> None:
    ticket = world.ticket(supporting=("DLH",))
    world.send_all(ticket)
    world.do(triage.archive, ticket, COORDINATOR, reason="Bukan laporan.")
    kept = world.get(ticket)
    assert (kept.status, kept.outcome, kept.closed_at, kept.due_at) == (
        "archived",
        "archived",
        world.now,
        None,
    )
    assert world.running(ticket) == {}
    assert set(world.told(ticket)) == {
        ("taken_away", "opd:DISHUB"),
        ("taken_away", "opd:DLH"),
        ("archived", "contact"),
    }


def test_an_opd_that_was_not_told_yet_never_hears_of_it(world: World) -> None:
    ticket = world.ticket()
    world.do(triage.archive, ticket, COORDINATOR, reason="Bukan laporan.")
    assert world.told(ticket) == [("archived", "contact")]


def test_each_of_these_acts_is_done_once(world: World) -> None:
    ticket = world.ticket("")
    world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="x", key="a")
    assert world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="x", key="a").repeated
    world.do(triage.archive, ticket, ADMIN, reason="x", key="b")
    assert world.do(triage.archive, ticket, ADMIN, reason="x", key="b").repeated
