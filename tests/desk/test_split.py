"""Two complaints in one ticket become two tickets."""

import pytest
from desk_world import ADMIN, DISHUB, World

from sapa.desk import acts, split, undo
from sapa.desk.errors import Forbidden, Invalid, NotAllowed, NotFound
from store import assignments, tickets

TEXTS = ("lampu jalan mati", "sampah menumpuk, hub 081234567890", "orang dipukul di pasar")


def thread(world: World, ticket: int) -> list[int]:
    with world.ledger.reading() as tx:
        return [message.id or 0 for message in tickets.messages(tx, ticket) if message.direction == "in"]


def test_the_new_ticket_is_judged_by_the_rules_and_has_the_same_reporters(world: World) -> None:
    ticket = world.ticket(texts=TEXTS[:2], reporters=2)
    done = world.do(split.split, ticket, ADMIN, message_ids=[thread(world, ticket)[1]], key="k")
    assert world.do(split.split, ticket, ADMIN, message_ids=[1], key="k").repeated
    event = world.event(ticket, "split")
    assert event.id == done.event_id
    fresh = world.get(event.data["ticket"])
    assert fresh.id is not None
    assert (fresh.ref, fresh.opd, fresh.status, fresh.version) == (event.data["ref"], "DLH", "assigned", 1)
    assert fresh.summary == "sampah menumpuk, hub ••••••••••••"
    assert "sampah" not in world.get(ticket).summary
    assert fresh.due_at == world.running(fresh.id)["resolve"].due_at
    assert world.event(fresh.id, "split_off").data == {"ref": world.get(ticket).ref}
    assert set(world.told(fresh.id)) == {("assigned", "opd:DLH"), ("ack", "contact")}
    with world.ledger.reading() as tx:
        assert [row.role for row in tickets.reporters(tx, fresh.id)] == ["reporter"]
        assert len(tickets.reporters(tx, ticket)) == 2


def test_what_nobody_can_judge_goes_to_triage(world: World) -> None:
    ticket = world.ticket(texts=("lampu jalan mati", "tolong ya"))
    world.do(split.split, ticket, ADMIN, message_ids=[thread(world, ticket)[1]])
    assert world.get(world.event(ticket, "split").data["ticket"]).status == "triage"


def test_a_sensitive_part_is_sealed(world: World) -> None:
    ticket = world.ticket(texts=(TEXTS[0], TEXTS[2]))
    world.do(split.split, ticket, ADMIN, message_ids=[thread(world, ticket)[1]])
    fresh = world.get(world.event(ticket, "split").data["ticket"])
    assert (fresh.sensitive, fresh.privacy) == ("kekerasan", "secret")


def test_without_a_known_writer_everybody_is_a_reporter_of_the_new_ticket(world: World) -> None:
    ticket = world.ticket(reporters=2)
    message = world.ledger.write(
        lambda tx: world.message(
            tx, ticket, "sampah", "loose", None, lat=-7.455, lon=112.449, place="dekat SD"
        )
    )
    world.do(split.split, ticket, ADMIN, message_ids=[message])
    fresh = world.get(world.event(ticket, "split").data["ticket"])
    assert (fresh.kelurahan, fresh.lat, fresh.place) == ("Wates", -7.455, "dekat SD")
    with world.ledger.reading() as tx:
        assert len(tickets.reporters(tx, fresh.id or 0)) == 2


def test_only_some_of_its_own_messages_can_be_split_off(world: World) -> None:
    ticket, other = world.ticket(texts=TEXTS), world.ticket()
    own, foreign = thread(world, ticket), thread(world, other)
    with pytest.raises(NotFound):
        world.do(split.split, ticket, ADMIN, message_ids=[own[0], foreign[0]])
    for ids in ([], own):
        with pytest.raises(Invalid):
            world.do(split.split, ticket, ADMIN, message_ids=ids)
    with pytest.raises(Forbidden):
        world.do(split.split, ticket, DISHUB, message_ids=own[:1])
    assert world.get(ticket).version == 1


def test_a_split_is_undone_and_everything_is_in_one_ticket_again(world: World) -> None:
    ticket = world.ticket(texts=TEXTS[:2])
    before = thread(world, ticket)
    done = world.do(split.split, ticket, ADMIN, message_ids=before[1:])
    fresh = world.event(ticket, "split").data["ticket"]
    world.do(undo.undo, ticket, ADMIN, event_id=done.event_id)
    assert thread(world, ticket) == before
    merged = world.get(fresh)
    assert (merged.status, merged.merged_into, merged.opd) == ("merged", ticket, "")
    assert world.owners(fresh) == []
    assert world.running(fresh) == {}
    assert world.told(fresh) == []
    assert "sampah" in world.get(ticket).summary
    with pytest.raises(NotAllowed):
        world.do(acts.note, fresh, ADMIN, text="x")


def test_a_split_whose_part_was_worked_on_stays(world: World) -> None:
    ticket = world.ticket(texts=TEXTS[:2])
    done = world.do(split.split, ticket, ADMIN, message_ids=thread(world, ticket)[1:])
    world.do(acts.note, world.event(ticket, "split").data["ticket"], ADMIN, text="x")
    with pytest.raises(Invalid):
        world.do(undo.undo, ticket, ADMIN, event_id=done.event_id)
    with world.ledger.reading() as tx:
        assert assignments.open_owners(tx, ticket) == [("DISHUB", "lead")]


def test_who_only_added_to_a_report_is_the_reporter_of_what_is_split_off(world: World) -> None:
    ticket = world.ticket(texts=TEXTS[:2], reporters=2)
    world.ledger.write(lambda tx: tx.run("UPDATE ticket_reporter SET role = 'supporter'"))
    world.do(split.split, ticket, ADMIN, message_ids=[thread(world, ticket)[1]])
    with world.ledger.reading() as tx:
        fresh = world.event(ticket, "split").data["ticket"]
        assert [row.role for row in tickets.reporters(tx, fresh)] == ["reporter"]
