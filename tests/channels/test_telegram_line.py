"""Sending, fetching and asking, against a Bot API on loopback."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts.telegram import TOKEN, BotApi, serving

from channels.base import Accepted, Payload, Unavailable, Undeliverable
from channels.message import Address, Attachment, Button, Choice, OutboundMessage
from channels.telegram import TelegramDoor, TelegramSettings

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECRET = "rahasia-uji-telegram"


@pytest.fixture
def bot() -> Iterator[BotApi]:
    with serving() as one:
        yield one
        assert one.wrong == []


def door(bot: BotApi, **more: Any) -> TelegramDoor:
    section = {"token": TOKEN, "api_url": bot.url, "rest": 0.02, "patience": 2.0, **more}
    return TelegramDoor(TelegramSettings(**section), lambda: NOW)


def with_door(bot: BotApi, work: Callable[[TelegramDoor], Awaitable[Any]], **more: Any) -> Any:
    """Do something with a door, then close it."""

    async def run() -> Any:
        one = door(bot, **more)
        try:
            return await work(one)
        finally:
            await one.close()

    return asyncio.run(run())


def to(text: str = "Halo", key: str = "k", chat: str = "1001", **more: Any) -> OutboundMessage:
    return OutboundMessage(to=Address(channel="telegram", value=chat), text=text, key=key, **more)


def update(number: int, chat: int = 1001, text: str = "Lampu mati") -> dict[str, Any]:
    where = {"id": chat, "type": "private", "first_name": "Sri"}
    told = {"message_id": number, "date": 1764000000, "chat": where, "text": text}
    return {"update_id": number, "message": told}


async def eventually(true: Callable[[], Any], patience: float = 20.0) -> None:
    """Wait until something is so."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while not true():
        assert loop.time() < until, "it never came"
        await asyncio.sleep(0.01)


@dataclass
class Office:
    """Keeps deliveries by id; `failing` maps a delivery id to what is raised (once each)."""

    kept: list[str] = field(default_factory=list)
    failing: dict[str, list[Exception]] = field(default_factory=dict)
    slow: float = 0.0
    begun: int = 0

    async def deliver(self, payload: Payload, parse: Callable[[], Any]) -> Sequence[Accepted]:
        self.begun += 1
        await asyncio.sleep(self.slow)
        if self.failing.get(payload.delivery_id):
            raise self.failing[payload.delivery_id].pop(0)
        parse()
        self.kept.append(payload.delivery_id)
        return []


def asked(bot: BotApi, office: Office, until: Callable[[], Any]) -> str:
    """Let a door poll until something is so; what its `where` said then."""

    async def work(one: TelegramDoor) -> str:
        await one.open(office.deliver, lambda: NOW)
        await eventually(until)
        return one.where

    return str(with_door(bot, work))


# ---- sending


def test_a_message_is_sent_and_the_receipt_names_it_as_a_reply_will(bot: BotApi) -> None:
    message = to("Terima kasih", in_reply_to="1001:77", actions=(("Lihat", "https://sapa.example/lacak"),))
    receipt = with_door(bot, lambda one: one.send(message))
    assert receipt.external_id == f"1001:{bot.said[0]['message_id']}"
    ((method, values, _),) = bot.calls
    assert (method, values["chat_id"], values["text"]) == ("sendMessage", "1001", "Terima kasih")
    assert json.loads(values["reply_parameters"]) == {"message_id": 77, "allow_sending_without_reply": True}
    assert json.loads(values["link_preview_options"]) == {"is_disabled": True}
    keyboard = json.loads(values["reply_markup"])["inline_keyboard"]
    assert keyboard == [[{"text": "Lihat", "url": "https://sapa.example/lacak"}]]


def test_an_answer_to_another_chat_or_channel_is_no_reply_here(bot: BotApi) -> None:
    with_door(bot, lambda one: one.send(to(in_reply_to="2002:77")))
    with_door(bot, lambda one: one.send(to(in_reply_to="<a@b.example>")))
    assert all("reply_parameters" not in values for _, values, _ in bot.calls)


