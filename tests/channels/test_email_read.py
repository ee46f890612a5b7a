"""A mail as a message: envelope, sender, words, files, answers, machines."""

from datetime import UTC, datetime, timedelta

import pytest

from channels._email_content import CUT, LEFT_OUT
from channels._email_machine import AUTOMATIC, BOUNCE, DELAY, LIST, LOOP, RECEIPT
from channels._email_names import message_id
from channels._email_read import envelope, read, trace
from channels.base import Payload
from channels.message import DeliveryReport, InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"
FROM = "From: Bu Sri <sri@contoh.example>\n"


def payload(raw: str | bytes) -> Payload:
    body = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    return Payload(channel="email", account=OURS, body=body, media_type="message/rfc822", received_at=NOW)


def message(raw: str | bytes) -> InboundMessage:
    first = read(payload(raw), OURS)[0]
    assert isinstance(first, InboundMessage)
    return first


def test_the_ordinary_mail() -> None:
    got = message(
        FROM
        + "Subject: Lampu\nDate: Tue, 24 Nov 2026 09:30:00 +0700\nMessage-ID: <1@contoh.example>\n\nMati.\n"
    )
    assert got == InboundMessage(
        channel="email",
        account=OURS,
        sender=got.sender,
        external_id="1@contoh.example",
        text="Mati.",
        subject="Lampu",
        sent_at=datetime(2026, 11, 24, 2, 30, tzinfo=UTC),
    )
    assert (got.sender.value, got.sender.name) == ("sri@contoh.example", "Bu Sri")


def test_without_from_message_id_and_date_it_is_still_one_message() -> None:
    got = message("Subject: x\n\nisi")
    assert got.external_id.startswith("sha256:")
    assert got.sender.value.startswith("unknown:")
    assert got.sent_at == NOW
    assert got == message("Subject: x\n\nisi")
    assert got.external_id != message("Subject: x\n\nlain").external_id


def test_the_envelope_is_told_by_the_raw_bytes_alone() -> None:
    raw = (
        trace("warga@contoh.example", ["lapor@kota.example", "lapor+Tok@kota.example"])
        + b"Subject: x\r\n\r\nisi"
    )
    found, start = envelope(raw)
    assert found.mail_from == "warga@contoh.example"
    assert found.recipients == ("lapor@kota.example", "lapor+Tok@kota.example")
    assert raw[start:].startswith(b"Subject")
    got = message(raw)
    assert got.sender.value == "warga@contoh.example"
    assert got.reply_token == "Tok"
    # The envelope is no part of the mail: handed over twice by different ways it is one mail.
    assert got.external_id == message(b"Subject: x\r\n\r\nisi").external_id


def test_a_sender_cannot_write_the_envelope() -> None:
    raw = trace("a\r\nDelivered-To: lapor+X@kota.example", ["lapor@kota.example"])
    assert envelope(raw)[0].recipients == ("lapor@kota.example",)
    forged = (
        trace("a@b.example", [OURS]) + b"Delivered-To: lapor+X@kota.example\r\nReturn-Path: <>\r\n\r\nisi"
    )
    assert message(forged).reply_token == ""
    assert message(forged).machine == ""


def test_half_an_envelope_is_none() -> None:
    assert envelope(b"Delivered-To: x") == (envelope(b"")[0], 0)
    assert envelope(b"Delivered-To: x\r\nSubject: y\r\n\r\n")[1] == 0


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        ("sri@contoh.example", "sri@contoh.example", ""),
        ("<sri@contoh.example>", "sri@contoh.example", ""),
        ('"Sri, Bu" <Sri@Contoh.example>', "sri@contoh.example", "Sri, Bu"),
        ('"Bu Sri" <sri@contoh.example>', "sri@contoh.example", "Bu Sri"),
        ("=?utf-8?q?Bu_Sr=C3=AE?= <sri@contoh.example>", "sri@contoh.example", "Bu Srî"),
        ("sri@contoh.example (Bu Sri)", "sri@contoh.example", "Bu Sri"),
        ("Sri sri@contoh.example", "sri@contoh.example", ""),
        ("(" * 500 + " sri@contoh.example", "sri@contoh.example", ""),
        ("sri@localhost", "sri@localhost", ""),
        ("undisclosed-recipients:;", "", ""),
        ("bukan alamat", "", ""),
    ],
)
def test_senders_as_people_and_programs_write_them(written: str, address: str, name: str) -> None:
    got = message(f"From: {written}\n\nisi").sender
    assert got.value == address if address else got.value.startswith("unknown:")
    assert got.name == name or not name


