"""The SMTP door beyond plain SMTP: STARTTLS, login, LMTP, PROXY, limits; over real sockets."""

import base64
import contextlib
import shutil
import smtplib
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_counter import NOW, OURS, Line, Office, eventually, running

from channels.email import EmailDoor, EmailSettings, LoginSettings, TlsSettings

MAIL = b"From: warga@contoh.example\r\nSubject: Lampu\r\n\r\nLampu mati.\r\n.\r\n"
LOGIN = LoginSettings(user="meneruskan", password="rahasia-panjang")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsSettings:
    """A certificate made for this run."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    made = TlsSettings(certificate=folder / "cert.pem", key=folder / "key.pem")
    subject = ["-subj", "/CN=kota.example", "-addext", "subjectAltName=DNS:kota.example"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(asked, check=True, capture_output=True)
    return made


def trusting(tls: TlsSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls.certificate))
    context.check_hostname = False
    return context


@contextlib.contextmanager
def secured(line: Line, tls: TlsSettings) -> Iterator[Line]:
    """The same connection after STARTTLS and EHLO."""
    assert line.say("STARTTLS").startswith("220")
    with trusting(tls).wrap_socket(line.sock, server_hostname="kota.example") as sock:
        inside = Line(sock)
        inside.say("EHLO mx.contoh.example")
        yield inside


def plain(user: str, password: str) -> str:
    return "AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def test_a_mail_comes_by_starttls(tls: TlsSettings) -> None:
    with running(Office(), tls=tls) as here:
        with smtplib.SMTP(*here.address) as client:
            client.starttls(context=trusting(tls))
            client.ehlo()
            assert "auth" not in client.esmtp_features
            client.sendmail("warga@contoh.example", [OURS], MAIL[:-3])
        with here.line() as line:
            assert "250-STARTTLS" in line.say("EHLO lagi.example")
            assert line.mail(MAIL).startswith("250")
            assert line.say("AUTH PLAIN AAAA").startswith("538")
        with here.line() as line, secured(line, tls) as inside:
            assert inside.say("AUTH PLAIN AAAA").startswith("502")
    assert len(here.office.kept) == 2


def test_what_is_said_before_the_handshake_is_forgotten(tls: TlsSettings) -> None:
    with running(Office(), tls=tls) as here, here.line() as line:
        line.send(b"STARTTLS\r\nMAIL FROM:<selundup@contoh.example>\r\n")
        assert line.read().startswith("220")
        try:
            sock = trusting(tls).wrap_socket(line.sock, server_hostname="kota.example")
        except (ssl.SSLError, OSError):
            return
        with sock:
            inside = Line(sock)
            inside.say("EHLO mx.contoh.example")
            assert inside.say("RCPT TO:<lapor@kota.example>").startswith("503")
    assert here.office.kept == []


def test_a_door_that_requires_tls_says_so(tls: TlsSettings) -> None:
    strict = TlsSettings(certificate=tls.certificate, key=tls.key, required=True)
    with running(Office(), tls=strict) as here, here.line() as line:
        assert line.say("MAIL FROM:<a@contoh.example>").startswith("530")
        with secured(line, tls) as inside:
            assert inside.mail(MAIL).startswith("250")


def test_a_handshake_that_never_comes_is_ended(tls: TlsSettings) -> None:
    with running(Office(), tls=tls, command_timeout=0.3) as here, here.line() as line:
        assert line.say("STARTTLS").startswith("220")
        assert line.closed()
        with here.line() as other:
            assert other.mail(MAIL).startswith("250")


def test_a_certificate_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    door = EmailDoor(
        EmailSettings(address=OURS, tls=TlsSettings(certificate=tmp_path / "a", key=tmp_path / "b")),
        lambda: NOW,
    )
    with running(Office()) as here, pytest.raises(ValueError, match="sertifikat"):
        here.do(door.open(here.office.deliver, lambda: NOW))


def test_mail_is_handed_over_after_a_login_only(tls: TlsSettings) -> None:
    with running(Office(), tls=tls, login=LOGIN) as here, here.line() as line:
        assert line.say("MAIL FROM:<a@contoh.example>").startswith("530")
        assert line.say(plain(LOGIN.user, LOGIN.password)).startswith(("530", "538"))
        with secured(line, tls) as inside:
            assert "250-AUTH LOGIN PLAIN" in inside.say("EHLO lagi.example")
            assert inside.say("MAIL FROM:<a@contoh.example>").startswith("530")
            assert inside.say(plain(LOGIN.user, "bukan")).startswith("535")
            assert inside.say(plain("bukan", LOGIN.password)).startswith("535")
            assert inside.say(plain(LOGIN.user, LOGIN.password)).startswith("235")
            assert inside.mail(MAIL).startswith("250")
    with running(Office(), tls=tls, login=LOGIN) as here, smtplib.SMTP(*here.address) as client:
        client.starttls(context=trusting(tls))
        client.login(LOGIN.user, LOGIN.password)
        client.sendmail("warga@contoh.example", [OURS], MAIL[:-3])
        assert len(here.office.kept) == 1


def test_guessing_passwords_ends_the_connection_and_then_all_logins_for_a_while(tls: TlsSettings) -> None:
    with running(Office(), tls=tls, login=LOGIN) as here:
        for _ in range(10):
            with here.line() as line, secured(line, tls) as inside:
                for _ in range(3):
                    assert inside.say(plain(LOGIN.user, "é")).startswith("535")
                assert inside.read().startswith("421")
                assert inside.read() == ""
        with here.line() as line, secured(line, tls) as inside:
            assert inside.say(plain(LOGIN.user, LOGIN.password)).startswith("454")


def test_a_login_without_tls_does_not_open() -> None:
    with pytest.raises(ValueError, match="TLS"):
        EmailDoor(EmailSettings(address=OURS, login=LOGIN), lambda: NOW)


def test_lmtp_answers_for_each_recipient() -> None:
    with running(Office(), protocol="lmtp") as here:
        with smtplib.LMTP(*here.address) as client:
            client.sendmail("warga@contoh.example", [OURS], MAIL[:-3])
            client.sendmail("warga@contoh.example", [OURS], MAIL[:-3])
        with socket.create_connection(here.address, timeout=5) as sock:
            line = Line(sock)
            assert line.read().startswith("220")
            assert line.say("EHLO a").startswith("500")
            assert line.say("HELO a").startswith("500")
            assert line.say("LHLO a").startswith("250")
            line.envelope()
            assert line.say("RCPT TO:<lapor+abc@kota.example>").startswith("250")
            line.say("DATA")
            line.send(MAIL)
            assert line.read().startswith("250")
            assert line.read().startswith("250")
            assert line.say("NOOP").startswith("250")
    assert len(here.office.kept) == 3


def test_one_mail_to_several_of_our_addresses_is_one() -> None:
    with running(Office(), aliases=("halo@kota.example",)) as here, here.line() as line:
        line.say("MAIL FROM:<warga@contoh.example>")
        for to in (OURS, "Halo@Kota.example", "halo+pasar@kota.example", "lapor+abc@kota.example"):
            assert line.say(f"RCPT TO:<{to}>").startswith("250")
        assert line.say("RCPT TO:<lain@kota.example>").startswith("550")
        line.say("DATA")
        line.send(MAIL)
        assert line.read().startswith("250")
    assert [one.reply_token for one in here.office.messages] == ["abc"]


V2 = b"\r\n\r\n\x00\r\nQUIT\n"
LOCAL = V2 + b"\x20\x00\x00\x00"
FROM_V2 = V2 + b"\x21\x11" + struct.pack("!H4s4sHH", 12, b"\xcb\x00\x71\x09", b"\x7f\0\0\1", 4444, 25)


@pytest.mark.parametrize(
    "opening",
    [
        b"PROXY TCP4 203.0.113.9 127.0.0.1 4444 25\r\n",
        b"PROXY TCP6 2001:db8::9 ::1 4444 25\r\n",
        b"PROXY UNKNOWN\r\n",
        FROM_V2,
        LOCAL,
    ],
)
def test_a_trusted_proxy_tells_whom_it_connects_for(opening: bytes) -> None:
    with (
        running(Office(), proxies=("127.0.0.0/8",)) as here,
        socket.create_connection(here.address, timeout=5) as sock,
    ):
        sock.sendall(opening)
        line = Line(sock)
        assert line.read().startswith("220")
        line.say("EHLO a")
        assert line.mail(MAIL).startswith("250")


@pytest.mark.parametrize(
    "opening",
    [b"EHLO a\r\n", b"PROXY TCP4 apa 127.0.0.1 1 2\r\n", b"PROXY" + b" x" * 200 + b"\r\n", V2 + b"\xff" * 4],
)
def test_a_proxy_that_does_not_speak_its_protocol_is_hung_up_on(opening: bytes) -> None:
    with (
        running(Office(), proxies=("127.0.0.1",), command_timeout=1.0) as here,
        socket.create_connection(here.address, timeout=5) as sock,
    ):
        sock.sendall(opening)
        assert Line(sock).closed()


def test_a_proxy_that_says_nothing_or_goes_is_ended() -> None:
    with running(Office(), proxies=("127.0.0.1",), command_timeout=0.3) as here:
        with socket.create_connection(here.address, timeout=5) as sock:
            assert Line(sock).closed()
        with socket.create_connection(here.address, timeout=5) as sock:
            sock.sendall(b"PRO")
        assert here.do(here.door.check())


def test_anybody_elses_proxy_line_is_no_command() -> None:
    with running(Office(), proxies=("192.0.2.0/24",)) as here, here.line() as line:
        assert line.say("PROXY TCP4 203.0.113.9 127.0.0.1 1 2").startswith("500")
        assert line.mail(MAIL).startswith("250")


def test_one_client_cannot_hold_all_connections() -> None:
    with running(Office(), max_per_client=2, proxies=("127.0.0.1",)) as here:

        def greeted(client: str) -> tuple[socket.socket, str]:
            sock = socket.create_connection(here.address, timeout=5)
            sock.sendall(f"PROXY TCP4 {client} 127.0.0.1 4444 25\r\n".encode())
            return sock, sock.recv(100).decode()

        held = [greeted("203.0.113.9") for _ in range(3)]
        other = greeted("203.0.113.10")
        assert [said[:3] for _, said in (*held, other)] == ["220", "220", "421", "220"]
        for sock, _ in held:
            sock.close()

        def again() -> bool:
            sock, said = greeted("203.0.113.9")
            sock.close()
            return said.startswith("220")

        assert eventually(again)
        other[0].close()


def test_one_client_without_proxy_is_counted_too() -> None:
    with (
        running(Office(), max_per_client=2) as here,
        here.line(),
        here.line(),
        socket.create_connection(here.address, timeout=5) as third,
    ):
        assert third.recv(100).startswith(b"421 4.7.0")
        assert third.recv(1) == b""


def test_a_connection_that_chats_for_ever_is_ended_in_the_end() -> None:
    with running(Office(), session_timeout=0.6) as here, here.line() as line:
        until = time.monotonic() + 10
        said = "250"
        while said.startswith("250") and time.monotonic() < until:
            time.sleep(0.05)
            with contextlib.suppress(OSError):
                said = line.say("NOOP")
        assert said.startswith("421") or said == ""


def test_a_mail_that_is_being_kept_when_the_time_is_over_is_answered() -> None:
    with running(Office(slow=1.0), session_timeout=0.4) as here, here.line() as line:
        assert line.mail(MAIL).startswith("250")
        assert line.read().startswith("421")


@pytest.mark.parametrize(
    "oddity", [b"\x00", b"\r", b"\n", b"\r\x00\n", b"\n\r", b"\x1a", b"\r\n.\x00\r\n", b"\r\n.\r\r\n"]
)
def test_odd_bytes_in_a_mail_end_nothing(oddity: bytes) -> None:
    with running(Office()) as here, here.line() as line:
        assert line.mail(b"Subject: satu\r\n\r\nawal" + oddity + b"QUIT\r\n.\r\n").startswith("250")
        assert line.say("NOOP").startswith("250")
        assert len(here.office.kept) == 1
        assert "awal" in here.office.messages[0].text


def test_it_secures_lines_in_the_loop_the_service_runs_in(tls: TlsSettings) -> None:
    uvloop = pytest.importorskip("uvloop")
    with (
        running(Office(), loop=uvloop.new_event_loop(), tls=tls, login=LOGIN) as here,
        smtplib.SMTP(*here.address) as client,
    ):
        client.starttls(context=trusting(tls))
        client.login(LOGIN.user, LOGIN.password)
        client.sendmail("warga@contoh.example", [OURS], MAIL[:-3])
    assert len(here.office.kept) == 1
