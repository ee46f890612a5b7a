"""Which tickets may be visited."""

from datetime import date
from typing import Any

import pytest
from agenda_world import RULES, WEEK, Desk, at, city, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.agenda.candidates import Scored, candidates, chosen
from sapa.agenda.due import visit_of
from store import agendas, tickets
from store.db import Ledger
from store.ids import uuid7
from store.tables import Agenda, Stop, Ticket

VISIT = visit_of(WEEK, city(), RULES)
assert VISIT is not None


def found(ledger: Ledger) -> dict[int, Scored]:
    assert VISIT is not None
    with ledger.reading() as tx:
        return {one.ticket_id: one for one in candidates(tx, city(), RULES, VISIT)}


def parts(one: Scored) -> dict[str, float]:
    return {part.name: part.points for part in one.score.parts}


def test_open_complaints_with_a_place_may_be_visited(desk: Desk) -> None:
    able = {
        desk.ticket(),
        desk.ticket(status="accepted", privacy="anonymous"),
        desk.ticket(lat=None, lon=None),  # its kelurahan is known
    }
    assert set(found(desk.ledger)) == able


NEVER: tuple[dict[str, Any], ...] = (
    {"privacy": "secret"},
    {"sensitive": "kekerasan"},
    {"accused": "DISKOMINFO"},
    {"type": "oversight"},
    {"type": "information"},
    {"type": "aspiration"},
    {"status": "received"},
    {"status": "triage"},
    {"status": "waiting"},
    {"status": "resolved"},
    {"status": "closed"},
    {"status": "external"},
    {"status": "archived"},
    {"status": "merged"},
    {"lat": None, "lon": None, "kelurahan": ""},
    {"lat": None, "lon": None, "kelurahan": "Antah"},
)


def test_others_may_not(desk: Desk) -> None:
    for fields in NEVER:
        desk.ticket(**fields)
    assert found(desk.ledger) == {}


def test_a_ticket_without_a_point_is_in_the_middle_of_its_kelurahan(desk: Desk) -> None:
    ticket = desk.ticket(lat=None, lon=None, kelurahan="Wates")
    one = found(desk.ledger)[ticket].candidate
    assert (one.lat, one.lon) == (pytest.approx(-7.465), pytest.approx(112.445))


def test_reporters_refusals_reopening_danger_and_age_are_read_from_the_ledger(desk: Desk) -> None:
    plain, hard = (
        desk.ticket(days=6, promised=None),
        desk.ticket(days=20, promised=10, reporters=4, refusals=2, reopened=3, urgent=True),
    )
    able = found(desk.ledger)
    assert set(parts(able[plain])) == {"age", "fairness"}
    given = parts(able[hard])
    assert given["reporters"] == 6.0
    assert (given["declined"], given["reopened"], given["urgent"]) == (10.0, 20.0, 30.0)
    # 20 days and 23 hours of 10 promised.
    assert given["overdue"] == pytest.approx(10.95, abs=0.06)


def test_a_promise_that_was_dropped_does_not_count(desk: Desk) -> None:
    ticket = desk.ticket(days=20, promised=10)
    desk.ledger.write(lambda tx: tx.run("UPDATE deadline SET void_at = :now", now=at(11, 24)))
    assert "overdue" not in parts(found(desk.ledger)[ticket])


def test_a_kelurahan_visited_lately_steps_back(desk: Desk) -> None:
    seen, unseen = desk.ticket(kelurahan="Wates"), desk.ticket(kelurahan="Kranggan")
    before = desk.ticket(kelurahan="Wates", status="closed")
    weeks = {"2026-W47": "visited", "2026-W46": "draft", "2026-W38": "visited"}

    def visits(tx: object) -> None:
        for week, state in weeks.items():
            row = Agenda(
                week=week,
                visit_on=date.fromisocalendar(2026, int(week[-2:]), 3),
                state=state,
                created_at=at(11, 1),
            )
            tx.session.add(row)  # type: ignore[attr-defined]
            tx.flush()  # type: ignore[attr-defined]
            assert row.id is not None
            stop = Stop(uuid=uuid7(at(11, 1)), agenda_id=row.id, ticket_id=before, position=1)
            tx.session.add(stop)  # type: ignore[attr-defined]

    desk.ledger.write(visits)
    able = found(desk.ledger)
    assert "fairness" not in parts(able[seen])
    assert parts(able[unseen])["fairness"] == 10.0
    with desk.ledger.reading() as tx:
        counted = agendas.visits_by_kelurahan(tx, date(2026, 9, 30), date(2026, 11, 25))
    assert counted == {"Wates": 1}


def test_one_ticket_is_scored_as_it_would_be_among_all(desk: Desk) -> None:
    made = [desk.ticket(days=n, reporters=n, kelurahan=k) for n, k in ((1, "Wates"), (9, "Kranggan"))]
    assert VISIT is not None
    with desk.ledger.reading() as tx:
        rows = list(tickets.by_ids(tx, made[1:]).values())
        (one,) = chosen(tx, rows, city(), rules(), VISIT)
    assert one == found(desk.ledger)[made[1]]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["normal", "anonymous", "secret"]),
    st.sampled_from(["", "kekerasan", "anak"]),
    st.sampled_from(["", "INSPEKTORAT"]),
    st.sampled_from(["information", "aspiration", "complaint", "oversight"]),
)
def test_nothing_secret_or_sensitive_may_ever_be_shown(
    privacy: str, sensitive: str, accused: str, type: str
) -> None:
    now = at(11, 24)
    ticket = Ticket(
        uuid=uuid7(now), ref="x", token="x", channel="web", status="assigned", type=type,
        privacy=privacy, sensitive=sensitive, accused=accused, opened_at=now, updated_at=now,
    )  # fmt: skip
    plain = privacy != "secret" and not sensitive and not accused and type == "complaint"
    assert agendas.may_be_shown(ticket) is plain
