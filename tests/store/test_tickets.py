"""One ticket and what hangs on it."""

from datetime import datetime, timedelta

from test_queue import add

from store import assignments, contacts, messages, tickets
from store.db import Ledger, Tx
from store.ids import uuid7


def fill(tx: Tx, now: datetime) -> None:
    add(tx, 1, now, token="geheim")
    add(tx, 2, now)
    mail = contacts.add_contact(tx, "email", "warga@example.org", "Warga", now)
    phone = contacts.add_contact(tx, "phone", "+6281234567890", "Warga", now)
    thread = contacts.add_conversation(tx, "web", "form", mail, phone, now)
    other = contacts.add_conversation(tx, "email", "desk", mail, None, now)
    contacts.add_reporter(tx, 1, mail, thread, "reporter")
    contacts.add_reporter(tx, 1, mail, other, "reporter")
    for number, minutes in ((1, 5), (2, 0), (3, 9)):
        messages.add_message(
            tx,
            uuid=uuid7(now),
            channel="web",
            account="form",
            external_id=f"m{number}",
            ticket_id=1 if number < 3 else 2,
            conversation_id=thread,
            arrival_id=None,
            subject="",
            text=f"kata {number}",
            in_reply_to="",
            group_id="",
            machine="",
            lat=None,
            lon=None,
            place="",
            kelurahan="",
            sent_at=now + timedelta(minutes=minutes),
            now=now,
        )
    messages.add_revision(tx, 1, None, "d1", "kata satu", now)
    messages.add_revision(tx, 1, None, "d2", "kata pertama", now)
    for name in ("a.jpg", "b.jpg"):
        file = {"name": name, "media_type": "image/jpeg", "size": 1, "state": "kept", "reason": ""}
        messages.add_attachment(
            tx, 1, uuid7(now), **file, blob=None, served=None, remote="", lat=None, lon=None,
            taken="", phash="",
        )  # fmt: skip
    assignments.add_owner(tx, 1, "DISHUB", "lead", "", now)
    assignments.close_owners(tx, 1, now)
    assignments.add_owner(tx, 1, "PDAM", "supporting", "", now)
    assignments.add_owner(tx, 1, "DLH", "lead", "", now)


def test_a_ticket_is_found_by_its_ref(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: fill(tx, now))
    with ledger.reading() as tx:
        found = tickets.by_ref(tx, "SMP-2611-0001")
        assert found is not None
        assert found is tickets.get(tx, 1)
        assert tickets.by_ref(tx, "SMP-2611-9999") is tickets.get(tx, 9) is None


def test_what_hangs_on_it_comes_in_order(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: fill(tx, now))
    with ledger.reading() as tx:
        assert [row.text for row in tickets.messages(tx, 1)] == ["kata 2", "kata 1"]
        assert [row.text for row in tickets.revisions(tx, 1)[1]] == ["kata satu", "kata pertama"]
        assert [row.name for row in tickets.attachments(tx, 1)[1]] == ["a.jpg", "b.jpg"]
        assert [row.opd for row in tickets.owners(tx, 1)] == ["DLH", "PDAM"]
        assert [row.opd for row in tickets.owners(tx, 1, now_only=False)] == ["DISHUB", "PDAM", "DLH"]
        assert tickets.supporting(tx, 1) == ("PDAM",)
        assert tickets.attachments(tx, 2) == tickets.revisions(tx, 2) == tickets.running(tx, 2) == {}
        assert list(tickets.dispositions(tx, 1)) == []


def test_one_contact_is_answered_once_however_many_threads_lead_there(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: fill(tx, now))
    with ledger.reading() as tx:
        (way,) = tickets.ways(tx, 1)
        assert (way.channel, way.role, way.undeliverable) == ("email", "reporter", False)
        assert [(who.value, who.role) for who in tickets.senders(tx, 1)] == [
            ("warga@example.org", "reporter"),
            ("+6281234567890", "reporter"),
        ]
        assert tickets.ways(tx, 2) == tickets.senders(tx, 2) == []


def test_only_one_of_two_takes_the_same_version(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: add(tx, 1, now))
    assert ledger.write(lambda tx: (tickets.claim(tx, 1, 1), tickets.claim(tx, 1, 1))) == (True, False)
    assert not ledger.write(lambda tx: tickets.claim(tx, 9, 1))


def test_messages_move_to_another_ticket(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: fill(tx, now))
    ledger.write(lambda tx: tickets.move_messages(tx, [1], 2))
    with ledger.reading() as tx:
        assert [row.id for row in tickets.messages(tx, 2)] == [1, 3]
