"""A question that nobody answers ends the ticket; a late answer brings it back."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, World

from sapa.desk import acts, citizen, triage, undo
from sapa.desk.errors import Invalid
from store.db import Ledger, Tx, utc

#: Whether somebody waits for a row that another transaction holds.
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def asked(world: World, lead: str = "DISHUB", **values: Any) -> int:
    ticket = world.ticket(lead, **values)
    if lead:
        world.do(acts.accept, ticket, DISHUB)
    world.send_all(ticket)
    world.do(acts.ask, ticket, DISHUB if lead else COORDINATOR, text="Di tiang nomor berapa?")
    world.send_all(ticket)
    return ticket


def run(world: World, days: float, limit: int = 100) -> int:
    now = world.days(days)
    return world.ledger.write(lambda tx: citizen.archive_unanswered(tx, now, world.city, limit))


def answer(world: World, ticket: int, days: float, message_id: int = 1) -> bool:
    now = world.days(days)
    return world.ledger.write(
        lambda tx: citizen.reply(tx, ticket, message_id=message_id, now=now, city=world.city)
    )


def test_ten_calendar_days_after_the_question_the_ticket_is_archived(world: World) -> None:
    ticket = asked(world, supporting=("DLH",))
    assert run(world, 10) == 0
    assert run(world, 11) == 1
    kept = world.get(ticket)
    assert (kept.status, kept.outcome, kept.closed_at) == ("archived", "archived", world.days(11))
    event = world.event(ticket, "archived")
    assert (event.actor, event.officer_id, event.public, event.text) == (
        "system",
        None,
        True,
        "Pertanyaan petugas belum dijawab sampai batas waktunya.",
    )
    assert world.running(ticket) == {}
    assert set(world.told(ticket)) == {
        ("archived", "contact"),
        ("taken_away", "opd:DISHUB"),
        ("taken_away", "opd:DLH"),
    }


def test_what_was_missed_is_caught_up_a_few_at_a_time_and_once(world: World) -> None:
    waiting = [asked(world) for _ in range(3)]
    assert [run(world, 90, limit=2) for _ in range(3)] == [2, 1, 0]
    for ticket in waiting:
        assert [event.kind for event in world.events(ticket)].count("archived") == 1
        assert world.told(ticket).count(("archived", "contact")) == 1


def test_an_answered_question_and_every_other_ticket_are_left_alone(world: World) -> None:
    answered, withdrawn, working = asked(world), asked(world), world.ticket()
    assert answer(world, answered, 9.9)
    world.do(triage.reassign, withdrawn, ADMIN, opd="DLH", reason="Pohon.")
    assert run(world, 40) == 0
    found = [world.get(ticket).status for ticket in (answered, withdrawn, working)]
    assert found == ["accepted", "assigned", "assigned"]


@pytest.mark.parametrize(("lead", "status"), [("DISHUB", "assigned"), ("", "triage")])
def test_a_late_answer_opens_the_same_ticket_again(world: World, lead: str, status: str) -> None:
    ticket = asked(world, lead)
    run(world, 11)
    world.send_all(ticket)
    assert answer(world, ticket, 20)
    assert not answer(world, ticket, 21, message_id=2)
    kept = world.get(ticket)
    assert (kept.status, kept.opd, kept.outcome, kept.closed_at) == (status, lead, "", None)
    assert kept.reopened == 0  # nobody said that something was left undone
    assert world.event(ticket, "reopened").actor == "system"
    assert world.running(ticket)["resolve"].started_at == world.days(20)
    whom = ("reopened_opd", "opd:DISHUB") if lead else ("triage", "diskominfo")
    assert set(world.told(ticket)) == {("reopened", "contact"), whom}


def test_what_diskominfo_archived_is_not_opened_by_another_message(world: World) -> None:
    ticket = asked(world)
    world.do(triage.archive, ticket, ADMIN, reason="Bukan laporan.")
    assert not answer(world, ticket, 12)
    lapsed = asked(world)
    run(world, 11)
    world.do(citizen.reopen, lapsed, ADMIN, text="Pelapor menelepon.")
    world.do(triage.archive, lapsed, ADMIN, reason="Ternyata bukan laporan.")
    assert not answer(world, lapsed, 12)


def test_diskominfo_opens_it_again_but_does_not_undo_the_passing_of_time(world: World) -> None:
    ticket = asked(world)
    run(world, 11)
    with pytest.raises(Invalid):
        world.do(undo.undo, ticket, ADMIN, event_id=world.event(ticket, "archived").id)
    world.do(citizen.reopen, ticket, ADMIN, text="Pelapor menelepon.")
    assert run(world, 40) == 0
    assert world.get(ticket).status == "assigned"


def together(
    world: World, first: Callable[[Tx], object], second: Callable[[Tx], object]
) -> tuple[object, object]:
    """Two processes: `second` meets the rows of `first` before they are committed, and waits."""
    others, found = Ledger(world.ledger.url.render_as_string(hide_password=False)), []
    thread = threading.Thread(target=lambda: found.append(others.write(second)))
    plain = world.ledger.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def act(tx: Tx) -> object:
        done = first(tx)
        thread.start()
        with psycopg.connect(plain, autocommit=True) as look:
            while thread.is_alive() and not look.execute(WAITS).fetchall():
                pass
        return done

    done = world.ledger.write(act)
    thread.join()
    others.close()
    return done, found[0]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_answer_and_the_end_of_its_time_at_the_same_moment(world: World) -> None:
    def ends(tx: Tx) -> int:
        return citizen.archive_unanswered(tx, world.days(11), world.city)

    def comes(tx: Tx) -> bool:
        return citizen.reply(tx, ticket, message_id=ticket, now=world.days(11), city=world.city)

    ticket = asked(world)
    assert together(world, comes, ends) == (True, 0)
    assert world.get(ticket).status == "accepted"
    ticket = asked(world)
    assert together(world, ends, comes) == (1, True)
    kept = world.get(ticket)
    assert (kept.status, kept.closed_at, kept.outcome) == ("assigned", None, "")
    assert set(world.running(ticket)) == {"first_response", "resolve"}


def links(world: World, ticket: int) -> list[tuple[Any, ...]]:
    """(revoked?, when it expires) of the ticket's links."""
    with world.ledger.reading() as tx:
        return tx.run(
            "SELECT revoked_at IS NOT NULL, expires_at FROM action_link"
            " WHERE ticket_id = :ticket ORDER BY expires_at",
            ticket=ticket,
        )


def test_an_answer_brings_the_agency_a_link_that_works_again(world: World) -> None:
    ticket, revoked, nobody = asked(world), asked(world), asked(world, "")
    world.do(triage.revoke, revoked, ADMIN)
    for one in (ticket, revoked, nobody):
        assert answer(world, one, 9, message_id=one)
    assert [bool(row[0]) for row in links(world, ticket)] == [False, False]
    assert [bool(row[0]) for row in links(world, revoked)] == [True]
    assert links(world, nobody) == []
    former, fresh = (utc(row[1]) for row in links(world, ticket))
    assert (former, fresh) == (world.days(7), world.days(16))
