"""Who sees what: the predicate and the lists tell the same truth."""

import itertools

from desk_world import ADMIN, COORDINATOR, DISHUB, DLH, PDAM, World

from sapa.desk.actor import Actor
from sapa.desk.deed import offered
from sapa.desk.sight import Facts, may_know_reporter, may_see, scope
from store import queue, tickets

EVERYBODY = (
    ADMIN,
    COORDINATOR,
    DISHUB,
    DLH,
    PDAM,
    Actor(kind="officer", role="opd", opd=""),
    Actor(kind="officer", role="guest"),
    Actor(kind="opd", opd="DLH"),
    Actor(kind="citizen", token="x"),
    Actor(kind="system"),
)


def test_lists_hold_exactly_what_the_predicate_allows(world: World) -> None:
    made = [
        world.ticket(lead, supporting=supporting, accused=accused)
        for lead, supporting, accused in itertools.product(
            ("", "DISHUB", "DLH"), ((), ("PDAM",)), ("", "DISKOMINFO", "DLH", "PDAM")
        )
        if lead or not supporting
    ]
    world.ledger.write(lambda tx: tx.run("UPDATE ticket_opd SET until = since WHERE ticket_id = 3"))
    with world.ledger.reading() as tx:
        for by in EVERYBODY:
            listed = {ticket.id for ticket in queue.page(tx, scope(by), queue.Filter(), size=500).tickets}
            for id in made:
                ticket = tickets.get(tx, id)
                assert ticket is not None
                facts = Facts(
                    accused=ticket.accused, opds=frozenset(row.opd for row in tickets.owners(tx, id))
                )
                assert (id in listed) == may_see(by, facts), (by, id)


def test_reporters_are_known_to_diskominfo_and_only_on_normal_tickets() -> None:
    assert may_know_reporter(ADMIN, "normal")
    assert may_know_reporter(COORDINATOR, "normal")
    assert not may_know_reporter(COORDINATOR, "anonymous")
    assert not may_know_reporter(ADMIN, "secret")
    assert not may_know_reporter(DISHUB, "normal")


def test_buttons_are_what_the_acts_would_permit(world: World) -> None:
    ticket = world.get(world.ticket(supporting=("PDAM",)))
    with world.ledger.reading() as tx:
        assert "accept" in offered(tx, ticket, DISHUB)
        assert offered(tx, ticket, PDAM) == ("note", "fetch_again", "write_down")
        assert offered(tx, ticket, DLH) == ()
        assert "archive" in offered(tx, ticket, COORDINATOR)
        assert offered(tx, ticket, Actor(kind="citizen", token=ticket.token)) == ()
