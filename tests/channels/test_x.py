"""The door of X: who may deliver, what leaves in private and in public, and how it is signed."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from counterparts.x import JPEG, KEYS, NOBODY, SOMEBODY, X, direct, mention, section, signature
from hypothesis import given, settings
from hypothesis import strategies as st

from channels._x_oauth import Keys, authorization
from channels.base import Payload, Rejected, Request, Unavailable, Undeliverable, Unreadable
from channels.message import Address, OutboundMessage
from channels.x import ASK_TO_WRITE, IN_PUBLIC, XDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
REF = "SMP-2611-0042"


def door(**more: Any) -> XDoor:
    return XDoor.build(section(**more), lambda: NOW)


def outgoing(to: str = SOMEBODY, **more: Any) -> OutboundMessage:
    known: dict[str, Any] = {
        "text": f"Laporan {REF} kami terima.", "key": "k1", "template": "ack", "in_reply_to": "601",
    }  # fmt: skip
    return OutboundMessage(to=Address(channel="x", value=to), **known | more)


def payload(told: Any) -> Payload:
    body = json.dumps(told).encode()
    return door().verify(
        Request(url="/", headers={"x-twitter-webhooks-signature": signature(body)}, body=body), NOW
    )


def test_the_header_is_signed_as_in_the_example_of_the_documentation() -> None:
    """docs.x.com, "Creating a signature": keys, nonce and time are published there."""
    keys = Keys(
        consumer_key="xvz1evFS4wEEPTGEFPHBog",
        consumer_secret="kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        token_secret="LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    url = (
        "https://api.twitter.com/1.1/statuses/update.json?include_entities=true"
        "&status=Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21"
    )
    at = datetime.fromtimestamp(1318622958, UTC)
    header = authorization("POST", url, keys, at, nonce=lambda: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg")
    assert 'oauth_signature="hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D"' in header


def test_the_daily_challenge_is_answered_with_the_secret() -> None:
    asked = Request(url="/", headers={}, query={"crc_token": "abc"}, method="GET")
    answer = door().challenge(asked)
    assert json.loads(answer.body) == {"response_token": signature(b"abc")}
    with pytest.raises(Rejected):
        door().challenge(Request(url="/", headers={}, method="GET"))


def test_a_delivery_is_believed_by_its_signature() -> None:
    body = json.dumps(direct("601", "Halo")).encode()
    for given_, sent in ((signature(body, "lain"), body), (signature(body), body + b" "), ("", body)):
        with pytest.raises(Rejected) as refused:
            door().verify(Request(url="/", headers={"x-twitter-webhooks-signature": given_}, body=sent), NOW)
        assert refused.value.status == 403
    assert payload(direct("601", "Halo")).delivery_id


def test_a_direct_message_is_answered_in_private_alone() -> None:
    with X() as api:
        one = door(api_url=api.url)
        first = asyncio.run(one.send(outgoing(actions=(("Lihat", "https://sapa.example/1"),))))
        again = asyncio.run(one.send(outgoing(actions=(("Lihat", "https://sapa.example/1"),))))
    assert first == again
    assert api.sent == [(SOMEBODY, f"Laporan {REF} kami terima.\nLihat: https://sapa.example/1")]
    assert api.posts == []


def test_a_mention_is_answered_in_public_once_without_anything_personal() -> None:
    with X() as api:
        one = door(api_url=api.url)
        for template, key in (("ack", "k1"), ("ack", "k1"), ("resolved", "k2")):
            asyncio.run(one.send(outgoing(in_reply_to="post:501", template=template, key=key)))
    assert api.posts == [{"text": IN_PUBLIC, "reply": {"in_reply_to_tweet_id": "501"}}]
    assert [to for to, _ in api.sent] == [SOMEBODY, SOMEBODY]
    for line in (IN_PUBLIC, ASK_TO_WRITE):
        assert len(line) <= 280
        assert not any(letter.isdigit() for letter in line)


def test_who_takes_no_direct_messages_is_asked_in_public_to_write_first() -> None:
    with X() as api:
        one = door(api_url=api.url)
        receipt = asyncio.run(one.send(outgoing(NOBODY, in_reply_to="post:501")))
        assert receipt.external_id.startswith("post:")
        assert ASK_TO_WRITE in receipt.told
        with pytest.raises(Undeliverable):
            asyncio.run(one.send(outgoing(NOBODY, in_reply_to="post:501", template="resolved", key="k2")))
    assert [post["text"] for post in api.posts] == [ASK_TO_WRITE]


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [
        (401, {}, Unavailable), (429, {}, Unavailable), (500, {}, Unavailable), (200, {}, Unavailable),
        (400, {}, Undeliverable), (403, {"errors": [{"code": 349}]}, Undeliverable), (403, {}, Unavailable),
    ],
)  # fmt: skip
def test_what_x_refuses_is_later_or_never(status: int, told: dict[str, Any], kind: type[Exception]) -> None:
    with X(answers=[(status, told)]) as api, pytest.raises(kind) as refused:
        asyncio.run(door(api_url=api.url).send(outgoing()))
    assert KEYS["consumer_secret"] not in str(refused.value)


def test_a_picture_of_a_direct_message_is_fetched_with_our_login_where_it_lies() -> None:
    with X() as api:
        one = door(api_url=api.url, files_url=api.url)
        assert asyncio.run(one.fetch("x:dm:/dm/ada.jpg", 10)) == JPEG
        with pytest.raises(Unavailable):
            asyncio.run(one.fetch("x:/dm/ada.jpg", 10))
        with pytest.raises(Unavailable):
            asyncio.run(door(api_url=api.url).fetch("x:https://media.example/a.jpg", 10))


def test_a_check_says_whose_keys_they_are() -> None:
    with X() as api:
        assert [one.ok for one in asyncio.run(door(api_url=api.url).check())] == [True, True]
    with X(own="1") as api:
        assert [one.ok for one in asyncio.run(door(api_url=api.url).check())] == [False]
        wrong = door(api_url=api.url, keys={**KEYS, "token_secret": "lain"})
        assert [one.ok for one in asyncio.run(wrong.check())] == [False]


def test_a_replayed_delivery_is_signed_as_x_signs() -> None:
    one = door()
    assert one.parse(one.verify(one.replay(mention("501", "Halo"), "/", NOW), NOW))


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=20))
KEYS_SEEN = st.sampled_from(
    [
        "id", "id_str", "user", "text", "type", "message_create", "message_data", "sender_id",
        "attachment", "media", "created_at", "place", "created_timestamp", "location",
        "coordinates", "extended_tweet",
    ]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS_SEEN, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(posts=TREES, messages=TREES, users=TREES)
def test_any_json_of_a_delivery_is_read_or_kept_for_a_person(posts: Any, messages: Any, users: Any) -> None:
    told = {
        "for_user_id": "1",
        "tweet_create_events": posts,
        "direct_message_events": messages,
        "users": users,
    }
    one = payload(told)
    try:
        first = door().parse(one)
    except Unreadable:
        return
    assert first == door().parse(one)
    assert all(item.external_id for item in first)


def test_the_challenge_signs_nothing_that_could_be_a_delivery() -> None:
    forged = json.dumps(direct("1", "palsu"))[:400]
    for token in (forged, "a b", "é", "a" * 201):
        with pytest.raises(Rejected):
            door().challenge(Request(url="/", headers={}, query={"crc_token": token}, method="GET"))


@pytest.mark.parametrize(
    "detail", ["You do not have permission to DM one or more participants.", "Forbidden."]
)
def test_a_person_who_takes_no_messages_is_known_by_what_x_says(detail: str) -> None:
    answers = [(403, {"detail": detail})]
    with X(answers=answers) as api:
        one = door(api_url=api.url)
        if "DM" in detail:
            asyncio.run(one.send(outgoing(in_reply_to="post:501")))
            assert [post["text"] for post in api.posts] == [ASK_TO_WRITE]
        else:
            with pytest.raises(Unavailable):
                asyncio.run(one.send(outgoing(in_reply_to="post:501")))


def test_a_public_line_that_x_refuses_takes_nothing_from_the_private_answer() -> None:
    with X() as api:
        one = door(api_url=api.url)
        api.answers = [(201, {"data": {"dm_event_id": "9001"}}), (403, {"detail": "duplicate content"})]
        first = asyncio.run(one.send(outgoing(in_reply_to="post:501")))
        assert asyncio.run(one.send(outgoing(in_reply_to="post:501"))) == first
    assert (first.external_id, api.posts, api.sent) == ("9001", [], [])


def test_what_is_told_of_another_account_is_not_ours() -> None:
    assert door().parse(payload(direct("601", "Halo") | {"for_user_id": "1"})) == []