def test_words_of_the_subject_cut_in_the_middle_of_a_character_are_put_together() -> None:
    got = message(
        FROM + "Subject: =?utf-8?b?bGFtcHUg8J+S?=\n =?utf-8?b?oSBtYXRp?= =?iso-8859-1?q?=E9?= x\n\n"
    )
    assert got.subject == "lampu 💡 matié x"


def test_a_subject_in_stray_bytes_is_read() -> None:
    assert message(b"Subject: lampu mati \xe9\n\nisi").subject == "lampu mati é"
    assert message("Subject: lampu “mati”\n\nisi").subject == "lampu “mati”"


def test_broken_words_do_not_break_the_mail() -> None:
    assert message(FROM + "Subject: =?x?b?%%%?= =?nix?q?=ZZ?=\n\nisi").text == "isi"


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "é".encode()),
        ("iso-8859-1", b"\xe9"),
        ("us-ascii", b"\xe9"),
        ("us-ascii", "é".encode()),
        ("x-tak-dikenal", "é".encode()),
        ("unicode_escape", "é".encode()),
        ("idna", "é".encode()),
        ("zlib", "é".encode()),
        ('"utf-8"', "é".encode()),
        ("'\x00'", "é".encode()),
    ],
)
def test_charsets_told_and_untold(charset: str, data: bytes) -> None:
    raw = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n".encode() + data
    assert message(raw).text == "é"


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("quoted-printable", "lampu=20mat=\ni"),
        ("base64", "bGFtcHUgbWF0aQ=="),
        ("base64", "bGFtcHUg\r\nbWF0aQ"),
        ("base64", "bGFtcHUgbWF0aQ==!!x"),
        ("8BIT", "lampu mati"),
        ("x-nix", "lampu mati"),
    ],
)
def test_transfer_encodings_whole_and_broken(encoding: str, data: str) -> None:
    assert message(f"{FROM}Content-Transfer-Encoding: {encoding}\n\n{data}").text.startswith("lampu mati")


def test_nul_line_ends_and_combining_marks_are_made_safe() -> None:
    got = message(FROM.encode() + b"Content-Type: text/plain; charset=utf-8\n\na\x00b\rc\r\nd e\xcc\x81")
    assert got.text == "a�b\nc\nd é"


def multipart(kind: str, *parts: str, boundary: str = "x") -> str:
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


PLAIN = "Content-Type: text/plain\n\nteks polos"
HTML = "Content-Type: text/html\n\n<p>teks <b>kaya</b></p>"


def test_plain_words_are_preferred_to_html() -> None:
    assert message(FROM + multipart("alternative", HTML, PLAIN)).text == "teks polos"
    assert (
        message(FROM + multipart("alternative", "Content-Type: text/plain\n\n \n", HTML)).text == "teks kaya"
    )
    assert message(FROM + multipart("alternative", "Content-Type: image/png\n\nx")).text == ""


def test_html_only_is_read_as_lines() -> None:
    html = (
        "<html><head><title>t</title><style>a{}</style></head><body><!-- no --><script>x()</script>"
        "<p>Halo&nbsp;<b>Pak</b>,<br>lampu\nmati</p>ekor<table><tr><td>a</td>"
        "<td>b &amp; c</td></tr></table></body>"
    )
    got = message(f"{FROM}Content-Type: text/html\n\n{html}").text
    assert [line for line in got.split("\n") if line] == ["Halo Pak,", "lampu mati", "ekor", "a b & c"]


