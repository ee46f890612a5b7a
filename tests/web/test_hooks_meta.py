"""/hooks/facebook through the real app and ledger: every item kept once, answered where it may be."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.graph import JPEG, PAGE, VERIFY, Graph, comment, page, said, section, signed
from hook_world import BASE, HookTown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.meta import FacebookDoor
from store.db import Ledger


class Town(HookTown):
    """An office with a page on Facebook."""

    def post(self, told: Any) -> Any:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.client.post("/hooks/facebook", content=body, headers=signed(body))


def make(ledger: Ledger, folder: Path, now: datetime, url: str) -> Town:
    told = section(url, public_url=BASE)
    return Town.of(ledger, folder, now, lambda clock: FacebookDoor.build(told, clock))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def town(ledger: Ledger, tmp_path: Path, now: datetime) -> Town:
    return make(ledger, tmp_path, now, "http://127.0.0.1:9")


def test_every_entry_and_every_message_of_a_delivery_is_kept_once(town: Town) -> None:
    told = page(
        said("m_1", "Lampu jalan mati"), said("m_2", "Sampah menumpuk", sender="6002"),
        changes=[comment("c_1", "Jalan berlubang", sender="6003")],
    )  # fmt: skip
    told["entry"] += page(said("m_3", "Air keruh", sender="6004"))["entry"]
    assert town.post(told).json() == {"accepted": 4}
    assert town.post(told).json() == {"accepted": 4}
    told["entry"].reverse()  # Meta tells the same events in another delivery
    town.post(told)
    assert (town.count("ticket"), town.count("message"), town.count("arrival")) == (4, 4, 2)


def test_what_is_not_signed_keeps_nothing(town: Town) -> None:
    body = json.dumps(page(said("m_1", "Halo"))).encode()
    answer = town.client.post("/hooks/facebook", content=body, headers=signed(body, "lain"))
    assert (answer.status_code, town.count("arrival")) == (403, 0)


def test_the_challenge_is_answered_by_get(town: Town) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "12345"}
    answer = town.client.get("/hooks/facebook", params=asked)
    assert (answer.status_code, answer.text) == (200, "12345")
    assert town.client.get("/hooks/facebook", params=asked | {"hub.verify_token": "x"}).status_code == 403
    assert town.client.get("/hooks/facebook").status_code == 403


def test_a_comment_becomes_a_ticket_and_its_writer_is_answered_below_and_in_private(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with Graph() as api:
        town = make(ledger, tmp_path, now, api.url)
        town.post(page(changes=[comment("c_1", "Lampu jalan mati")]))
        town.clock.now += town.city.burst
        town.relay()
    ((ref,),) = town.rows("select ref from ticket")
    assert [where for where, _ in api.public] == ["c_1"]
    assert ref not in api.public[0][1]
    assert [(told["recipient"], ref in told["message"]["text"]) for told in api.sent] == [
        ({"comment_id": "c_1"}, True)
    ]


def test_a_picture_is_fetched_and_a_message_taken_back_stays_in_sight(
    ledger: Ledger, tmp_path: Path, now: datetime
) -> None:
    with Graph() as api:
        town = make(ledger, tmp_path, now, api.url)
        picture = {"type": "image", "payload": {"url": f"{api.url}/ada.jpg"}}
        town.post(page(said("m_1", "Lampu jalan mati", attachments=[picture])))
        assert town.fetch() == 1
    assert town.rows("select size from attachment") == [(len(JPEG),)]
    town.post(page(said("m_1", is_deleted=True)))
    assert town.rows("select text from message") == [("Lampu jalan mati",)]
    assert town.rows("select text from message_revision") == [("[pesan ini dihapus]",)]


def test_what_is_taken_back_before_it_was_a_report_opens_none(town: Town) -> None:
    town.post(page(said("m_9", is_deleted=True)))
    town.post(page(changes=[comment("c_9", "", verb="remove")]))
    town.post(page(said("m_1", "status")))
    town.post(page(said("m_1", is_deleted=True)))
    assert town.count("ticket") == 0


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=20),
    st.sampled_from(["m_1", "6001", "add", "comment", "image", "https://x.fbcdn.net/a.jpg", 1_764_000_000]),
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "sender", "recipient", "timestamp", "message", "mid", "text", "attachments", "type", "payload",
        "url", "id", "is_echo", "is_deleted", "postback", "title", "delivery", "mids", "read",
        "reaction", "field", "value", "item", "verb", "comment_id", "post_id", "from", "created_time",
        "coordinates", "lat", "long", "reply_to", "story",
    ]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(TREES, max_size=4), changes=st.lists(TREES, max_size=3))
def test_any_json_in_a_delivery_is_kept_or_parked_and_twice_is_once(
    town: Town, events: list[Any], changes: list[Any]
) -> None:
    whole = said("m_whole", "Lampu jalan mati", sender="6777")
    told = {"object": "page", "entry": [{"id": PAGE, "messaging": [*events, whole], "changes": changes}]}
    assert town.post(told).status_code == 200
    kept = [town.count(table) for table in ("arrival", "message", "ticket")]
    assert town.post(told).status_code == 200
    assert kept == [town.count(table) for table in ("arrival", "message", "ticket")]
    assert town.count("message", "external_id = 'm_whole'") == 1
