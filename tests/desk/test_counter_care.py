"""What the counter must not do: open a sealed word to others, forget who came first, keep a mistake."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from intake_world import chat
from test_taken_down import Counter

from sapa.desk import acts, claims
from sapa.desk.errors import Invalid
from sapa.desk.split import split
from sapa.web.staff import taken
from store import outbox, tickets
from store.db import Ledger, Tx
from store.outbox import Sent


@pytest.fixture
def counter(ledger: Ledger, tmp_path: Path, now: datetime) -> Counter:
    return Counter(ledger, tmp_path, now)


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ({"privacy": "secret"}, {}),
        ({"privacy": "anonymous"}, {}),
        ({"privacy": "secret"}, {"privacy": "anonymous"}),
        ({"text": "Lampu mati, anak dipukuli di sana"}, {}),
        ({"text": "Lampu mati, dan ada pungli"}, {}),
    ],
)
def test_what_fewer_may_know_than_read_the_chosen_ticket_is_a_ticket_of_its_own(
    counter: Counter, said: dict[str, str], chosen: dict[str, str]
) -> None:
    open_ = counter.note(by=counter.boss, **chosen).ref
    own = counter.note(**{"text": "Lampu jalan mati juga", "joins": open_, "by": counter.boss} | said).ref
    assert own != open_
    assert counter.ticket(own).privacy == said.get("privacy", "secret")
    assert counter.event(own, "received").data["after"] == open_
    assert len(counter.rows(f"SELECT 1 FROM message WHERE ticket_id = {counter.ticket(open_).id}")) == 1


@pytest.mark.parametrize("privacy", ["normal", "anonymous", "secret"])
def test_what_is_as_open_as_the_chosen_ticket_or_more_joins_it(counter: Counter, privacy: str) -> None:
    sealed = counter.note(privacy="secret").ref
    assert counter.note(joins=sealed, privacy=privacy).ref == sealed


def told(counter: Counter) -> list[tuple[str, str]]:
    """What reporters are still to be told, and by which channel."""
    return counter.rows("SELECT notice, channel FROM outbox WHERE state = 'pending' AND contact_id > 0")


def thanked(counter: Counter) -> None:
    """The post takes the thanks along; what was sent stands in the conversation."""

    def send(tx: Tx) -> None:
        for id in outbox.due(tx, counter.now):
            row = outbox.claim(tx, id, counter.now, counter.now + timedelta(minutes=1))
            assert row is not None
            words = Sent(account="lapor", subject="", text="Terima kasih") if row.notice == "ack" else None
            outbox.complete(tx, row, f"keluar-{id}", counter.now, words)

    counter.ledger.write(send)


def test_who_was_thanked_in_the_meantime_does_not_keep_a_mistake_from_being_taken_back(
    counter: Counter,
) -> None:
    ref = counter.note(email="warga@contoh.id", agreed="1").ref
    thanked(counter)
    assert len(counter.rows("SELECT 1 FROM message WHERE direction = 'out'")) == 1
    counter.withdraw(ref)
    assert counter.ticket(ref).status == "archived"
    assert told(counter) == [("archived", "email")]


def test_thanks_that_are_leaving_just_now_count_as_told(counter: Counter) -> None:
    ref = counter.note(email="warga@contoh.id", agreed="1").ref
    soon = counter.now + timedelta(minutes=1)
    counter.ledger.write(
        lambda tx: [outbox.claim(tx, id, counter.now, soon) for id in outbox.due(tx, counter.now)]
    )
    counter.withdraw(ref)
    assert (
        "archived" in counter.rows("SELECT notice FROM outbox WHERE state = 'pending' AND contact_id > 0")[0]
    )


def test_a_message_with_an_older_date_does_not_take_the_place_of_what_was_taken_down(
    counter: Counter,
) -> None:
    ref = counter.note().ref
    early = (counter.now - timedelta(days=2)).isoformat()
    counter.say(chat("1", f"Perihal {ref}: masih gelap", sent_at=early))
    with counter.ledger.reading() as tx:
        assert tickets.messages(tx, counter.ticket(ref).id or 0)[0].channel == "fake"
        given = taken.receipt(tx, ref, "", counter.clerk, counter.city)
        assert given.private
        assert not taken.today(tx, counter.clerk, counter.now, counter.city)[0].joined


def test_the_private_link_stays_with_the_first_after_the_messages_were_split(counter: Counter) -> None:
    ref = counter.note().ref
    counter.note("Sampah menumpuk", joins=ref)
    ticket = counter.ticket(ref)
    with counter.ledger.reading() as tx:
        first, second = (one.id or 0 for one in tickets.messages(tx, ticket.id or 0))
    common = {"version": ticket.version, "key": "pisah", "now": counter.now, "city": counter.city}
    counter.ledger.write(lambda tx: split(tx, ticket.id or 0, counter.boss, message_ids=[first], **common))  # type: ignore[arg-type]
    with counter.ledger.reading() as tx:
        assert not taken.receipt(tx, ref, str(second), counter.clerk, counter.city).private
        assert taken.receipt(tx, ref, str(first), counter.clerk, counter.city).private


def test_what_somebody_took_in_hand_is_not_taken_back_under_them(counter: Counter) -> None:
    ref = counter.note().ref
    ticket_id = counter.ticket(ref).id or 0
    counter.ledger.write(lambda tx: claims.take(tx, ticket_id, counter.boss, counter.now))
    with pytest.raises(Invalid, match="menanganinya"):
        counter.withdraw(ref)
    assert counter.ticket(ref).status == "assigned"
    counter.ledger.write(lambda tx: claims.take(tx, ticket_id, counter.clerk, counter.now, over=True))
    counter.withdraw(ref)
    assert counter.ticket(ref).status == "archived"


def test_what_is_still_wrong_does_not_vanish_in_a_report_that_was_just_resolved(counter: Counter) -> None:
    ref = counter.note().ref
    ticket = counter.ticket(ref)
    common = {"version": ticket.version, "key": "selesai", "now": counter.now, "city": counter.city}
    words = {"outcome": "fixed", "text": "Sudah diganti."}
    counter.ledger.write(lambda tx: acts.resolve(tx, ticket.id or 0, counter.boss, **common, **words))  # type: ignore[arg-type]
    assert not counter.joinable(ref)
    own = counter.note("Masih gelap", joins=ref).ref
    assert own != ref
    assert counter.event(own, "received").data["after"] == ref
