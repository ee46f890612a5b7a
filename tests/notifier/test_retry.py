"""Waiting times, and errors that may be written down."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifier.retry import Retry, reason


@given(st.integers(1, 2**40), st.integers(0, 500))
def test_waiting_doubles_up_to_an_hour_and_is_always_the_same(row_id: int, tries: int) -> None:
    retry = Retry()
    wait = retry.wait(row_id, tries)
    assert wait == retry.wait(row_id, tries)
    base = min(30 * 2 ** min(max(tries, 1) - 1, 19), 3600)
    assert base * 0.75 <= wait.total_seconds() <= base * 1.25


def test_rows_that_failed_together_do_not_come_back_together() -> None:
    assert len({Retry().wait(row_id, 1) for row_id in range(50)}) > 40


def test_the_provider_may_ask_for_more_time_but_not_for_ever() -> None:
    assert Retry().wait(1, 1, 900.0) == timedelta(minutes=15)
    assert Retry().wait(1, 1, 1e12) == timedelta(days=1)


def test_a_reason_keeps_no_address_and_no_number() -> None:
    error = ValueError("550 5.1.1 <budi@example.org>\n+62 812-3456-7890 unknown: user-x")
    assert reason(error, "user-x", "") == "550 5.1.1 … … unknown: …"
    assert reason(TimeoutError()) == "TimeoutError"
    assert len(reason(ValueError("a b " * 200))) == 200
