"""What every door owes: recorded payloads give the expected messages, and nothing else ever happens.

`PYTHONPATH=.:tests python tests/channels/test_contract.py` writes the expectations anew: read the difference
before keeping it.
"""

import asyncio
import dataclasses
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from counterparts import gateway, graph, twilio_voice, twilio_whatsapp
from counterparts import telegram as counterpart
from counterparts import x as counterpart_x
from counterparts.telegram import TOKEN
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import registry
from channels.base import (
    Fetcher,
    Listener,
    Parser,
    Payload,
    Rejected,
    Request,
    Sender,
    Sweeper,
    Traits,
    Unavailable,
    Undeliverable,
    Unreadable,
    Webhook,
)
from channels.message import Address, DeliveryReport, InboundMessage, OutboundMessage, Receipt

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
MEDIA = {
    ".json": "application/json",
    ".form": "application/x-www-form-urlencoded",
    ".multipart": f"multipart/form-data; boundary={BOUNDARY}",
    ".eml": "message/rfc822",
}
#: How each door is made here; `fails` are sections with which sending fails for now.
SECTIONS: dict[str, dict[str, Any]] = {
    "web": {},
    "email": {"address": "lapor@kota.example"},
    "telegram": {"token": TOKEN, "mode": "webhook", "webhook_secret": "rahasia-uji-telegram"},
    "sms": gateway.section(),
    "whatsapp": twilio_whatsapp.section(),
    "walkin": {},
    "phone": twilio_voice.section(),
    "facebook": graph.section(),
    "instagram": graph.section(account=graph.ACCOUNT),
    "x": counterpart_x.section(),
    "lapor": {},
    "fake": {"secret": "rahasia-uji"},
}
FAILS: dict[str, dict[str, Any]] = {
    "email": {"address": "lapor@kota.example", "drop_dir": "/dev/null/tidak-ada"},
    "telegram": {"token": TOKEN, "api_url": "http://127.0.0.1:9"},
    "sms": gateway.section(),  # nobody listens there
    "whatsapp": twilio_whatsapp.section(),
    "facebook": graph.section(),
    "instagram": graph.section(),
    "x": counterpart_x.section(),
    "fake": {"unavailable": 1},
}
SOMEBODY = {"telegram": "1001", "sms": "+6281234567890", "whatsapp": twilio_whatsapp.SOMEBODY}
NOBODY = {"email": "unknown:1", "telegram": "warga", "sms": f"+{gateway.NOBODY}", "fake": "hilang"}
NOBODY["whatsapp"] = twilio_whatsapp.NOBODY
SOMEBODY |= dict.fromkeys(("facebook", "instagram"), graph.SOMEBODY)
SOMEBODY["x"], NOBODY["x"] = counterpart_x.SOMEBODY, counterpart_x.NOBODY
NOBODY |= dict.fromkeys(("facebook", "instagram"), graph.NOBODY)
#: Handles at the doors that fetch: a file of 4 bytes, one that is not there yet, one that never will be.
FETCHES: dict[str, tuple[str, str, str]] = {
    "fake": ("berkas-ada", "berkas-nanti", "berkas-hilang"),
    "telegram": ("telegram:ada", "telegram:nanti", "telegram:hilang"),
    "sms": ("twilio:MM1/ada", "twilio:MM1/nanti", "telegram:ada"),
    "whatsapp": ("twilio:MM1/ada", "twilio:MM1/nanti", "telegram:ada"),
    "phone": ("twilio:REada", "twilio:REnanti", "telegram:ada"),
    "facebook": ("meta:/ada.jpg", "meta:/berkas/nanti", "meta:/berkas/hilang"),
    "instagram": ("meta:/ada.jpg", "meta:/berkas/nanti", "meta:/berkas/hilang"),
    "x": ("x:/ada.jpg", "x:/berkas/nanti", "x:/berkas/hilang"),
}
NAMES = sorted(registry.DOORS)
#: Fed by our own pages alone.
OWN_PAGES = ("web", "walkin", "lapor")


def door(name: str) -> Any:
    return registry.build(name, SECTIONS[name], lambda: NOW)


