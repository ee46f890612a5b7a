"""A flood on WhatsApp: everybody writes four messages, the process dies in the middle, Twilio tries again,
and what it does not try again is asked for.

The short form takes about 12 seconds, the long one (100 people, both databases) somewhat longer.
"""

import http.client
import io
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.twilio import SID, TOKEN, delivery, resource
from counterparts.twilio_whatsapp import NUMBER, WhatsApp, pictured, said
from PIL import Image
from walk_world import Office, changed

PATIENCE = 120.0
#: Deliveries under way at a time.
LINES = 16
OUTAGE = "Listrik dan lampu jalan mati semua di Kelurahan Meri"
OTHERS = [
    "Sampah menumpuk di pinggir jalan Kelurahan Wates",
    "Jalan berlubang besar di Kelurahan Kranggan",
    "Air PDAM keruh dan kecil sekali",
    "zzz qqq xyzzy",  # no rule knows it: triage
]


class Flooded(Office):
    """An installation whose WhatsApp door is open."""

    def __init__(self, folder: Path, url: str, api: WhatsApp) -> None:
        super().__init__(folder, url)
        channels = folder / "config" / "channels.yaml"
        opened = f'  whatsapp:\n    name: WhatsApp\n    enabled: true\n    number: "{NUMBER}"\n'
        account = (
            f"  twilio:\n    account_sid: {SID}\n    auth_token: env:UJI_TWILIO\n    api_url: {api.url}\n"
        )
        text = changed(
            channels.read_text(), r"  whatsapp:\n    name: WhatsApp\n    enabled: false\n", account + opened
        )
        channels.write_text(text)

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | {"UJI_TWILIO": TOKEN}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        ledger = self.ledger()
        try:
            with ledger.reading() as tx:
                return tx.run(sql)
        finally:
            ledger.close()

    def deliver(self, fields: dict[str, str]) -> int:
        """The status of one delivery, 0 when nobody answered."""
        body, headers = delivery(f"http://127.0.0.1:{self.http}/hooks/whatsapp", fields)
        line = http.client.HTTPConnection("127.0.0.1", self.http, timeout=15)
        try:
            line.request("POST", "/hooks/whatsapp", body, headers)
            with line.getresponse() as answer:
                answer.read()
                return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()


def four(person: int) -> list[dict[str, str]]:
    """What one person sends, one after the other: words, a photo, the place, a plea."""
    who = f"+62812340{person:05d}"
    words = f"{OUTAGE}, RT {person}" if person % 5 < 3 else f"{OTHERS[person % 4]}, RT {person}"
    sids = [f"SM{person:04d}{number}" for number in range(4)]
    spot = {"Latitude": f"-7.48{person:03d}", "Longitude": "112.4475", "MessageType": "location"}
    named = {"From": f"whatsapp:{who}", "WaId": who[1:]}
    return [
        said(sids[0], words, who),
        pictured(sids[1], f"{sids[1]}/ME1", **named),
        said(sids[2], "", who, **spot),
        said(sids[3], "tolong pak", who),
    ]


def given_up(person: int) -> bool:
    """Whether Twilio lets this person's plea lie after the outage: then only its list holds it."""
    return person % 5 == 4


