"""Lists of tickets."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from store import assignments, queue, targets
from store.db import Ledger, Tx
from store.ids import new_token
from store.queue import Filter, Scope


def add(tx: Tx, number: int, now: datetime, **values: Any) -> int:
    row: dict[str, Any] = {
        "ref": f"SMP-2611-{number:04d}",
        "token": new_token(now),
        "channel": "web",
        "status": "triage",
        "type": "complaint",
        "privacy": "normal",
        "sensitive": "",
        "accused": "",
        "urgent": False,
        "summary": "",
        "search": "",
        "opd": "",
        "rule": "",
        "kelurahan": "",
        "lat": None,
        "lon": None,
        "place": "",
        "place_sure": False,
        "now": now,
        "due": None,
    }
    return targets.add_ticket(tx, **(row | values))


@pytest.fixture
def filled(ledger: Ledger, now: datetime) -> Ledger:
    """Six tickets that differ in everything a list can be narrowed to."""

    def write(tx: Tx) -> None:
        add(tx, 1, now, search="lampu jalan mati 100%", kelurahan="Meri", due=now + timedelta(days=3))
        add(tx, 2, now, search="sampah_menumpuk di meri", channel="email", due=now + timedelta(days=1))
        add(tx, 3, now, search="lampu taman", urgent=True, status="closed")
        add(tx, 4, now, search="jalan berlubang", type="information", status="assigned", opd="DLH")
        add(tx, 5, now, accused="DISKOMINFO", status="assigned", opd="DLH")
        add(tx, 6, now, status="assigned", opd="DISHUB")
        for ticket, opd, role in ((4, "DLH", "lead"), (5, "DLH", "lead"), (6, "DISHUB", "lead")):
            assignments.add_owner(tx, ticket, opd, role, "", now)
        assignments.add_owner(tx, 6, "DLH", "supporting", "", now)
        for ticket, step, days in (
            (1, "verify", -1),
            (2, "confirm", -1),
            (4, "resolve", -1),
            (6, "resolve", 1),
        ):
            due = now + timedelta(days=days)
            assignments.start_deadline(tx, ticket, step, started=now, due=due, sla=None, calendar="")
        assignments.end_deadline(tx, 4, "resolve", now, met=True)

    ledger.write(write)
    return ledger


def found(ledger: Ledger, scope: Scope | None = None, **wanted: Any) -> list[int | None]:
    with ledger.reading() as tx:
        page = queue.page(tx, scope or Scope(), Filter(**wanted))
        assert queue.count(tx, scope or Scope(), Filter(**wanted)) == len(page.tickets)
        return [ticket.id for ticket in page.tickets]


def test_a_list_is_narrowed_by_everything_an_officer_asks_for(filled: Ledger, now: datetime) -> None:
    assert found(filled) == [6, 5, 4, 3, 2, 1]
    assert found(filled, statuses=("closed", "triage")) == [3, 2, 1]
    assert found(filled, open_only=True) == [6, 5, 4, 2, 1]
    assert found(filled, opd="DLH") == [6, 5, 4]
    assert found(filled, kelurahan="Meri") == [1]
    assert found(filled, channel="email") == [2]
    assert found(filled, type="information") == [4]
    assert found(filled, urgent=True) == [3]
    assert found(filled, urgent=True, channel="email") == []


def test_search_finds_every_word_or_the_ref_and_takes_signs_as_they_are(filled: Ledger) -> None:
    assert found(filled, text="LAMPU mati") == [1]
    assert found(filled, text="lampu") == [3, 1]
    assert found(filled, text="100%") == [1]
    assert found(filled, text="h_m") == [2]
    assert found(filled, text="%") == [1]
    assert found(filled, text="smp-2611-0004") == [4]
    assert found(filled, text="'; drop table ticket") == []


def test_late_is_what_the_office_owes(filled: Ledger, now: datetime) -> None:
    assert found(filled, late_at=now) == [1]
    assert found(filled, late_at=now + timedelta(days=2)) == [6, 1]


def test_what_is_late_joins_the_statuses_asked_for(filled: Ledger, now: datetime) -> None:
    late_at = now + timedelta(days=2)
    assert found(filled, statuses=("triage",), late_at=late_at) == [1]
    assert found(filled, statuses=("triage",), late_at=late_at, or_late=True) == [6, 2, 1]


def test_what_is_worked_off_one_by_one_has_the_urgent_first(filled: Ledger) -> None:
    with filled.reading() as tx:
        assert [ticket.id for ticket in queue.waiting(tx, Scope(), Filter())] == [3, 1, 2, 4, 5, 6]


def test_a_scope_hides_what_one_may_not_see(filled: Ledger) -> None:
    assert found(filled, Scope(not_accusing="DISKOMINFO")) == [6, 4, 3, 2, 1]
    assert found(filled, Scope(opd="DLH")) == [6, 5, 4]
    assert found(filled, Scope(opd="DLH", not_accusing="DISKOMINFO")) == [6, 4]
    assert found(filled, Scope(nothing=True)) == []
    with filled.reading() as tx:
        assert queue.counts(tx, Scope(opd="DLH")) == {"assigned": 3}
        assert queue.counts(tx, Scope()) == {"assigned": 3, "triage": 2, "closed": 1}


def test_pages_follow_each_other_without_gap_or_double(filled: Ledger) -> None:
    seen: list[int | None] = []
    after: int | None = None
    with filled.reading() as tx:
        for _ in range(3):
            page = queue.page(tx, Scope(), Filter(), after=after, size=2)
            seen += [ticket.id for ticket in page.tickets]
            after = page.after
    assert seen == [6, 5, 4, 3, 2, 1]
    assert after is None


def test_the_most_pressing_come_first(filled: Ledger) -> None:
    with filled.reading() as tx:
        assert [ticket.id for ticket in queue.pressing(tx, Scope(), Filter())] == [2, 1]
        assert [ticket.id for ticket in queue.pressing(tx, Scope(), Filter(), size=1)] == [2]
