"""The status table can be trusted."""

import pytest

from sapa.desk.errors import NotAllowed
from sapa.desk.lifecycle import ACTS, ALLOWED, NARROWER, WHO, check, possible
from store.tables.tickets import STATUSES


def test_the_table_knows_every_status_of_the_ledger() -> None:
    assert set(ALLOWED) == set(STATUSES.split())
    assert {status for following in ALLOWED.values() for status in following} <= set(ALLOWED)


def test_every_status_can_be_reached() -> None:
    reached, waiting = {"received"}, ["received"]
    while waiting:
        for status in ALLOWED[waiting.pop()] - reached:
            reached.add(status)
            waiting.append(status)
    assert reached == set(ALLOWED)


def test_only_merged_is_an_end() -> None:
    assert [status for status, following in ALLOWED.items() if not following] == ["merged"]


def test_every_act_has_somebody_who_may_do_it_and_leads_where_the_table_allows() -> None:
    assert set(WHO) == set(ACTS)
    for act, (begin, end) in ACTS.items():
        assert WHO[act]
        for status in begin:
            assert {""} & end or ALLOWED[status] & end, (act, status)


def test_an_act_on_the_wrong_status_is_refused() -> None:
    check("accept", "assigned")
    with pytest.raises(NotAllowed) as error:
        check("accept", "closed")
    assert (error.value.act, error.value.status) == ("accept", "closed")


def test_a_reporter_reopens_only_what_was_said_to_be_done() -> None:
    check("reopen", "archived", "coordinator")
    with pytest.raises(NotAllowed):
        check("reopen", "archived", "citizen")
    check("reopen", "archived", "system")
    with pytest.raises(NotAllowed):
        check("reopen", "closed", "system")
    assert all(narrow <= ACTS[act][0] for (act, _), narrow in NARROWER.items())


def test_buttons_follow_the_same_tables() -> None:
    assert possible("resolved", "citizen") == ("confirm", "reopen")
    assert possible("archived", "citizen") == ()
    assert possible("assigned", "opd") == (
        "accept",
        "decline",
        "ask",
        "answer",
        "resolve",
        "hand_over",
        "note",
        "fetch_again",
        "write_down",
        "undo",
    )
    assert "reassign" in possible("triage", "coordinator")
    assert possible("merged", "administrator") == ()
