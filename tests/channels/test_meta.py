"""The doors of Facebook and Instagram: who may deliver, how answers leave, in private and in public."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counterparts.graph import (
    ACCOUNT,
    NOBODY,
    SOMEBODY,
    TOKEN,
    VERIFY,
    Graph,
    comment,
    error,
    page,
    said,
    section,
    signed,
)

from channels._meta_send import CLOSED, IN_PUBLIC, split
from channels.base import Payload, Rejected, Request, Unavailable, Undeliverable, Unreadable
from channels.message import Address, OutboundMessage
from channels.meta import FacebookDoor, InstagramDoor, MetaDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
REF = "SMP-2611-0042"


def door(**more: Any) -> FacebookDoor:
    one = FacebookDoor.build(section(**more), lambda: NOW)
    assert isinstance(one, FacebookDoor)
    return one


def outgoing(text: str = f"Laporan {REF} kami terima.", **more: Any) -> OutboundMessage:
    known: dict[str, Any] = {
        "to": Address(channel="facebook", value=SOMEBODY), "key": "k1", "template": "ack", "ref": REF,
        "heard_at": NOW - timedelta(hours=1), "in_reply_to": "m_1",
    }  # fmt: skip
    return OutboundMessage(**known | {"text": text} | more)


def send(one: MetaDoor, *messages: OutboundMessage) -> list[Any]:
    async def all_of() -> list[Any]:
        return [await one.send(message) for message in messages]

    return asyncio.run(all_of())


def test_a_delivery_is_believed_by_its_signature_over_the_raw_bytes() -> None:
    body = json.dumps(page(said("m_1", "Lampu mati ✔")), ensure_ascii=False).encode()
    one = door()
    assert one.verify(Request(url="/", headers=signed(body), body=body), NOW).body == body
    for headers, sent in (
        ({}, body),
        (signed(body), body + b" "),
        (signed(body, "rahasia lain"), body),
        ({"x-hub-signature-256": "sha256=é"}, body),
    ):
        with pytest.raises(Rejected) as refused:
            one.verify(Request(url="/", headers=headers, body=sent), NOW)
        assert refused.value.status == 403


def test_the_challenge_is_answered_to_who_knows_the_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = door().challenge(Request(url="/", headers={}, query=asked, method="GET"))
    assert (answer.media_type, answer.body) == ("text/plain", b"1158201444")
    for wrong in ({"hub.verify_token": "lain"}, {"hub.mode": "unsubscribe"}, {"hub.verify_token": ""}):
        with pytest.raises(Rejected):
            door().challenge(Request(url="/", headers={}, query=asked | wrong, method="GET"))
    with pytest.raises(Rejected):
        door(verify_token="").challenge(
            Request(url="/", headers={}, query=asked | {"hub.verify_token": ""}, method="GET")
        )


def test_a_message_is_answered_in_private_with_its_links() -> None:
    with Graph() as api:
        one = door(api_url=api.url)
        link = "https://sapa.example/lacak/1"
        first, again = send(one, outgoing(actions=(("Lihat", link),)), outgoing(actions=(("Lihat", link),)))
    assert first == again
    (sent,) = api.sent
    assert sent["recipient"] == {"id": SOMEBODY}
    assert sent["message"]["text"] == f"Laporan {REF} kami terima.\nLihat: {link}"
    assert api.public == []


def test_a_comment_is_answered_with_one_public_line_that_names_nothing_and_in_private_with_the_rest() -> None:
    with Graph() as api:
        one = door(api_url=api.url)
        ack = outgoing(in_reply_to="comment:c_1")
        send(one, ack, ack)
    assert api.public == [("c_1", IN_PUBLIC)]
    assert [told["recipient"] for told in api.sent] == [{"comment_id": "c_1"}]
    assert REF in api.sent[0]["message"]["text"]
    assert not any(letter.isdigit() for letter in IN_PUBLIC)


def test_a_later_notice_to_a_comment_goes_the_way_of_messages_and_nothing_more_in_public() -> None:
    with Graph(answered={"c_1"}) as api:
        send(door(api_url=api.url), outgoing(in_reply_to="comment:c_1", template="resolved", key="k2"))
    assert [told["recipient"] for told in api.sent] == [{"id": SOMEBODY}]
    assert api.public == []


def test_a_comment_has_one_private_answer_and_the_thanks_are_not_said_twice() -> None:
    with Graph() as api:
        one = door(api_url=api.url)
        send(one, outgoing(in_reply_to="comment:c_1", template="accepted"))
        api.answers = [(400, error(10900)), (200, {"recipient_id": SOMEBODY, "message_id": "m_x"})]
        (receipt,) = send(one, outgoing(in_reply_to="comment:c_1", template="ack", key="k3"))
    assert receipt.external_id == "comment:c_1"


def test_instagram_calls_answers_replies_and_takes_shorter_messages() -> None:
    with Graph(own=ACCOUNT, replies="replies", longest=1_000) as api:
        one = InstagramDoor.build(section(api.url, account=ACCOUNT), lambda: NOW)
        text = "Terima kasih atas laporannya. " * 60
        send(one, outgoing(text, in_reply_to="comment:c_1"))
    assert api.public == [("c_1", IN_PUBLIC)]
    assert [list(told["recipient"]) for told in api.sent] == [["comment_id"], ["id"]]
    assert " ".join(told["message"]["text"] for told in api.sent) == text.strip()


@pytest.mark.parametrize(
    ("setting", "hours", "ok"), [({}, 23, True), ({}, 24, False), ({"human_agent": True}, 100, True),
                                 ({"human_agent": True}, 169, False)]
)  # fmt: skip
def test_the_window_is_kept(setting: dict[str, bool], hours: int, ok: bool) -> None:
    with Graph() as api:
        one = door(api_url=api.url, **setting)
        message = outgoing(heard_at=NOW - timedelta(hours=hours))
        if ok:
            send(one, message)
            assert api.sent[0].get("tag", "") == ("HUMAN_AGENT" if setting else "")
        else:
            with pytest.raises(Undeliverable) as refused:
                send(one, message)
            assert (str(refused.value), refused.value.reachable) == (CLOSED, True)
            assert api.sent == []


def never(reachable: bool) -> Callable[[Exception], bool]:
    return lambda error: isinstance(error, Undeliverable) and error.reachable is reachable


@pytest.mark.parametrize(
    ("status", "told", "meant"),
    [
        (400, error(10, 2018278), never(True)),
        (400, error(551), never(False)),
        (400, error(100, 2018001), never(False)),
        (400, error(100), never(True)),
        (400, error(190), lambda one: isinstance(one, Unavailable) and "token" in str(one)),
        (400, error(613), lambda one: isinstance(one, Unavailable)),
        (500, {}, lambda one: isinstance(one, Unavailable)),
        (200, {}, lambda one: isinstance(one, Unavailable)),
        (400, {"error": "x"}, lambda one: isinstance(one, Unavailable)),
    ],
)
def test_what_graph_refuses_is_later_or_never_and_names_nobody(
    status: int, told: dict[str, Any], meant: Callable[[Exception], bool]
) -> None:
    with Graph(answers=[(status, told)]) as api, pytest.raises((Unavailable, Undeliverable)) as refused:
        send(door(api_url=api.url), outgoing())
    assert meant(refused.value)
    assert SOMEBODY not in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_who_is_known_by_a_mention_alone_is_not_written_to() -> None:
    with pytest.raises(Undeliverable):
        send(door(), outgoing(to=Address(channel="instagram", value="mention:55")))
    with pytest.raises(Undeliverable), Graph() as api:
        send(door(api_url=api.url), outgoing(to=Address(channel="facebook", value=NOBODY)))


def test_a_part_that_left_is_not_sent_again_after_a_fault() -> None:
    with Graph() as api:
        one = door(api_url=api.url)
        message = outgoing("a" * 1_500 + " " + "b" * 1_500)
        api.answers = [(200, {"message_id": "m_a"}), (500, {})]
        with pytest.raises(Unavailable):
            send(one, message)
        send(one, message)
    assert [told["message"]["text"][0] for told in api.sent] == ["b"]


def test_parts_hold_whole_letters_and_an_endless_text_has_an_end() -> None:
    parts = split("é" * 10_000, 1_000)
    assert len(parts) == 5
    assert all(len(part.encode()) <= 1_000 for part in parts)
    assert split("satu dua", 5) == ["satu", "dua"]


def test_a_check_says_what_is_missing() -> None:
    with Graph(subscribed=False) as api:
        *well, last = asyncio.run(door(api_url=api.url).check())
        assert [one.ok for one in well] == [True, True]
        assert (last.ok, "messages" in last.advice) == (False, True)
        wrong = asyncio.run(door(api_url=api.url, token="lain").check())
        assert [one.ok for one in wrong] == [False]


def test_a_replayed_delivery_is_signed_as_meta_signs() -> None:
    one = door()
    payload = one.verify(one.replay(page(said("m_1", "Halo")), "/", NOW), NOW)
    assert [item.text for item in one.parse(payload)] == ["Halo"]  # type: ignore[union-attr]


def test_a_delivery_of_nothing_readable_is_kept_for_a_person() -> None:
    one = door()
    for body in (b"{}", b"[]", b"\xff", b'{"entry": [{"messaging": [{"message": 1}]}]}'):
        payload = Payload(channel="facebook", account="1", body=body, media_type="", received_at=NOW)
        with pytest.raises(Unreadable):
            one.parse(payload)
    strange = page(changes=[{"field": "hologram", "value": {}}, comment("c_1", "Jalan rusak")])
    payload = one.verify(one.replay(strange, "/", NOW), NOW)
    first, parked = one.parse(payload)
    assert (first.text, parked.machine) == ("Jalan rusak", "jenis kiriman belum dikenal")  # type: ignore[union-attr]


def test_a_post_on_our_page_is_answered_as_a_post() -> None:
    with Graph() as api:
        send(door(api_url=api.url), outgoing(in_reply_to="post:100_7"))
    assert [told["recipient"] for told in api.sent] == [{"post_id": "100_7"}]
    assert [where for where, _ in api.public] == ["100_7"]


def test_a_public_line_that_fails_takes_nothing_from_the_private_answer_nor_does_a_restart() -> None:
    with Graph() as api:
        one = door(api_url=api.url)
        api.answers = [(200, {"message_id": "m_1"}), (403, error(200))]
        (first,) = send(one, outgoing(in_reply_to="comment:c_1"))
        api.answered.add("c_2")
        (again,) = send(door(api_url=api.url), outgoing(in_reply_to="comment:c_2"))
    assert (first.external_id, again.external_id) == ("m_1", "comment:c_2")


@pytest.mark.parametrize(
    "event",
    [
        {"message_edit": {"mid": "m_1", "num_edit": 0}},
        {
            "message_edit": {"mid": "m_1", "text": None, "num_edit": 1},
            "sender": {"id": SOMEBODY},
            "timestamp": 1,
        },
    ],
)
def test_an_edit_that_says_nothing_is_none(event: dict[str, Any]) -> None:
    one = door()
    assert one.parse(one.verify(one.replay(page(event), "/", NOW), NOW)) == []


def test_what_is_told_of_another_page_is_not_ours() -> None:
    one = door()
    other = page(said("m_1", "Halo"), id="999")
    assert one.parse(one.verify(one.replay(other, "/", NOW), NOW)) == []
