"""An agency's group at work: linked, told, answered by buttons and a photo; a process killed in between."""

import time
from pathlib import Path
from typing import Any

import pytest
from counterparts.telegram import BotApi, serving
from test_telegram import TelegramOffice, eventually, update

from sapa.desk import chats
from sapa.desk.actor import Actor
from sapa.settings import load
from store import officers
from store.db import Ledger, Tx
from store.tables import Officer

GROUP, BUDI, STRANGER = -100777, 501, 599
#: One pixel, as a camera would not take it.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def database() -> str:
    """The acts are tested on both in `tests/desk`."""
    return "sqlite"


def hired(office: TelegramOffice, opd: str) -> tuple[str, str]:
    """A head of the agency with a code for their account and one for the group (of two people)."""
    from sapa.bootstrap.values import city_of

    settings = load(str(office.config), office.environ)
    ledger: Ledger = office.ledger()

    def act(tx: Tx) -> tuple[str, str]:
        now = office_now()
        city = city_of(settings, now.date(), {})
        codes = []
        for login, group in (("budi", ""), ("kepala", opd)):
            row = Officer(
                login=login, name=login.title(), role="head", opd=opd, password_hash="-", created_at=now
            )
            by = Actor(kind="officer", officer_id=officers.add(tx, row), role="head", opd=opd)
            codes.append(chats.new_code(tx, by, opd=group, now=now, city=city).code)
        return codes[0], codes[1]

    try:
        return ledger.write(act)
    finally:
        ledger.close()


def office_now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def in_group(number: int, who: int, **more: Any) -> dict[str, Any]:
    chat = {"id": GROUP, "type": "supergroup", "title": "Piket"}
    writer = {"id": who, "is_bot": False, "first_name": "Orang"}
    told = {"message_id": number, "date": int(time.time()), "chat": chat, "from": writer}
    return {"update_id": number, "message": told | more}


def pressed(number: int, who: int, told: dict[str, Any], label: str) -> dict[str, Any]:
    """Somebody presses a button of a message, as it stands there."""
    rows = told["reply_markup"]["inline_keyboard"]
    data = next(button["callback_data"] for row in rows for button in row if button["text"] == label)
    query = {
        "id": f"query-{number}",
        "from": {"id": who, "is_bot": False, "first_name": "Orang"},
        "message": told,
        "chat_instance": "1",
        "data": data,
    }
    return {"update_id": number, "callback_query": query}


def in_chat(bot: BotApi, words: str) -> list[dict[str, Any]]:
    """What the group was told that says so."""
    return [one for one in bot.said if one["chat"]["id"] == GROUP and words in one.get("text", "")]


def test_a_group_is_linked_told_and_answers_and_a_killed_process_acts_once(
    tmp_path: Path, empty_url: str
) -> None:
    with serving() as bot:
        office = TelegramOffice(tmp_path / "kota", empty_url, bot)
        try:
            office.start()
            office.ready()
            assert office.stop() == 0
            own, group = hired(office, "DISHUB")
            office.start()
            bot.push(update(1, BUDI, text=f"/start tautkan_{own}"))
            bot.push(in_group(2, STRANGER, text=f"/start@sapa_uji_bot tautkan_{group}"))
            eventually(lambda: in_chat(bot, "Grup ini tertaut"), office)
            bot.push(in_group(3, BUDI, text="Siap."), update(4, 11, text="Lampu jalan mati di Meri"))
            eventually(lambda: in_chat(bot, "Laporan baru untuk"), office)
            (told,) = in_chat(bot, "Laporan baru untuk")
            bot.push(pressed(5, STRANGER, told, "Terima"))
            eventually(lambda: [text for _, text in bot.answers if "belum tertaut" in text], office)
            assert office.rows("SELECT status FROM ticket") == [("assigned",)]
            assert office.stop() == 0

            office.start("press", "1", str(tmp_path / "mark"))
            bot.push(pressed(6, BUDI, told, "Terima"))
            assert office.process is not None
            assert office.process.wait(90) == -9
            assert [one["update_id"] for one in bot.updates] == [6]
            office.start()
            eventually(lambda: [text for _, text in bot.answers if "sedang ditangani" in text], office)
            eventually(lambda: not bot.updates, office)
            eventually(lambda: labels(told) == ["Bukan kewenangan", "Selesai"], office)
            assert office.rows("SELECT COUNT(*) FROM event WHERE kind = 'accepted'") == [(1,)]

            bot.files["BUKTI"] = PIXEL
            bot.push(pressed(7, BUDI, told, "Selesai"))
            eventually(lambda: in_chat(bot, "apa hasil penanganan"), office)
            (asks,) = in_chat(bot, "apa hasil penanganan")
            photo = [{"file_id": "BUKTI", "width": 1, "height": 1}]
            bot.push(in_group(8, BUDI, reply_to_message=asks, photo=photo, caption="Lampu sudah diganti."))
            eventually(lambda: office.rows("SELECT 1 FROM ticket WHERE status = 'resolved'"), office)
            kept = "SELECT 1 FROM attachment JOIN message ON message.id = message_id WHERE machine = 'proof'"
            eventually(lambda: office.rows(f"{kept} AND served IS NOT NULL"), office)
            eventually(lambda: labels(told) == [], office)
            assert office.stop() == 0
        finally:
            office.kill()
        assert bot.wrong == []
        assert office.rows("SELECT COUNT(*) FROM ticket") == [(1,)]
        assert office.rows("SELECT chatter FROM office_chat WHERE kind = 'group'") == [(1,)]
        log = office.log.read_text()
        assert own not in log
        assert "Lampu" not in log


def labels(told: dict[str, Any]) -> list[str]:
    """The buttons under a message that act."""
    rows = told["reply_markup"]["inline_keyboard"]
    return [button["text"] for row in rows for button in row if "callback_data" in button]
