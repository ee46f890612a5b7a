"""Rows nobody waits for (`Tx.add`) are sent together, and are there for everything that reads."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from sqlmodel import select

from store import assignments, contacts, targets
from store.db import Ledger, Tx
from store.tables import TicketReporter


def threads(tx: Tx, now: datetime) -> tuple[int, int, int]:
    """A ticket, a contact and their conversation, by driver SQL."""
    ticket = targets.add_ticket(
        tx,
        **dict.fromkeys(
            ["sensitive", "accused", "summary", "search", "opd", "rule", "kelurahan", "place"], ""
        ),
        **dict.fromkeys(["lat", "lon", "due"]),
        **dict.fromkeys(["urgent", "place_sure"], False),
        ref="SMP-2611-0001",
        token="t",
        channel="web",
        status="triage",
        type="complaint",
        privacy="normal",
        now=now,
    )
    contact = contacts.add_contact(tx, "email", "a@contoh.id", "A", now)
    return ticket, contact, contacts.add_conversation(tx, "web", "web", contact, None, now)


def by_run(tx: Tx) -> int:
    return len(tx.run("SELECT 1 FROM ticket_reporter"))


def by_changed(tx: Tx) -> int:
    return tx.changed("UPDATE ticket_reporter SET role = 'supporter'")


def by_session(tx: Tx) -> int:
    return len(tx.session.exec(select(TicketReporter)).all())


@pytest.mark.parametrize("read", [by_run, by_changed, by_session])
def test_what_is_added_is_there_for_the_next_that_reads(
    ledger: Ledger, now: datetime, read: Callable[[Tx], int]
) -> None:
    def act(tx: Tx) -> tuple[int, int]:
        ticket, contact, thread = threads(tx, now)
        before = read(tx)
        for role in ("reporter", "supporter"):  # the second changes nothing
            contacts.add_reporter(tx, ticket, contact, thread, role)
        return before, read(tx)

    assert ledger.write(act) == (0, 1)


def test_what_is_added_last_is_committed_in_the_order_it_was_added(ledger: Ledger, now: datetime) -> None:
    def act(tx: Tx) -> None:
        ticket, _, _ = threads(tx, now)
        for kind in ("received", "triage", "note"):
            assignments.add_event(tx, ticket, kind, actor="system", now=now)

    ledger.write(act)
    with ledger.reading() as tx:
        rows = tx.run("SELECT kind FROM event ORDER BY id")
    assert [row[0] for row in rows] == ["received", "triage", "note"]


def test_what_cannot_be_added_fails_its_act_alone(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: threads(tx, now))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        ledger.write(
            partial(contacts.add_reporter, ticket_id=999, contact_id=1, conversation_id=1, role="reporter")
        )
    with ledger.reading() as tx:
        assert by_run(tx) == 0