def test_a_reply_in_html_loses_what_it_quotes_but_a_forward_does_not() -> None:
    html = '<div>baru</div><div class="x gmail_quote">lama<blockquote>lama</blockquote></div>'
    body = f"Content-Type: text/html\n\n{html}"
    assert message(FROM + "In-Reply-To: <q@b.example>\n" + body).text == "baru"
    assert "lama" in message(FROM + body).text
    outlook = '<p>baru</p><div id="divRplyFwdMsg">Dari: x</div><p>lama</p>'
    assert message(f"{FROM}In-Reply-To: <q@b>\nContent-Type: text/html\n\n{outlook}").text == "baru"
    only = "<blockquote>hanya kutipan</blockquote>"
    assert message(f"{FROM}In-Reply-To: <q@b>\nContent-Type: text/html\n\n{only}").text == "hanya kutipan"


def test_files_come_with_safe_names() -> None:
    got = message(
        FROM
        + multipart(
            "mixed",
            PLAIN,
            'Content-Type: image/jpeg\nContent-Disposition: attachment; filename="../../etc/p\\"a:ss"\n'
            "Content-Transfer-Encoding: base64\n\neHl6",
            'Content-Type: image/png; name="=?utf-8?q?foto_jal=C3=A5n.png?="\n\nx',
            "Content-Type: text/plain\nContent-Disposition: attachment\n\nisi berkas",
            "Content-Type: application/pdf\nContent-Disposition: attachment;\n"
            " filename*0*=utf-8''laporan%20; filename*1=pak%20rt; filename*2*=%C3%A9.pdf\n\nx",
            "Content-Type: text/csv\nContent-Disposition: inline; filename*=iso-8859-1''%e9.csv\n\nx",
            "Content-Type: message/rfc822\n\nSubject: terusan\n\nx",
            "Content-Type: ?? \nContent-Disposition: attachment\n\nx",
        )
    )
    assert got.text == "teks polos\n\n--- Surat di dalam surat ini ---\nPerihal: terusan\n\nx"
    assert [(one.name, one.media_type) for one in got.attachments] == [
        ("p_a_ss", "image/jpeg"),
        ("foto jalån.png", "image/png"),
        ("lampiran.txt", "text/plain"),
        ("laporan pak_20rté.pdf", "application/pdf"),
        ("é.csv", "text/csv"),
        ("lampiran.txt", "text/plain"),
    ]
    assert got.attachments[0].content == b"xyz"


def test_a_photo_alone_is_a_message() -> None:
    got = message(FROM + "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\neHl6")
    assert (got.text, len(got.attachments)) == ("", 1)


def test_a_multipart_without_its_boundary_is_read_as_words() -> None:
    assert "isi" in message(FROM + "Content-Type: multipart/mixed\n\nisi").text
    assert message(FROM + "Content-Type: multipart/mixed; boundary=y\n\nisi").text == "isi"


def test_a_multipart_that_is_cut_off_gives_what_there_is() -> None:
    raw = (
        FROM + 'Content-Type: multipart/mixed; boundary="x"\n\n--xx\n--x \nContent-Type: text/plain\n\nisi\n'
    )
    assert message(raw).text == "isi"


@pytest.mark.parametrize(
    "date", ["", "kemarin", "Tue, 24 Nov 2999 10:00:00 +0700", "1 Jan 1970 00:00:00", "x" * 500]
)
def test_a_date_that_cannot_be_is_the_time_it_came(date: str) -> None:
    assert message(f"{FROM}Date: {date}\n\nx").sent_at == NOW


