"""Outgoing mail: as bytes, through a relay, into a folder."""

import asyncio
import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from mail_counter import relay

from channels._email_build import build
from channels._email_read import read
from channels.base import Payload, Sender, Unavailable, Undeliverable
from channels.email import EmailDoor, EmailSettings, RelaySettings
from channels.message import Address, Attachment, InboundMessage, OutboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"


def outgoing(**changes: Any) -> OutboundMessage:
    chosen: dict[str, Any] = {
        "to": Address(channel="email", value="sri@contoh.example"),
        "text": "Laporan Anda diterima.",
        "key": "ticket:1:ack",
        "subject": "SMP-2611-0042 diterima",
    }
    return OutboundMessage(**{**chosen, **changes})


def built(message: OutboundMessage) -> EmailMessage:
    data = build(message, OURS, "Sapa Kota", NOW).data
    assert data.isascii()
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_mail_says_what_it_is_and_where_answers_go() -> None:
    mail = built(
        outgoing(reply_token="Tok-1", template="ack", in_reply_to="q@x.example", references=("q@x.example",))
    )
    assert mail["From"] == "Sapa Kota <lapor@kota.example>"
    assert mail["To"] == "sri@contoh.example"
    assert mail["Reply-To"] == "lapor+Tok-1@kota.example"
    assert mail["In-Reply-To"] == mail["References"] == "<q@x.example>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Date"].datetime == NOW
    assert text_of(mail).startswith("--- Balas di atas baris ini ---\n\nLaporan Anda diterima.")


def test_without_a_token_answers_come_to_the_desk() -> None:
    mail = built(outgoing(subject=""))
    assert mail["Reply-To"] == OURS
    assert mail["Subject"] == "Sapa Kota"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Balas" not in text_of(mail)


def test_the_same_key_is_the_same_mail() -> None:
    once, again, other = (build(outgoing(key=key), OURS, "Sapa", NOW) for key in ("a", "a", "b"))
    assert once == again
    assert once.message_id != other.message_id


def test_the_message_id_does_not_give_the_token_away_but_cannot_be_guessed_without_it() -> None:
    with_token = build(outgoing(reply_token="Tok-1"), OURS, "Sapa", NOW).message_id
    assert "Tok-1" not in with_token
    assert with_token != build(outgoing(reply_token="Tok-2"), OURS, "Sapa", NOW).message_id


def test_references_go_oldest_first_and_unsafe_ids_stay_out() -> None:
    mail = built(
        outgoing(in_reply_to="d@x", references=("c@x", "sha256:ab", "b@x y", "e\r\nBcc: z@x", "a@x"))
    )
    assert mail["References"].split() == ["<a@x>", "<c@x>", "<d@x>"]
    assert mail["In-Reply-To"] == "<d@x>"
    assert built(outgoing(in_reply_to="sha256:ab"))["In-Reply-To"] is None


@pytest.mark.parametrize(
    "text", ["é", "— " * 300, "💡" * 100, "a" * 600, "=?utf-8?q?x?=", "lampu mati", "\u202eabc"]
)
def test_any_subject_and_name_survive(text: str) -> None:
    data = build(outgoing(subject=text), OURS, text, NOW).data
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert mail["Subject"] == " ".join(text.split())[:500].strip()
    assert all(len(line) <= 78 for line in data.split(b"\r\n") if line.startswith((b"Subject", b" =?")))


def test_line_ends_in_any_field_inject_no_header() -> None:
    evil = "x\r\nBcc: korban@x.example\r\n\r\nisi"
    mail = built(
        outgoing(
            subject=evil,
            in_reply_to=evil,
            references=(evil,),
            attachments=(Attachment(name=evil, media_type=evil, content=b"x"),),
            actions=((evil, evil),),
        )
    )
    assert mail["Bcc"] is None
    assert "Bcc" not in str(next(iter(mail.iter_attachments())).items()).replace("Bcc_", "")
    assert built(outgoing(subject="x"))["Bcc"] is None


def test_long_lines_umlauts_and_links_survive() -> None:
    text = "lampu — mati 💡 " * 500 + "\n.\n..\nFrom sini\n "
    mail = built(outgoing(text=text, actions=(("Lacak laporan", "https://sapa.example/lacak?k=1"),)))
    assert text_of(mail).startswith(text.rstrip())
    assert text_of(mail).rstrip().endswith("Lacak laporan:\nhttps://sapa.example/lacak?k=1")


def test_files_go_along_with_their_names() -> None:
    photo = Attachment(name='foto "jalån".jpg', media_type="image/jpeg", content=bytes(range(256)) * 20)
    empty = Attachment(name="x", media_type="image/png", remote="later")
    odd = Attachment(name="x.bin", media_type="??", content=b"x")
    mail = built(outgoing(attachments=(photo, empty, odd)))
    files = list(mail.iter_attachments())
    assert [one.get_content_type() for one in files] == ["image/jpeg", "application/octet-stream"]
    assert files[0].get_filename() == "foto _jalån_.jpg"
    assert files[0].get_content() == photo.content
    assert text_of(mail).startswith("Laporan Anda diterima.")


