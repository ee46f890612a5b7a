"""The SMTP door, by ordinary clients and by raw sockets."""

import contextlib
import smtplib
import socket
import time
from collections.abc import Iterator

import pytest
from mail_counter import NOW, OURS, Office, Running, eventually, running

from channels.base import Listener, Unavailable
from channels.email import EmailDoor, EmailSettings

MAIL = (
    b"From: warga@contoh.example\r\nMessage-ID: <a@contoh.example>\r\nSubject: Lampu\r\n"
    b"\r\nLampu mati.\r\n.\r\n"
)


@pytest.fixture(scope="module")
def open_door() -> Iterator[Running]:
    with running(Office(), size_limit=200_000, max_recipients=3) as here:
        yield here


@pytest.fixture
def door(open_door: Running) -> Running:
    open_door.office.kept.clear()
    open_door.office.failing = None
    return open_door


def test_an_ordinary_client_gets_its_ref_after_the_commit(door: Running) -> None:
    with door.line() as line:
        assert line.mail(MAIL) == "250 2.0.0 OK SMP-2611-0001"
    payload, parsed = door.office.kept[0]
    assert payload.media_type == "message/rfc822"
    assert payload.account == OURS
    assert payload.body.startswith(
        f"Delivered-To: {OURS}\r\nReturn-Path: <warga@contoh.example>\r\n".encode()
    )
    assert parsed == door.door.parse(payload)


def test_smtplib_sends_a_mail_with_dots_and_utf8(door: Running) -> None:
    with smtplib.SMTP(*door.address) as client:
        client.sendmail(
            "wårga@contoh.example",
            [OURS],
            "From: wårga@contoh.example\n\n.titik\n..dua\nlampu “mati”\n".encode(),
            mail_options=["SMTPUTF8", "BODY=8BITMIME"],
        )
    message = door.office.messages[0]
    assert message.text == ".titik\n..dua\nlampu “mati”"
    assert message.sender.value == "wårga@contoh.example"


def test_a_mail_that_begins_with_a_dot_keeps_it(door: Running) -> None:
    with door.line() as line:
        line.mail(b"..awal\r\n..\r\n.\r\n")
    assert door.office.kept[0][0].body.endswith(b"\r\n.awal\r\n.\r\n")


def test_size_and_other_extensions_are_announced(door: Running) -> None:
    with door.line() as line:
        said = line.say("EHLO lagi.example")
        assert "250-SIZE 200000" in said
        assert "250-8BITMIME" in said
        assert "250-SMTPUTF8" in said


def test_a_mail_announced_too_large_is_told_at_once(door: Running) -> None:
    with door.line() as line:
        assert line.say("MAIL FROM:<a@contoh.example> SIZE=200001").startswith("552")
        assert line.mail(MAIL).startswith("250")


def test_a_mail_that_is_too_large_is_told_at_its_end_and_the_next_is_taken(door: Running) -> None:
    with door.line() as line:
        assert line.mail(b"Subject: besar\r\n\r\n" + b"x" * 300_000 + b"\r\n.\r\n").startswith("552 5.3.4")
        assert line.mail(MAIL).startswith("250")
    assert len(door.office.kept) == 1


def test_a_body_of_thirty_megabytes_is_refused_and_not_kept_in_memory(door: Running) -> None:
    with door.line() as line:
        assert line.mail(b"Subject: x\r\n\r\n" + b"isi\r\n" * 6_300_000 + b".\r\n").startswith("552")
    assert door.office.kept == []


def test_lines_of_any_length_are_taken(door: Running) -> None:
    long = b"x" * 150_000
    with door.line() as line:
        assert line.mail(b"Subject: panjang\r\n\r\n" + long + b"\r\n.\r\n").startswith("250")
    assert door.office.messages[0].text.startswith("x" * 100_000)


@pytest.mark.parametrize(
    "ending", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n.\r"]
)
def test_only_crlf_dot_crlf_ends_a_mail(door: Running, ending: bytes) -> None:
    smuggled = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<lapor@kota.example>\r\nDATA\r\nSubject: x\r\n\r\nx"
    with door.line() as line:
        assert line.mail(b"Subject: satu\r\n\r\nisi" + ending + smuggled + b"\r\n.\r\n").startswith("250")
        assert line.say("NOOP") == "250 OK"
    assert len(door.office.kept) == 1
    assert door.office.messages[0].subject == "satu"


