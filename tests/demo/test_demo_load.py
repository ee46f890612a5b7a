"""The demo city: lively, apart, mute; nobody says anything twice and everybody does what is theirs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo_town import Town
from sqlmodel import col, select

from channels.base import Sender
from channels.email import EmailDoor
from sapa.agenda import week
from sapa.bootstrap import Service
from sapa.demo import city
from sapa.demo.complaints import complaints
from sapa.demo.doors import FolderDoor
from sapa.demo.payloads import STRANGE, WRITERS
from sapa.demo.voices import runs
from sapa.desk import doors
from store import agendas
from store.tables import Arrival, AttachmentRow, Event, Message, Officer, Outbox, Ticket


def test_what_a_killed_load_left_is_no_city_and_is_thrown_away(town: Town) -> None:
    assert "Belum ada kota contoh" in town.refused
    assert "terputus" in town.told
    assert "50%" in town.told
    assert "kata sandi semua akun: kota-contoh" in town.told
    assert city.loaded(town.settings)
    assert not city.part(town.settings).exists()
    assert [path.name for path in town.var.iterdir()] == ["demo"]


def test_nothing_left_the_process_and_nothing_can(town: Town, service: Service) -> None:
    assert town.ways_out == []
    senders = {name: door for name, door in service.doors.items() if isinstance(door, Sender)}
    assert set(senders) == {"email", "telegram", "whatsapp", "sms", "social"}
    for door in senders.values():
        assert isinstance(door, FolderDoor) or (isinstance(door, EmailDoor) and door.settings.relay is None)
    for name in ("mail", "telegram", "whatsapp", "sms", "social"):
        assert list((city.folder(town.settings) / f"outbox-{name}").iterdir()), name


def test_every_channel_brings_complaints_and_what_nobody_can_read(service: Service) -> None:
    with service.ledger.reading() as tx:
        found = Counter(tx.session.exec(select(Arrival.channel, Arrival.state)).all())
        files = Counter(tx.session.exec(select(AttachmentRow.state)).all())
        kinds = Counter(tx.session.exec(select(AttachmentRow.media_type)).all())
        notices = Counter(tx.session.exec(select(Outbox.state)).all())
    assert all(found[name, "kept"] >= 20 for name in WRITERS), found
    assert sum(count for (_, state), count in found.items() if state == "parked") == len(STRANGE)
    assert files["kept"] >= 100
    assert kinds["image/jpeg"] >= 100
    assert kinds["audio/ogg"] >= 3
    assert notices["call"] >= 3


def test_every_status_and_outcome_is_there(tickets_now: list[Ticket]) -> None:
    statuses = Counter(one.status for one in tickets_now)
    assert len(tickets_now) >= 300
    assert set(statuses) == {
        *("triage", "assigned", "accepted", "waiting", "resolved", "closed", "external", "archived"),
        "merged",
    }
    outcomes = {one.outcome for one in tickets_now}
    assert outcomes >= {"fixed", "made_safe", "conditional", "external", "unfounded", "duplicate", "archived"}
    assert any(one.reopened for one in tickets_now)
    assert any(one.refusals for one in tickets_now)
    assert sum(one.privacy == "secret" for one in tickets_now) >= 3


def test_what_belongs_together_is_one_ticket(service: Service) -> None:
    """Albums, bursts, parts of a long SMS, answers: they are no complaints of their own."""
    with service.ledger.reading() as tx:
        rows = tx.session.exec(
            select(Message.channel, Message.ticket_id).where(Message.direction == "in")
        ).all()
        edited = tx.session.exec(select(Event).where(Event.kind == "revision")).all()
        answered = tx.session.exec(select(Event).where(Event.kind == "replied")).all()
    told = Counter(rows)
    for channel, most in (("telegram", 5), ("whatsapp", 5), ("sms", 2), ("web", 2), ("email", 2)):
        assert max(count for (name, _), count in told.items() if name == channel) >= most, channel
    assert edited
    assert answered


def test_no_two_things_that_people_say_share_a_run_of_six_words(service: Service) -> None:
    with service.ledger.reading() as tx:
        written = tx.session.exec(select(Message.text).where(Message.direction == "in")).all()
        # The sentences at "assigned" and "triage" are the program's, or repeat an officer's.
        by_hand = select(Event.text).where(
            Event.actor != "system", col(Event.kind).not_in(("assigned", "triage"))
        )
        acted = tx.session.exec(by_hand).all()
    heard: dict[tuple[str, ...], str] = {}
    for text in {*written, *acted} - {""}:
        for run in runs(text):
            assert heard.setdefault(run, text) == text, " ".join(run)
    assert len(heard) > 2000


def test_who_works_on_a_ticket_is_who_should(service: Service, tickets_now: list[Ticket]) -> None:
    right = {one.text: one.right for one in complaints()}
    with service.ledger.reading() as tx:
        said = tx.session.exec(select(Message.ticket_id, Message.text)).all()
    checked = 0
    by_id = {one.id: one for one in tickets_now}
    for ticket_id, text in said:
        ticket = by_id.get(ticket_id or 0)
        if text in right and ticket is not None and ticket.status in ("accepted", "closed", "resolved"):
            checked += 1
            assert right[text] in (ticket.opd, ticket.owner), (ticket.ref, text)
    assert checked >= 60


def test_days_are_right_today(town: Town, service: Service, tickets_now: list[Ticket]) -> None:
    now = datetime.now(UTC)
    for one in tickets_now:
        assert now - timedelta(weeks=8, days=1) <= one.opened_at <= now
    assert 3 <= sum(one.due_at < now for one in tickets_now if one.status == "accepted" and one.due_at) <= 80
    office, rules = service.city(), service.in_force.agenda
    with service.ledger.reading() as tx:
        coming = week.read(tx, week.due_week(now, office, rules).week, office)
        past = [one.state for one in agendas.recent(tx) if coming and one.visit_on < coming.visit_on]
        lines = {one.channel: one.state for one in doors.report(tx, now, office)}
    assert coming is not None
    assert coming.stops
    assert len(past) >= 7
    assert set(past) == {"reviewed"}
    assert lines["sms"] == "silent"
    assert lines["social"] == "failing"
    assert lines["telegram"] == "open"


def test_everybody_has_an_account(service: Service) -> None:
    with service.ledger.reading() as tx:
        roles = Counter(tx.session.exec(select(Officer.role)).all())
        agencies = set(tx.session.exec(select(Officer.opd).where(Officer.role == "opd")).all())
        owners = set(tx.session.exec(select(Ticket.opd)).all()) - {""}
    assert owners <= agencies
    assert (roles["administrator"], roles["coordinator"], roles["clerk"], roles["auditor"]) == (1, 2, 1, 1)
    assert roles["head"] == roles["opd"] == len(agencies)


def test_it_is_not_loaded_twice(town: Town, tmp_path: Path) -> None:
    again = town.sapa("demo", "load")
    assert again.returncode == 1
    assert "sudah ada" in again.stderr
    assert "sapa demo remove" in again.stderr
    assert town.sapa("demo", "load", "--if-missing").returncode == 0
