"""What officers take down: its own ticket or the one they chose, theirs to see, theirs to take back."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from intake_world import World, chat

from channels.base import Accepted, Payload
from channels.walkin import WalkinDoor
from sapa.desk import acts, register, sight
from sapa.desk.actor import Actor, Done
from sapa.desk.errors import Conflict, Invalid, NotAllowed, NotFound
from sapa.desk.intake import Intake
from store import events, officers, queue, tickets
from store.db import Ledger
from store.tables import Event, Officer, Ticket


class Counter(World):
    """Intake with a counter, a clerk and a colleague."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.desk = WalkinDoor(phones="sms")
        self.city = replace(self.city, channels={**self.city.channels, "walkin": WalkinDoor.traits})
        self.doors = {"fake": self.door, "web": self.web, "walkin": self.desk}
        self.intake = Intake(
            ledger=ledger, files=self.files, spool=self.spool, doors=self.doors, city=lambda: self.city
        )
        self.clerk, self.other = self.hire("tini", "clerk"), self.hire("tono", "clerk")
        self.boss = self.hire("bu.boss", "administrator")
        self.number = 0

    def hire(self, login: str, role: str) -> Actor:
        row = {"login": login, "name": login.title(), "role": role, "password_hash": "x"}
        id = self.ledger.write(lambda tx: officers.add(tx, Officer(**row, created_at=self.now)))
        return Actor(kind="officer", officer_id=id, role=role, name=login.title())

    def note(self, text: str = "Lampu jalan mati", by: Actor | None = None, **fields: Any) -> Accepted:
        """A form at the counter, by the clerk unless told otherwise."""
        self.number += 1
        form = {"key": f"kunci-{self.number:04d}", "source": "counter", "text": text} | fields
        body = json.dumps({**form, "officer": (by or self.clerk).officer_id}).encode()
        payload = Payload(
            channel="walkin",
            account="walkin",
            body=body,
            media_type="application/json",
            received_at=self.now,
            delivery_id=str(form["key"]),
        )
        deliver = self.intake.deliver(payload, partial(self.desk.parse, payload))
        (accepted,) = asyncio.run(deliver)  # type: ignore[arg-type]
        return accepted

    def ticket(self, ref: str) -> Ticket:
        with self.ledger.reading() as tx:
            found = tickets.by_ref(tx, ref)
        assert found is not None
        return found

    def event(self, ref: str, kind: str) -> Event:
        with self.ledger.reading() as tx:
            found = events.last(tx, self.ticket(ref).id or 0, kind)
        assert found is not None
        return found

    def roles(self, ref: str) -> list[str]:
        with self.ledger.reading() as tx:
            return [row.role for row in tickets.reporters(tx, self.ticket(ref).id or 0)]

    def withdraw(self, ref: str, by: Actor | None = None, **more: Any) -> Done:
        ticket = self.ticket(ref)
        common = {"version": ticket.version, "key": "batal-1", "now": self.now, "city": self.city} | more
        return self.ledger.write(lambda tx: register.withdraw(tx, ticket.id or 0, by or self.clerk, **common))

    def likely(self, text: str, by: Actor | None = None, kelurahan: str = "") -> list[str]:
        with self.ledger.reading() as tx:
            words = register.Words(text=text, kelurahan=kelurahan)
            found = register.likely(tx, words, by or self.clerk, self.now, self.city)
        return [ticket.ref for ticket in found]

    def joinable(self, ref: str, by: Actor | None = None) -> bool:
        with self.ledger.reading() as tx:
            return register.joinable(tx, ref, by or self.clerk)


@pytest.fixture
def counter(ledger: Ledger, tmp_path: Path, now: datetime) -> Counter:
    return Counter(ledger, tmp_path, now)


def test_a_form_is_a_ticket_and_the_history_says_who_took_it_down(counter: Counter) -> None:
    got = counter.note(source="letter", letter="12/RW03", letter_date="2026-11-20", name="Bu Sarmi")
    assert counter.tickets() == [(got.ref, "assigned", "DISHUB")]
    event = counter.event(got.ref, "registered")
    assert (event.officer_id, event.actor, event.public) == (counter.clerk.officer_id, "officer", False)
    assert event.data["source"] == "letter"
    assert (event.data["letter"], event.data["dated"]) == ("12/RW03", "2026-11-20")
    assert "Sarmi" not in json.dumps(counter.rows("SELECT data, text FROM event"))
    assert counter.rows("SELECT name FROM identity") == [("Bu Sarmi",)]
    assert counter.rows("SELECT channel, state FROM arrival") == [("walkin", "kept")]


