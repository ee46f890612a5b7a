"""An OPD acts by a link, once."""

from uuid import UUID, uuid4

import pytest
from desk_world import ADMIN, World

from sapa.desk import acts, links, triage
from sapa.desk.actor import Done
from sapa.desk.errors import Invalid
from sapa.desk.links import Link, LinkGone
from store.db import Tx


def link_of(world: World, ticket: int) -> UUID:
    row = [row for row in world.outbox(ticket) if row.notice == "assigned"][-1]
    return UUID(row.data["link"])


def use(world: World, uuid: UUID, key: str, days: float = 0, reason: str = "") -> Done:
    def write(tx: Tx) -> Done:
        def act(link: Link) -> Done:
            what = {"version": 1, "key": key, "now": world.now, "city": world.city}
            if reason:
                return acts.decline(tx, link.ticket_id, link.actor, **what, reason=reason)
            return acts.accept(tx, link.ticket_id, link.actor, **what)

        return links.use(tx, uuid, world.days(days), act)

    return world.ledger.write(write)


def verify(world: World, uuid: UUID, days: float = 0) -> Link:
    with world.ledger.reading() as tx:
        return links.verify(tx, uuid, world.days(days))


def test_looking_changes_nothing_and_an_act_uses_the_link_up(world: World) -> None:
    ticket = world.ticket()
    uuid = link_of(world, ticket)
    assert verify(world, uuid) == verify(world, uuid)
    assert verify(world, uuid).opd == "DISHUB"
    done = use(world, uuid, "k")
    assert world.get(ticket).status == "accepted"
    assert world.event(ticket, "accepted").actor == "opd"
    assert use(world, uuid, "k").repeated
    with pytest.raises(LinkGone) as error:
        verify(world, uuid)
    assert error.value.why == "used"
    assert done.version == 2


def test_a_used_link_does_nothing_else(world: World) -> None:
    ticket = world.ticket()
    uuid = link_of(world, ticket)
    world.do(acts.note, ticket, ADMIN, text="x")

    def write(tx: Tx, key: str, version: int) -> Done:
        return links.use(
            tx,
            uuid,
            world.now,
            lambda link: acts.note(
                tx,
                link.ticket_id,
                link.actor,
                version=version,
                key=key,
                now=world.now,
                city=world.city,
                text="y",
            ),
        )

    world.ledger.write(lambda tx: write(tx, "a", 2))
    with pytest.raises(LinkGone):
        world.ledger.write(lambda tx: write(tx, "b", 3))
    assert world.get(ticket).version == 3


def test_declining_by_the_link_passes_the_ticket_on_with_a_new_link(world: World) -> None:
    ticket = world.ticket()
    uuid = link_of(world, ticket)
    use(world, uuid, "k", reason="Bukan kami.")
    assert world.get(ticket).opd == "DLH"
    assert link_of(world, ticket) != uuid
    assert verify(world, link_of(world, ticket)).opd == "DLH"
    assert use(world, uuid, "k", reason="Bukan kami.").repeated


def test_a_link_ends_by_time_by_reassignment_and_by_hand(world: World) -> None:
    ticket, other = world.ticket(), world.ticket()
    uuid = link_of(world, ticket)
    with pytest.raises(LinkGone, match="kedaluwarsa"):
        verify(world, uuid, days=8)
    with pytest.raises(LinkGone, match="kedaluwarsa"):
        use(world, uuid, "k", days=8)
    world.do(triage.reassign, ticket, ADMIN, opd="DLH", reason="Pohon.")
    with pytest.raises(LinkGone, match="dialihkan"):
        use(world, uuid, "k")
    by_hand = link_of(world, other)
    world.do(triage.revoke, other, ADMIN, key="cabut")
    assert world.do(triage.revoke, other, ADMIN, key="cabut", version=1).repeated
    assert (world.get(other).opd, world.event(other, "revoked").public) == ("DISHUB", False)
    with pytest.raises(LinkGone, match="dicabut"):
        verify(world, by_hand)
    with pytest.raises(LinkGone, match="tidak dikenal"):
        verify(world, uuid4())


def test_an_act_that_fails_leaves_the_link_good(world: World) -> None:
    ticket = world.ticket()
    with pytest.raises(Invalid):
        use(world, link_of(world, ticket), "k", reason="\x00")
    assert verify(world, link_of(world, ticket)).ticket_id == ticket
