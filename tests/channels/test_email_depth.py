"""Mails as programs really write them: charsets, mails in mails, Outlook's wrappings, invitations, seals."""

import base64
import struct
import zlib
from datetime import UTC, datetime

import pytest
import tnef_maker as maker
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import _email_rtf, _email_tnef
from channels._email_content import CUT, ENCRYPTED, LEFT_OUT, ORNAMENTS, SEALED, UNPACKED_PARTLY
from channels._email_read import read
from channels.base import Payload
from channels.message import InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"
FROM = b"From: warga@contoh.example\nMessage-ID: <a@contoh.example>\n"


def message(raw: bytes) -> InboundMessage:
    payload = Payload(channel="email", account=OURS, body=raw, media_type="message/rfc822", received_at=NOW)
    first = read(payload, OURS)[0]
    assert isinstance(first, InboundMessage)
    first.text.encode()
    return first


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    body = b"".join(b"--x\n" + part + b"\n" for part in parts)
    return FROM + b"Content-Type: multipart/" + kind + b'; boundary="x"\n\n' + body + b"--x--\n"


def b64(head: bytes, content: bytes) -> bytes:
    return head + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"rest"


def jpeg(width: int, height: int) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" * 9


TEXT = b"Content-Type: text/plain\n\nLampu mati.\n"


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("iso-2022-jp", "街灯"),
        ("windows-1251", "Фонарь"),
        ("windows-1252", "“lampu” – mati"),
        ("windows-1256", "مصباح"),
        ("koi8-r", "Фонарь"),
        ("big5", "路燈"),
        ("gb18030", "路灯坏了"),
        ("euc-kr", "가로등"),
        ("utf-16", "lampu jalan"),
        ("utf-16-le", "lampu jalan"),
        ("cp850", "é lampu"),
        ("hz", "路灯"),
    ],
)
def test_charsets_are_read_as_they_are_told(charset: str, words: str) -> None:
    head = f"Content-Type: text/plain; charset={charset}".encode()
    assert message(FROM + b64(head, words.encode(charset))).text == words


@pytest.mark.parametrize(
    ("told", "data", "words"),
    [
        ("iso-8859-1", "Jl. Pahlawan – é".encode(), "Jl. Pahlawan – é"),
        ("us-ascii", "“mati”".encode("cp1252"), "“mati”"),
        ("iso-8859-1", "“mati”".encode("cp1252"), "“mati”"),
        ("utf-8", "“mati” sekali".encode("cp1252"), "“mati” sekali"),
        ("utf-8", "lampu é mati é".encode()[:-1], "lampu é mati \ufffd"),
        ("x-tidak-ada", "é lampu".encode(), "é lampu"),
        ("gb2312", "镕".encode("gbk"), "镕"),
        ("us-ascii", "街灯".encode("iso-2022-jp"), "街灯"),
        ("utf-8", "lampu".encode("utf-16"), "lampu"),
        ("'utf-8' format=flowed", "é".encode(), "é"),
        ("base64", "é".encode(), "é"),
    ],
)
def test_charsets_that_lie_are_seen_through(told: str, data: bytes, words: str) -> None:
    assert message(FROM + b64(f"Content-Type: text/plain; charset={told}".encode(), data)).text == words


