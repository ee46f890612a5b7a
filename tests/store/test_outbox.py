"""The outbox: lanes, leases, and what becomes of a row."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from store import outbox
from store.db import Ledger, Tx
from store.ids import uuid7
from store.outbox import Claimed, Sent
from store.tables import Contact, Conversation, Message, Outbox, Ticket, TicketReporter

LEASE = timedelta(minutes=2)


def _put(ledger: Ledger, now: datetime, key: str, lane: str = "a", **values: Any) -> int:
    def act(tx: Tx) -> int:
        row = Outbox(
            key=key, lane=lane, notice="triage", channel="email", created_at=now, **{"next_at": now, **values}
        )
        tx.session.add(row)
        tx.flush()
        assert row.id is not None
        return row.id

    return ledger.write(act)


def _claim(ledger: Ledger, row_id: int, now: datetime) -> Claimed | None:
    return ledger.write(lambda tx: outbox.claim(tx, row_id, now, now + LEASE))


def _due(ledger: Ledger, now: datetime) -> list[int]:
    with ledger.reading() as tx:
        return outbox.due(tx, now)


def _row(ledger: Ledger, row_id: int) -> Outbox:
    with ledger.reading() as tx:
        row = tx.session.get(Outbox, row_id)
        assert row is not None
        return row


def test_only_the_head_of_a_lane_is_due(ledger: Ledger, now: datetime) -> None:
    first, second = _put(ledger, now, "1"), _put(ledger, now, "2")
    other = _put(ledger, now, "3", "b")
    assert _due(ledger, now) == [first, other]
    assert _claim(ledger, second, now) is None
    claimed = _claim(ledger, first, now)
    assert claimed is not None
    assert (claimed.key, claimed.lane, claimed.tries, claimed.data, claimed.since) == ("1", "a", 1, {}, now)


def test_a_head_that_waits_holds_back_its_lane_only(ledger: Ledger, now: datetime) -> None:
    _put(ledger, now, "1", next_at=now + timedelta(seconds=60))
    later = _put(ledger, now, "2")
    other = _put(ledger, now, "3", "b")
    assert _due(ledger, now) == [other]
    assert _claim(ledger, later, now) is None
    assert ledger.write(lambda tx: outbox.claim_next(tx, "a", now, now + LEASE)) is None
    assert ledger.write(lambda tx: outbox.claim_next(tx, "nobody", now, now + LEASE)) is None


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(ledger: Ledger, now: datetime) -> None:
    row = _put(ledger, now, "1")
    assert _claim(ledger, row, now) is not None
    assert _claim(ledger, row, now + LEASE - timedelta(seconds=1)) is None
    assert _due(ledger, now) == []
    again = _claim(ledger, row, now + LEASE)
    assert again is not None
    assert again.tries == 2


def test_the_lane_goes_on_when_its_head_is_sent_dead_or_canceled(ledger: Ledger, now: datetime) -> None:
    ids = [_put(ledger, now, str(number)) for number in range(4)]
    first = _claim(ledger, ids[0], now)
    assert first is not None

    def sent(tx: Tx) -> Claimed | None:
        outbox.complete(tx, first, "x", now, None)
        return outbox.claim_next(tx, "a", now, now + LEASE)

    second = ledger.write(sent)
    assert second is not None
    assert second.id == ids[1]
    ledger.write(lambda tx: outbox.bury(tx, second, "why"))
    ledger.write(lambda tx: tx.run("update outbox set state = 'canceled' where id = :id", id=ids[2]))
    assert _due(ledger, now) == [ids[3]]
    assert [_row(ledger, row).state for row in ids] == ["sent", "dead", "canceled", "pending"]
    assert (_row(ledger, ids[0]).external_id, _row(ledger, ids[0]).sent_at) == ("x", now)
    assert _row(ledger, ids[1]).error == "why"


def test_a_postponed_row_comes_back_at_its_time(ledger: Ledger, now: datetime) -> None:
    row, at = _put(ledger, now, "1"), now + timedelta(seconds=30)
    assert _claim(ledger, row, now) is not None
    ledger.write(lambda tx: outbox.postpone(tx, row, at, "busy"))
    assert _row(ledger, row).error == "busy"
    assert _due(ledger, at - timedelta(seconds=1)) == []
    assert _due(ledger, at) == [row]


def test_what_was_withdrawn_while_under_way_stays_so_unless_it_left(ledger: Ledger, now: datetime) -> None:
    ids = [_put(ledger, now, str(number), str(number)) for number in range(3)]
    rows = [_claim(ledger, row, now) for row in ids]
    ledger.write(lambda tx: tx.run("update outbox set state = 'canceled'"))

    def act(tx: Tx) -> None:
        assert all(rows)
        outbox.postpone(tx, ids[0], now, "busy")
        outbox.bury(tx, rows[1], "why")  # type: ignore[arg-type]
        outbox.complete(tx, rows[2], "x", now, None)  # type: ignore[arg-type]

    ledger.write(act)
    assert [_row(ledger, row).state for row in ids] == ["canceled", "canceled", "sent"]


@pytest.fixture
def spoken(ledger: Ledger, now: datetime) -> tuple[int, int, int]:
    """A ticket, its reporter's contact and their conversation."""

    def act(tx: Tx) -> tuple[int, int, int]:
        ticket = Ticket(
            uuid=uuid7(now),
            ref="S-1",
            token="t",
            channel="email",
            status="triage",
            type="complaint",
            privacy="normal",
            opened_at=now,
            updated_at=now,
        )
        contact = Contact(channel="email", created_at=now)
        tx.session.add_all([ticket, contact])
        tx.flush()
        talk = Conversation(channel="email", account="desk", contact_id=contact.id, last_inbound_at=now)
        tx.session.add(talk)
        tx.flush()
        tx.session.add(
            TicketReporter(
                ticket_id=ticket.id, contact_id=contact.id, conversation_id=talk.id, role="reporter"
            )
        )
        assert ticket.id and contact.id and talk.id  # noqa: PT018
        return ticket.id, contact.id, talk.id

    return ledger.write(act)