def listed(messages: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """What Twilio's API says of a person's words and plea."""
    at = datetime.now(UTC)
    return [
        resource(one["MessageSid"], one["Body"], at, one["From"], to=one["To"])
        for one in (messages[0], messages[3])
    ]


def photo(person: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (person % 256, 80, 90)).save(file, "JPEG")
    return file.getvalue()


class Provider:
    """Twilio's hands: what is not answered with yes is brought again."""

    def __init__(self, office: Flooded) -> None:
        self.office = office
        self.answers: Counter[int] = Counter()
        self._lock = threading.Lock()

    def bring(self, fields: dict[str, str]) -> None:
        """One message, until it is taken."""
        until = time.monotonic() + PATIENCE
        while True:
            status = self.office.deliver(fields)
            with self._lock:
                self.answers[status] += 1
            if status == 200:
                return
            assert status in (0, 503), status
            assert time.monotonic() < until, self.office.log.read_text()[-3000:]
            time.sleep(0.2)

    def person(self, messages: Sequence[dict[str, str]]) -> None:
        for fields in messages:
            self.bring(fields)

    @contextmanager
    def bringing(self, jobs: Sequence[Sequence[dict[str, str]]]) -> Iterator[None]:
        """All jobs at a time, while the caller does something; all are done at the end."""
        with ThreadPoolExecutor(LINES) as hands:
            under_way = [hands.submit(self.person, job) for job in jobs]
            yield
            for one in under_way:
                one.result()


def eventually(true: Callable[[], Any], office: Office) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, office.log.read_text()[-3000:]
        time.sleep(0.1)


def flood(folder: Path, url: str, people: int) -> None:
    everybody = [four(person) for person in range(people)]
    brought = [one[:3] if given_up(person) else one for person, one in enumerate(everybody)]
    files = {f"SM{person:04d}1/ME1": photo(person) for person in range(people)}
    late = {key: 1 for number, key in enumerate(files) if number % 3 == 0}
    with WhatsApp(files=files, late=late) as api:
        office = Flooded(folder / "kota", url, api)
        provider, mark = Provider(office), folder / "mark"
        try:
            office.start("commit", str(people * 2), str(mark))
            with provider.bringing(brought):
                assert office.process is not None
                assert office.process.wait(PATIENCE) == -9, office.log.read_text()[-3000:]
                time.sleep(1.0)  # nobody is there for a while
                api.inbox += [told for messages in everybody for told in listed(messages)]
                office.start()
            unanswered = mark.read_text()
            assert office.stop() == 0
            _silence(office, provider, brought)
            _all_is_answered(office, api, people)
            assert office.stop() == 0
        finally:
            office.kill()
    assert "SM" in unanswered  # something was kept, and brought again
    assert provider.answers[0] > 0
    assert '"event":"swept"' in office.log.read_text().replace(" ", "")
    assert TOKEN not in office.log.read_text()
    _nothing_is_lost_or_doubled(office, api, people)


def _silence(office: Flooded, provider: Provider, brought: list[list[dict[str, str]]]) -> None:
    """Twenty minutes later Twilio brings once more what it has not given up; the rest we ask for."""
    again = [[fields] for messages in brought for fields in messages]
    random.Random(7).shuffle(again)
    office.start("later", "1200", str(office.folder / "mark"))
    office.ready()
    with provider.bringing(again):
        pass


def _all_is_answered(office: Flooded, api: WhatsApp, people: int) -> None:
    arrived = "SELECT COUNT(*) FROM message WHERE direction = 'in'"
    eventually(lambda: office.rows(arrived) == [(people * 4,)], office)
    eventually(lambda: len(api.sent) >= people, office)
    waiting = "SELECT COUNT(*) FROM attachment WHERE state <> 'kept'"
    eventually(lambda: office.rows(waiting) == [(0,)], office)
    pending = "SELECT COUNT(*) FROM outbox WHERE channel = 'whatsapp' AND state = 'pending'"
    eventually(lambda: office.rows(pending) == [(0,)], office)


def _nothing_is_lost_or_doubled(office: Flooded, api: WhatsApp, people: int) -> None:
    def count(of: str) -> int:
        return int(office.rows(f"SELECT COUNT(*) FROM {of}")[0][0])

    assert count("message WHERE direction = 'in'") == people * 4
    assert (count("ticket"), count("attachment")) == (people, people)
    # what the list told first and the webhook after it are two payloads of one message
    assert office.rows("SELECT COUNT(DISTINCT delivery_id) FROM arrival") == [(people * 4,)]
    assert count("arrival WHERE state <> 'kept'") == 0
    each = office.rows(
        "SELECT COUNT(*) FROM message WHERE direction = 'in' AND ticket_id IS NOT NULL"
        " GROUP BY ticket_id, conversation_id"
    )
    assert each == [(4,)] * people
    assert count("ticket WHERE merged_into IS NOT NULL") == 0
    thanks = Counter(one["To"] for one in api.sent)
    assert thanks == Counter({f"whatsapp:+62812340{person:05d}": 1 for person in range(people)})
    assert all("sudah kami terima" in one["Body"] for one in api.sent)
    assert count("outbox WHERE notice = 'ack' AND state = 'sent'") == people


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_flood_with_a_kill_in_the_middle_loses_and_doubles_nothing(tmp_path: Path, empty_url: str) -> None:
    flood(tmp_path, empty_url, 20)


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_flood_of_a_hundred_people(tmp_path: Path, empty_url: str) -> None:
    flood(tmp_path, empty_url, 100)
