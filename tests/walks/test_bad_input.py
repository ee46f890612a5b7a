"""What nobody should send, sent to the running service by web and by mail: no 5xx, and none of it lost.

About 20 seconds in all.
"""

import base64
import json
import socket
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from walk_check import rows
from walk_clients import picture
from walk_world import ADDRESS, Office

MB = 1024 * 1024
JSON = "application/json"
ZALGO = "j" + "̴̵̶̷̸" * 200 + "alan rusak"
TURNED = "‮kasur nalaj‬ مرحبا جalan"
SQL = "'; DROP TABLE ticket; -- \" OR 1=1 %s %(x)s :name {0}"
HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


def bomb() -> bytes:
    """A PNG of 40,000 × 40,000 pixels in little more than a megabyte."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    squeeze = zlib.compressobj(9)
    rows_ = b"".join(squeeze.compress(b"\0" * 4_000_100) for _ in range(300)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows_) + chunk(b"IEND", b"")


def photo(content: bytes) -> list[dict[str, str]]:
    return [{"name": "foto.jpg", "type": "image/jpeg", "base64": base64.b64encode(content).decode()}]


EVERY = ("text", "name", "address", "kelurahan", "email", "phone", "privacy", "key", "token", "accuracy")
TAKEN: dict[str, dict[str, Any]] = {
    "NUL": {"text": "jalan\x00 rusak", "name": "A\x00B", "address": "\x00"},
    "lone surrogates": {"text": "jalan \ud800 rusak \udfff", "name": "\udc00", "address": "\ud83d"},
    "at 0,0": {"text": "jalan rusak", "lat": 0, "lon": 0},
    "in Jakarta": {"text": "jalan rusak", "lat": -6.2, "lon": 106.8},
    "not a number": {"text": "jalan rusak", "lat": "NaN", "lon": 1e308},
    "a photo and no word": {"photos": photo(picture(1))},
    "100 KB": {"text": "jalan rusak " * (100 * 1024 // 12)},
    "zalgo": {"text": ZALGO, "name": ZALGO, "address": ZALGO[:400]},
    "right to left": {"text": TURNED, "name": TURNED, "address": TURNED},
    "SQL": {"text": SQL, "name": SQL, "address": SQL, "kelurahan": SQL},
    "HTML": {"text": HTML, "name": HTML, "address": HTML, "kelurahan": HTML},
    "a photo that is none": {"text": "jalan rusak", "photos": photo(b"bukan gambar " * 100)},
    "a photo cut off": {"text": "jalan rusak", "photos": photo(picture(2)[:200])},
    "a decompression bomb": {"text": "jalan rusak", "photos": photo(bomb())},
}
REFUSED: dict[str, tuple[bytes, int]] = {
    "SQL everywhere": (json.dumps(dict.fromkeys(EVERY, SQL)).encode(), 422),
    "HTML everywhere": (json.dumps(dict.fromkeys(EVERY, HTML)).encode(), 422),
    "surrogates everywhere": (json.dumps(dict.fromkeys(EVERY, "\ud800")).encode(), 422),
    "lists everywhere": (json.dumps({name: [1] for name in EVERY}).encode(), 422),
    "more than 100 KB": (json.dumps({"text": "x" * (100 * 1024 + 1)}).encode(), 422),
    "31 MB": (b'{"text": "' + b"x" * 31 * MB + b'"}', 413),
    "nested 100,000 deep": (b"[" * 100_000, 400),
    "no JSON": (b"\xff\xfe\x00", 400),
    "nothing": (b"", 400),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    one = Office(tmp_path_factory.mktemp("bad") / "kota")
    one.start()
    one.ready()
    yield one
    one.kill()


def post(office: Office, path: str, body: bytes, kind: str, **headers: str) -> tuple[int, str, str]:
    """(status, body, Location) without following."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{office.http}{path}", body, {"Content-Type": kind, **headers}, method="POST"
    )

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> None:
            return None

    try:
        with urllib.request.build_opener(Stay).open(request, timeout=60) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers.get("Location", "")


def kept(office: Office, key: str) -> list[tuple[Any, ...]]:
    """(ref, token, text, state of the arrival) of a message."""
    ledger = office.ledger()
    try:
        with ledger.reading() as tx:
            return tx.run(
                "SELECT t.ref, t.token, m.text, a.state FROM message m JOIN arrival a ON a.id = m.arrival_id"
                " LEFT JOIN ticket t ON t.id = m.ticket_id WHERE m.external_id = :key",
                key=key,
            )
    finally:
        ledger.close()


