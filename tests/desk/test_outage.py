""" "Kanal mati" and "kanal hidup lagi": who may, what is refused, what is done once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from desk_world import DISHUB, World

from sapa.desk import acts, outage
from sapa.desk.actor import Actor
from sapa.desk.errors import ActError, Forbidden, Invalid, NotFound
from store import detours, outages
from store.tables import Officer


@pytest.fixture
def by(world: World) -> Actor:
    """A coordinator who is in the ledger."""
    world.city = replace(world.city, channel_names={"telegram": "Telegram"})

    def hire(tx: Any) -> int:
        row = Officer(login="k", name="K", role="coordinator", password_hash="-", created_at=world.now)
        tx.session.add(row)
        tx.flush()
        return row.id or 0

    return Actor(kind="officer", role="coordinator", officer_id=world.ledger.write(hire))


def declare(world: World, by: Actor, channel: str = "telegram", **what: Any) -> int:
    given = {"reason": "Nomor diblokir.", "expected_at": None, "key": "k-1", **what}
    return world.ledger.write(
        lambda tx: outage.declare(tx, channel, by, now=world.now, city=world.city, **given)
    )


def running(world: World) -> list[str]:
    with world.ledger.reading() as tx:
        return [one.channel for one in outages.running(tx)]


def test_a_channel_is_declared_once_and_can_be_declared_again_after_it_lived(world: World, by: Actor) -> None:
    first = declare(world, by)
    assert declare(world, by) == first
    with pytest.raises(Invalid):
        declare(world, by, key="k-2")
    assert running(world) == ["telegram"]
    world.ledger.write(lambda tx: outage.revive(tx, first, by, now=world.now))
    assert world.ledger.write(lambda tx: outage.revive(tx, first, by, now=world.now)) == 0
    assert running(world) == []
    assert declare(world, by, key="k-3") != first


def test_who_is_not_diskominfo_may_neither(world: World, by: Actor) -> None:
    with pytest.raises(Forbidden):
        declare(world, DISHUB)
    id = declare(world, by)
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: outage.revive(tx, id, DISHUB, now=world.now))
    assert running(world) == ["telegram"]


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"channel": "pos-merpati"}, NotFound),
        ({"reason": " "}, Invalid),
        ({"key": ""}, Invalid),
        ({"expected_at": timedelta(0)}, Invalid),
    ],
)
def test_what_cannot_be_declared_leaves_nothing(
    world: World, by: Actor, what: dict[str, Any], error: type[ActError]
) -> None:
    if "expected_at" in what:
        what = {"expected_at": world.now + what["expected_at"]}
    with pytest.raises(error):
        declare(world, by, **what)
    assert running(world) == []


def test_reviving_sends_what_stands_on_the_list_and_leaves_what_was_told(world: World, by: Actor) -> None:
    ticket, told = world.ticket(), world.ticket()
    for one in (ticket, told):
        world.do(acts.accept, one, DISHUB)
        ack = next(row for row in world.outbox(one) if row.contact_id)
        if one == told:
            world.send_all(one)
        else:
            world.ledger.write(lambda tx, id=ack.id: detours.to_call(tx, id, {"why": "outage"}, ""))  # type: ignore[misc]
    id = declare(world, by)
    assert world.ledger.write(lambda tx: outage.revive(tx, id, by, now=world.now)) == 1
    assert [row.state for row in world.outbox(ticket) if row.contact_id] == ["pending"]
    assert [row.state for row in world.outbox(told) if row.contact_id] == ["sent"]