def test_an_answer_to_our_mail_finds_its_way_back() -> None:
    mail = build(outgoing(reply_token="Tok-1"), OURS, "Sapa", NOW)
    to = "From: sri@contoh.example\nTo: lapor+Tok-1@kota.example\n"
    answer = f"{to}In-Reply-To: <{mail.message_id}>\n\nSudah.\n\n"
    quoted = "".join(f"> {line}\n" for line in mail.data.decode().split("\r\n\r\n", 1)[1].split("\r\n"))
    payload = Payload(
        channel="email",
        account=OURS,
        body=(answer + quoted).encode(),
        media_type="message/rfc822",
        received_at=NOW,
    )
    got = read(payload, OURS)[0]
    assert isinstance(got, InboundMessage)
    assert (got.reply_token, got.in_reply_to, got.text) == ("Tok-1", mail.message_id, "Sudah.")
    # And our own mail, sent back to us, is seen for what it is.
    own = read(Payload(channel="email", account=OURS, body=mail.data, media_type="", received_at=NOW), OURS)[
        0
    ]
    assert isinstance(own, InboundMessage)
    assert own.machine


@pytest.mark.parametrize(
    "value",
    [
        "",
        "unknown:abc",
        "anon:1",
        "a b@x.example",
        "x@" + "a" * 70 + ".example",
        "sø@x.example",
        "a@b@c",
        "a@x..y",
        "a@" + "ü" * 60 + ".example",
    ],
)
def test_an_address_that_is_none_is_undeliverable(value: str) -> None:
    with pytest.raises(Undeliverable):
        build(outgoing(to=Address(channel="email", value=value)), OURS, "Sapa", NOW)


def test_domains_in_any_script_are_reached() -> None:
    assert build(outgoing(to=Address(channel="email", value="a@jalån.example")), OURS, "x", NOW).to == (
        "a@xn--jaln-soa.example"
    )


def test_without_a_relay_mail_is_put_into_a_folder(tmp_path: Path) -> None:
    async def story() -> None:
        door = EmailDoor(EmailSettings(address=OURS, drop_dir=tmp_path / "keluar"), lambda: NOW)
        assert isinstance(door, Sender)
        receipt = await door.send(outgoing())
        assert await door.send(outgoing()) == receipt
        await door.send(outgoing(key="lain", subject="Ünïcode/../x"))
        await door.send(outgoing(key="lagi", subject="💡"))
        await door.close()

    asyncio.run(story())
    dropped = sorted(path.name for path in (tmp_path / "keluar").iterdir())
    assert [name.rsplit("-", 1)[0] for name in dropped] == ["n-code-x", "smp-2611-0042-diterima", "surat"]
    assert all(name.endswith(".eml") for name in dropped)


@pytest.mark.parametrize("photos", [0, 1])
def test_a_mail_in_the_folder_can_be_read_and_its_links_copied_without_a_mail_program(
    tmp_path: Path, photos: int
) -> None:
    link = "http://127.0.0.1:8000/aksi/" + "Ab9_" * 20 + "?k=1"
    words = f"Kata “lampu jalan” menunjuk ke sini.\n{link}\nSelesai."
    pictures = (Attachment(name="a.jpg", media_type="image/jpeg", content=b"x"),) * photos
    door = EmailDoor(EmailSettings(address=OURS, drop_dir=tmp_path), lambda: NOW)
    asyncio.run(door.send(outgoing(text=words, attachments=pictures)))
    (path,) = tmp_path.iterdir()
    assert link in path.read_text(encoding="utf-8").splitlines()
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    assert text_of(parsed).rstrip() == words


def test_a_mail_comes_from_the_name_its_message_bears(tmp_path: Path) -> None:
    door = EmailDoor(EmailSettings(address=OURS, name="Sapa", drop_dir=tmp_path), lambda: NOW)
    for name in ("Curhat Kota", ""):
        asyncio.run(door.send(outgoing(sender_name=name)))
        (path,) = tmp_path.iterdir()
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert mail["From"] == f"{name or 'Sapa'} <{OURS}>"


def test_a_line_too_long_for_mail_is_folded_in_the_folder_too(tmp_path: Path) -> None:
    door = EmailDoor(EmailSettings(address=OURS, drop_dir=tmp_path), lambda: NOW)
    asyncio.run(door.send(outgoing(text="ö" * 500)))
    (path,) = tmp_path.iterdir()
    assert max(map(len, path.read_bytes().split(b"\r\n"))) <= 998


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    door = EmailDoor(EmailSettings(address=OURS, drop_dir=tmp_path / "file"), lambda: NOW)
    with pytest.raises(Unavailable, match="Folder surat keluar"):
        asyncio.run(door.send(outgoing()))


def relayed(port: int, **changes: Any) -> EmailDoor:
    server = RelaySettings(host="127.0.0.1", port=port, timeout=2.0, **changes)
    return EmailDoor(EmailSettings(address=OURS, relay=server), lambda: NOW)


