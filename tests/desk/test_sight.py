"""Who sees what: the predicate and the lists tell the same truth."""

import itertools
from dataclasses import replace

import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, DLH, PDAM, World

from sapa.desk import identity
from sapa.desk.actor import Actor
from sapa.desk.deed import offered
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.sight import Facts, may_know_reporter, may_see, scope
from store import officers, queue, tickets
from store.tables import IdentityLook, Officer

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
                assert (id in listed) == may_see(by, facts) == queue.sees(tx, scope(by), id), (by, id)


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
        assert offered(tx, ticket, PDAM) == ("note",)
        assert offered(tx, ticket, DLH) == ()
        assert "archive" in offered(tx, ticket, COORDINATOR)
        assert offered(tx, ticket, Actor(kind="citizen", token=ticket.token)) == ()


def test_a_sealed_name_is_opened_by_an_administrator_with_a_reason_and_that_is_kept(world: World) -> None:
    normal, sealed = world.ticket(), world.ticket(privacy="anonymous")

    def add(tx):  # type: ignore[no-untyped-def]
        return officers.add(
            tx,
            Officer(login="a", name="A", role="administrator", password_hash="x", created_at=world.now),
        )

    admin = replace(ADMIN, officer_id=world.ledger.write(add))
    with world.ledger.reading() as tx:
        shown = identity.reporters(tx, world.get(normal), COORDINATOR)
        assert shown is not None
        assert [(who.channel, who.role, who.name.split()[0]) for who in shown] == [
            ("telegram", "reporter", "Warga")
        ]
        assert identity.reporters(tx, world.get(normal), DISHUB) is None
        assert identity.reporters(tx, world.get(sealed), admin) is None
    opened = world.ledger.write(
        lambda tx: identity.unseal(tx, sealed, admin, reason="Perintah pengadilan.", now=world.now)
    )
    assert len(opened) == 1
    with world.ledger.reading() as tx:
        kept = tx.session.get(IdentityLook, 1)
        assert kept is not None
        assert (kept.officer_id, kept.ticket_id, kept.reason) == (1, sealed, "Perintah pengadilan.")
    for by, reason, wrong, id in (
        (COORDINATOR, "x", Forbidden, sealed),
        (ADMIN, "x", Forbidden, sealed),
        (admin, " ", Invalid, sealed),
        (admin, "x", NotFound, 99),
    ):
        with pytest.raises(wrong):
            world.ledger.write(
                lambda tx, by=by, reason=reason, id=id: identity.unseal(  # type: ignore[misc]
                    tx, id, by, reason=reason, now=world.now
                )
            )
