"""What is written down of the doors, and when Diskominfo is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_world import TZ, World

from notifier.pulse import Beat
from sapa.desk import doors
from sapa.desk.city import City, Line
from sapa.desk.doors import Door, awake
from store import arrivals, outages
from store.tables import Officer

LINES = {
    "telegram": Line(name="Telegram", open=True, silent_after=8),
    "sms": Line(name="SMS", opens_with="Nomor dua arah."),
}


class Desk:
    """The doors of a city, minute by minute."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.city: City = replace(world.city, lines=LINES)
        self.now = world.now

    def pass_(self, **span: float) -> "Desk":
        self.now += timedelta(**span)
        return self

    def look(self) -> int:
        return self.world.ledger.write(lambda tx: doors.look(tx, self.now, self.city))

    def beat(self, **what: Any) -> None:
        beats = {"telegram": Beat(**{"heard": True, **what})}
        self.world.ledger.write(lambda tx: doors.note(tx, beats, self.now, self.city))

    def came(self) -> None:
        """Something came in by Telegram."""
        self.world.ledger.write(
            lambda tx: arrivals.add_arrival(
                tx,
                channel="telegram",
                account="bot",
                delivery_id=f"{self.now}",
                digest="d",
                media_type="application/json",
                raw=b"{}",
                blob=None,
                now=self.now,
                state="kept",
                reason="",
            )
        )

    def door(self, channel: str = "telegram") -> Door:
        with self.world.ledger.reading() as tx:
            return next(one for one in doors.report(tx, self.now, self.city) if one.channel == channel)

    def told(self) -> list[str]:
        with self.world.ledger.reading() as tx:
            return [row[0] for row in tx.run("SELECT notice FROM outbox ORDER BY id")]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_a_failing_door_is_told_once_when_it_lasts_and_once_when_it_is_well(desk: Desk) -> None:
    desk.look()
    desk.beat(failing_since=desk.now, error="Penyedia tidak menjawab.")
    assert desk.look() == 0
    door = desk.door()
    assert (door.state, door.error, door.since) == ("failing", "Penyedia tidak menjawab.", desk.now)
    assert "token bot" in door.what_to_do
    for _ in range(3):
        desk.pass_(minutes=5)
        desk.beat(failing_since=desk.now, error="Penyedia tidak menjawab.")
        desk.look()
    assert desk.told() == ["door_failing"]
    desk.beat()
    desk.look()
    desk.look()
    assert (desk.told(), desk.door().state) == (["door_failing", "door_well"], "open")
    desk.beat(failing_since=desk.now, error="Lagi.")
    desk.pass_(minutes=6).look()
    assert desk.told() == ["door_failing", "door_well", "door_failing"]


def test_a_fault_that_passes_by_itself_is_not_told(desk: Desk) -> None:
    desk.beat(failing_since=desk.now, error="Sebentar.")
    desk.pass_(minutes=4).look()
    desk.beat()
    desk.pass_(minutes=4).look()
    assert desk.told() == []


def test_a_process_that_heard_nothing_of_a_door_takes_no_fault_back(desk: Desk) -> None:
    desk.beat(failing_since=desk.now, error="Rusak.")
    desk.beat(heard=False, refused=2)
    assert (desk.door().state, desk.door().refused_today) == ("failing", 2)


def test_a_silent_door_is_told_after_its_waking_hours_and_speaks_again(desk: Desk) -> None:
    desk.came()  # 09.00 in the city
    desk.look()
    desk.pass_(hours=7, minutes=59).look()
    assert desk.door().state == "open"
    desk.pass_(minutes=2).look()
    desk.look()
    assert (desk.told(), desk.door().state, desk.door().hours) == (["door_silent"], "silent", 8)
    desk.came()
    desk.look()
    assert desk.told() == ["door_silent", "door_well"]
    assert desk.door().last_in_at == desk.now


def test_what_came_and_left_is_counted_by_the_day_of_the_city(desk: Desk) -> None:
    desk.came()
    desk.look()
    desk.pass_(hours=1).came()
    desk.look()
    desk.look()
    desk.beat(sent=3, last_out_at=desk.now)
    assert (desk.door().in_today, desk.door().out_today, desk.door().last_out_at) == (2, 3, desk.now)
    desk.pass_(hours=15)  # past midnight in the city
    assert (desk.door().in_today, desk.door().out_today) == (0, 0)
    desk.came()
    desk.look()
    assert (desk.door().in_today, desk.door().out_today) == (1, 0)


def test_the_page_knows_at_once_what_the_next_look_will_count(desk: Desk) -> None:
    desk.came()
    assert (desk.door().last_in_at, desk.door().in_today) == (desk.now, 1)
    desk.look()
    assert (desk.door().last_in_at, desk.door().in_today) == (desk.now, 1)
    desk.pass_(hours=30)
    assert desk.door().state == "silent"
    desk.came()
    assert (desk.door().state, desk.door().last_in_at, desk.door().in_today) == ("open", desk.now, 1)
    desk.beat(sent=2)
    desk.pass_(minutes=1).came()
    assert (desk.door().in_today, desk.door().out_today) == (2, 2)


def test_a_closed_door_says_what_opens_it_and_is_never_told_of(desk: Desk) -> None:
    desk.pass_(days=30).look()
    assert (desk.door("sms").state, desk.door("sms").what_to_do) == ("closed", "Nomor dua arah.")
    assert desk.told() == []


def test_of_a_channel_that_was_declared_down_nobody_is_told_again(desk: Desk) -> None:
    desk.look()
    officer = {"login": "k", "name": "K", "role": "coordinator", "password_hash": "-"}

    def act(tx: Any) -> None:
        tx.session.add(Officer(**officer, created_at=desk.now))
        tx.flush()
        outages.declare(tx, "telegram", "Diblokir.", None, key="k", by=1, now=desk.now)

    desk.world.ledger.write(act)
    desk.pass_(days=3).look()
    assert (desk.told(), desk.door().state) == ([], "down")


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("09:00", "17:00", 8),
        ("21:00", "30:00", 1),  # 21.00 to 06.00 of the next day
        ("21:00", "31:00", 2),
        ("23:00", "28:00", 0),
        ("12:00", "84:00", 48),  # three days on at noon
    ],
)
def test_hours_of_the_night_do_not_count(since: str, until: str, hours: int) -> None:
    start = datetime(2026, 11, 24, tzinfo=TZ)
    moments = [start + timedelta(hours=int(one[:2])) for one in (since, until)]
    assert awake(moments[0].astimezone(UTC), moments[1].astimezone(UTC), TZ) == timedelta(hours=hours)
