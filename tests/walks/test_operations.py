"""What the person who runs the machine does while citizens go on writing: stop, back up, look, retry.

About 40 seconds in all.
"""

import asyncio
import os
import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from mail_sink import sink
from walk_check import nothing_is_lost, rows
from walk_clients import Acknowledged, Crowd, Sending, sendings
from walk_world import ADDRESS, ROOT, Office, eventually


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_service_told_to_stop_answers_everybody_first(
    office: Callable[..., Office], empty_url: str, tmp_path: Path
) -> None:
    """SIGTERM under load: what was committed was answered; what was not answered was not committed."""
    file = Acknowledged(tmp_path / "acknowledged")
    messages = [message for message in sendings(250, "stop") if message.number % 10 != 7]

    async def walk() -> None:
        here = office(url=empty_url)
        here.start()
        await asyncio.to_thread(here.ready)
        crowd = Crowd(here, file, seed=9)
        work = asyncio.create_task(crowd.send_all(messages))
        await acknowledged(file, 60)
        assert await asyncio.to_thread(here.stop) == 0
        await asyncio.sleep(0.3)
        ledger = here.ledger()
        kept = {row[0] for row in rows(ledger, "SELECT external_id FROM message WHERE direction = 'in'")}
        ledger.close()
        assert {key.removesuffix("@contoh.example") for key in kept} == set(file.refs)
        here.start()
        await work
        assert set(crowd.answers) <= {"yes", "no answer", "hung up", "503", "421", "451"}
        await asyncio.to_thread(here.ready)
        assert await asyncio.to_thread(here.stop) == 0
        nothing_is_lost(here, messages, file)

    asyncio.run(asyncio.wait_for(walk(), 300))
    file.close()


async def acknowledged(file: Acknowledged, count: int) -> None:
    while len(file.refs) < count:  # noqa: ASYNC110 (it only grows while we wait)
        await asyncio.sleep(0.005)


def test_a_backup_under_load_restores_into_an_empty_place(
    office: Callable[..., Office], tmp_path: Path
) -> None:
    """Everything acknowledged before the backup began is in it, whole, and the old links work there."""
    file = Acknowledged(tmp_path / "acknowledged")
    copy = tmp_path / "cadangan"
    before: dict[str, str] = {}
    sent: list[Sending] = []
    here = office("lama")

    def until(done: Callable[[], bool]) -> Iterator[Sending]:
        for message in sendings(4_000, "copy"):
            if done():
                return
            sent.append(message)
            yield message

    async def walk() -> None:
        here.start()
        await asyncio.to_thread(here.ready)
        crowd = Crowd(here, file, seed=11, width=4)
        ends = asyncio.Event()
        work = asyncio.create_task(crowd.send_all(until(ends.is_set)))
        await acknowledged(file, 60)
        before.update(file.refs)
        made = await asyncio.to_thread(here.command, "backup", str(copy))
        ends.set()
        assert made.returncode == 0, made.stderr
        await work
        assert set(crowd.answers) <= {"yes", "hung up on"}
        found = re.search(r"(\d+) laporan", made.stdout)
        assert found
        assert 60 <= int(found[1]) < len(sent)
        assert await asyncio.to_thread(here.stop) == 0
        nothing_is_lost(here, sent, file)

    asyncio.run(asyncio.wait_for(walk(), 300))
    file.close()
    there = office("baru")
    restored = there.command("restore", str(copy))
    assert restored.returncode == 0, restored.stderr
    assert there.command("restore", str(copy)).returncode == 1
    there.start()
    there.ready()
    ledger = there.ledger()
    tickets = dict(rows(ledger, "SELECT ref, token FROM ticket"))
    links = rows(ledger, "SELECT uuid FROM action_link LIMIT 1")
    ledger.close()
    assert set(before.values()) <= set(tickets)
    assert links
    for ref in list(before.values())[::7]:
        assert ref in there.page(f"/lacak/{ref}?k={tickets[ref]}")
    assert (there.var / "secret.key").read_bytes() == (here.var / "secret.key").read_bytes()
    assert there.stop() == 0


def test_parked_mail_is_taken_up_by_hand_and_who_cannot_be_mailed_is_to_be_called(
    office: Callable[..., Office],
) -> None:
    async def walk() -> None:
        async with sink() as post:
            post.unknown.add("salah@contoh.example")
            here = office(relay_port=post.port)
            here.start()
            await asyncio.to_thread(here.ready)
            await asyncio.to_thread(parked, here)
            await asyncio.to_thread(to_call, here)
            assert await asyncio.to_thread(here.stop) == 0

    asyncio.run(asyncio.wait_for(walk(), 300))


def send(here: Office, sender: str, **headers: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ADDRESS, "Lampu jalan mati"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Lampu jalan di Kelurahan Meri mati.")
    with smtplib.SMTP("127.0.0.1", here.smtp, timeout=30) as line:
        line.send_message(mail)


def parked(here: Office) -> None:
    """A machine's mail is kept without a ticket; a person looks at it and makes it one."""
    send(here, "warga@contoh.example", Auto_Submitted="auto-replied")
    listed = here.command("arrivals", "list").stdout
    number = listed.split()[0]
    assert "email" in listed
    show = ("arrivals", "show", number, "--login", "admin", "--reason", "sebab diparkir")
    assert "Lampu jalan di Kelurahan Meri mati." in here.command(*show).stdout
    made = here.command("arrivals", "reprocess", number)
    assert re.search(r"Menjadi laporan SMP-\d{4}-\d{4}", made.stdout), made.stderr
    assert here.command("arrivals", "reprocess", number).returncode == 1


def states(here: Office) -> set[str]:
    ledger = here.ledger()
    try:
        return {row[0] for row in rows(ledger, "SELECT state FROM outbox")}
    finally:
        ledger.close()


def to_call(here: Office) -> None:
    """An address that does not exist: the reporter stands on the call list."""
    send(here, "salah@contoh.example")
    assert eventually(lambda: "call" in states(here))


def test_another_city_starts_from_the_starter(tmp_path: Path) -> None:
    """`sapa init`, `sapa config check`, and a service of that city that takes a complaint."""
    city = tmp_path / "kota-lain"
    program = [sys.executable, "-c", "from sapa.cli import app; app()"]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "SAPA_HTTP_PORT": "0", "SAPA_SMTP_PORT": "0"}

    def sapa(*command: str, folder: Path = tmp_path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*program, *command], cwd=folder, env=environ, capture_output=True, text=True, timeout=60
        )

    made = sapa("init", str(city))
    assert made.returncode == 0, made.stderr
    checked = sapa("config", "check", folder=city)
    assert checked.returncode == 0, checked.stderr
    with (city / "log").open("wb") as log:
        process = subprocess.Popen([*program, "serve"], cwd=city, env=environ, stdout=log, stderr=log)
    try:
        assert eventually(lambda: "Berhenti: Ctrl+C" in (city / "log").read_text(), 60)
        said = (city / "log").read_text()
        address = re.search(r"Formulir warga\s+http://127.0.0.1:(\d+)/", said)
        assert address
        answer = subprocess.run(
            [sys.executable, "-c", TWIN, address[1]], capture_output=True, text=True, timeout=60
        )
        assert '"ref"' in answer.stdout, answer.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


TWIN = """
import json, sys, urllib.request
body = json.dumps({"text": "Lampu jalan mati"}).encode()
url = f"http://127.0.0.1:{sys.argv[1]}/api/v1/tickets"
request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
print(urllib.request.urlopen(request, timeout=30).read().decode())
"""