def test_forms_of_one_person_one_after_the_other_are_tickets_of_their_own(counter: Counter) -> None:
    same = {"phone": "0812 3456 7890", "agreed": "1"}
    refs = {counter.note("Lampu jalan mati", **same).ref, counter.note("Sampah", **same).ref}
    counter.say(chat("1", "lampu jalan", who="+6281234567890"))
    assert len(refs) == 2
    assert len(counter.tickets()) == 3


def test_a_ref_in_the_text_joins_nothing(counter: Counter) -> None:
    first = counter.note().ref
    second = counter.note(f"Surat ini menyusul laporan {first}, sampah").ref
    assert second != first


def test_nobody_without_a_way_is_told_anything(counter: Counter) -> None:
    counter.note()
    counter.note("Sampah", phone="0812 3456 7890")
    counter.note("Sampah", source="social", link="https://media.id/p/1", agreed="1")
    assert {notice for notice, _ in counter.told()} == {"assigned"}


@pytest.mark.parametrize(("way", "channel"), [("phone", "sms"), ("email", "email")])
def test_who_gave_a_way_and_may_be_contacted_is_thanked_there(
    counter: Counter, way: str, channel: str
) -> None:
    value = {"phone": "0812 3456 7890", "email": "warga@contoh.id"}[way]
    counter.note(**{way: value, "agreed": "1"})
    assert counter.rows("SELECT notice, channel FROM outbox WHERE contact_id IS NOT NULL") == [
        ("ack", channel)
    ]


def test_the_same_form_twice_is_one_ticket_also_with_another_file(counter: Counter) -> None:
    first = counter.note(key="kunci-sama")
    again = counter.note(key="kunci-sama")
    assert (again.ref, again.duplicate) == (first.ref, True)
    third = counter.note(key="kunci-sama", photos=[{"name": "a", "base64": "JVBERi0xLjQK"}])
    assert third.ref == first.ref
    assert counter.rows("SELECT count(*) FROM attachment") == [(1,)]
    assert counter.note("Lampu jalan padam", key="kunci-sama").ref != first.ref


def test_a_chosen_ticket_is_supported_and_its_private_link_stays_the_reporters(counter: Counter) -> None:
    (web,) = counter.form("kunci-web1", text="Lampu jalan mati di Meri")
    got = counter.note("Lampune peteng", joins=web.ref.lower(), phone="0812 3456 7890", agreed="1")
    assert (got.ref, got.token) == (web.ref, "")
    assert counter.roles(web.ref) == ["reporter", "supporter"]
    assert counter.event(web.ref, "registered").officer_id == counter.clerk.officer_id
    assert counter.ticket(web.ref).registered_by is None
    with counter.ledger.reading() as tx:
        assert not sight.may_see(counter.clerk, sight.facts(counter.ticket(web.ref)))
        assert queue.page(tx, sight.scope(counter.clerk), queue.Filter()).tickets == []


def test_a_reporter_who_comes_again_with_the_same_number_is_still_a_supporter_elsewhere(
    counter: Counter,
) -> None:
    (web,) = counter.form("kunci-web1", text="Lampu jalan mati", email="warga@contoh.id")
    counter.note("Masih padam", joins=web.ref, email="warga@contoh.id", agreed="1")
    assert counter.roles(web.ref) == ["reporter", "supporter"]


def test_a_chosen_ticket_that_is_over_or_unknown_leaves_a_ticket_of_its_own(counter: Counter) -> None:
    first = counter.note().ref
    counter.withdraw(first)
    own = counter.note("Sampah", joins=first).ref
    assert own != first
    assert counter.event(own, "received").data["after"] == first
    assert counter.note("Sampah", joins="SMP-2611-9999").ref not in (first, own)
    assert not counter.joinable(first)
    assert not counter.joinable("SMP-2611-9999")
    assert counter.joinable(own)