def test_utf7_is_never_decoded() -> None:
    got = message(FROM + b"Content-Type: text/plain; charset=utf-7\n\n+ADw-script+AD4-")
    assert got.text == "+ADw-script+AD4-"
    assert "<" not in message(FROM + b"Subject: =?utf-7?q?+ADw-?=\n\nx").subject


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Lampu é mati".encode(), "Lampu é mati"),
        ("“Lampu” mati".encode("cp1252"), "“Lampu” mati"),
        (b"=?iso-2022-jp?B?" + base64.b64encode("街灯".encode("iso-2022-jp")) + b"?=", "街灯"),
        (b"=?utf-8?q?Lampu_mati?_tolong?=", "Lampu mati? tolong"),
        (b"=?utf-8?b?TGFtcHU?=", "Lampu"),
        (b"=?utf-8?b?TGFtcHU===?= mati", "Lampu mati"),
        (b"=?utf-8*id?q?Lampu=20mati?=", "Lampu mati"),
        (b"=?x-entah?q?Lampu?=", "Lampu"),
        (b"=?utf-8?q?Lampu", "=?utf-8?q?Lampu"),
        (b"=?utf-8?q?Lampu ?=\n\t=?utf-8?q?mati?=", "Lampu mati"),
        (b'"=?utf-8?q?Lampu?="', '"Lampu"'),
    ],
)
def test_broken_subjects_are_readable(subject: bytes, words: str) -> None:
    assert message(FROM + b"Subject: " + subject + b"\n\nx").subject == words


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b"filename=foto lampu.jpg", "foto lampu.jpg"),
        (b"filename*=UTF-8''foto%20%C3%A9.jpg; filename=foto.jpg", "foto é.jpg"),
        (b"filename*=\"utf-8''foto%20lampu.jpg\"", "foto lampu.jpg"),
        (b"filename*=foto%20lampu.jpg", "foto lampu.jpg"),
        (b"filename*=entah''foto%C3%A9.jpg", "fotoé.jpg"),
        (b'filename="=?utf-8?b?Zm90bw==?=.jpg"', "foto.jpg"),
        (b'filename*0="=?utf-8?b?Zm90"; filename*1="bw==?=.jpg"', "foto.jpg"),
        ('filename="foto é.jpg"'.encode(), "foto é.jpg"),
        ('filename="foto é.jpg"'.encode("latin-1"), "foto é.jpg"),
        (b"filename=", "lampiran.jpg"),
        (b'filename="foto.jpg', "lampiran.jpg"),
    ],
)
def test_names_of_files_as_programs_write_them(written: bytes, name: str) -> None:
    got = message(
        mixed(TEXT, b"Content-Type: image/jpeg\nContent-Disposition: attachment; " + written + b"\n\nx")
    )
    assert [one.name for one in got.attachments] == [name]


def test_html_says_its_charset_itself() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body>Фонарь</body></html>'.encode("cp1251")
    assert message(FROM + b64(b"Content-Type: text/html", page)).text == "Фонарь"


def test_uuencoded_parts_are_files() -> None:
    part = b"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: x-uuencode\n\n"
    lines = b"begin 644 a.pdf\n$:7-I(0  \nbukan baris \xff\n`\nend\n"
    assert message(mixed(TEXT, part + lines)).attachments[0].content == b"isi!"


def test_plain_words_that_only_point_to_the_html_are_not_the_words() -> None:
    html = b"Content-Type: text/html\n\n<p>" + b"Lampu di depan pasar mati. " * 20 + b"</p>"
    stub = b"Content-Type: text/plain\n\nSilakan buka dalam HTML."
    assert message(mixed(stub, html, kind=b"alternative")).text.startswith("Lampu di depan pasar")
    both = message(mixed(TEXT, b"Content-Type: text/html\n\n<p>Lampu <b>mati</b>.</p>", kind=b"alternative"))
    assert both.text == "Lampu mati."


def test_photos_in_the_words_are_files_but_logos_and_dots_are_not() -> None:
    inline = b"\nContent-ID: <a@b>\nContent-Disposition: inline; filename="
    got = message(
        mixed(
            b"Content-Type: text/html\n\n<p>Lihat <img src=cid:a></p>",
            b64(b"Content-Type: image/jpeg" + inline + b"foto.jpg", jpeg(1200, 900)),
            b64(b"Content-Type: image/png" + inline + b"logo.png", png(200, 60)),
            b64(b"Content-Type: image/gif" + inline + b"titik.gif", b"GIF89a\x01\x00\x01\x00\x00"),
            b64(b"Content-Type: image/png\nContent-Disposition: attachment; filename=kecil.png", png(50, 50)),
            b64(b"Content-Type: image/webp" + inline + b"entah.webp", b"RIFF"),
            kind=b"related",
        )
    )
    assert [one.name for one in got.attachments] == ["foto.jpg", "kecil.png", "entah.webp"]
    assert got.text == f"Lihat\n\n{ORNAMENTS}"