def test_an_empty_mail_is_kept(door: Running) -> None:
    with door.line() as line:
        assert line.mail(b".\r\n").startswith("250")
    assert door.office.messages[0].external_id.startswith("sha256:")


def test_pipelined_transactions_are_each_answered(door: Running) -> None:
    once = b"MAIL FROM:<a@contoh.example>\r\nRCPT TO:<lapor@kota.example>\r\nDATA\r\n"
    with door.line() as line:
        line.send(once + MAIL + once + MAIL + b"QUIT\r\n")
        answers = [line.read()[:3] for _ in range(9)]
    assert answers == ["250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert len(door.office.kept) == 2


def test_rset_forgets_the_envelope(door: Running) -> None:
    with door.line() as line:
        line.envelope()
        assert line.say("RSET").startswith("250")
        assert line.say("DATA").startswith("503")
        assert line.mail(MAIL).startswith("250")


def test_mail_is_taken_for_our_address_and_its_reply_addresses_only(door: Running) -> None:
    with door.line() as line:
        line.say("MAIL FROM:<a@contoh.example>")
        assert line.say("RCPT TO:<orang@lain.example>").startswith("550 5.1.1")
        assert line.say("RCPT TO:<lapor+@kota.example>").startswith("550")
        assert line.say("RCPT TO:<LAPOR@Kota.Example>").startswith("250")
        assert line.say("RCPT TO:<lapor+AbC-9_x@kota.example>").startswith("250")
        assert line.say('RCPT TO:<"lapor"@kota.example>').startswith(("250", "550"))
        line.say("DATA")
        line.send(MAIL)
        assert line.read().startswith("250")
    assert door.office.messages[0].reply_token == "AbC-9_x"


def test_recipients_are_counted(door: Running) -> None:
    with door.line() as line:
        line.say("MAIL FROM:<a@contoh.example>")
        answers = [line.say("RCPT TO:<lapor@kota.example>")[:3] for _ in range(4)]
    assert answers == ["250", "250", "250", "452"]


def test_a_ledger_that_is_down_is_answered_451_and_the_same_connection_goes_on(door: Running) -> None:
    door.office.failing = Unavailable("ledger")
    with door.line() as line:
        assert line.mail(MAIL).startswith("451 4.3.1")
        door.office.failing = RuntimeError("surprise")
        assert line.mail(MAIL).startswith("451 4.3.0")
        door.office.failing = None
        assert line.mail(MAIL).startswith("250")


def test_a_mail_kept_without_a_ticket_is_acknowledged_too(door: Running) -> None:
    async def parked(payload: object, parse: object) -> list[object]:
        return []

    with running(Office()) as here:
        here.do(here.door.close())
        here.do(here.door.open(parked, lambda: NOW))  # type: ignore[arg-type]
        with here.line() as line:
            assert line.mail(MAIL) == "250 2.0.0 OK diterima"


def test_a_bounce_has_an_empty_sender(door: Running) -> None:
    with door.line() as line:
        assert line.say("MAIL FROM:<>").startswith("250")
        line.say(f"RCPT TO:<{OURS}>")
        line.say("DATA")
        line.send(MAIL)
        line.read()
    assert b"Return-Path: <>\r\n" in door.office.kept[0][0].body
    assert door.office.messages[0].machine


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("DATA", "503"),
        ("DATA now", "501"),
        ("RCPT TO:<a@b.example>", "503"),
        ("VRFY lapor@kota.example", "252"),
        ("EXPN lapor", "502"),
        ("MAIL FROM:<a@b.example> SIZE=²", "451"),
        ("MAIL FROM:<a@b.example> FOO=BAR", "555"),
        ("MAIL FROM:<" + "a" * 3000 + "@b.example>", "500"),
        ("AUTH PLAIN AAAA", "538"),
        ("STARTTLS", "454"),
        ("\udcff\udcff", "500"),
        ("APA", "500"),
    ],
)
def test_odd_commands_get_an_answer_and_do_no_harm(door: Running, said: str, answer: str) -> None:
    with door.line() as line:
        if said == "DATA now":
            line.envelope()
        line.send(said.encode("utf-8", "surrogateescape") + b"\r\n")
        assert line.read().startswith(answer)
        line.say("RSET")
        assert line.mail(MAIL).startswith("250")


