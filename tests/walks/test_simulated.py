"""`sapa channels check` and `simulate` beside the served process: every open door, and what they refuse."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counterparts.telegram import TOKEN, BotApi, serving
from counterparts.twilio import SID, Twilio, incoming
from counterparts.twilio import TOKEN as AUTH
from walk_world import Office, changed

SECRET = "rahasia-uji-telegram"


class OpenOffice(Office):
    """An installation with web, email, Telegram and Twilio's SMS open."""

    def __init__(self, folder: Path, bot: BotApi, api: Twilio, mode: str = "webhook") -> None:
        super().__init__(folder)
        channels = folder / "config" / "channels.yaml"
        telegram = f"  telegram:\n    name: Telegram\n    enabled: true\n    api_url: {bot.url}\n"
        telegram += "    token: env:UJI_TOKEN\n    webhook_secret: env:UJI_RAHASIA\n"
        text = changed(
            channels.read_text(), r"  telegram:\n    name: Telegram\n    enabled: false\n", telegram
        )
        sms = f"  twilio: {{account_sid: {SID}, auth_token: env:UJI_TWILIO, api_url: {api.url}}}\n  sms:\n"
        sms += '    provider: twilio\n    number: "+15005550006"\n'
        text = changed(text, r"  sms:\n", sms)
        text = changed(text, r"(?<=impor\)\"\n)    enabled: false", "    enabled: true")
        channels.write_text(changed(text, r"mode: poll ", f"mode: {mode} "))

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | {"UJI_TOKEN": TOKEN, "UJI_RAHASIA": SECRET, "UJI_TWILIO": AUTH}

    def simulate(self, door: str, content: Any, *words: str, **environ: str) -> tuple[int, str]:
        """(exit status, what was said) of the command on a file of this content."""
        file = self.folder / f"rekaman-{door}"
        if not isinstance(content, bytes | str):
            content = json.dumps(content)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        done = self.command("channels", "simulate", door, str(file), *words, **environ)
        said = done.stdout + done.stderr
        assert not any(secret in said for secret in (TOKEN, SECRET, AUTH))
        assert "Traceback" not in said
        return done.returncode, said

    def texts(self) -> list[str]:
        ledger = self.ledger()
        try:
            with ledger.reading() as tx:
                return [
                    str(row[0])
                    for row in tx.run("SELECT text FROM message WHERE direction = 'in' ORDER BY id")
                ]
        finally:
            ledger.close()


@pytest.fixture
def providers() -> Iterator[tuple[BotApi, Twilio]]:
    number = {"phone_number": "+15005550006", "sms_url": "", "sms_method": "POST"}
    with serving() as bot, Twilio(numbers=[number]) as api:
        yield bot, api
        assert bot.wrong == []


def update(number: int, text: str) -> dict[str, Any]:
    chat = {"id": 1001, "type": "private", "first_name": "Sri"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1_795_492_770, "chat": chat, "text": text},
    }


MAIL = b"From: sri@warga.example\nTo: lapor@kota-mojokerto.example\nSubject: Banjir\n\nBanjir\n"


def test_recordings_become_reports_by_the_real_way_of_every_door(
    providers: tuple[BotApi, Twilio], tmp_path: Path
) -> None:
    bot, api = providers
    office = OpenOffice(tmp_path / "kota", bot, api)
    try:
        office.start()
        office.ready()
        api.numbers[0]["sms_url"] = f"http://127.0.0.1:{office.http}/hooks/sms"
        for door, content in (
            ("telegram", [update(1, "Lampu jalan mati"), update(2, "di Meri")]),
            ("sms", incoming("SM1", "Sampah menumpuk")),
            ("email", MAIL),
            ("web", {"text": "Jalan berlubang"}),
        ):
            code, said = office.simulate(door, content)
            assert (code, said.count("SMP-") >= 1) == (0, True), said
        code, said = office.simulate("sms", "MessageSid=SM2&From=%2B62812345678&Body=Pohon+tumbang")
        assert code == 0, said
        first, *rest = office.texts()
        assert {first, *rest} == {
            "Lampu jalan mati", "di Meri", "Sampah menumpuk", "Banjir", "Jalan berlubang", "Pohon tumbang",
        }  # fmt: skip
        assert "403" in office.simulate("sms", incoming("SM3", "x"), UJI_TWILIO="lain")[1]
        assert "diparkir" in office.simulate("sms", {"MessageSid": "SM4", "MessageStatus": "baru"})[1]
        checked = office.command("channels", "check")
        assert (checked.returncode, checked.stdout.count("GAGAL")) == (1, 1), checked.stdout
        assert "Twilio tidak dapat mengantar" in checked.stdout  # 127.0.0.1 is no address for Twilio
        assert office.command("channels", "check", "web").returncode == 0
        assert office.command("channels", "check", "telegram").returncode == 0
    finally:
        office.kill()


def test_a_bot_that_polls_gets_its_recording_into_the_ledger_and_errors_say_what_to_do(
    providers: tuple[BotApi, Twilio], tmp_path: Path
) -> None:
    office = OpenOffice(tmp_path / "kota", *providers, mode="poll")
    code, said = office.simulate("telegram", update(1, "Lampu jalan mati"))
    assert (code, "mode: poll" in said, "SMP-" in said) == (0, True, True), said
    assert office.texts() == ["Lampu jalan mati"]
    for door, content, expected in (
        ("sms", incoming("SM1", "x"), "sapa serve"),
        ("email", MAIL, "sapa serve"),
        ("email", b"bukan surel", "bukan surel"),
        ("web", {"text": "x"}, "sapa serve"),
        ("telegram", "{rusak", "bukan JSON"),
        ("telegram", [1], "bukan rekaman"),
        ("sms", b"\n", "kosong"),
        ("whatsapp", {"a": "b"}, "tertutup"),
        ("burung", {"a": "b"}, "tidak ada"),
    ):
        code, said = office.simulate(door, content)
        assert (code, expected in said) == (1, True), (door, said)
    checked = office.command("channels", "check", "web")
    assert (checked.returncode, "sapa serve" in checked.stdout) == (1, True)
    assert office.command("channels", "check", "burung").returncode == 1
    assert "tertutup" in office.command("channels", "check", "whatsapp").stdout
