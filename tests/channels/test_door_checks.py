"""What a look at each door finds: its provider agrees, or what to do; never a secret."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts import gateway
from counterparts.telegram import TOKEN, BotApi, serving
from counterparts.twilio import SID, Twilio
from counterparts.twilio import TOKEN as AUTH

from channels.base import Checker, Finding
from channels.email import EmailDoor
from channels.sms import SmsDoor
from channels.telegram import TelegramDoor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HOOK = "https://sapa.example/hooks/sms"
NUMBER = {"phone_number": "+15005550006", "sms_url": HOOK, "sms_method": "POST", "sms_application_sid": ""}


def found(door: Any) -> tuple[Finding, ...]:
    """What it finds; whatever that is, no secret is in it."""
    assert isinstance(door, Checker)
    findings = asyncio.run(door.check())
    told = " ".join(one.what + one.advice for one in findings)
    for secret in (TOKEN, AUTH, gateway.SECRET, gateway.AUTH):
        assert secret not in told
    assert all(one.advice for one in findings if not one.ok)
    return findings


def faults(door: Any) -> list[str]:
    return [one.what for one in found(door) if not one.ok]


@pytest.fixture
def bot() -> Iterator[BotApi]:
    with serving() as api:
        yield api
        assert api.wrong == []


def telegram(url: str, mode: str = "poll") -> TelegramDoor:
    section = {"token": TOKEN, "mode": mode, "api_url": url, "public_url": "https://sapa.example"}
    return TelegramDoor.build({**section, "webhook_secret": "rahasia-uji-telegram"}, lambda: NOW)


def test_a_bot_that_polls_has_no_webhook(bot: BotApi) -> None:
    assert faults(telegram(bot.url)) == []
    bot.webhook = {"url": "https://lain.example/x"}
    (fault,) = faults(telegram(bot.url))
    assert "mode: poll" in fault


def test_a_bot_that_is_told_has_ours(bot: BotApi) -> None:
    bot.webhook = {"url": "https://sapa.example/hooks/telegram"}
    assert faults(telegram(bot.url, "webhook")) == []
    for other in (None, {"url": "https://lain.example/x"}):
        bot.webhook = other
        assert "https://sapa.example/hooks/telegram" in faults(telegram(bot.url, "webhook"))[0]


def test_what_telegram_could_not_bring_is_told_with_its_reason(bot: BotApi) -> None:
    bot.updates, bot.last_error = [{"update_id": 1}], "Wrong response from the webhook: 503"
    assert any("1 pembaruan" in one and "503" in one for one in faults(telegram(bot.url)))


def test_a_wrong_token_and_a_telegram_that_is_away_are_told_apart(bot: BotApi) -> None:
    other = TelegramDoor.build({"token": "123456:bukan-token-yang-benar", "api_url": bot.url}, lambda: NOW)
    assert faults(other) == ["Telegram menolak token bot."]
    assert "belum dapat dihubungi" in faults(telegram("http://127.0.0.1:9"))[0]


def twilio(url: str, **more: Any) -> SmsDoor:
    account = {"account_sid": SID, "auth_token": more.pop("auth_token", AUTH), "api_url": url}
    section = {"provider": "twilio", "number": "+15005550006", "public_url": "https://sapa.example"}
    return SmsDoor.build({**section, "timeout": 2.0, "twilio": account, **more}, lambda: NOW)


def test_twilio_knows_the_account_and_brings_the_number_to_us() -> None:
    with Twilio(numbers=[{**NUMBER, "phone_number": "+150055500061"}, NUMBER]) as api:
        assert [one.ok for one in found(twilio(api.url))] == [True, True, True]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ({"sms_url": "https://lain.example/x"}, "tidak menuju"),
        ({"sms_method": "GET"}, "tidak menuju"),
        ({"phone_number": "+15005550007"}, "tidak memiliki nomor"),
    ],
)
def test_a_number_that_leads_elsewhere_is_a_fault(number: dict[str, str], said: str) -> None:
    with Twilio(numbers=[NUMBER | number]) as api:
        (fault,) = faults(twilio(api.url))
    assert said in fault


def test_faults_of_the_account_come_first() -> None:
    with Twilio(numbers=[NUMBER], status="suspended") as api:
        assert faults(twilio(api.url)) == ["Akun Twilio tidak aktif (suspended)."]
        (fault,) = faults(twilio(api.url, auth_token="lain"))
        assert "401" in fault
        assert "tidak dapat mengantar" in faults_at_home(api)
    assert "dihubungi" in faults(twilio("http://127.0.0.1:9"))[0]


def faults_at_home(api: Twilio) -> str:
    """With an address of ours that only this machine knows."""
    api.status = "active"
    home = "http://127.0.0.1:8000"
    api.numbers = [{**NUMBER, "sms_url": f"{home}/hooks/sms"}]
    (fault,) = faults(twilio(api.url, public_url=home))
    return fault


def test_a_messaging_service_is_not_looked_into_and_says_so() -> None:
    with Twilio() as api:
        findings = found(twilio(api.url, number="", messaging_service="MG" + "1" * 32))
    assert all(one.ok for one in findings)
    assert HOOK in findings[-1].advice


def test_a_gateway_is_reached_without_an_sms_being_sent() -> None:
    with gateway.GatewayServer() as server:
        assert faults(SmsDoor.build(gateway.section(server.url), lambda: NOW)) == []
        secure = server.url.replace("http://", "https://")
        outbound = {**gateway.section(secure)["gateway"]["outbound"]}
        assert len(faults(SmsDoor.build(gateway.section(secure, outbound=outbound), lambda: NOW))) == 1
    assert server.sent == []
    assert len(faults(SmsDoor.build(gateway.section(), lambda: NOW))) == 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_mail_door_answers_while_it_is_open_and_is_its_own_relay_here(tmp_path: Path) -> None:
    port = free_port()
    relay = {"host": "127.0.0.1", "port": port, "timeout": 5.0}
    section = {"address": "lapor@kota.example", "port": port, "drop_dir": tmp_path}
    assert len(faults(EmailDoor.build({**section, "relay": relay}, lambda: NOW))) == 2

    async def nothing(*_: Any) -> Any:
        raise AssertionError("a look delivers nothing")

    async def while_open(door: EmailDoor) -> tuple[Finding, ...]:
        await door.open(nothing, lambda: NOW)
        try:
            return await door.check()
        finally:
            await door.close()

    for more in ({"relay": relay}, {}):
        findings = asyncio.run(while_open(EmailDoor.build({**section, **more}, lambda: NOW)))
        assert [one.ok for one in findings] == [True, True]
    assert "relay.host" in findings[1].advice
