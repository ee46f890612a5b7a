"""`sapa channels simulate`: a recorded payload by the real way of a door, signed as its provider would."""

import asyncio
import json
import smtplib
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import typer

from channels.base import Door, Parsed, Payload, Rejected, Replayer, Request, Unavailable, Unreadable, Webhook
from channels.message import DeliveryReport
from sapa.bootstrap.doors import doors_of
from sapa.cli import _bell
from sapa.cli._office import CONFIG, ConfigFile, clock, fail, ledger_of, say, settings_of, the_service
from sapa.demo import city
from sapa.demo.doors import doors
from sapa.settings import Settings
from store import messages

_MOST = 30 * 1024 * 1024
_WHY = {
    400: "Isi kiriman ditolak.",
    403: "Ditolak: rahasia atau city.public_url di sini berbeda dari yang dipakai layanan yang berjalan.",
    404: "Kanal ini tidak terbuka pada layanan yang berjalan; jalankan kembali layanan.",
    413: "Kiriman terlalu besar.",
    503: "Layanan belum dapat menyimpan; coba lagi nanti.",
}


def simulate(
    door: Annotated[str, typer.Argument(help="Nama kanal, misalnya telegram atau sms.")],
    file: Annotated[Path, typer.Argument(help="Rekaman kiriman: JSON, formulir, atau .eml.")],
    config: ConfigFile = CONFIG,
    url: Annotated[str, typer.Option(help="Alamat layanan, bila bukan yang di pengaturan.")] = "",
    demo: Annotated[bool, typer.Option("--demo", help="Kirim ke kota contoh (sapa serve --demo).")] = False,
) -> None:
    """Kirim rekaman lewat jalan yang sebenarnya; hasilnya laporan sungguhan di layanan yang berjalan."""
    settings = settings_of(config)
    if demo:
        settings = _demo(settings)
    content = _read(file)
    opened = _door(settings, door, doors(settings.storage.var, settings.public_url, clock) if demo else {})
    if door == "email":
        _by_mail(settings, content)
        return
    for fields in _recorded(file, content):
        if door == "web":
            _by_form(fields, url or _bell.base_of(settings))
        elif isinstance(opened, Replayer):
            _replay(config, settings, opened, fields, url)
        else:
            fail(f"Kanal {door} tidak dapat disimulasikan.")