def test_a_tracking_dot_alone_leaves_no_word() -> None:
    dot = b64(b"Content-Type: image/png\nContent-ID: <p@q>", png(1, 1))
    got = message(mixed(TEXT, dot, kind=b"related"))
    assert (got.text, got.attachments) == ("Lampu mati.", ())


INNER = (
    b"From: =?utf-8?q?Bu_S=C3=AD?= <bu@contoh.example>\nTo: pak@contoh.example\nSubject: Pohon tumbang\n"
    b"Date: Mon, 23 Nov 2026 08:00:00 +0700\n"
    b"Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: text/plain\n\nPohon di Jl. Empunala.\n"
    b"--y\nContent-Type: image/jpeg; name=pohon.jpg\n\nx\n--y--\n"
)


@pytest.mark.parametrize("encoded", [False, True])
def test_a_mail_in_a_mail_is_read_with_its_files(encoded: bool) -> None:
    head = b"Content-Type: message/rfc822; name=terusan.eml\nContent-Disposition: attachment"
    part = b64(head, INNER) if encoded else head + b"\n\n" + INNER
    got = message(mixed(TEXT, part))
    assert got.text == (
        "Lampu mati.\n\n--- Surat di dalam surat ini ---\nDari: Bu Sí <bu@contoh.example>\n"
        "Tanggal: Mon, 23 Nov 2026 08:00:00 +0700\nKepada: pak@contoh.example\nPerihal: Pohon tumbang\n\n"
        "Pohon di Jl. Empunala."
    )
    assert [one.name for one in got.attachments] == ["pohon.jpg"]


def test_an_answer_keeps_the_mail_that_is_attached_to_it() -> None:
    part = b"Content-Type: message/rfc822\n\n" + INNER
    got = message(b"In-Reply-To: <z@kota.example>\n" + mixed(TEXT + b"\n> kutipan\n", part))
    assert "kutipan" not in got.text
    assert "Pohon di Jl. Empunala." in got.text


def test_mails_in_mails_without_end_are_read_to_a_depth() -> None:
    raw = b"Content-Type: message/rfc822\n\n" * 5_000 + b"From: a@b.example\n\ndasar\n"
    got = message(FROM + raw)
    assert got.text.count("--- Surat") == 20
    assert len(got.attachments) == 1
    assert "dasar" in message(FROM + b"Content-Type: message/rfc822\n\n" * 3 + b"Subject: a\n\ndasar").text


CALENDAR = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
    b'DTSTART;TZID="Asia/Jakarta":20261125T090000\r\nDTEND:20261125T030000Z\r\n'
    b"SUMMARY;LANGUAGE=id:Kerja bakti\\, RW \r\n 02\r\nLOCATION:Balai RW\\nGedongan\r\n"
    b"BEGIN:VALARM\r\nDESCRIPTION:Pengingat\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
INVITED = (
    "Acara: Kerja bakti, RW 02\nMulai: 25-11-2026 09:00 (Asia/Jakarta)\nSelesai: 25-11-2026 03:00 UTC\n"
    "Tempat: Balai RW Gedongan"
)


def test_an_invitation_tells_what_when_and_where() -> None:
    part = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n" + CALENDAR
    got = message(mixed(TEXT, part, kind=b"alternative"))
    assert got.text == f"Lampu mati.\n\n{INVITED}"
    assert [one.name for one in got.attachments] == ["lampiran.ics"]
    alone = message(FROM + part.replace(b"REQUEST", b"CANCEL"))
    assert alone.text == f"Acara ini dibatalkan.\n{INVITED}"


def test_a_calendar_that_is_none_is_a_file() -> None:
    got = message(mixed(TEXT, b"Content-Type: text/calendar; name=a.ics\n\nBEGIN:VEVENT\nDTSTART:entah"))
    assert got.text == "Lampu mati.\n\nMulai: entah"
    assert message(mixed(TEXT, b"Content-Type: text/calendar; name=a.ics\n\nbukan")).text == "Lampu mati."


def winmail(*attributes: bytes, text: bytes = b"") -> InboundMessage:
    head = b'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Disposition: attachment'
    return message(mixed(b"Content-Type: text/plain\n\n" + text, b64(head, maker.tnef(*attributes))))