def recorded(name: str) -> Iterator[Path]:
    return (
        path for path in sorted((HERE / "payloads" / name).iterdir()) if not path.name.endswith(".expected")
    )


def payload(path: Path) -> Payload:
    name = path.parent.name
    account = getattr(door(name), "account", name)
    return Payload(
        channel=name, account=account, body=path.read_bytes(), media_type=MEDIA[path.suffix], received_at=NOW
    )


def parse(path: Path) -> Any:
    return door(path.parent.name).parse(payload(path))


def shown(parsed: Any) -> str:
    """What a parse gave, as JSON: the type's name, then the fields that are not empty."""
    items = [{"": type(one).__name__, **dataclasses.asdict(one)} for one in parsed]
    return json.dumps([_full(item) for item in items], indent=1, default=_plain, ensure_ascii=False) + "\n"


def _full(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _full(value) for key, value in item.items() if value not in ("", (), None, b"", False)}
    return [_full(one) for one in item] if isinstance(item, tuple) else item


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else value.decode("latin-1")


PAYLOADS = [path for name in NAMES for path in recorded(name)]


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_recorded_payload_gives_the_expected_messages(path: Path) -> None:
    assert shown(parse(path)) == path.with_name(path.name + ".expected").read_text("utf-8")


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_payload_read_again_gives_the_same_ids(path: Path) -> None:
    first, second = parse(path), parse(path)
    assert first == second
    assert all(one.external_id for one in first)


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_a_payload_gives_is_frozen_and_told_whole(path: Path) -> None:
    for one in parse(path):
        with pytest.raises(dataclasses.FrozenInstanceError):
            one.external_id = "lain"
        at = one.at if isinstance(one, DeliveryReport) else one.sent_at
        assert at.utcoffset() is not None
        if isinstance(one, InboundMessage):
            assert one.channel == path.parent.name
            assert one.sender.channel in (one.channel, "email", "phone", "sms")
            assert one.sender.value


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_payload_broken_anywhere_raises_only_what_is_told(path: Path) -> None:
    whole, reader, dice = payload(path), door(path.parent.name), random.Random(1)
    for _ in range(60):
        body = bytearray(whole.body)
        at = dice.randrange(len(body))
        if dice.random() < 0.5:
            body[at] = dice.randrange(256)
        else:
            del body[at : at + dice.randrange(1, 40)]
        with suppress(Rejected, Unreadable):
            reader.parse(dataclasses.replace(whole, body=bytes(body)))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=400), kind=st.sampled_from([*MEDIA.values(), "", "x"]))
def test_no_bytes_make_a_door_fall(name: str, body: bytes, kind: str) -> None:
    one = Payload(channel=name, account=name, body=body, media_type=kind, received_at=NOW)
    with suppress(Rejected, Unreadable):
        door(name).parse(one)