def _read(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        fail(f"{file}: tidak dapat dibaca ({error.strerror}).")
    if not content.strip() or len(content) > _MOST:
        fail(f"{file}: kosong, atau lebih besar dari 30 MB.")
    return content


def _demo(settings: Settings) -> Settings:
    if not city.loaded(settings):
        fail(city.MISSING)
    try:
        return city.settings_in(settings, city.folder(settings))
    except ValueError as error:
        fail(str(error))


def _door(settings: Settings, name: str, given: Mapping[str, Door]) -> Door:
    channels = settings.channels.by_name()
    if name not in channels:
        fail(f"Kanal {name} tidak ada. Yang ada: {', '.join(channels)}.")
    if not channels[name].enabled:
        fail(f"Kanal {name} tertutup. {channels[name].opens_with}")
    try:
        return doors_of(settings, clock, given)[name]
    except (ValueError, TypeError) as error:
        fail(str(error))


def _recorded(file: Path, content: bytes) -> Sequence[dict[str, Any]]:
    """The payloads of a file: a JSON object, a list of them, or one form as it was sent."""
    if content.lstrip()[:1] in (b"{", b"["):
        try:
            told = json.loads(content)
        except (ValueError, RecursionError):
            fail(f"{file}: bukan JSON yang sah.")
        found = told if isinstance(told, list) else [told]
    else:
        pairs = parse_qsl(content.strip().decode("utf-8", "surrogateescape"), True, errors="surrogateescape")
        found = [dict(pairs)]
    if not found or not all(isinstance(one, dict) and one for one in found):
        fail(f"{file}: bukan rekaman kiriman; isinya objek JSON, daftar objek, atau formulir (a=1&b=2).")
    return found


def _replay(config: Path, settings: Settings, door: Replayer, fields: dict[str, Any], url: str) -> None:
    path = f"/hooks/{door.name}"
    made = door.replay(fields, settings.public_url.rstrip("/") + path, clock())
    if isinstance(made, Payload):
        _by_hand(config, settings, door, made)
        return
    assert isinstance(door, Webhook)
    payload = door.verify(made, clock())
    parsed = _parsed(door, payload)
    query = f"?{urlencode(made.query)}" if made.query else ""
    target = (url or _bell.base_of(settings)).rstrip("/") + path + query
    status, _ = _called(made, target)
    if status != 200:
        fail(f"Layanan menjawab {status}. {_WHY.get(status, '')}")
    _told(settings, payload, parsed)


def _called(made: Request, target: str) -> tuple[int, bytes]:
    try:
        return _bell.call(made.method, target, made.headers, made.body or None)
    except (OSError, ValueError) as error:
        where = target.partition("?")[0]
        fail(f"Layanan tidak menjawab di {where} ({type(error).__name__}). Jalankan: sapa serve")


def _parsed(door: Replayer, payload: Payload) -> Parsed:
    try:
        return door.parse(payload)
    except (Unreadable, Rejected) as error:
        say(f"Pintu tidak dapat membacanya, jadi akan diparkir: {error}")
        return ()


def _told(settings: Settings, payload: Payload, parsed: Parsed) -> None:
    """What became of each message, as the ledger has it."""
    with ledger_of(settings) as ledger, ledger.reading() as tx:
        for one in parsed:
            if isinstance(one, DeliveryReport):
                say(f"Laporan kirim diterima: {one.status}.")
                continue
            known = messages.find_message(tx, payload.channel, payload.account, one.external_id)
            if known is None:
                say("Diterima; buku data di sini bukan buku data layanan itu.")
            else:
                say(f"Diterima: laporan {known.ref}." if known.ref else "Diterima tanpa laporan.")


def _by_hand(config: Path, settings: Settings, door: Replayer, payload: Payload) -> None:
    """The door fetches its payloads: nobody can bring it one, so the intake is given it here."""
    say("Bot ini dibaca dengan mode: poll; rekaman dimasukkan langsung ke buku data.")
    parsed = _parsed(door, payload)
    with the_service(config) as service:
        try:
            asyncio.run(service.intake.deliver(payload, partial(door.parse, payload)))
        except Unavailable:
            fail("Belum dapat disimpan; coba lagi nanti.")
    _told(settings, payload, parsed)


def _by_form(fields: dict[str, Any], base: str) -> None:
    target = f"{base.rstrip('/')}/api/v1/tickets"
    headers = {"content-type": "application/json"}
    status, body = _called(Request(url=target, headers=headers, body=json.dumps(fields).encode()), target)
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    if status not in (201, 202):
        wrong = "; ".join(str(one.get("message")) for one in told.get("errors", ()) if isinstance(one, dict))
        fail(f"Layanan menjawab {status}. {wrong or _WHY.get(status, '')}")
    say(f"Diterima: laporan {told['ref']}." if told.get("ref") else "Diterima; nomornya menyusul.")


def _by_mail(settings: Settings, content: bytes) -> None:
    email = settings.channels.email
    mail = message_from_bytes(content)
    sender = parseaddr(str(mail.get("Return-Path") or mail.get("From") or ""))[1]
    if not mail.keys():
        fail("Berkas ini bukan surel: tidak ada kepala surat (From, Subject, …).")
    try:
        said = _bell.mail(email.listen.host, email.listen.port, sender, email.address, content)
    except (OSError, smtplib.SMTPException) as error:
        fail(
            f"Pintu surel tidak menjawab di {email.listen.host}:{email.listen.port}"
            f" ({type(error).__name__}). Jalankan: sapa serve"
        )
    if not said.startswith("2"):
        fail(f"Pintu surel menjawab {said}")
    say(f"Diterima: {said}")