@pytest.mark.parametrize("name", TAKEN)
def test_the_twin_takes_it_once_and_the_tracking_page_shows_it(here: Office, name: str) -> None:
    key = f"buruk-{list(TAKEN).index(name):04d}"
    body = json.dumps(TAKEN[name]).encode()
    for _ in range(2):
        status, answer, _ = post(
            here, "/api/v1/tickets", body, "application/json", **{"Idempotency-Key": key}
        )
        assert status == 201, answer[:500]
    ((ref, token, text, state),) = kept(here, key)
    assert (ref, state) == (json.loads(answer)["ref"], "kept")
    assert "\x00" not in text
    page = here.page(f"/lacak/{ref}?k={token}")
    assert "<script>alert" not in page
    assert "onerror=alert(2)>" not in page.replace("&gt;", "")


@pytest.mark.parametrize("name", REFUSED)
def test_the_twin_says_what_is_wrong(here: Office, name: str) -> None:
    body, expected = REFUSED[name]
    status, answer, _ = post(here, "/api/v1/tickets", body, JSON)
    assert (status, bool(json.loads(answer)["errors"])) == (expected, True)


def part(name: bytes, value: bytes, file: bytes = b"") -> bytes:
    more = b'; filename="' + file + b'"\r\nContent-Type: image/jpeg' if file else b""
    return (
        b'--b\r\nContent-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n" + value + b"\r\n"
    )


FORMS: dict[str, bytes] = {
    "bytes that are no UTF-8": part(b"text", b"jalan \xff\xed\xa0\x80\x00 rusak") + part(b"name", b"\xc3("),
    "HTML": part(b"text", HTML.encode()) + part(b"name", HTML.encode()) + part(b"address", HTML.encode()),
    "SQL": part(b"text", SQL.encode()) + part(b"name", SQL.encode()),
    "a strange file name": part(b"photos", picture(3), b"../../etc/\xff\x00passwd\xe2\x80\xae.jpg"),
    "a bomb": part(b"text", b"jalan rusak") + part(b"photos", bomb(), b"b.png"),
    "29 MB of photos": b"".join(part(b"photos", picture(n) + b"\0" * 9 * MB, b"f.jpg") for n in range(3)),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_takes_it(here: Office, name: str) -> None:
    key = f"formulir-{list(FORMS).index(name):04d}"
    body = part(b"key", key.encode()) + FORMS[name] + b"--b--\r\n"
    status, answer, location = post(here, "/", body, "multipart/form-data; boundary=b")
    assert status == 303, answer[:500]
    ((ref, _, _, state),) = kept(here, key)
    assert (location.startswith(f"/lacak/{ref}?k="), state) == (True, "kept")
    assert here.page(location)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (part(b"text", b"x" * 31 * MB) + b"--b--\r\n", 413),
        (part(b"text", b"jalan rusak") * 10_000 + b"--b--\r\n", 400),
        (part(b"text", b"jalan rusak"), 400),
        (b"", 400),
        (part(b"text", SQL.encode()) + part(b"email", HTML.encode()) + b"--b--\r\n", 422),
    ],
)
def test_the_form_says_what_is_wrong(here: Office, body: bytes, status: int) -> None:
    assert post(here, "/", body, "multipart/form-data; boundary=b")[0] == status


HEAD = b"From: Warga <warga@contoh.example>\r\nSubject: Laporan\r\n"
MIXED = HEAD + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n"
IMAGE = b"--x\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
PLAIN = HEAD + b"Content-Type: text/plain; charset="
MAILS: dict[str, bytes] = {
    "10,000 parts": b"\r\n" + b"--x\r\nContent-Type: text/plain\r\n\r\nbagian\r\n" * 10_000 + b"--x--\r\n",
    "an unknown charset": PLAIN + b"x-klingon\r\n\r\njalan rusak \xe9\r\n",
    "NUL": b"From: A\x00B <warga@contoh.example>\r\nSubject: x\x00\r\n\r\njalan\x00 rusak\r\n",
    "lone surrogates": PLAIN + b"utf-8\r\n\r\njalan \xed\xa0\x80 rusak\r\n",
    "no From": b"Subject: jalan\r\nDate: Tue, 24 Nov 2026 09:00:00 +0700\r\n\r\njalan rusak di Meri\r\n",
    "nothing but words": b"\r\njalan rusak di Wates\r\n",
    "no header at all": b"jalan rusak di Miji tanpa kepala surat\r\n",
    "HTML only": PLAIN.replace(b"plain", b"html")
    + b"utf-8\r\n\r\n<p>jalan <b>rusak</b></p>"
    + HTML.encode()
    + b"\r\n",
    "a photo and no word": b"\r\n" + IMAGE + base64.b64encode(picture(5)) + b"\r\n--x--\r\n",
    "a photo that is none": b"\r\n" + IMAGE + base64.b64encode(b"bukan") + b"\r\n--x--\r\n",
    "a bomb": b"\r\n" + IMAGE + base64.encodebytes(bomb()).replace(b"\n", b"\r\n") + b"--x--\r\n",
    "100 KB": HEAD + b"\r\n" + b"jalan rusak sekali\r\n" * 5_200,
    "zalgo": HEAD + b"\r\n" + ZALGO.encode() + b"\r\n",
    "right to left": f"From: {TURNED} <warga@contoh.example>\r\n\r\n{TURNED}\r\n".encode(),
    "SQL": f'From: "{SQL}" <warga@contoh.example>\r\nSubject: {SQL}\r\n\r\n{SQL}\r\n'.encode(),
    "bytes": b"\xff\xfe\r\n" + bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n",
    "a Message-ID of 100 KB": HEAD + b"Message-ID: <" + b"x" * 100_000 + b"@y>\r\n\r\njalan rusak\r\n",
    "nothing": b"",
    "20 MB": b"\r\n--x\r\nContent-Type: video/mp4\r\n\r\n" + (b"v" * 998 + b"\r\n") * 20_000 + b"--x--\r\n",
}