@pytest.mark.parametrize("name", NAMES)
def test_a_door_says_what_it_is(name: str) -> None:
    one = door(name)
    assert one.name == name
    assert isinstance(one.traits, Traits)
    assert isinstance(one, Parser)
    assert any(isinstance(one, kind) for kind in (Webhook, Listener, Sweeper)) or name in OWN_PAGES
    assert list(recorded(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_door_has_its_page(name: str) -> None:
    if name != "fake":
        page = (ROOT / "docs" / "channels" / f"{name}.md").read_text("utf-8")
        assert all(heading in page for heading in ("## Cara membuka", "## Biaya", "## Batas"))


@pytest.mark.parametrize("name", NAMES)
def test_a_section_with_an_unknown_key_does_not_open(name: str) -> None:
    with pytest.raises(TypeError):
        registry.build(name, {"tidak_ada": 1}, lambda: NOW)


@contextmanager
def provider(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """The other side a door sends to, as keys of its section."""
    if name == "telegram":
        with counterpart.serving() as bot:
            bot.files["ada"], bot.away = b"\xff\xd8\xff\xe0", {"nanti"}
            yield {"api_url": bot.url}
            assert bot.wrong == []
    elif name == "sms":
        with gateway.GatewayServer() as server:
            yield gateway.section(server.url)
    elif name in ("facebook", "instagram"):
        own = SECTIONS[name]["account"]
        with graph.Graph(own=own) as api:
            yield {"api_url": api.url}
    elif name == "x":
        with counterpart_x.X() as there:
            yield {"api_url": there.url}
    elif name == "whatsapp":
        with twilio_whatsapp.WhatsApp() as api:
            yield twilio_whatsapp.section(api.url)
    elif name == "fake":
        yield {"remote": {"berkas-ada": b"\xff\xd8\xff\xe0", "berkas-nanti": Unavailable("404")}}
    else:
        yield {"drop_dir": folder} if name == "email" else {}


@contextmanager
def keeper(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """The section of a door whose provider has the files of `FETCHES`; of SMS only Twilio has any."""
    if name == "phone":
        with twilio_voice.Voice(files={"REada": twilio_whatsapp.JPEG}) as voice:
            yield twilio_voice.section(voice.url)
        return
    if name not in ("sms", "whatsapp"):
        with provider(name, folder) as more:
            yield {**SECTIONS[name], **more}
        return
    with twilio_whatsapp.WhatsApp(files={"MM1/ada": twilio_whatsapp.JPEG}) as api:
        yield {**twilio_whatsapp.section(api.url), **({"provider": "twilio"} if name == "sms" else {})}


async def sent(sender: Any, *values: str) -> list[Receipt]:
    """Send one message to each, then let go of what the door holds."""
    try:
        return [await sender.send(outgoing(value)) for value in values]
    finally:
        if isinstance(sender, Listener):
            await sender.close()


async def fetched(fetcher: Any, asked: list[tuple[str, int]]) -> list[Any]:
    """What became of fetching each (handle, limit) in turn; then let go of what the door holds."""
    found: list[Any] = []
    for handle, limit in asked:
        try:
            found.append(await fetcher.fetch(handle, limit))
        except (Unavailable, Undeliverable) as error:
            found.append(error)
    if isinstance(fetcher, Listener):
        await fetcher.close()
    return found


def outgoing(value: str) -> OutboundMessage:
    return OutboundMessage(to=Address(channel="x", value=value), text="Halo", key="k")


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(door(name), Sender)])
def test_a_sender_says_later_or_never_and_the_same_key_has_the_same_receipt(
    name: str, tmp_path: Path
) -> None:
    somebody = SOMEBODY.get(name, "sri@contoh.example")
    with provider(name, tmp_path) as more:
        sender: Any = registry.build(name, {**SECTIONS[name], **more}, lambda: NOW)
        once, again = asyncio.run(sent(sender, somebody, somebody))
        assert once == again
        assert once.external_id
        later: Any = registry.build(name, FAILS[name], lambda: NOW)
        with pytest.raises(Unavailable):
            asyncio.run(sent(later, somebody))
        if name == "fake":
            sender.unknown.add(NOBODY[name])
        with pytest.raises(Undeliverable):
            asyncio.run(sent(sender, NOBODY[name]))


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(door(name), Fetcher)])
def test_a_fetcher_gives_the_bytes_says_later_or_never_and_keeps_to_the_limit(
    name: str, tmp_path: Path
) -> None:
    here, later, gone = FETCHES[name]
    with keeper(name, tmp_path) as section:
        fetcher: Any = registry.build(name, section, lambda: NOW)
        asked = [(here, 4), (later, 4), (here, 3), (gone, 4)]
        came, waits, *never = asyncio.run(fetched(fetcher, asked))
    assert came == b"\xff\xd8\xff\xe0"
    assert isinstance(waits, Unavailable)
    for (handle, _), why in zip(asked[2:], never, strict=True):
        assert isinstance(why, Undeliverable)
        assert handle not in str(why)  # its words are shown to people
        assert "://" not in str(why)


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(door(name), Webhook)])
def test_a_hook_refuses_what_is_not_signed(name: str) -> None:
    with pytest.raises(Rejected):
        door(name).verify(Request(url=f"/hooks/{name}", headers={}, body=b"{}"), NOW)


if __name__ == "__main__":
    for path in PAYLOADS:
        path.with_name(path.name + ".expected").write_text(shown(parse(path)), "utf-8")
