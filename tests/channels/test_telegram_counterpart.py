"""The Bot API on loopback keeps to its documentation, so that what passes here passes there."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from counterparts.telegram import TOKEN, BotApi, serving


def call(bot: BotApi, method: str, token: str = TOKEN, **values: Any) -> tuple[int, dict[str, Any]]:
    body = urllib.parse.urlencode(values).encode()
    try:
        with urllib.request.urlopen(f"{bot.url}/bot{token}/{method}", body, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_only_the_bots_own_token_opens_it() -> None:
    with serving() as bot:
        assert call(bot, "getUpdates", token="1:x") == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
        assert bot.calls == []


def test_updates_stay_until_a_higher_offset_confirms_them() -> None:
    with serving() as bot:
        bot.push({"update_id": 5}, {"update_id": 6}, {"update_id": 7})
        told = [
            [one["update_id"] for one in call(bot, "getUpdates", **values)[1]["result"]]
            for values in ({}, {"limit": 1}, {"offset": 6}, {}, {"offset": 8}, {})
        ]
        assert told == [[5, 6, 7], [5], [6, 7], [6, 7], [], []]
        assert bot.wrong == []


def test_nobody_polls_beside_a_webhook() -> None:
    with serving() as bot:
        assert call(bot, "setWebhook", url="https://x.example", secret_token="abc")[0] == 200
        status, told = call(bot, "getUpdates")
        assert (status, told["error_code"]) == (409, 409)
        assert "webhook is active" in told["description"]


def test_what_is_not_documented_is_refused_and_remembered() -> None:
    with serving() as bot:
        answers = [
            call(bot, "sendMessage", chat_id=1, text="x", colour="red")[0],
            call(bot, "sendMessage", chat_id=1)[0],
            call(bot, "getUpdates", limit=101)[0],
            call(bot, "setWebhook", url="https://x.example", secret_token="a b")[0],
            call(bot, "sendTelepathy", chat_id=1)[0],
        ]
        assert answers == [400, 400, 400, 400, 404]
        assert len(bot.wrong) == 5
        assert bot.said == []


def test_limits_of_texts_files_and_people_are_those_of_the_documentation() -> None:
    with serving() as bot:
        bot.blocked, bot.unknown = {2}, {3}
        bot.files, bot.sizes = {"f": b"x"}, {"f": 20_000_001}
        answers = [
            call(bot, "sendMessage", chat_id=1, text="x" * 4096),
            call(bot, "sendMessage", chat_id=1, text="😀" * 2049),
            call(bot, "sendMessage", chat_id=2, text="x"),
            call(bot, "sendMessage", chat_id=3, text="x"),
            call(bot, "getFile", file_id="f"),
            call(bot, "getFile", file_id="g"),
        ]
        assert [status for status, _ in answers] == [200, 400, 403, 400, 400, 400]
        bot.fail("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
        assert call(bot, "sendMessage", chat_id=1, text="x")[1]["parameters"] == {"retry_after": 3}


def test_keyboards_are_those_of_the_documentation() -> None:
    good: list[dict[str, Any]] = [
        {"keyboard": [[{"text": "Kirim lokasi", "request_location": True}]], "resize_keyboard": True},
        {"remove_keyboard": True},
    ]
    bad: list[dict[str, Any]] = [
        {"keyboard": [[{"text": "a"}]], "remove_keyboard": True},
        {"keyboard": [[{"text": "a", "colour": "red"}]]},
        {"keyboard": [[{"text": "a", "request_location": True, "request_contact": True}]]},
        {"keyboard": [[{"text": "a", "request_location": "yes"}]]},
        {"keyboard": [[{"text": ""}]]},
        {"keyboard": [[]]},
        {"keyboard": []},
        {"keyboard": [[{"text": "a"}]], "one_time": True},
        {"keyboard": [[{"text": "a"}]], "one_time_keyboard": "yes"},
        {"remove_keyboard": False},
        {"buttons": []},
    ]
    with serving() as bot:
        said = [
            call(bot, "sendMessage", chat_id=1, text="x", reply_markup=json.dumps(one))[0]
            for one in (*good, *bad)
        ]
        assert said == [200] * len(good) + [400] * len(bad)
        assert len(bot.wrong) == len(bad)
