"""How the doors fare, in memory."""

from datetime import datetime, timedelta

from notifier.pulse import IN_A_ROW, Pulse

SOON = timedelta(minutes=1)


def test_a_door_fails_after_some_failures_in_a_row_and_works_after_one_success(now: datetime) -> None:
    pulse = Pulse()
    for number in range(IN_A_ROW):
        assert all(beat.failing_since is None for beat in pulse.take().values())
        pulse.failed("sms", now + number * SOON, "Penyedia tidak menjawab.")
    beat = pulse.take()["sms"]
    assert (beat.failing_since, beat.error, beat.sent) == (now, "Penyedia tidak menjawab.", 0)
    pulse.sent("sms", now + 9 * SOON)
    beat = pulse.take()["sms"]
    assert (beat.failing_since, beat.error, beat.sent, beat.last_out_at) == (None, "", 1, now + 9 * SOON)


def test_counts_begin_anew_and_a_door_nothing_was_heard_of_is_not_told(now: datetime) -> None:
    pulse = Pulse()
    pulse.sent("sms", now)
    pulse.refused("telegram")
    first = pulse.take()
    assert (first["sms"].sent, first["telegram"].refused, first["telegram"].heard) == (1, 1, False)
    assert pulse.take() == {}


def test_a_listener_in_trouble_fails_although_sending_works(now: datetime) -> None:
    pulse = Pulse()
    pulse.listening("telegram", now, "token bot ditolak")
    pulse.sent("telegram", now)
    pulse.listening("telegram", now + SOON, "token bot ditolak")
    beat = pulse.take()["telegram"]
    assert (beat.failing_since, beat.error) == (now, "token bot ditolak")
    pulse.listening("telegram", now + 2 * SOON, "")
    assert pulse.take()["telegram"].failing_since is None