def mail(office: Office, raw: bytes, *, size: int | None = None) -> str:
    """The last answer of one SMTP conversation."""
    with (
        socket.create_connection(("127.0.0.1", office.smtp), timeout=60) as line,
        line.makefile("rb") as file,
    ):

        def answer() -> str:
            while (got := file.readline())[3:4] == b"-":
                pass
            return got.decode()

        answer()
        declared = f" SIZE={size}" if size else ""
        for words in (
            "EHLO x.example",
            f"MAIL FROM:<warga@contoh.example>{declared}",
            f"RCPT TO:<{ADDRESS}>",
            "DATA",
        ):
            line.sendall(words.encode() + b"\r\n")
            if (said := answer())[0] not in "23":
                return said
        line.sendall(
            raw.replace(b"\r\n.", b"\r\n..") + (b"" if raw.endswith(b"\r\n") else b"\r\n") + b".\r\n"
        )
        return answer()


@pytest.mark.parametrize("name", MAILS)
def test_mail_is_taken_and_can_be_found(here: Office, name: str) -> None:
    raw = MAILS[name]
    if raw.startswith(b"\r\n-"):
        raw = MIXED + raw
    own = f"surel-{list(MAILS).index(name)}@contoh.example"
    if b"From:" in raw and b"Message-ID" not in raw and b"Date:" not in raw:
        raw = b"Message-ID: <" + own.encode() + b">\r\n" + raw
    said = mail(here, raw)
    assert said.startswith("250"), said
    assert mail(here, raw) == said
    ref = said.split()[-1].strip()
    ledger = here.ledger()
    try:
        parked = rows(ledger, "SELECT COUNT(*) FROM arrival WHERE state = 'parked' AND channel = 'email'")
        found = [row for row in rows(ledger, "SELECT ref, token FROM ticket") if row[0] == ref]
    finally:
        ledger.close()
    if ref == "diterima":
        assert parked[0][0] >= 1
    else:
        page = here.page(f"/lacak/{ref}?k={found[0][1]}")
        assert "<script>alert" not in page


def test_mail_over_the_limit_is_refused_and_its_sender_told(here: Office) -> None:
    assert mail(here, b"x\r\n" * 10 * MB).startswith("552")
    assert mail(here, b"", size=30 * MB).startswith("552")
    assert mail(here, HEAD + b"\r\njalan rusak setelah itu\r\n").startswith("250")


def test_afterwards_every_page_and_every_notice_works(here: Office) -> None:
    """Nothing that came in can stop the post room, the tracking pages, or the process."""
    ledger = here.ledger()
    try:
        for _ in range(300):
            if rows(ledger, "SELECT COUNT(*) FROM outbox WHERE state = 'pending'") == [(0,)]:
                break
            time.sleep(0.1)
        assert rows(ledger, "SELECT state, COUNT(*) FROM outbox GROUP BY state") == [
            ("sent", rows(ledger, "SELECT COUNT(*) FROM outbox")[0][0])
        ]
        every = rows(ledger, "SELECT ref, token FROM ticket")
        assert rows(ledger, "PRAGMA integrity_check") == [("ok",)]
    finally:
        ledger.close()
    for ref, token in every:
        assert ref in here.page(f"/lacak/{ref}?k={token}")
    log = here.log.read_text()
    assert '"event": "request failed"' not in log
    assert "Traceback" not in log
    assert here.stop() == 0