def test_data_before_helo_is_refused(door: Running) -> None:
    with socket.create_connection(door.address, timeout=5) as sock:
        sock.recv(200)
        sock.sendall(b"DATA\r\n")
        assert sock.recv(200).startswith(b"503")


def test_a_client_that_hangs_up_before_the_end_leaves_nothing(door: Running) -> None:
    with door.line() as line:
        line.envelope()
        line.say("DATA")
        line.send(b"Subject: setengah\r\n\r\nisi")
    time.sleep(0.05)
    assert door.office.kept == []


def test_a_client_that_hangs_up_during_the_commit_does_not_stop_it() -> None:
    with running(Office(slow=0.1)) as here:
        with here.line() as line:
            line.envelope()
            line.say("DATA")
            line.send(MAIL)
        assert eventually(lambda: here.office.kept)


def test_connections_that_never_end_are_ended_and_keep_nobody_out() -> None:
    with (
        running(Office(), command_timeout=0.8, data_timeout=1.0) as here,
        here.line() as silent,
        here.line() as dripping,
        here.line() as quick,
    ):
        dripping.envelope()
        dripping.say("DATA")
        assert quick.mail(MAIL).startswith("250")
        with contextlib.suppress(OSError):
            for _ in range(15):
                dripping.send(b"x\r\n")
                time.sleep(0.1)
        assert silent.closed()
        assert dripping.closed()
    assert len(here.office.kept) == 1


def test_a_connection_too_many_is_told_to_come_back() -> None:
    with running(Office(), max_connections=2) as here:
        with here.line(), here.line(), socket.create_connection(here.address, timeout=5) as third:
            assert third.recv(200).startswith(b"421 4.7.0")
            assert third.recv(1) == b""

        def welcome() -> bool:
            with socket.create_connection(here.address, timeout=5) as one:
                return one.recv(200).startswith(b"220")

        assert eventually(welcome)
        with here.line() as line:
            assert line.mail(MAIL).startswith("250")


def test_closing_waits_for_a_commit_under_way_and_tells_the_others() -> None:
    with running(Office(slow=0.5)) as here, here.line() as idle, here.line() as busy:
        busy.envelope()
        busy.say("DATA")
        busy.send(MAIL)
        assert eventually(lambda: here.office.asked)
        here.do(here.door.close())
        assert busy.read().startswith("250")
        assert idle.read().startswith("421")
        assert "belum dibuka" in here.door.where
    assert len(here.office.kept) == 1


def test_closing_does_not_wait_for_ever() -> None:
    with running(Office(slow=30), close_patience=0.1) as here, here.line() as line:
        line.envelope()
        line.say("DATA")
        line.send(MAIL)
        time.sleep(0.05)
        here.do(here.door.close())
        assert line.read().startswith(("421", ""))


def test_a_listener_is_a_listener() -> None:
    door = EmailDoor(EmailSettings(), lambda: NOW)
    assert isinstance(door, Listener)
    assert door.where == "127.0.0.1:2525 (belum dibuka)"


@pytest.mark.parametrize("address", ["", "lapor", "a b@c", "lapor@kota\r\n.example", "lapør@kota.example"])
def test_an_address_that_is_none_does_not_open(address: str) -> None:
    with pytest.raises(ValueError, match="bukan alamat e-mail"):
        EmailDoor(EmailSettings(address=address), lambda: NOW)


def test_no_address_and_no_word_of_a_mail_is_logged(door: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    door.office.failing = RuntimeError("warga@contoh.example")
    with door.line() as line:
        line.mail(MAIL)
        line.say("APA warga@contoh.example")
    assert "mail_not_kept error=RuntimeError" in caplog.text
    assert "contoh.example" not in caplog.text


def test_it_listens_on_ipv6_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        with running(Office(), host="::1") as here:
            assert here.door.where.startswith("[::1]:")
    except OSError:
        pytest.skip("no IPv6 here")
