"""A score and its parts."""

import pytest
from agenda_world import RULES, rules
from hypothesis import given
from hypothesis import strategies as st

from sapa.agenda.score import Standing, score


def parts(**standing: object) -> dict[str, float]:
    known = {"age_days": 0.0, **standing}
    return {part.name: part.points for part in score(Standing(**known), RULES).parts}  # type: ignore[arg-type]


def test_a_fresh_ticket_of_one_person_scores_nothing() -> None:
    assert score(Standing(age_days=0), RULES).total == 0
    assert parts() == {}


def test_age_hurts_more_the_later_it_gets_and_stops_at_three_times_the_promise() -> None:
    ages = [parts(age_days=days, promised_days=10)["age"] for days in (10, 20, 30, 300)]
    assert ages == [1.1, 4.4, 10.0, 10.0]


def test_overdue_counts_only_after_the_promise() -> None:
    assert "overdue" not in parts(age_days=9, promised_days=10)
    assert parts(age_days=20, promised_days=10)["overdue"] == 10.0
    assert parts(age_days=99, promised_days=10)["overdue"] == 20.0


def test_without_a_promise_only_age_counts() -> None:
    assert parts(age_days=14) == {"age": 1.1}


def test_each_doubling_of_reporters_counts_the_same_up_to_32() -> None:
    counted = [parts(reporters=n).get("reporters", 0) for n in (1, 2, 4, 8, 32, 1000)]
    assert counted == [0, 3.0, 6.0, 9.0, 15.0, 15.0]


def test_danger_refusals_and_reopening_count() -> None:
    assert parts(urgent=True, refusals=1, reopened=1) == {"urgent": 30.0, "reopened": 6.7, "declined": 5.0}
    assert parts(refusals=9, reopened=9) == {"reopened": 20.0, "declined": 10.0}


def test_a_kelurahan_that_got_its_share_of_visits_gets_nothing_for_fairness() -> None:
    def fair(**shares: float) -> float:
        return parts(kelurahan="Wates", **shares).get("fairness", 0)

    assert fair(backlog_share=0.5, visit_share=0.0) == 10.0
    assert fair(backlog_share=0.5, visit_share=0.25) == 5.0
    assert fair(backlog_share=0.5, visit_share=0.5) == 0
    assert fair(backlog_share=0.1, visit_share=0.9) == 0
    assert parts(backlog_share=0.5) == {}


def test_the_heaviest_part_comes_first_and_says_where_it_comes_from() -> None:
    result = score(Standing(age_days=12.5, promised_days=5, reporters=4, urgent=True), RULES)
    assert [(part.label, part.detail) for part in result.parts] == [
        ("Keselamatan", "ada kata bahaya dalam laporan"),
        ("Lewat tenggat", "lewat 7,5 hari"),
        ("Umur laporan", "12,5 hari sejak masuk, ukuran 5 hari"),
        ("Jumlah pelapor", "4 pelapor"),
    ]
    assert result.total == pytest.approx(sum(part.points for part in result.parts))


def test_a_weight_of_zero_or_none_leaves_a_part_out() -> None:
    only_age = rules(weights={"age": 1.0, "urgent": 0.0})
    found = score(Standing(age_days=60, promised_days=5, urgent=True, reopened=3), only_age)
    assert [part.name for part in found.parts] == ["age"]


@given(st.floats(0, 400), st.floats(0.5, 60), st.integers(1, 200), st.integers(0, 9), st.booleans())
def test_waiting_longer_never_lowers_a_score(
    age: float, promised: float, reporters: int, reopened: int, urgent: bool
) -> None:
    def total(days: float) -> float:
        standing = Standing(
            age_days=days, promised_days=promised, reporters=reporters, reopened=reopened, urgent=urgent
        )
        return score(standing, RULES).total

    assert total(age) <= total(age + 3) <= 105