def test_the_relay_is_given_the_mail_on_one_connection() -> None:
    async def story() -> None:
        async with relay() as (there, port):
            door = relayed(port)
            first, second = await door.send(outgoing(text=".titik")), await door.send(outgoing(key="b"))
            await door.close()
        assert there.connections == 1
        assert len(there.taken) == 2
        assert f"Message-ID: <{first.external_id}>".encode() in there.taken[0]
        assert first != second

    asyncio.run(story())


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, Undeliverable),
        ({"RCPT": "450 greylisted"}, Unavailable),
        ({"END": "554 5.7.1 spam"}, Undeliverable),
        ({"END": "451 later"}, Unavailable),
        ({"DATA": "452 full"}, Unavailable),
        ({"MAIL": "550 who are you"}, Unavailable),
        ({"MAIL": "421 closing"}, Unavailable),
        ({"EHLO": "421 closing"}, Unavailable),
        ({"EHLO": "500 no", "HELO": "500 no"}, Unavailable),
    ],
)
def test_what_the_relay_says_is_for_ever_or_for_now(script: dict[str, str], error: type[Exception]) -> None:
    async def story() -> None:
        async with relay(script) as (_, port):
            door = relayed(port)
            with pytest.raises(error):
                await door.send(outgoing())
            script.clear()
            await door.close()

    asyncio.run(story())


def test_after_a_refusal_the_next_mail_goes_out() -> None:
    async def story() -> None:
        async with relay({"RCPT": "550 no"}) as (there, port):
            door = relayed(port)
            with pytest.raises(Undeliverable):
                await door.send(outgoing())
            there.script.clear()
            await door.send(outgoing(key="b"))
            await door.close()
            assert len(there.taken) == 1

    asyncio.run(story())


def test_a_connection_the_relay_closed_meanwhile_is_made_again() -> None:
    async def story() -> None:
        async with relay(hang_up_after=1) as (there, port):
            door = relayed(port)
            await door.send(outgoing())
            await asyncio.sleep(0.05)
            await door.send(outgoing(key="b"))
            await door.close()
            assert (there.connections, len(there.taken)) == (2, 2)

    asyncio.run(story())


def test_a_connection_the_relay_closes_at_the_next_mail_is_made_again_once() -> None:
    async def story() -> None:
        async with relay() as (there, port):
            there.silent_mails = {2, 4, 5}
            door = relayed(port)
            await door.send(outgoing())
            await door.send(outgoing(key="b"))
            with pytest.raises(Unavailable):
                await door.send(outgoing(key="c"))
            await door.send(outgoing(key="c"))
            await door.close()
            assert len(there.taken) == 3

    asyncio.run(story())


def test_a_fresh_connection_that_is_closed_at_once_is_unavailable() -> None:
    async def story() -> None:
        async with relay() as (there, port):
            there.silent_mails = {1}
            with pytest.raises(Unavailable):
                await relayed(port).send(outgoing())
            assert there.connections == 1

    asyncio.run(story())


def test_a_relay_that_hangs_up_in_the_middle_is_unavailable() -> None:
    async def story() -> None:
        async with relay({"MAIL": "421 bye"}) as (there, port):
            door = relayed(port)
            with pytest.raises(Unavailable):
                await door.send(outgoing())
            await door.close()
            assert there.taken == []

    asyncio.run(story())


def test_no_relay_at_its_address_is_unavailable() -> None:
    async def story() -> None:
        async with relay() as (_, port):
            pass
        with pytest.raises(Unavailable):
            await relayed(port).send(outgoing())

    asyncio.run(story())


def test_an_unknown_way_of_tls_does_not_open() -> None:
    with pytest.raises(ValueError, match=r"relay\.tls"):
        relayed(25, tls="mungkin")


def test_a_relay_without_tls_is_not_talked_to_when_tls_is_asked() -> None:
    async def story() -> None:
        async with relay() as (there, port):
            with pytest.raises(Unavailable):
                await relayed(port, tls="starttls", user="u", password="p").send(outgoing())
            assert there.taken == []

    asyncio.run(story())


def test_secrets_are_not_shown() -> None:
    assert "rahasia" not in repr(RelaySettings(host="x", user="u", password="rahasia"))


def test_configuration_makes_the_door() -> None:
    door = EmailDoor.build({"address": OURS, "relay": {"host": "mx.example", "tls": "tls"}}, lambda: NOW)
    assert door.settings.relay == RelaySettings(host="mx.example", tls="tls")
    assert EmailDoor.build({"relay": None}, lambda: NOW).settings == EmailSettings()
    with pytest.raises(TypeError):
        EmailDoor.build({"adress": "x"}, lambda: NOW)


@pytest.mark.parametrize(
    "address",
    ["mailer-daemon@mx.example", "no-reply@toko.example", "noreply+1@toko.example", "donotreply@x.example"],
)
def test_nothing_is_sent_to_a_program(address: str) -> None:
    with pytest.raises(Undeliverable):
        built(outgoing(to=Address(channel="email", value=address)))


def test_people_whose_address_only_looks_like_a_programs_are_answered() -> None:
    for address in ("postmaster@kampus.example", "noreen@contoh.example", "bounce.dewi@contoh.example"):
        assert built(outgoing(to=Address(channel="email", value=address)))["To"] == address
