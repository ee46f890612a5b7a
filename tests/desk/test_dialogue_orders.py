"""Whatever is sent in whatever order, doubled or not: nothing is lost and no complaint is two tickets."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram_world import Chats

from sapa.desk import turns
from store.db import Ledger

PHOTO = [{"file_id": "AgAC", "width": 10, "height": 10}]
#: What may be sent, and whether it is a complaint by itself.
SENT: list[tuple[dict[str, Any], bool]] = [
    ({"text": "/lapor"}, False),
    ({"text": "/lapor Sampah menumpuk di Wates"}, True),
    ({"text": "Lampu jalan mati"}, True),
    ({"text": "Lampu jalan di Meri mati"}, True),
    ({"text": "di Meri"}, True),
    ({"photo": PHOTO}, True),
    ({"location": {"latitude": -7.481, "longitude": 112.4475}}, False),
    ({"text": "1"}, True),
    ({"text": "2"}, True),
    ({"text": "Laporan baru"}, True),
    ({"text": "/batal"}, False),
    ({"text": "/status"}, False),
    ({"text": "/halo"}, False),
]
#: Minutes until the next is sent: at once, within a burst, long after it, after every question's time.
WAITS = st.sampled_from([0.2, 3.0, 120.0, 1800.0])
STEPS = st.lists(st.tuples(st.integers(0, len(SENT) - 1), WAITS, st.booleans()), min_size=1, max_size=9)


class Told:
    """Counts what was sent to a world, and holds what must be true of it after each step."""

    def __init__(self, world: Chats) -> None:
        self.world = world
        self.sent = self.complaints = self.given_up = 0

    def send(self, number: int, *, twice: bool) -> None:
        what, complaint = SENT[number]
        self.sent += 1
        self.complaints += complaint
        for _ in range(1 + twice):
            self.world.write(number=self.sent, **what)

    def wait(self, minutes: float) -> None:
        self.world.later(minutes=minutes)
        while n := self.world.ledger.write(lambda tx: turns.give_up(tx, self.world.now, self.world.city)):
            self.given_up += n

    def check(self) -> None:
        rows = self.world.rows
        assert rows("SELECT COUNT(*) FROM message WHERE direction = 'in'") == [(self.sent,)]
        assert rows("SELECT COUNT(*) FROM arrival WHERE state <> 'kept'") == [(0,)]
        assert len(self.world.tickets()) <= self.complaints + self.given_up
        # a complaint in words is on a ticket, whatever was asked before it
        lost = "ticket_id IS NULL AND (text LIKE 'Lampu%' OR text LIKE 'Sampah%')"
        assert rows(f"SELECT COUNT(*) FROM message WHERE {lost}") == [(0,)]
        # a picture or a place is on a ticket, waits for one, or was taken back by its sender
        parts = "ticket_id IS NULL AND text = '' AND machine NOT IN ('loose', 'canceled')"
        assert rows(f"SELECT COUNT(*) FROM message WHERE {parts}") == [(0,)]
        # one acknowledgement for each ticket, and one question at a time
        assert (
            rows("SELECT COUNT(*) FROM outbox WHERE notice = 'ack' GROUP BY ticket_id HAVING COUNT(*) > 1")
            == []
        )
        assert rows("SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND key LIKE 'ask:%'")[0][0] <= 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_loses_anything_or_makes_more_tickets_than_complaints(
    sqlite_template: Path, now: datetime, steps: list[tuple[int, float, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "ledger.db"
        place.write_bytes(sqlite_template.read_bytes())
        with closing(Ledger(f"sqlite:///{place}")) as ledger:
            told = Told(Chats(ledger, Path(folder), now))
            for number, minutes, twice in steps:
                told.send(number, twice=twice)
                told.check()
                told.wait(minutes)
            told.check()
            told.wait(3000.0)
            waiting = "ticket_id IS NULL AND machine = 'loose'"
            assert told.world.rows(f"SELECT COUNT(*) FROM message WHERE {waiting}") == [(0,)]
            told.check()
