"""What is sealed is opened by few, for a reason, on the record; leftovers are Diskominfo's."""

from dataclasses import replace
from uuid import uuid4

import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, World

from sapa.desk import leftovers, sealed
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from store import arrivals, console, officers
from store.tables import Officer


def signed(world: World, by: Actor) -> Actor:
    """The person as an officer whom the ledger knows."""
    row = {
        "login": f"{by.role}{by.opd}".lower(),
        "name": by.name,
        "role": by.role,
        "opd": by.opd,
        "password_hash": "",
    }
    officer_id = world.ledger.write(lambda tx: officers.add(tx, Officer(**row, created_at=world.now)))
    return replace(by, officer_id=officer_id)


def test_each_look_at_a_name_is_on_the_record(world: World) -> None:
    by, ticket_id = signed(world, COORDINATOR), world.ticket()
    people = world.ledger.write(
        lambda tx: sealed.reporters(tx, ticket_id, by, reason="Menelepon", now=world.now)
    )
    assert [one.role for one in people] == ["reporter"]
    assert people[0].name.startswith("Warga")
    with world.ledger.reading() as tx:
        (look, name), *more = console.looks(tx, ticket_id)
    assert (look.what, look.reason, look.at, name) == ("reporter", "Menelepon", world.now, "Koordinator")
    assert not more


def test_without_a_reason_nothing_is_opened(world: World) -> None:
    by, ticket_id = signed(world, ADMIN), world.ticket()
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: sealed.reporters(tx, ticket_id, by, reason=" ", now=world.now))


@pytest.mark.parametrize(
    "values",
    [{"privacy": "anonymous"}, {"privacy": "secret"}, {"sensitive": "kekerasan"}, {"accused": "DISKOMINFO"}],
)
def test_only_administrators_open_what_is_not_normal(world: World, values: dict[str, str]) -> None:
    ticket_id = world.ticket(**values)
    coordinator, administrator = signed(world, COORDINATOR), signed(world, ADMIN)
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: sealed.reporters(tx, ticket_id, coordinator, reason="x", now=world.now))
    assert world.ledger.write(
        lambda tx: sealed.reporters(tx, ticket_id, administrator, reason="x", now=world.now)
    )
    with world.ledger.reading() as tx:
        assert len(console.looks(tx, ticket_id)) == 1


def test_an_opd_a_citizen_and_nobody_open_nothing(world: World) -> None:
    ticket_id = world.ticket()
    for by in (signed(world, DISHUB), Actor(kind="citizen", token="t"), COORDINATOR, Actor(kind="system")):
        with pytest.raises(Forbidden):
            world.ledger.write(
                lambda tx, by=by: sealed.reporters(tx, ticket_id, by, reason="x", now=world.now)
            )


def test_what_is_not_there_is_not_found(world: World) -> None:
    by = signed(world, ADMIN)
    for look in (
        lambda tx: sealed.reporters(tx, 99, by, reason="x", now=world.now),
        lambda tx: sealed.arrival(tx, 99, by, reason="x", now=world.now),
        lambda tx: sealed.original(tx, uuid4(), by, reason="x", now=world.now),
    ):
        with pytest.raises(NotFound):
            world.ledger.write(look)


def parked(world: World) -> int:
    """A payload that waits for a person."""
    values = {
        "channel": "web",
        "account": "web",
        "delivery_id": "d",
        "digest": "e",
        "media_type": "t",
        "raw": b"x",
        "blob": None,
    }
    kept = world.ledger.write(
        lambda tx: arrivals.add_arrival(tx, **values, now=world.now, state="parked", reason="Rusak")  # type: ignore[arg-type]
    )
    assert kept is not None
    return kept


def test_a_parked_payload_is_read_and_settled_by_diskominfo(world: World) -> None:
    arrival_id, by = parked(world), signed(world, COORDINATOR)
    kept = world.ledger.write(lambda tx: sealed.arrival(tx, arrival_id, by, reason="Lihat", now=world.now))
    assert kept.raw == b"x"
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: leftovers.settle(tx, arrival_id, DISHUB, reason="Iklan"))
    world.ledger.write(lambda tx: leftovers.settle(tx, arrival_id, by, reason="Iklan"))
    with world.ledger.reading() as tx:
        settled = arrivals.find(tx, arrival_id)
    assert settled is not None
    assert (settled.state, settled.reason) == ("resolved", "Iklan (Koordinator; semula: Rusak)")
    with pytest.raises(NotFound):
        world.ledger.write(lambda tx: leftovers.settle(tx, arrival_id, by, reason="Iklan"))


def test_dead_notices_are_sent_again_by_diskominfo_only(world: World) -> None:
    ticket_id = world.ticket()
    world.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'dead'"))
    (row, *_) = world.outbox(ticket_id)
    row_id, channel = row.id or 0, row.channel
    for by in (DISHUB, Actor(kind="opd", opd="DISHUB")):
        with pytest.raises(Forbidden):
            world.ledger.write(lambda tx, by=by: leftovers.send_again(tx, by, row_id, now=world.now))
    world.ledger.write(lambda tx: leftovers.send_again(tx, COORDINATOR, row_id, now=world.now))
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: leftovers.send_again(tx, COORDINATOR, row_id, now=world.now))
    world.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'dead'"))
    dead = len([one for one in world.outbox(ticket_id) if one.channel == channel])
    assert world.ledger.write(lambda tx: leftovers.send_all_again(tx, ADMIN, channel, now=world.now)) == dead
    assert world.ledger.write(lambda tx: leftovers.send_all_again(tx, ADMIN, channel, now=world.now)) == 0