def test_winmail_gives_its_words_and_files_by_their_long_names() -> None:
    got = winmail(
        maker.attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),
        maker.body("Lampu “mati” di sini."),
        maker.file(
            b"%PDF",
            "LAPOR~1.PDF",
            maker.unicode(0x3707, "Laporan warga é.pdf"),
            maker.unicode(0x370E, "application/pdf"),
        ),
        maker.file(b"xyz", "foto.jpg"),
    )
    assert got.text == "Lampu “mati” di sini."
    assert [(one.name, one.media_type, one.content) for one in got.attachments] == [
        ("Laporan warga é.pdf", "application/pdf", b"%PDF"),
        ("foto.jpg", "application/octet-stream", b"xyz"),
    ]


def test_words_beside_a_winmail_are_not_told_twice() -> None:
    assert winmail(maker.body("Lampu mati."), text=b"Lampu mati.").text == "Lampu mati."


HTML = "<html><body><p>Lampu é mati</p><p>Tolong.</p></body></html>"
WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 Arial;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Lampu \'e9 mati"
    rb"\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag64 <p>}Tolong.{\*\htmltag72 </p>}}"
)


@pytest.mark.parametrize(
    "listed",
    [
        maker.unicode(0x1000, "Lampu é mati\r\nTolong."),
        maker.variable(0x1E, 0x1000, "Lampu é mati\nTolong.".encode("cp1252") + b"\0"),
        maker.variable(0x102, 0x1013, HTML.encode()),
        maker.variable(0x102, 0x1009, maker.stored_rtf(rb"{\rtf1\ansi Lampu \'e9 mati\par Tolong.}")),
        maker.variable(
            0x102,
            0x1009,
            maker.literal_rtf(rb"{\rtf1\ansi {\fonttbl{\f0 Arial;}}Lampu \u233? mati\line Tolong.\par}"),
        ),
        maker.variable(0x102, 0x1009, maker.literal_rtf(WRAPPED)),
    ],
)
def test_winmail_has_its_words_in_one_of_many_forms(listed: bytes) -> None:
    named = b"\1" * 16 + struct.pack("<II", 1, 10) + "nama".encode("utf-16-le") + b"\0\0\0\0"
    before = (
        maker.number(0x0017, 1),
        struct.pack("<HHQ", 0x40, 0x0039, 1),
        maker.variable(0x1F, 0x8005, b"a\0", named=named),
        struct.pack("<HH", 3, 0x8006) + b"\1" * 16 + struct.pack("<IIi", 0, 7, 5),
        struct.pack("<HHIii", 0x1003, 0x6000, 2, 1, 2),
        maker.variable(0x101F, 0x6001, b"a\0", b"bc\0\0\0\0"),
    )
    lines = [line for line in winmail(maker.message(*before, listed)).text.splitlines() if line]
    assert lines == ["Lampu é mati", "Tolong."]


def test_a_message_inside_a_winmail_gives_its_words_and_files() -> None:
    inner = maker.tnef(
        maker.message(maker.unicode(0x0037, "Pohon"), maker.unicode(0x1000, "Tumbang.")),
        maker.file(b"x", "pohon.jpg"),
    )
    got = winmail(maker.body("Terusan."), maker.embedded(inner))
    assert got.text == "Terusan.\n\nPerihal: Pohon\nTumbang."
    assert [one.name for one in got.attachments] == ["pohon.jpg"]


