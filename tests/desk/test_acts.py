"""The acts of those who work on a ticket."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, DLH, PDAM, World

from sapa.desk import acts, citizen, triage
from sapa.desk.actor import Actor
from sapa.desk.deadline import SlaRow, SlaTable
from sapa.desk.errors import Conflict, Forbidden, Invalid, NotAllowed, NotFound
from store import events
from store.tables import Contact


def test_an_opd_accepts_and_the_reporter_is_told(world: World) -> None:
    ticket = world.ticket(reporters=2)
    done = world.do(acts.accept, ticket, DISHUB)
    kept = world.get(ticket)
    assert (kept.status, kept.version, kept.touched_at) == ("accepted", 2, world.now)
    assert done.version == 2
    assert world.event(ticket, "accepted").id == done.event_id
    assert world.event(ticket, "accepted").public
    assert set(world.running(ticket)) == {"resolve"}
    assert world.told(ticket).count(("accepted", "contact")) == 2


def test_the_same_act_twice_is_done_once(world: World) -> None:
    ticket = world.ticket()
    first = world.do(acts.accept, ticket, DISHUB, key="k")
    again = world.do(acts.accept, ticket, DISHUB, key="k", version=1)
    assert again.repeated
    assert (again.version, again.event_id) == (first.version, first.event_id)
    assert [event.kind for event in world.events(ticket)].count("accepted") == 1


def test_a_key_of_another_act_or_ticket_is_refused(world: World) -> None:
    ticket, other = world.ticket(), world.ticket()
    world.do(acts.accept, ticket, DISHUB, key="k")
    with pytest.raises(Invalid):
        world.do(acts.note, ticket, DISHUB, key="k", text="x")
    with pytest.raises(Invalid):
        world.do(acts.accept, other, DISHUB, key="k")
    with pytest.raises(Invalid):
        world.do(acts.accept, other, DISHUB, key="k" * 101)


def test_who_acts_on_an_old_version_is_told_the_current_one(world: World) -> None:
    ticket = world.ticket()
    world.do(acts.note, ticket, DISHUB, text="sudah ditelepon")
    with pytest.raises(Conflict) as error:
        world.do(acts.accept, ticket, DISHUB, version=1)
    assert error.value.version == 2
    assert world.get(ticket).status == "assigned"


def test_nobody_acts_on_what_is_not_theirs(world: World) -> None:
    ticket = world.ticket(supporting=("PDAM",))
    link = Actor(kind="opd", opd="DLH")
    reporter = world.citizen(ticket)
    for by in (DLH, link, PDAM, Actor(kind="system"), reporter, Actor(kind="officer", role="guest")):
        with pytest.raises(Forbidden):
            world.do(acts.accept, ticket, by)
    for by in (Actor(kind="citizen", token="x"), DISHUB):
        with pytest.raises(Forbidden):
            world.do(citizen.confirm, ticket, by)
    with pytest.raises(NotFound):
        world.do(acts.accept, 99, DISHUB, version=1)
    assert world.get(ticket).version == 1


def test_a_supporting_opd_may_leave_a_note_that_reporters_never_see(world: World) -> None:
    ticket = world.ticket(supporting=("PDAM",))
    world.do(acts.note, ticket, PDAM, text=" pipa kami\x00 di bawahnya ")
    event = world.event(ticket, "noted")
    assert (event.text, event.public, event.opd) == ("pipa kami di bawahnya", False, "PDAM")
    assert ("citizen_wrote", "contact") not in world.told(ticket)


def test_a_declined_ticket_goes_to_the_next_candidate_inside_the_city(world: World) -> None:
    ticket = world.ticket()
    world.send_all(ticket)
    resolve = world.running(ticket)["resolve"].due_at
    world.do(acts.decline, ticket, DISHUB, reason="Itu pohon, bukan lampu")
    kept = world.get(ticket)
    assert (kept.status, kept.opd, kept.refusals) == ("assigned", "DLH", 1)
    assert world.owners(ticket) == [("lead", "DLH")]
    declined = world.event(ticket, "declined")
    assert (declined.opd, declined.text, declined.public) == ("DISHUB", "Itu pohon, bukan lampu", False)
    assert set(world.told(ticket)) == {
        ("assigned", "opd:DLH"),
        ("taken_away", "opd:DISHUB"),
        ("moved", "contact"),
    }
    assert world.running(ticket)["resolve"].due_at == resolve == kept.due_at


def test_after_the_second_refusal_only_diskominfo_decides(world: World) -> None:
    ticket = world.ticket()
    world.do(acts.decline, ticket, DISHUB, reason="bukan kami")
    world.do(acts.decline, ticket, DLH, reason="bukan kami juga")
    kept = world.get(ticket)
    assert (kept.status, kept.opd, kept.refusals) == ("triage", "", 2)
    assert "verify" in world.running(ticket)
    assert ("declined", "diskominfo") in world.told(ticket)
    assert ("triage", "diskominfo") not in world.told(ticket)
    world.do(triage.reassign, ticket, COORDINATOR, opd="PDAM", reason="Urusan pipa.")
    world.do(acts.decline, ticket, PDAM, reason="bukan")
    assert world.get(ticket).status == "triage"


def test_without_a_candidate_left_diskominfo_decides(world: World) -> None:
    ticket = world.ticket(candidates=("DISHUB", "PLN", "TAKDIKENAL"))
    world.do(acts.decline, ticket, DISHUB, reason="bukan kami")
    assert world.get(ticket).status == "triage"


def test_a_sealed_matter_never_wanders_by_itself(world: World) -> None:
    for values in ({"sensitive": "kekerasan"}, {"privacy": "secret"}):
        ticket = world.ticket(**values)
        world.do(acts.decline, ticket, DISHUB, reason="bukan kami")
        assert world.get(ticket).status == "triage"


def test_the_accused_is_never_the_next_candidate(world: World) -> None:
    ticket = world.ticket(accused="DLH")
    world.do(acts.decline, ticket, DISHUB, reason="bukan kami")
    assert world.get(ticket).opd == "PDAM"


def test_a_question_stops_the_clock_until_the_answer(world: World) -> None:
    ticket = world.ticket()
    world.do(acts.accept, ticket, DISHUB)
    before = world.running(ticket)["resolve"]
    world.do(acts.ask, ticket, DISHUB, text="Di tiang nomor berapa?")
    assert world.get(ticket).status == "waiting"
    assert world.get(ticket).due_at is None
    assert set(world.running(ticket)) == {"complete"}
    assert ("question", "contact") in world.told(ticket)
    later = world.days(3)
    assert world.ledger.write(lambda tx: citizen.reply(tx, ticket, message_id=1, now=later, city=world.city))
    kept = world.get(ticket)
    after = world.running(ticket)["resolve"]
    assert (kept.status, kept.version) == ("accepted", 4)
    assert set(world.running(ticket)) == {"resolve"}
    assert after.started_at == before.started_at
    assert after.due_at == before.due_at + timedelta(days=3) == kept.due_at  # Tuesday to Friday
    assert not world.ledger.write(
        lambda tx: citizen.reply(tx, ticket, message_id=2, now=later, city=world.city)
    )


def test_a_clock_by_calendar_days_or_hours_stands_still_by_the_clock(world: World) -> None:
    by_days = SlaRow(step="resolve", number=14, unit="hari_kalender", valid_from=date(2026, 1, 1))
    world.city = replace(world.city, sla=SlaTable("s" * 64, (*world.city.sla.rows[3:], by_days)))
    ticket = world.ticket()
    before = world.running(ticket)["resolve"].due_at
    world.do(acts.ask, ticket, DISHUB, text="Di tiang nomor berapa?", now=world.days(3))
    later = world.days(6)  # Friday to Monday
    assert world.ledger.write(lambda tx: citizen.reply(tx, ticket, message_id=1, now=later, city=world.city))
    assert world.running(ticket)["resolve"].due_at == before + timedelta(days=3)


def test_a_question_from_triage_comes_back_to_triage(world: World) -> None:
    ticket = world.ticket("")
    world.do(acts.ask, ticket, COORDINATOR, text="Di mana?")
    assert set(world.running(ticket)) == {"complete"}
    world.ledger.write(lambda tx: citizen.reply(tx, ticket, message_id=1, now=world.days(1), city=world.city))
    assert world.get(ticket).status == "triage"
    assert set(world.running(ticket)) == {"verify", "resolve"}
    assert not world.ledger.write(
        lambda tx: citizen.reply(tx, 99, message_id=1, now=world.now, city=world.city)
    )


def test_an_answer_keeps_the_ticket_open(world: World) -> None:
    ticket = world.ticket()
    world.do(acts.answer, ticket, DISHUB, text="Tim berangkat besok.")
    assert world.get(ticket).status == "assigned"
    assert "first_response" not in world.running(ticket)
    assert ("answer", "contact") in world.told(ticket)
    with pytest.raises(Invalid):
        world.do(acts.answer, ticket, DISHUB, text="Begitu.", finish=True)


def test_an_answer_finishes_a_request_for_information(world: World) -> None:
    ticket = world.ticket("", type="information")
    world.do(acts.answer, ticket, COORDINATOR, text="Buka pukul 8.", finish=True)
    kept = world.get(ticket)
    assert (kept.status, kept.outcome) == ("resolved", "fixed")
    assert ("resolved", "contact") in world.told(ticket)
    with pytest.raises(Invalid):
        world.do(acts.answer, ticket, COORDINATOR, text="Buka pukul 8.", finish=True)


def test_a_result_is_told_and_waits_for_the_reporter(world: World) -> None:
    ticket = world.ticket(reporters=2)
    world.do(acts.accept, ticket, DISHUB)
    world.do(acts.resolve, ticket, DISHUB, outcome="made_safe", text="Diberi pembatas.")
    kept = world.get(ticket)
    assert (kept.status, kept.outcome, kept.resolved_at, kept.due_at) == (
        "resolved",
        "made_safe",
        world.now,
        None,
    )
    assert set(world.running(ticket)) == {"confirm"}
    assert world.told(ticket).count(("resolved", "contact")) == 2
    assert world.event(ticket, "resolved").data["outcome"] == "made_safe"


def test_some_results_need_more_words(world: World) -> None:
    ticket = world.ticket()
    for what in (
        {"outcome": "done"},
        {"outcome": "conditional"},
        {"outcome": "conditional", "budget_year": 2025},
        {"outcome": "external"},
        {"outcome": "external", "owner": "DLH", "letter": "1"},
        {"outcome": "external", "owner": "BBPJN", "letter": " "},
        {"outcome": "fixed", "text": ""},
        {"outcome": "fixed", "text": "x" * 10_001},
    ):
        with pytest.raises(Invalid):
            world.do(acts.resolve, ticket, DISHUB, **({"text": "ya"} | what))
    world.do(acts.resolve, ticket, DISHUB, outcome="conditional", text="Tahun depan", budget_year=2027)
    assert world.event(ticket, "resolved").data["budget_year"] == 2027
    other = world.ticket()
    world.do(acts.resolve, other, DISHUB, outcome="external", text="Milik PLN", owner="PLN", letter="01/2026")
    assert world.get(other).owner == "PLN"
    assert world.event(other, "resolved").data["letter"] == "01/2026"


def test_only_some_owners_outside_want_a_letter(world: World) -> None:
    what = {"letter": " ", "text": "Bukan urusan kota."}
    ticket = world.ticket()
    with pytest.raises(Invalid, match="Nomor surat"):
        world.do(acts.hand_over, ticket, DISHUB, owner="BBPJN", **what)
    world.do(acts.hand_over, ticket, DISHUB, owner="PLN", **what)
    assert world.event(ticket, "handed_over").data["letter"] == ""


def test_a_ticket_is_handed_to_an_owner_outside_the_city(world: World) -> None:
    ticket = world.ticket(supporting=("PDAM",))
    world.send_all(ticket)
    world.do(acts.hand_over, ticket, DISHUB, owner="PLN", letter="02/2026", text="Tiang milik PLN.")
    kept = world.get(ticket)
    assert (kept.status, kept.owner, kept.opd) == ("external", "PLN", "DISHUB")
    assert world.running(ticket) == {}
    assert set(world.told(ticket)) == {("taken_away", "opd:PDAM"), ("handed_over", "contact")}
    with pytest.raises(NotAllowed):
        world.do(acts.accept, ticket, DISHUB)
    world.do(acts.resolve, ticket, ADMIN, outcome="fixed", text="PLN sudah memperbaiki.")
    assert world.get(ticket).status == "resolved"


def test_a_reporter_who_cannot_be_reached_is_told_another_way(world: World) -> None:
    """The relay finds it (tests/notifier/test_detour.py); the act drops nobody."""
    ticket = world.ticket()

    def lose(tx) -> None:  # type: ignore[no-untyped-def]
        tx.session.get_one(Contact, 1).undeliverable = True

    world.ledger.write(lose)
    world.do(acts.accept, ticket, DISHUB)
    assert ("accepted", "contact") in world.told(ticket)


def test_notices_hold_ids_and_no_words(world: World) -> None:
    ticket = world.ticket(privacy="secret", texts=("rahasia sekali",))
    world.do(acts.accept, ticket, DISHUB)
    world.do(acts.answer, ticket, DISHUB, text="jawaban rahasia")
    assert all("rahasia" not in str(row.data) for row in world.outbox(ticket))


def test_the_newest_event_is_what_live_pages_follow(world: World) -> None:
    with world.ledger.reading() as tx:
        assert events.newest(tx) == 0
    done = world.do(acts.note, world.ticket(), DISHUB, text="x")
    with world.ledger.reading() as tx:
        assert events.newest(tx) == done.event_id
        assert [row.kind for row in events.of_ticket(tx, 1, public_only=True)] == ["assigned"]


def test_an_agency_that_was_only_named_does_not_inherit_what_another_declines(world: World) -> None:
    """ "Kelurahan Meri" says where a lamp is; it makes no kelurahan the owner of lamps."""
    ticket = world.ticket()
    weak = json.dumps([{"rule": "r", "opd": "DLH", "strength": 1.3, "words": []}])
    world.ledger.write(lambda tx: tx.run("UPDATE disposition SET matches = :weak", weak=weak))
    world.do(acts.decline, ticket, DISHUB, reason="Bukan urusan kami.")
    assert (world.get(ticket).status, world.get(ticket).opd) == ("triage", "")