def test_a_clerk_sees_what_they_took_down_and_nothing_else(counter: Counter) -> None:
    mine, sealed = counter.note().ref, counter.note("Anak dipukuli tetangga").ref
    theirs = counter.note(by=counter.other).ref
    (web,) = counter.form("kunci-web1", text="Sampah")
    seen = {ref: counter.ticket(ref) for ref in (mine, sealed, theirs, web.ref)}
    assert seen[sealed].privacy == "secret"
    with counter.ledger.reading() as tx:
        listed = queue.page(tx, sight.scope(counter.clerk), queue.Filter()).tickets
        assert {one.ref for one in listed} == {mine, sealed}
        for ref, ticket in seen.items():
            assert sight.may_see(counter.clerk, sight.facts(ticket)) == (ref in (mine, sealed))
        nobody = Actor(kind="officer", role="clerk")
        assert not sight.may_see(nobody, sight.facts(seen[web.ref]))
        assert queue.page(tx, sight.scope(nobody), queue.Filter()).tickets == []


def test_what_is_alike_is_open_recent_and_never_sealed_for_who_may_not_see_it(counter: Counter) -> None:
    alike = counter.form("kunci-web1", text="Lampu jalan mati di gang 2", kelurahan="Meri")[0].ref
    counter.form("kunci-web2", text="Lampu jalan mati di gang 2", kelurahan="Wates")
    counter.form("kunci-web3", text="Sampah menumpuk", kelurahan="Meri")
    hidden = {"text": "Lampu jalan mati gang 2", "kelurahan": "Meri", "privacy": "anonymous"}
    (sealed,) = counter.form("kunci-web4", **hidden)
    ask = partial(counter.likely, "lampune dalan mati, gang 2", kelurahan="Meri")
    assert ask() == [alike]
    assert set(ask(by=counter.boss)) == {alike, sealed.ref}
    assert not counter.joinable(sealed.ref)
    assert counter.joinable(sealed.ref, counter.boss)
    own = counter.note(**hidden).ref
    assert set(ask()) == {alike, own}
    counter.later(days=46)
    assert ask() == []


def test_a_point_finds_what_lies_beside_it(counter: Counter) -> None:
    here = {"lat": -7.481, "lon": 112.4475}
    near = counter.note("Lampu jalan mati", **{name: str(value) for name, value in here.items()}).ref
    counter.note("Lampu jalan mati", lat="-7.455", lon="112.4499")
    with counter.ledger.reading() as tx:
        words = register.Words(text="PJU mati", **here)
        found = register.likely(tx, words, counter.clerk, counter.now, counter.city)
    assert [ticket.ref for ticket in found] == [near]


def test_what_was_taken_down_by_mistake_is_archived_and_nobody_is_told(counter: Counter) -> None:
    ref = counter.note(email="warga@contoh.id", agreed="1").ref
    done = counter.withdraw(ref)
    assert counter.withdraw(ref, version=1) == replace(done, repeated=True)
    ticket = counter.ticket(ref)
    assert (ticket.status, ticket.outcome) == ("archived", "archived")
    assert counter.told() == []
    event = counter.event(ref, "archived")
    assert (event.officer_id, event.text) == (counter.clerk.officer_id, register.WITHDRAWN)


def test_a_reporter_who_was_thanked_hears_that_it_was_taken_back(counter: Counter) -> None:
    ref = counter.note(email="warga@contoh.id", agreed="1").ref
    counter.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'sent'"))
    counter.withdraw(ref)
    assert tuple(sorted(notice for notice, _ in counter.told())) == ("archived", "taken_away")


def test_only_ones_own_of_today_that_nobody_touched_is_taken_back(counter: Counter) -> None:
    ref = counter.note().ref
    for stranger in (counter.other, counter.boss, Actor(kind="system")):
        with pytest.raises(NotFound):
            counter.withdraw(ref, stranger)
    with pytest.raises(Conflict):
        counter.withdraw(ref, version=9)
    counter.now += timedelta(days=1)
    with pytest.raises(Invalid, match="hari yang sama"):
        counter.withdraw(ref)
    fresh = counter.note("Sampah").ref
    counter.note("Sampah juga", joins=fresh)
    with pytest.raises(Invalid):
        counter.withdraw(fresh)
    worked = counter.note().ref
    ticket = counter.ticket(worked)
    by = Actor(kind="opd", opd="DISHUB")
    common = {"version": ticket.version, "key": "terima", "now": counter.now, "city": counter.city}
    counter.ledger.write(lambda tx: acts.accept(tx, ticket.id or 0, by, **common))
    with pytest.raises(NotAllowed):
        counter.withdraw(worked)
    assert counter.ticket(worked).status == "accepted"
    with pytest.raises(NotFound), counter.ledger.reading() as tx:
        register.withdraw(tx, 999_999, counter.clerk, version=1, key="k", now=counter.now, city=counter.city)
