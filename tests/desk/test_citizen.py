"""The reporter's side."""

import pytest
from desk_world import ADMIN, DISHUB, World

from sapa.desk import acts, citizen, triage
from sapa.desk.errors import Invalid, NotAllowed
from store import tickets


def resolved(world: World, lead: str = "DISHUB") -> int:
    ticket = world.ticket(lead, supporting=("DLH",) if lead else ())
    world.do(acts.resolve, ticket, ADMIN, outcome="fixed", text="Sudah menyala.")
    world.send_all(ticket)
    return ticket


def test_a_reporter_confirms_and_the_ticket_is_closed(world: World) -> None:
    ticket = resolved(world)
    world.do(citizen.confirm, ticket, world.citizen(ticket))
    kept = world.get(ticket)
    assert (kept.status, kept.closed_at, kept.touched_at) == ("closed", world.now, world.now)
    assert world.event(ticket, "closed").data["satisfied"] is True
    assert world.running(ticket) == {}
    assert world.told(ticket) == [("closed", "contact")]


def test_belum_selesai_brings_it_back_to_the_same_opd(world: World) -> None:
    ticket = resolved(world)
    later = world.days(2)
    world.do(
        citizen.reopen, ticket, world.citizen(ticket), text="Mati lagi, hub 081234567890", now=later, key="k"
    )
    assert world.do(citizen.reopen, ticket, world.citizen(ticket), text="Mati lagi", key="k").repeated
    kept = world.get(ticket)
    assert (kept.status, kept.opd, kept.reopened, kept.outcome) == ("assigned", "DISHUB", 1, "")
    assert (kept.resolved_at, kept.closed_at) == (None, None)
    assert world.owners(ticket) == [("lead", "DISHUB"), ("supporting", "DLH")]
    assert set(world.told(ticket)) == {
        ("reopened_opd", "opd:DISHUB"),
        ("reopened_opd", "opd:DLH"),
        ("reopened", "contact"),
    }
    assert set(world.running(ticket)) == {"first_response", "resolve"}
    assert world.running(ticket)["resolve"].started_at == later
    assert kept.due_at == world.running(ticket)["resolve"].due_at


def test_the_agency_is_shown_what_opened_the_ticket_again_and_what_may_come_next(world: World) -> None:
    def shown(ticket: int) -> list[int]:
        rows = world.outbox(ticket)
        return [row.data["message_id"] for row in rows if row.notice == "reopened_opd"]

    by_reporter, by_officer = resolved(world, "DISHUB"), resolved(world, "DISHUB")
    world.do(citizen.reopen, by_reporter, world.citizen(by_reporter), text="Mati lagi")
    assert shown(by_reporter) == [world.event(by_reporter, "reopened").data["message"]] * 2
    world.do(citizen.reopen, by_officer, ADMIN, text="Pelapor menelepon.")
    with world.ledger.reading() as tx:
        newest = tickets.messages(tx, by_officer)[-1].id
    assert newest is not None
    assert shown(by_officer) == [newest + 1] * 2


def test_the_reporters_words_are_kept_whole_as_their_message_and_masked_in_the_history(world: World) -> None:
    ticket = resolved(world)
    world.do(citizen.reopen, ticket, world.citizen(ticket), text="Mati lagi, hub 081234567890")
    event = world.event(ticket, "reopened")
    assert event.text == "Mati lagi, hub ••••••••••••"
    with world.ledger.reading() as tx:
        message = tickets.messages(tx, ticket)[-1]
    assert (message.id, message.text) == (event.data["message"], "Mati lagi, hub 081234567890")


def test_diskominfo_reopens_what_was_archived(world: World) -> None:
    ticket = world.ticket("")
    world.do(triage.archive, ticket, ADMIN, reason="Tidak jelas.")
    with pytest.raises(NotAllowed):
        world.do(citizen.reopen, ticket, world.citizen(ticket), text="Sudah jelas.")
    world.do(citizen.reopen, ticket, ADMIN, text="Pelapor datang ke kantor.")
    kept = world.get(ticket)
    assert (kept.status, kept.opd, kept.closed_at) == ("triage", "", None)
    assert set(world.running(ticket)) == {"verify", "resolve"}
    assert "message" not in world.event(ticket, "reopened").data


def test_a_closed_ticket_can_still_be_reopened(world: World) -> None:
    ticket = resolved(world)
    world.do(citizen.confirm, ticket, world.citizen(ticket))
    world.do(citizen.reopen, ticket, world.citizen(ticket), text="Mati lagi")
    assert world.get(ticket).status == "assigned"
    with pytest.raises(Invalid):
        world.do(citizen.reopen, ticket, world.citizen(ticket), text="")


def test_silence_closes_and_satisfies_nobody(world: World) -> None:
    first, second, third = resolved(world), resolved(world), resolved(world)
    world.do(citizen.reopen, third, ADMIN, text="x")

    def run(days: float, limit: int = 100) -> int:
        return world.ledger.write(lambda tx: citizen.close_silent(tx, world.days(days), world.city, limit))

    assert run(9) == 0
    assert run(11, limit=1) == 1
    assert run(11) == 1
    assert run(11) == 0
    for ticket in (first, second):
        assert world.get(ticket).status == "closed"
        assert world.get(ticket).touched_at == world.now
        event = world.event(ticket, "closed")
        assert (event.actor, event.data["satisfied"]) == ("system", None)
        assert world.running(ticket) == {}
    assert world.get(third).status == "assigned"


def test_confirming_twice_is_done_once(world: World) -> None:
    ticket = resolved(world)
    by = world.citizen(ticket)
    world.do(citizen.confirm, ticket, by, key="k")
    assert world.do(citizen.confirm, ticket, by, key="k").repeated
    with pytest.raises(NotAllowed):
        world.do(acts.accept, ticket, DISHUB)
