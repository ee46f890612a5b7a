"""Mails nobody should send: each is read, in bounded time, and none is lost."""

from datetime import UTC, datetime

import pytest
from hostile import grows_with_its_input, without_hanging
from hypothesis import given, settings
from hypothesis import strategies as st

from channels._email_content import LEFT_OUT
from channels._email_html import to_text
from channels._email_read import read
from channels.base import Payload
from channels.message import InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"


def message(raw: bytes) -> InboundMessage:
    payload = Payload(channel="email", account=OURS, body=raw, media_type="message/rfc822", received_at=NOW)
    with without_hanging():
        first = read(payload, OURS)[0]
    assert isinstance(first, InboundMessage)
    first.text.encode()
    first.subject.encode()
    return first


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    return b"From: a@b.example\n" + opening + b"Content-Type: text/plain\n\ndasar\n"


@pytest.mark.parametrize(
    "piece",
    [
        b"--x\nContent-Type: text/plain\n\nbagian\n",
        b"--x\nContent-Type: image/png\n\nx\n",
        b"--x\n",
        b"--xy\n",
        b"--x\nContent-Type: multipart/mixed; boundary=x\n\n",
    ],
)
def test_parts_cost_as_many_steps_as_there_are(piece: bytes) -> None:
    head = b"Content-Type: multipart/mixed; boundary=x\n\n"
    grows_with_its_input(lambda count: message(head + piece * count), 200)


@pytest.mark.parametrize("line", [b"X-Apa: saja\n", b" y\n", b"On \n", b"> \n"])
def test_lines_cost_as_many_steps_as_there_are(line: bytes) -> None:
    grows_with_its_input(lambda count: message(b"Subject: x\n" + line * count + b"\nisi"), 1_000)
    reply = b"From: a@b.example\nIn-Reply-To: <x@y>\n\n"
    grows_with_its_input(lambda count: message(reply + line * count), 1_000)


def test_ten_thousand_parts() -> None:
    part = b"--x\nContent-Type: text/plain\n\nbagian\n"
    got = message(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n" + part * 10_000 + b"--x--\n"
    )
    assert got.text.startswith("bagian")
    assert got.text.endswith(LEFT_OUT)


def test_ten_thousand_files() -> None:
    part = b"--x\nContent-Type: image/png\n\nx\n"
    got = message(b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 10_000)
    assert len(got.attachments) == 200
    assert got.text == LEFT_OUT


def test_multiparts_nested_a_thousand_deep() -> None:
    assert message(nested(1_000)).text.endswith(LEFT_OUT)
    assert message(nested(15)).text == "dasar"