def test_what_a_citizen_was_sent_becomes_a_message_of_their_conversation_once(
    ledger: Ledger, now: datetime, spoken: tuple[int, int, int]
) -> None:
    ticket, contact, talk = spoken
    row = _claim(ledger, _put(ledger, now, "k", ticket_id=ticket, contact_id=contact), now)
    assert row is not None
    sent = Sent(account="desk", subject="S", text="T", in_reply_to="in-1")
    for _ in range(2):
        ledger.write(lambda tx: outbox.complete(tx, row, "<out-1>", now, sent))
    with ledger.reading() as tx:
        [message] = tx.session.exec(outbox.select(Message)).all()
    assert (message.direction, message.channel, message.account) == ("out", "email", "desk")
    assert (message.external_id, message.ticket_id, message.conversation_id) == ("<out-1>", ticket, talk)
    assert (message.subject, message.text, message.in_reply_to, message.sent_at) == ("S", "T", "in-1", now)


def test_a_receipt_without_an_id_is_kept_under_the_rows_key(ledger: Ledger, now: datetime) -> None:
    row = _claim(ledger, _put(ledger, now, "key-1"), now)
    assert row is not None
    ledger.write(lambda tx: outbox.complete(tx, row, "", now, Sent(account="", subject="", text="T")))
    with ledger.reading() as tx:
        assert tx.run("select external_id, conversation_id from message") == [("key-1", None)]


def test_whom_nobody_reaches_is_marked(ledger: Ledger, now: datetime, spoken: tuple[int, int, int]) -> None:
    row = _claim(ledger, _put(ledger, now, "k", contact_id=spoken[1]), now)
    assert row is not None
    ledger.write(lambda tx: outbox.bury(tx, row, "gone", unreachable=True))
    with ledger.reading() as tx:
        contact = tx.session.get(Contact, spoken[1])
        assert contact is not None
        assert contact.undeliverable


def test_sending_again_starts_anew_with_the_same_key(ledger: Ledger, now: datetime) -> None:
    row = _claim(ledger, _put(ledger, now, "k", data={"event_id": 4}), now)
    assert row is not None
    assert not ledger.write(lambda tx: outbox.retry(tx, row.id, now))
    assert not ledger.write(lambda tx: outbox.retry(tx, 999, now))
    ledger.write(lambda tx: outbox.bury(tx, row, "why", unreachable=True))
    later = now + timedelta(days=5)
    assert ledger.write(lambda tx: outbox.retry(tx, row.id, later))
    again = _claim(ledger, row.id, later)
    assert again is not None
    assert (again.key, again.tries, again.since) == ("k", 1, later)
    assert again.data["event_id"] == 4


def test_a_report_never_takes_back_what_was_said(ledger: Ledger, now: datetime) -> None:
    row = _put(ledger, now, "k", external_id="x")
    said = []
    for status in ("sent", "read", "delivered", "failed"):
        assert ledger.write(lambda tx, status=status: outbox.report(tx, "email", "x", status)) == row  # type: ignore[misc]
        said.append(_row(ledger, row).delivery)
    assert said == ["sent", "read", "read", "failed"]
    assert ledger.write(lambda tx: outbox.report(tx, "sms", "x", "sent")) is None
    assert ledger.write(lambda tx: outbox.report(tx, "email", "", "sent")) is None


def test_the_office_sees_what_waits_and_what_is_dead(
    ledger: Ledger, now: datetime, spoken: tuple[int, int, int]
) -> None:
    ids = [_put(ledger, now, str(n), str(n), ticket_id=spoken[0] if n < 2 else None) for n in range(4)]
    row = _claim(ledger, ids[3], now)
    assert row is not None
    ledger.write(lambda tx: outbox.bury(tx, row, "why"))
    with ledger.reading() as tx:
        assert [row.id for row in outbox.page(tx)] == ids[::-1]
        assert [row.id for row in outbox.page(tx, before=ids[3], most=2)] == [ids[2], ids[1]]
        assert [row.id for row in outbox.page(tx, ["dead"])] == [ids[3]]
        assert [row.id for row in outbox.of_ticket(tx, spoken[0])] == ids[:2]
        assert outbox.counts(tx) == {("email", "pending"): 3, ("email", "dead"): 1}
        assert outbox.oldest_due(tx, now) == now
        assert outbox.oldest_due(tx, now - timedelta(seconds=1)) is None


def test_looking_for_due_rows_reads_the_heads_off_the_lane_index(
    ledger: Ledger, now: datetime, database: str
) -> None:
    if database == "sqlite":
        with ledger.reading() as tx:
            asked: list[str] = []
            database_: Any = tx.connection.connection.dbapi_connection
            database_.set_trace_callback(asked.append)
            outbox.due(tx, now)
            database_.set_trace_callback(None)
            plan = " ".join(str(row) for row in tx.run(f"explain query plan {asked[-1]}"))
        assert "ix_outbox_lane" in plan
        assert "SEARCH o USING INTEGER PRIMARY KEY" in plan
