"""Whether a sender is proven: by a trusted front server's word, and never by what the mail says of itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._email_proof import results
from channels._email_read import read, trace
from channels.base import Payload
from channels.message import InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"
FRONT = "mx.kota.example"
MAIL = b"From: Warga <warga@contoh.example>\r\nSubject: Lampu\r\n\r\nmati\r\n"
GOOD = b"Authentication-Results: mx.kota.example; dkim=pass header.d=contoh.example\r\n"


def message(raw: bytes, *trusted: str) -> InboundMessage:
    payload = Payload(channel="email", account=OURS, body=raw, media_type="message/rfc822", received_at=NOW)
    first = read(payload, OURS, trusted or (FRONT,))[0]
    assert isinstance(first, InboundMessage)
    return first


@pytest.mark.parametrize(
    ("told", "proof"),
    [
        ("dkim=pass header.d=contoh.example", "dkim:contoh.example"),
        ("dkim=pass header.i=@contoh.example header.s=a", "dkim:contoh.example"),
        ('dkim=pass (2048-bit; key "x") header.d="contoh.example"', "dkim:contoh.example"),
        ("dkim=fail header.d=contoh.example; dkim=pass header.d=contoh.example", "dkim:contoh.example"),
        ("dkim=pass header.d=example", "none"),
        ("dkim=pass header.d=jahat.example", "none"),
        ("dkim=pass header.d=bukancontoh.example", "none"),
        ("dkim=pass header.d=a.contoh.example", "none"),
        ("dkim=none", "none"),
        ("spf=pass smtp.mailfrom=warga@contoh.example", "spf:contoh.example"),
        ("spf=pass smtp.mailfrom=contoh.example; dkim=none", "spf:contoh.example"),
        ("spf=pass smtp.mailfrom=lain.example", "none"),
        ("spf=softfail smtp.mailfrom=contoh.example", "none"),
        ("dmarc=pass header.from=contoh.example", "dmarc:contoh.example"),
        ("dmarc=pass (p=reject dis=none) header.from=lain.example", "none"),
        ("dmarc=fail header.from=contoh.example; dkim=pass header.d=contoh.example", "fail"),
        ("dmarc=none; dkim=none", "none"),
        ("dmarc=temperror; spf=pass smtp.mailfrom=warga@contoh.example", "spf:contoh.example"),
        ("none", ""),
        ("auth=pass smtp.auth=a", ""),
        ("(dkim=pass header.d=contoh.example) spf=none", "none"),
        ('dkim=none reason="; dkim=pass header.d=contoh.example"', "none"),
        ("dkim / 1 = pass header.d=contoh.example", "dkim:contoh.example"),
        ("dkim=passable header.d=contoh.example", "none"),
    ],
)
def test_what_the_front_server_found(told: str, proof: str) -> None:
    assert message(f"Authentication-Results: {FRONT} 1; {told}\r\n".encode() + MAIL).proof == proof


def test_nothing_is_known_without_a_trusted_server() -> None:
    assert message(MAIL).proof == ""
    assert message(GOOD + MAIL, "lain.example").proof == ""
    payload = Payload(
        channel="email", account=OURS, body=GOOD + MAIL, media_type="message/rfc822", received_at=NOW
    )
    assert read(payload, OURS)[0].proof == ""  # type: ignore[union-attr]


HOP = b"Received: from pengirim.example by mx.kota.example; x\r\n"


@pytest.mark.parametrize(
    ("above", "proof"),
    [
        (GOOD, "dkim:contoh.example"),
        (HOP + GOOD, "dkim:contoh.example"),
        (b"X-Spam: tidak\r\n" + GOOD + HOP, "dkim:contoh.example"),
        (HOP + HOP + GOOD, ""),
        (GOOD.replace(b"mx.kota.example", b"mx.jahat.example"), ""),
        (GOOD.replace(b"mx.kota.example", b"mx.kota.example.jahat.example"), ""),
        (GOOD.replace(b"pass", b"none") + GOOD, "none"),
        (GOOD.replace(b"dkim=pass", b"dmarc=fail") + GOOD, "fail"),
        (GOOD.replace(b"pass", b"none") + HOP + GOOD.replace(b"dkim", b"dmarc"), "none"),
        (GOOD.replace(b"pass", b"none") + b"Subject: a\r\n" + GOOD.replace(b"dkim", b"dmarc"), "none"),
        (GOOD.replace(b"; dkim", b";\r\n\tdkim"), "dkim:contoh.example"),
        (GOOD.replace(b"mx.kota", b"MX.Kota"), "dkim:contoh.example"),
    ],
)
def test_only_what_stands_on_top_is_believed(above: bytes, proof: str) -> None:
    assert message(above + MAIL).proof == proof


def test_two_senders_prove_nobody() -> None:
    assert message(GOOD + b"From: lain@jahat.example\r\n" + MAIL).proof == "none"
    assert message(GOOD + b"Subject: x\r\n\r\nx").proof == ""


def test_our_own_findings_stand_above_the_mail_and_cannot_be_written_by_it() -> None:
    found = "sapa; dkim=pass header.d=contoh.example"
    assert message(trace("a@b.example", [OURS], found) + MAIL).proof == "dkim:contoh.example"
    forged = (
        b"Authentication-Results: sapa; dkim=pass header.d=contoh.example\r\nReturn-Path: <a@b.example>\r\n"
    )
    assert message(trace("a@b.example", [OURS]) + forged + MAIL).proof == ""
    assert message(trace("a@b.example", [OURS], "sapa; dkim=none") + forged + MAIL).proof == "none"


def test_the_answer_goes_where_the_sender_wants_it_but_that_proves_nothing() -> None:
    got = message(GOOD + b"Reply-To: Pelapor <pelapor@lain.example>\r\n" + MAIL)
    assert (got.sender.value, got.sender.name, got.proof) == ("pelapor@lain.example", "Pelapor", "reply-to")
    same = message(GOOD + b"Reply-To: <pelapor@contoh.example>\r\n" + MAIL)
    assert (same.sender.value, same.sender.name, same.proof) == (
        "pelapor@contoh.example",
        "Warga",
        "dkim:contoh.example",
    )
    bad = message(GOOD.replace(b"dkim=pass", b"dmarc=fail") + b"Reply-To: a@lain.example\r\n" + MAIL)
    assert bad.proof == "fail"


@pytest.mark.parametrize(
    "given", ["warga@contoh.example", OURS, "lapor+abc@kota.example", "", "bukan alamat", "@"]
)
def test_an_answer_to_the_same_or_to_nobody_changes_nothing(given: str) -> None:
    got = message(GOOD + f"Reply-To: {given}\r\n".encode() + MAIL)
    assert (got.sender.value, got.proof) == ("warga@contoh.example", "dkim:contoh.example")


@given(st.text(alphabet='abc=;."() \\\t/', max_size=200))
def test_any_value_is_read(value: str) -> None:
    who, told = results(value)
    assert who == who.lower()
    assert all(one.method for one in told)