def test_the_examples_of_the_compression_are_unpacked() -> None:
    simple = (
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    crossing = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"
    assert _email_rtf.unpacked(bytes.fromhex(simple)) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert _email_rtf.unpacked(bytes.fromhex(crossing)) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@pytest.mark.parametrize("cut", [0, 3, 6, 10, 20, 60, 100])
def test_a_winmail_that_is_cut_off_gives_what_there_is_and_stays_a_file(cut: int) -> None:
    whole = maker.tnef(maker.body("Lampu mati."), maker.file(b"x" * 200, "foto.jpg"))
    head = b'Content-Type: application/ms-tnef; name="winmail.dat"'
    got = message(mixed(b64(head, whole[:cut])))
    assert UNPACKED_PARTLY in got.text
    assert got.attachments[0].name == "winmail.dat"
    assert ("Lampu mati." in got.text) == (cut >= 30)


def test_counts_and_lengths_that_lie_end_the_reading() -> None:
    lies = [
        maker.attribute(1, 0x00069003, struct.pack("<I", 0xFFFFFFFF) + b"\x1e\0\0\x10" + b"\xff" * 50),
        maker.attribute(1, 0x00069003, struct.pack("<IHHI", 9, 0x1E, 0x1000, 0xFFFFFFFF)),
        maker.attribute(1, 0x00069003, struct.pack("<IHHI", 9, 0x1003, 0x1000, 0xFFFFFFFF)),
        maker.attribute(1, 0x00069003, struct.pack("<IHH", 9, 0x7777, 0x1000)),
        struct.pack("<BII", 1, 0x00069003, 0xFFFFFFFF),
        b"\x09" * 30,
    ]
    for lie in lies:
        got = _email_tnef.read(maker.tnef(maker.body("Lampu mati."), lie))
        assert got is not None
        assert (got.text, got.whole) == ("Lampu mati.", False)


def test_a_winmail_of_very_many_files_and_messages_is_bounded() -> None:
    got = winmail(*[maker.file(b"x", f"{n}.txt") for n in range(500)])
    assert len(got.attachments) == 101
    assert UNPACKED_PARTLY in got.text
    deep = maker.tnef(maker.body("dasar"))
    for _ in range(50):
        deep = maker.tnef(maker.body("tingkat"), maker.embedded(deep))
    found = _email_tnef.read(deep)
    assert found is not None
    assert found.text.count("tingkat") == 5


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_no_trouble(noise: bytes) -> None:
    _email_tnef.read(maker.tnef(noise))
    _email_tnef.read(maker.tnef(maker.attribute(1, 0x00069003, noise), maker.attribute(2, 0x00069005, noise)))
    _email_rtf.to_text(_email_rtf.unpacked(b"\0\0\0\0\xff\xff\0\0LZFu\0\0\0\0" + noise))
    _email_rtf.to_text(b"{\\rtf1\\fromhtml1 " + noise).encode()
    message(FROM + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + noise)


def test_signed_mails_are_read_and_their_signature_is_kept() -> None:
    seal = b64(b"Content-Type: application/pkcs7-signature; name=smime.p7s", b"seal")
    got = message(mixed(TEXT, seal, kind=b"signed"))
    assert (got.text, [one.name for one in got.attachments]) == ("Lampu mati.", ["smime.p7s"])
    pgp = b"Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n"
    assert [one.name for one in message(mixed(TEXT, pgp, kind=b"signed")).attachments] == ["lampiran.asc"]


def test_a_pgp_signed_text_loses_its_frame() -> None:
    framed = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nLampu mati.\n- -- garis\n\n"
        b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    )
    assert message(FROM + b"\n" + framed).text == "Lampu mati.\n-- garis"


def test_what_is_encrypted_is_kept_as_it_is_and_said() -> None:
    mime = message(
        FROM + b64(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"x")
    )
    assert (mime.text, mime.attachments[0].content) == (ENCRYPTED, b"x")
    sealed = message(FROM + b64(b"Content-Type: application/pkcs7-mime; smime-type=signed-data", b"x"))
    assert (sealed.text, sealed.attachments[0].name) == (SEALED, "lampiran.p7m")
    pgp = message(
        mixed(
            b"Content-Type: application/pgp-encrypted\n\nVersion: 1",
            b"Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----",
            kind=b"encrypted",
        )
    )
    assert pgp.text == ENCRYPTED
    assert len(pgp.attachments) == 2
    assert ENCRYPTED in message(FROM + b"\n-----BEGIN PGP MESSAGE-----\n\nabc\n").text


def test_long_words_of_mails_inside_are_cut_with_a_note() -> None:
    got = message(mixed(TEXT, b"Content-Type: message/rfc822\n\nSubject: a\n\n" + b"kata " * 40_000))
    assert got.text.endswith(CUT)
    assert len(got.text) < 103 * 1024
    assert LEFT_OUT not in got.text
