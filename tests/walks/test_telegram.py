"""The served process and Telegram: polled, killed before it confirms, told by webhook, answering."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counterparts.telegram import TOKEN, BotApi, serving
from walk_world import Office, changed

SECRET = "rahasia-uji-telegram"
PATIENCE = 90.0


class TelegramOffice(Office):
    """An installation whose Telegram door is open."""

    def __init__(self, folder: Path, url: str, bot: BotApi, mode: str = "poll") -> None:
        super().__init__(folder, url)
        channels = folder / "config" / "channels.yaml"
        opened = f"  telegram:\n    name: Telegram\n    enabled: true\n    api_url: {bot.url}\n"
        opened += "    token: env:UJI_TOKEN\n    webhook_secret: env:UJI_RAHASIA\n"
        text = changed(channels.read_text(), r"  telegram:\n    name: Telegram\n    enabled: false\n", opened)
        channels.write_text(changed(text, r"mode: poll ", f"mode: {mode} "))
        settings = self.config.read_text()
        self.config.write_text(changed(settings, r"ack_wait_seconds: 60", "ack_wait_seconds: 1"))

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | {"UJI_TOKEN": TOKEN, "UJI_RAHASIA": SECRET}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        ledger = self.ledger()
        try:
            with ledger.reading() as tx:
                return tx.run(sql)
        finally:
            ledger.close()


def update(number: int, chat: int, **more: Any) -> dict[str, Any]:
    where = {"id": chat, "type": "private", "first_name": "Sri"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": int(time.time()), "chat": where, **more},
    }


def eventually(true: Callable[[], Any], office: Office) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, office.log.read_text()[-3000:]
        time.sleep(0.05)


@pytest.fixture
def database() -> str:
    """The kill is the same on both; `test_nothing_lost` walks on both."""
    return "sqlite"


def test_a_poll_killed_between_keeping_and_confirming_loses_and_doubles_nothing(
    tmp_path: Path, empty_url: str
) -> None:
    with serving() as bot:
        office = TelegramOffice(tmp_path / "kota", empty_url, bot)
        try:
            photo = [{"file_id": "AgAC", "width": 10, "height": 10}]
            bot.push(
                update(1, 11, text="Lampu jalan mati"),
                update(2, 11, photo=photo),
                update(3, 12, text="/bantuan"),
            )
            office.start("commit", "1", str(tmp_path / "mark"))
            assert office.process is not None
            assert office.process.wait(PATIENCE) == -9
            assert json.loads((tmp_path / "mark").read_text())
            assert (bot.offsets(), len(bot.updates)) == ([0], 3)
            office.start()
            eventually(lambda: 4 in bot.offsets() and len(bot.said) == 2, office)
            assert office.stop() == 0
        finally:
            office.kill()
        assert bot.wrong == []
        assert {said["chat"]["id"] for said in bot.said} == {11, 12}
        assert "Terima kasih, laporan Anda sudah kami terima." in next(
            said["text"] for said in bot.said if said["chat"]["id"] == 11
        )
        assert office.rows("SELECT COUNT(*) FROM arrival") == [(3,)]
        assert office.rows("SELECT COUNT(*) FROM ticket") == [(1,)]
        assert office.rows("SELECT COUNT(*) FROM message WHERE direction = 'in'") == [(3,)]
        assert "Telegram" in office.log.read_text()
        assert TOKEN not in office.log.read_text()
        assert "Lampu jalan" not in office.log.read_text()


def test_a_dialogue_goes_on_where_it_stood_however_often_it_is_killed(tmp_path: Path, empty_url: str) -> None:
    with serving() as bot:
        office = TelegramOffice(tmp_path / "kota", empty_url, bot)
        settings = office.config.read_text()
        office.config.write_text(changed(settings, r"burst_minutes: 10 ", "burst_minutes: 0 "))
        try:
            bot.push(update(1, 11, text="/lapor"))
            killed_keeping(office, tmp_path / "asking")
            office.start()
            eventually(lambda: len(bot.said) == 1, office)
            bot.push(update(2, 11, text="Lampu jalan mati"))
            eventually(lambda: len(bot.said) == 2, office)
            assert bot.keyboards == {11: ["Kirim lokasi"]}
            assert office.stop() == 0
            time.sleep(2)  # Telegram counts in seconds: the place is no part of the same burst
            bot.push(update(3, 11, location={"latitude": -7.4811, "longitude": 112.4475}))
            killed_keeping(office, tmp_path / "answering")
            office.start()
            eventually(lambda: 4 in bot.offsets() and len(bot.said) == 3, office)
            assert office.stop() == 0
        finally:
            office.kill()
        assert (bot.wrong, bot.keyboards) == ([], {})
        asked, thanks, kept = [said["text"] for said in bot.said]
        assert asked.startswith("Silakan tulis laporan Anda")
        assert "Di mana tempatnya?" in thanks
        assert "Lokasi Anda kami tambahkan" in kept
        assert office.rows("SELECT COUNT(*) FROM ticket WHERE kelurahan <> ''") == [(1,)]
        assert office.rows("SELECT ticket_id FROM message WHERE direction = 'in' ORDER BY id") == [
            (None,),
            (1,),
            (1,),
        ]


def killed_keeping(office: TelegramOffice, mark: Path) -> None:
    """The office starts, keeps the one message that waits, and is killed before it answers."""
    office.start("commit", "1", str(mark))
    assert office.process is not None
    assert office.process.wait(PATIENCE) == -9
    assert json.loads(mark.read_text())


def test_a_webhook_is_announced_and_answers_after_the_commit(tmp_path: Path, empty_url: str) -> None:
    with serving() as bot:
        office = TelegramOffice(tmp_path / "kota", empty_url, bot, mode="webhook")
        try:
            office.start()
            office.ready()
            eventually(lambda: bot.webhook, office)
            assert bot.webhook is not None
            assert bot.webhook["url"] == f"http://127.0.0.1:{office.http}/hooks/telegram"
            body = json.dumps(update(7, 11, text="Lampu jalan mati")).encode()
            assert hook(office, body, bot.webhook["secret_token"]) == 200
            assert hook(office, body, bot.webhook["secret_token"]) == 200
            assert hook(office, body, "salah") == 403
            assert hook(office, b"\xff", SECRET) == 200
            assert office.stop() == 0
        finally:
            office.kill()
        assert bot.wrong == []
        assert office.rows("SELECT delivery_id, state FROM arrival ORDER BY id") == [
            ("7", "kept"),
            ("", "parked"),
        ]
        assert office.rows("SELECT COUNT(*) FROM ticket") == [(1,)]


def hook(office: Office, body: bytes, secret: str) -> int:
    """The status of one delivery to the hook."""
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
    request = urllib.request.Request(f"http://127.0.0.1:{office.http}/hooks/telegram", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
