"""Delivery reports come back in through the desk."""

from desk_world import DISHUB, World

from channels.message import Address, DeliveryReport
from sapa.desk import acts, report
from store import tickets


def reported(world: World, external_id: str, status: str, channel: str = "telegram") -> bool:
    item = DeliveryReport(
        channel=channel,
        external_id=external_id,
        status=status,  # type: ignore[arg-type]
        at=world.now,
        code="550",
        detail="budi@example.org unknown",
    )
    return world.ledger.write(lambda tx: report.record(tx, item, world.now))


def test_a_failure_shows_once_and_marks_the_contact_until_they_are_reached(world: World) -> None:
    ticket = world.ticket()
    world.do(acts.accept, ticket, DISHUB)
    world.send_all(ticket)
    row = next(row for row in world.outbox(ticket) if row.notice == "accepted")
    assert reported(world, row.external_id, "sent")
    assert reported(world, row.external_id, "failed")
    assert reported(world, row.external_id, "failed")
    failures = [event for event in world.events(ticket) if event.kind == "undelivered"]
    assert [event.data for event in failures] == [{"outbox": row.id, "notice": "accepted", "code": "550"}]
    with world.ledger.reading() as tx:
        assert [way.undeliverable for way in tickets.ways(tx, ticket)] == [True]
    assert ("accepted", "contact") in world.told(ticket)  # due again: the relay finds another way
    world.send_all(ticket)
    row = next(row for row in world.outbox(ticket) if row.notice == "accepted")
    reported(world, row.external_id, "read")
    with world.ledger.reading() as tx:
        assert [way.undeliverable for way in tickets.ways(tx, ticket)] == [False]


def test_an_agencys_bounce_shows_on_the_ticket_too(world: World) -> None:
    ticket = world.ticket()
    world.send_all(ticket)
    row = world.outbox(ticket)[0]
    assert reported(world, row.external_id, "failed", channel="email")
    assert world.event(ticket, "undelivered").opd == "DISHUB"


def test_a_report_about_somebody_elses_message_is_refused(world: World) -> None:
    assert not reported(world, "unknown", "delivered")


def test_who_blocks_the_channel_is_unreachable_until_they_let_us_in_again(world: World) -> None:
    ticket = world.ticket()
    with world.ledger.reading() as tx:
        value = tx.run("SELECT value FROM identity WHERE channel = 'telegram'")[0][0]

    def said(status: str, who: str) -> bool:
        item = DeliveryReport(
            channel="telegram",
            external_id="1:member:2",
            status=status,  # type: ignore[arg-type]
            at=world.now,
            to=Address(channel="telegram", value=who),
        )
        return world.ledger.write(lambda tx: report.record(tx, item, world.now))

    for status, unreachable in (("failed", True), ("delivered", False)):
        assert said(status, value)
        with world.ledger.reading() as tx:
            assert [way.undeliverable for way in tickets.ways(tx, ticket)] == [unreachable]
    assert not said("failed", "nobody we know")