def test_a_date_without_zone_is_utc() -> None:
    assert message(FROM + "Date: Tue, 24 Nov 2026 02:00:00 -0000\n\nx").sent_at == NOW - timedelta(hours=1)


def test_answers_name_what_they_answer_newest_first() -> None:
    got = message(FROM + "In-Reply-To: <c@x>\nReferences: <a@x> <b@x>\n <c@x>\n\nya")
    assert got.in_reply_to == "c@x"
    assert got.references == ("b@x", "a@x")
    assert message(FROM + "In-Reply-To: tanpa kurung\n\nya").in_reply_to == ""
    assert message(FROM + "In-Reply-To: c@x\n\nya").in_reply_to == "c@x"


def test_the_reply_token_is_found_in_the_address() -> None:
    assert message(FROM + "To: Desk <lapor+Tok-2@kota.example>\n\nya").reply_token == "Tok-2"
    assert message(FROM + "Cc: a@b.example, LAPOR+Tok-3@Kota.example\n\nya").reply_token == "Tok-3"
    assert message(FROM + "To: lapor+a b@kota.example, x+Tok@lain.example\n\nya").reply_token == ""


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ("Auto-Submitted: auto-replied", AUTOMATIC),
        ("Auto-Submitted: no", ""),
        ("X-Autoreply: yes", AUTOMATIC),
        ("Precedence: auto_reply", AUTOMATIC),
        ("Subject: Re: Automatic reply: Laporan Anda kami terima", AUTOMATIC),
        ("Subject: =?utf-8?q?Balasan_otomatis=3A_cuti?=", AUTOMATIC),
        ("Subject: lampu lalu lintas otomatis mati", ""),
        ("X-Auto-Response-Suppress: All", AUTOMATIC),
        ("X-Auto-Response-Suppress: None", ""),
        ("Precedence: bulk", ""),
        ("Precedence: list", LIST),
        ("Precedence: first-class", ""),
        ("List-Id: <warga.contoh.example>", LIST),
        (f"X-Sapa-Loop: {OURS}", LOOP),
        ("X-Sapa-Loop: lain@kota-lain.example", ""),
        (f"Message-ID: <{message_id('k', '', 'kota.example')}>", LOOP),
        ("Content-Type: multipart/report; report-type=disposition-notification", RECEIPT),
        ("Content-Type: multipart/report; report-type=delivery-status", BOUNCE),
    ],
)
def test_what_no_person_wrote_is_named(headers: str, why: str) -> None:
    assert message(f"{FROM}{headers}\n\nisi").machine == why


def test_mail_of_daemons_of_nobody_and_of_ourselves_is_named() -> None:
    assert message("From: MAILER-DAEMON@mx.example\n\nisi").machine == BOUNCE
    assert message(trace("", [OURS]) + FROM.encode() + b"\nisi").machine == BOUNCE
    assert message(f"From: {OURS.upper()}\n\nisi").machine == LOOP
    assert message("From: postmaster.lokal@mx.example\n\nisi").machine == ""


def bounce(returned: str, action: str = "failed", kind: str = "message/rfc822") -> str:
    status = (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; x@y.example\nAction: {action}\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 tidak\n dikenal\n"
    )
    original = f"Content-Type: {kind}\n\nMessage-ID: <{returned}>\nSubject: x\n\nisi"
    body = multipart("report; report-type=delivery-status", "\nTidak sampai.", status, original)
    return "From: MAILER-DAEMON@mx.example\n" + body


def test_a_bounce_reports_on_the_mail_it_returns() -> None:
    own = message_id("kunci", "Tok", "kota.example")
    for kind in ("message/rfc822", "text/rfc822-headers"):
        parsed = read(payload(bounce(own, kind=kind)), OURS)
        assert parsed[0].machine == BOUNCE  # type: ignore[union-attr]
        assert parsed[1:] == (
            DeliveryReport(
                channel="email",
                external_id=own,
                status="failed",
                at=NOW,
                code="5.1.1",
                detail="smtp; 550 tidak dikenal",
                why="Alamat penerima tidak dikenal atau tidak aktif lagi.",
            ),
        )