def test_a_long_text_goes_in_parts_cut_at_lines_and_words_counted_as_telegram_does(bot: BotApi) -> None:
    text = "\n".join(f"Baris {n} 😀😀😀 " + "kata " * 30 for n in range(60))
    with_door(bot, lambda one: one.send(to(text, actions=(("Lihat", "https://sapa.example"),))))
    parts = [values["text"] for _, values, _ in bot.calls]
    assert len(parts) > 2
    assert all(len(part.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert all(part.startswith("Baris") for part in parts)
    assert " ".join("\n".join(parts).split()) == " ".join(text.split())
    assert ["reply_markup" in values for _, values, _ in bot.calls] == [False] * (len(parts) - 1) + [True]


def test_one_word_without_end_is_cut_anywhere(bot: BotApi) -> None:
    with_door(bot, lambda one: one.send(to("😀" * 5000)))
    assert [len(values["text"]) for _, values, _ in bot.calls] == [2048, 2048, 904]


def test_a_retry_goes_on_where_it_stopped_and_the_same_key_is_sent_once(bot: BotApi) -> None:
    text = ("a" * 4000 + "\n") + "b" * 4000

    async def work(one: TelegramDoor) -> Any:
        first = asyncio.ensure_future(one.send(to(text)))
        with pytest.raises(Unavailable) as caught:
            await first
        assert caught.value.retry_after == 3
        receipt = await one.send(to(text))
        assert await one.send(to(text)) == receipt
        return receipt

    bot.updates = []
    handle = bot.handle

    def after_the_first(method: str, values: Any, files: Any) -> Any:
        if len(bot.said) == 1 and not failed:
            failed.append(1)
            bot.fail("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
        return handle(method, values, files)

    failed: list[int] = []
    bot.handle = after_the_first  # type: ignore[method-assign]
    receipt = with_door(bot, work)
    assert [said["text"][0] for said in bot.said] == ["a", "b"]
    assert receipt.external_id == f"1001:{bot.said[1]['message_id']}"


def test_a_button_telegram_does_not_take_stands_in_the_text(bot: BotApi) -> None:
    with_door(bot, lambda one: one.send(to("Halo", actions=(("Lihat", "http://localhost:8000/x"),))))
    assert bot.said[0]["text"] == "Halo\nLihat: http://localhost:8000/x"


BUTTONS = (Button(label="Terima", data="accept:7"), Button(label="Selesai", data="resolve:7"))


def test_buttons_stand_under_a_message_before_its_links(bot: BotApi) -> None:
    async def work(one: TelegramDoor) -> None:
        await one.send(to("Baru", buttons=BUTTONS, actions=(("Buka", "https://sapa.example/x"),)))
        await one.send(to("Baru", key="2", buttons=BUTTONS, actions=(("Buka", "http://localhost/x"),)))
        await one.send(to("Baru", key="3", buttons=BUTTONS))
        await one.send(to("Apa hasilnya?", key="4", asks=True))

    with_door(bot, work)
    rows = [
        [button["text"] for row in one["reply_markup"]["inline_keyboard"] for button in row]
        for one in bot.said[:3]
    ]
    assert rows == [["Terima", "Selesai", "Buka"], ["Terima", "Selesai"], ["Terima", "Selesai"]]
    assert bot.said[1]["text"] == "Baru\nBuka: http://localhost/x"
    assert json.loads(bot.calls[-1][1]["reply_markup"]) == {"force_reply": True}


def test_a_press_is_answered_and_the_buttons_become_those_left(bot: BotApi) -> None:
    link = (("Buka", "https://sapa.example/x"),)

    async def work(one: TelegramDoor) -> None:
        sent = await one.send(to("Baru", buttons=BUTTONS, actions=link))
        bot.queries.add("q1")
        for key in ("a", "b"):  # the second is too late, and there is nothing to change
            more = {"tap": "q1", "under": sent.external_id, "buttons": BUTTONS[1:], "actions": link}
            assert (await one.send(to("x" * 300, key=key, **more))).external_id == ""
        more = {"under": sent.external_id, "actions": (("Buka", "http://localhost/x"),)}
        await one.send(to("Beres", key="c", **more))
        await one.send(to("Beres", key="d", tap="q2", under="5:1"))

    with_door(bot, work)
    assert bot.answers == [("q1", "x" * 200)]
    assert len(bot.said) == 1
    assert bot.said[0]["reply_markup"] == {"inline_keyboard": []}


def test_the_bot_s_name_is_learned_and_leads_people_to_it(bot: BotApi) -> None:
    bot.fail("getMe", 500)

    async def work(one: TelegramDoor) -> None:
        assert one.invitation("tautkan_X") == ""
        await one.open(Office().deliver, lambda: NOW)
        await eventually(lambda: one.invitation("tautkan_X"))
        assert one.invitation("tautkan_X") == "https://t.me/sapa_uji_bot?start=tautkan_X"
        assert one.invitation("X", group=True) == "https://t.me/sapa_uji_bot?startgroup=X"

    with_door(bot, work)


def test_files_are_uploaded_pictures_as_photos(bot: BotApi) -> None:
    files = (
        Attachment(name="foto.jpeg", media_type="image/jpeg", content=b"\xff\xd8 foto"),
        Attachment(name="agenda.pdf", media_type="application/pdf", content=b"%PDF"),
    )
    receipt = with_door(bot, lambda one: one.send(to("Terlampir", attachments=files)))
    assert [method for method, _, _ in bot.calls] == ["sendMessage", "sendPhoto", "sendDocument"]
    assert [list(sent.values()) for _, _, sent in bot.calls[1:]] == [[b"\xff\xd8 foto"], [b"%PDF"]]
    assert receipt.external_id == f"1001:{bot.said[0]['message_id']}"


@pytest.mark.parametrize("chat", ["", "warga", "1001x", "-", "²", "9" * 30])
def test_what_is_no_chat_is_never_tried(bot: BotApi, chat: str) -> None:
    with pytest.raises(Undeliverable):
        with_door(bot, lambda one: one.send(to(chat=chat)))
    assert bot.calls == []


def test_who_blocked_us_or_is_unknown_is_undeliverable(bot: BotApi) -> None:
    bot.blocked, bot.unknown = {1001}, {1002}
    with pytest.raises(Undeliverable, match="memblokir"):
        with_door(bot, lambda one: one.send(to()))
    with pytest.raises(Undeliverable, match="chat not found"):
        with_door(bot, lambda one: one.send(to(chat="1002")))
    with pytest.raises(Undeliverable, match="kosong"):
        with_door(bot, lambda one: one.send(to("  \n ")))


def test_errors_of_the_provider_are_tried_later(bot: BotApi) -> None:
    bot.fail("sendMessage", 500, "Internal Server Error")
    bot.fail("sendMessage", 502, body=b"<html>Bad Gateway</html>")
    bot.fail("sendMessage", 401, "Unauthorized")
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            with_door(bot, lambda one: one.send(to()))
        assert TOKEN not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
    with pytest.raises(Unavailable):
        with_door(bot, lambda one: one.send(to()), api_url="http://127.0.0.1:9")


def test_a_closed_door_sends_later(bot: BotApi) -> None:
    async def work(one: TelegramDoor) -> None:
        await one.close()
        with pytest.raises(Unavailable):
            await one.send(to())

    with_door(bot, work)
    assert bot.calls == []


# ---- fetching


def test_a_file_is_fetched_by_its_handle(bot: BotApi) -> None:
    bot.files["AgAC"] = b"x" * 300_000
    assert with_door(bot, lambda one: one.fetch("telegram:AgAC", 400_000)) == b"x" * 300_000


def test_a_file_larger_than_told_is_cut_off_while_it_comes(bot: BotApi) -> None:
    bot.files["AgAC"], bot.sizes["AgAC"] = b"x" * 300_000, 10
    with pytest.raises(Undeliverable, match="terlalu besar"):
        with_door(bot, lambda one: one.fetch("telegram:AgAC", 100_000))


def test_what_can_never_be_fetched_is_said_so(bot: BotApi) -> None:
    bot.files.update(besar=b"x", raksasa=b"x")
    bot.sizes.update(besar=2_000_000, raksasa=21_000_000)
    for remote in ("telegram:besar", "telegram:raksasa", "telegram:tidak-ada", "web:x", ""):
        with pytest.raises(Undeliverable):
            with_door(bot, lambda one, remote=remote: one.fetch(remote, 1_000_000))
    assert not any("photos" in method for method, _, _ in bot.calls)


def test_what_cannot_be_fetched_now_is_fetched_later(bot: BotApi) -> None:
    bot.files["AgAC"] = b"x"
    bot.fail("getFile", 429, "Too Many Requests", retry_after=7)
    bot.fail("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    bot.fail("file", 502)
    bot.fail("file", 429)
    waits = []
    for _ in range(4):
        with pytest.raises(Unavailable) as caught:
            with_door(bot, lambda one: one.fetch("telegram:AgAC", 10))
        waits.append(caught.value.retry_after)
    assert waits[0] == 7
    bot.fail("file", 404)
    with pytest.raises(Undeliverable):
        with_door(bot, lambda one: one.fetch("telegram:AgAC", 10))


# ---- asking


def test_updates_are_kept_before_they_are_confirmed(bot: BotApi) -> None:
    office = Office(slow=0.05)
    bot.push(update(7), update(8, chat=2), update(9))
    assert asked(bot, office, lambda: 10 in bot.offsets()) == bot.url
    assert sorted(office.kept) == ["7", "8", "9"]
    assert office.kept.index("7") < office.kept.index("9")
    assert bot.offsets()[0] == 0
    assert bot.updates == []


def test_what_could_not_be_kept_is_not_confirmed_and_comes_again(bot: BotApi) -> None:
    later, surprise = Unavailable("ledger", retry_after=0.01), RuntimeError("warga 0812")
    office = Office(failing={"8": [later, surprise]})
    bot.push(update(7), update(8, chat=2), update(9))
    asked(bot, office, lambda: 10 in bot.offsets())
    assert office.kept.count("8") == 1
    assert bot.offsets()[:4] == [0, 8, 8, 10]


def test_after_silence_telegram_may_count_from_anywhere(bot: BotApi) -> None:
    office = Office()
    bot.hold = 0.05
    bot.push(update(900))

    async def work(one: TelegramDoor) -> None:
        await one.open(office.deliver, lambda: NOW)
        await eventually(lambda: 901 in bot.offsets() and bot.offsets()[-1] == 0)
        bot.push(update(5))
        await eventually(lambda: "5" in office.kept)

    with_door(bot, work)


def test_errors_are_waited_out_and_said(bot: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    bot.fail("getUpdates", 502, body=b"<html>")
    bot.fail("getUpdates", 429, "Too Many Requests", retry_after=1)
    bot.fail("getUpdates", 200, body=b'{"ok":true,"result":[5]}')
    bot.push(update(7))
    office = Office()
    assert asked(bot, office, lambda: office.kept and 8 in bot.offsets()) == bot.url
    assert "429" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ((401, "Unauthorized"), "BotFather"),
        ((404, "Not Found"), "BotFather"),
        ((409, "Conflict: can't use getUpdates method while webhook is active"), "mode: webhook"),
        ((409, "Conflict: terminated by other getUpdates request"), "proses lain"),
    ],
)
def test_what_only_a_person_can_mend_is_told_in_where_and_log(
    bot: BotApi, failure: tuple[int, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(9):
        bot.fail("getUpdates", *failure)

    async def work(one: TelegramDoor) -> str:
        await one.open(Office().deliver, lambda: NOW)
        await eventually(lambda: "(" in one.where)
        return one.where

    assert said in with_door(bot, work)
    assert caplog.text.count("telegram_poll_waits") == 1
    assert said in caplog.text


def test_closing_stops_a_long_poll_at_once_but_not_a_commit(bot: BotApi) -> None:
    office = Office(slow=0.4)

    async def work(one: TelegramDoor) -> float:
        await one.open(office.deliver, lambda: NOW)
        await eventually(lambda: bot.polling)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await one.close()
        took = loop.time() - begun
        assert "belum dibuka" in one.where
        bot.push(update(7))
        await one.open(office.deliver, lambda: NOW)
        await eventually(lambda: office.begun)
        await one.close()
        assert office.kept == ["7"]
        return took

    assert with_door(bot, work) < 1.5


def test_closing_does_not_wait_for_ever(bot: BotApi) -> None:
    office = Office(slow=60)
    bot.push(update(7))

    async def work(one: TelegramDoor) -> None:
        await one.open(office.deliver, lambda: NOW)
        await eventually(lambda: office.begun)

    with_door(bot, work, patience=0.1)
    assert office.kept == []


def test_in_webhook_mode_telegram_is_told_where_until_it_takes_it(bot: BotApi) -> None:
    bot.fail("setWebhook", 500, "Internal Server Error")

    async def work(one: TelegramDoor) -> str:
        await one.open(Office().deliver, lambda: NOW)
        await eventually(lambda: bot.webhook)
        await eventually(lambda: "(" not in one.where)
        return one.where

    more = {"mode": "webhook", "webhook_secret": SECRET, "public_url": "https://sapa.example/"}
    assert with_door(bot, work, **more) == "https://sapa.example/hooks/telegram"
    assert bot.webhook is not None
    assert (bot.webhook["url"], bot.webhook["secret_token"]) == (
        "https://sapa.example/hooks/telegram",
        SECRET,
    )
    assert json.loads(bot.webhook["allowed_updates"]) == [
        "message",
        "edited_message",
        "my_chat_member",
        "callback_query",
    ]


def test_a_door_costs_nothing_until_it_is_used() -> None:
    script = (
        "import sys; from channels import registry\n"
        f"door = registry.build('telegram', {{'token': {TOKEN!r}}}, None)\n"
        "assert not {'aiogram', 'aiohttp'} & set(sys.modules), 'imported too early'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


def markup(bot: BotApi, text: str, **more: Any) -> tuple[str, Any]:
    """(text, keyboard) of the last message, as it was sent."""
    with_door(bot, lambda one: one.send(to(text, **more)))
    method, values, _ = bot.calls[-1]
    assert method == "sendMessage"
    return values["text"], json.loads(values["reply_markup"])


def test_answers_are_offered_to_tap_and_links_stand_in_the_text(bot: BotApi) -> None:
    link = ("Lihat", "https://sapa.example/lacak")
    choices = (Choice(label="Kirim lokasi", place=True), Choice(label="Laporan baru"))
    text, keyboard = markup(bot, "Di mana?", choices=choices, actions=(link,))
    assert text == "Di mana?\nLihat: https://sapa.example/lacak"
    assert keyboard == {
        "keyboard": [[{"text": "Kirim lokasi", "request_location": True}], [{"text": "Laporan baru"}]],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }
    assert bot.keyboards[1001] == ["Kirim lokasi", "Laporan baru"]


def test_answers_that_were_offered_are_taken_away(bot: BotApi) -> None:
    markup(bot, "Di mana?", choices=(Choice(label="Kirim lokasi", place=True),))
    assert markup(bot, "Terima kasih", choices=()) == ("Terima kasih", {"remove_keyboard": True})
    assert bot.keyboards == {}


def test_of_a_long_text_only_the_last_part_offers_answers(bot: BotApi) -> None:
    with_door(bot, lambda one: one.send(to("a " * 3000, choices=(Choice(label="1"),))))
    assert ["reply_markup" in values for _, values, _ in bot.calls] == [False, True]