def test_a_mail_of_nothing_but_boundaries() -> None:
    assert message(b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 2_000_000).text.endswith(
        LEFT_OUT
    )
    message(b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--xy\n" * 2_000_000)


def test_a_hundred_thousand_headers() -> None:
    got = message(b"From: a@b.example\n" + b"X-Apa: saja\n" * 100_000 + b"\nisi")
    assert got.sender.value == "a@b.example"
    assert got.text.startswith("isi")
    assert got.text.endswith(LEFT_OUT)


def test_one_header_of_many_megabytes() -> None:
    got = message(b"From: a@b.example\nSubject: " + b"x" * 8_000_000 + b"\n\nisi")
    assert len(got.subject) == 500
    assert got.text.startswith("isi")


def test_one_header_folded_a_hundred_thousand_times() -> None:
    assert message(b"Subject: x\n" + b" y\n" * 100_000 + b"\nisi").text.startswith("isi")


@pytest.mark.parametrize("header", [b"From", b"Subject", b"References", b"Content-Type", b"Date", b"To"])
@pytest.mark.parametrize(
    "piece",
    [
        b"(",
        b'"',
        b"=?",
        b"=?utf-8?q?",
        b"<",
        b",",
        b"a@",
        b";",
        b"; a*0*=",
        b"[",
        b"\\",
        b"<<a@b>",
        b"lapor+",
    ],
)
def test_headers_made_to_be_slow(header: bytes, piece: bytes) -> None:
    grows_with_its_input(lambda count: message(header + b": " + piece * count + b"\n\nisi"), 1_000)
    message(header + b": " + piece * 50_000 + b"\n\nisi")


@pytest.mark.parametrize("tag", ["div", "p", "b", "li", "table", "select", "x", "blockquote", "hgroup"])
def test_twenty_thousand_nested_tags(tag: str) -> None:
    html = f"<{tag}>" * 20_000 + "isi"
    got = message(f"From: a@b.example\nContent-Type: text/html\n\n{html}".encode())
    assert "isi" in got.text or tag == "select"


@pytest.mark.parametrize(
    "piece",
    [
        "<br>",
        "<",
        "<!--",
        "<a href='",
        "&#x",
        "<p></b>",
        "<b><p>",
        "<div></span></p>",
        "<div><object></div></object>",
        "<p><div><table></p>",
        "<script>",
        "<td>",
        "&",
    ],
)
def test_html_made_to_be_slow(piece: str) -> None:
    grows_with_its_input(lambda count: to_text(piece * count, marks=True), 1_000)
    with without_hanging():
        to_text(piece * 60_000, marks=True)


def test_deep_html_keeps_its_words_but_not_its_scripts() -> None:
    html = "<div>" * 7_000 + "isi<style>a{}</style><script>jahat()</script>lagi" + "</div>" * 7_000
    assert to_text(html, marks=False).split() == ["isi", "lagi"]
    assert to_text("", marks=False) == ""


@pytest.mark.parametrize("piece", ["On ", "Pada ", "> ", "-", "Dari:", "\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_quotes_made_to_be_slow(piece: str, end: str) -> None:
    head = b"From: a@b.example\nIn-Reply-To: <x@y>\n\n"
    body = (piece + end).encode()
    grows_with_its_input(lambda count: message(head + body * count), 1_000)
    message(head + body * 30_000)


def test_piled_marks_and_right_to_left_text() -> None:
    piled = "a" + "\u0301\u0323" * 20_000
    assert message(f"From: a@b.example\nSubject: {piled}\n\n{piled}".encode()).text == piled
    turned = "\u202eitam upmal\u202c \u0645\u0635\u0628\u0627\u062d"
    assert message(f"From: a@b.example\nSubject: {turned}\n\n{turned}".encode()).text == turned


def test_lone_surrogates_and_nul_everywhere() -> None:
    bad = b"x\x00\xed\xa0\x80\xffy"
    fields = (
        b"From",
        b"Subject",
        b"Message-ID",
        b"In-Reply-To",
        b"References",
        b"To",
        b"Content-Type",
        b"Date",
    )
    got = message(b"".join(one + b": <" + bad + b"@b.example>\n" for one in fields) + b"\n" + bad)
    for text in (got.external_id, got.in_reply_to, got.sender.value, got.sender.name, *got.references):
        text.encode()
        assert "\x00" not in text
    escaped = message(b"From: a@b.example\nSubject: =?utf-8?b?7aCA?= =?utf-16?b?2AA=?=\n\nx")
    escaped.subject.encode()


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE ticket; --", "<script>alert(1)</script>", "{{7*7}}%s%n${x}"]
)
def test_sql_and_html_are_only_words(words: str) -> None:
    got = message(
        f'From: "{words}" <a@b.example>\nSubject: {words}\nMessage-ID: <{words}@x>\n\n{words}'.encode()
    )
    assert got.text == got.subject == words


PIECES = st.sampled_from(
    [
        b"From: ", b"a@b.example", b"\n", b"\r\n", b"\n\n", b"\r", b" ", b"Content-Type: ", b"multipart/",
        b"mixed", b"alternative", b"report", b"; boundary=x", b"; charset=", b"text/html", b"--x", b"--x--",
        b"<p>", b"=?utf-8?b?", b"?=", b"Content-Transfer-Encoding: base64", b"\x00", b"\xff", b"Date: ",
        b"Message-ID: <", b">", b"References: ", b"Delivered-To: ", b"Return-Path: <", b"; filename*0*=",
        b"message/delivery-status", b"message/rfc822", b"Action: failed", b"Subject: ", b'"', b"(", b"> ",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=2_000), st.lists(st.one_of(PIECES, st.binary(max_size=5))).map(b"".join)))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    first, second = message(raw), message(raw)
    assert first == second
    assert first.external_id
    assert first.sender.value
    for text in (first.external_id, first.sender.value, first.sender.name, *first.references, first.text):
        text.encode()