def test_a_delay_or_a_foreign_bounce_reports_nothing() -> None:
    own = message_id("kunci", "Tok", "kota.example")
    assert len(read(payload(bounce(own, action="delayed")), OURS)) == 1
    assert len(read(payload(bounce("lain@kota.example")), OURS)) == 1
    without = read(payload(bounce(own).replace("Action:", "Aksi:")), OURS)[1]
    assert isinstance(without, DeliveryReport)
    assert (without.status, without.reachable) == ("failed", True)
    assert read(payload(bounce(own, action="delayed")), OURS)[0].machine == DELAY  # type: ignore[union-attr]
    assert read(payload(bounce(own, action="relayed")), OURS)[0].machine == RECEIPT  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "below",
    [
        "--- Balas di atas baris ini ---\nPak Sapa:\nlama",
        "> lama\n> lama\n\n> lama",
        "Pada Rab, 24 Nov 2026 pukul 10.00 Sapa <lapor@kota.example> menulis:\n> lama",
        "Pada Rab, 24 Nov 2026 pukul 10.00 Sapa\n<lapor@kota.example> menulis:\n\n> lama",
        "On Tue, Nov 24, 2026 at 10:00 AM Sapa wrote:\n\n> lama",
        "On Tue, Nov 24, 2026 at 10:00 AM Sapa wrote:\n\n> --- Balas di atas baris ini ---\n> lama",
        "Dari: Sapa\nDikirim: 24 November 2026\nKepada: Sri\nPerihal: x\n\nlama",
        "-----Original Message-----\nFrom: Sapa\nSent: x\nTo: Sri\n\nlama",
    ],
)
def test_what_a_reply_quotes_is_left_away(below: str) -> None:
    assert message(f"{FROM}In-Reply-To: <c@x>\n\nSudah beres.\nMatur nuwun.\n\n{below}").text == (
        "Sudah beres.\nMatur nuwun."
    )


def test_a_reply_of_nothing_but_quotes_and_a_first_mail_stay_whole() -> None:
    assert message(FROM + "In-Reply-To: <c@x>\n\n> lama").text == "> lama"
    assert message(FROM + "\nSaya teruskan:\n> lama").text == "Saya teruskan:\n> lama"


def test_a_long_text_is_cut_with_a_note() -> None:
    got = message(FROM.encode() + b"\n" + b"lampu " * 50_000).text
    assert got.endswith(CUT)
    assert len(got) < 110_000
    assert message(FROM + "\n" + "x" * 102_400).text == "x" * 102_400


def test_too_many_parts_are_noted() -> None:
    got = message(FROM + multipart("mixed", *[PLAIN] * 300))
    assert got.text.endswith(LEFT_OUT)
    assert got.text.count("teks polos") == 200


def test_a_mailbox_line_above_the_headers_is_no_header() -> None:
    got = message("From warga@contoh.example Tue Nov 24 03:00:00 2026\n" + FROM + "Subject: x\n\nisi")
    assert (got.sender.value, got.subject, got.text) == ("sri@contoh.example", "x", "isi")


def test_long_file_names_keep_their_ending() -> None:
    disposition = "Content-Disposition: attachment; filename=" + "n" * 300
    got = message(FROM + multipart("mixed", f"{disposition}.jpg\n\nx", f"{disposition}\n\nx"))
    assert [len(one.name) for one in got.attachments] == [120, 120]
    assert got.attachments[0].name.endswith("n.jpg")


def test_html_that_is_too_long_is_cut_with_a_note() -> None:
    got = message(f"{FROM}Content-Type: text/html\n\n<p>isi</p>" + " " * 300_000 + "<p>lagi</p>")
    assert got.text == f"isi\n\n{LEFT_OUT}"
