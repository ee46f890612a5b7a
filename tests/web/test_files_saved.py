"""Files on pages: saved but never run, played from any point, and shown to nobody before or after a scan."""

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from staff_world import Seat, seat, text_of
from web_world import Desk

from store import console

PDF = b"%PDF-1.7\n" + b"isi surat " * 50
OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(200)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def picture() -> bytes:
    out, exif = BytesIO(), Image.Exif()
    exif[0x8769] = {0x9003: "2026:11:23 17:45:10", 0x9011: "+07:00"}
    exif[0x8825] = {1: "S", 2: (7.0, 27.0, 18.0), 3: "E", 4: (112.0, 26.0, 59.6)}
    Image.new("RGB", (64, 48), "orange").save(out, "JPEG", exif=exif)
    return out.getvalue()


def sent(
    desk: Desk, content: bytes, name: str = "surat.pdf", text: str = "PJU padam"
) -> tuple[str, str, str]:
    """A complaint with a file; the ticket's ref, its private token and the file's id."""
    file = {"base64": base64.b64encode(content).decode(), "name": name}
    body = json.dumps({"id": name, "from": "08123", "text": text, "photos": [file]}).encode()
    headers = {"X-Fake-Signature": desk.door.sign(body)}
    assert desk.client.post("/hooks/fake", content=body, headers=headers).status_code == 200
    with desk.office.ledger.reading() as tx:
        ref, token = tx.run("SELECT ref, token FROM ticket ORDER BY id DESC")[0]
    return str(ref), str(token), str(desk.pictures(ref)[0].uuid)


def put(desk: Desk, state: str, reason: str = "") -> None:
    """What a scan says of all files."""
    desk.office.ledger.write(
        lambda tx: tx.run(
            "UPDATE attachment SET state = :state, reason = :reason", state=state, reason=reason
        )
    )


@pytest.fixture
def dishub(desk: Desk) -> Seat:
    return seat(desk, "opd", "DISHUB")


def test_an_officer_saves_a_document_and_no_browser_runs_it(desk: Desk, dishub: Seat) -> None:
    ref, token, uuid = sent(desk, PDF, "../Bu Siti\u202e.html")
    address = f"/berkas/{uuid}/unduh"
    assert f'href="{address}" download' in dishub.see(f"/petugas/laporan/{ref}")
    answer = dishub.browser.get(address)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"] == 'attachment; filename="lampiran.pdf"'
    boss = seat(desk, "coordinator").browser.get(address)
    assert boss.headers["content-disposition"] == "attachment; filename*=utf-8''Bu%20Siti.html.pdf"
    assert seat(desk, "opd", "DLH").browser.get(address).status_code == 404
    for stranger in (desk.browser().get(address), desk.client.get(f"{address}?k={token}")):
        assert stranger.status_code == 404


def test_a_document_of_a_sealed_ticket_is_opened_for_a_reason_only(desk: Desk) -> None:
    ref, _, uuid = sent(desk, PDF, text="Saya dipukuli di rumah")
    boss = seat(desk, "administrator")
    assert desk.ticket(ref).privacy == "secret"
    assert "/unduh" not in boss.see(f"/petugas/laporan/{ref}")
    assert boss.browser.get(f"/berkas/{uuid}/unduh").status_code == 404
    answer = boss.browser.post(f"/petugas/berkas/{uuid}/asli", data={"csrf": boss.csrf, "alasan": "Bukti."})
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"] == f'attachment; filename="{uuid}.pdf"'
    with desk.office.ledger.reading() as tx:
        ((look, _),) = console.looks(tx, desk.ticket(ref).id or 0)
    assert (look.what, look.reason) == (f"file:{uuid}", "Bukti.")


def test_a_picture_that_runs_scripts_is_never_shown(desk: Desk, dishub: Seat) -> None:
    ref, token, uuid = sent(desk, SVG, "foto.svg")
    for page in (dishub.see(f"/petugas/laporan/{ref}"), desk.client.get(f"/lacak/{ref}?k={token}").text):
        assert "Berkas ini bukan gambar yang dikenali" in text_of(page)
        assert f"/berkas/{uuid}" not in page
    for path in ("", "/putar", "/unduh"):
        assert dishub.browser.get(f"/berkas/{uuid}{path}").status_code == 404
    boss = seat(desk, "coordinator")
    answer = boss.browser.post(f"/petugas/berkas/{uuid}/asli", data={"csrf": boss.csrf, "alasan": "Periksa."})
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{uuid}.bin"'


@pytest.mark.parametrize("path", ["putar", "unduh"])
@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=4-9", 206, OGG[4:10]),
        ("bytes=-5", 206, OGG[-5:]),
        ("bytes=200-", 206, OGG[200:]),
        ("bytes=5000-", 416, None),
        ("bytes=9-4", None, None),
    ],
)
def test_a_recording_is_had_from_any_point(
    desk: Desk, dishub: Seat, path: str, asked: str, status: int | None, content: bytes | None
) -> None:
    _, _, uuid = sent(desk, OGG, "suara.ogg")
    answer = dishub.browser.get(f"/berkas/{uuid}/{path}", headers={"Range": asked})
    assert answer.status_code == status or (status is None and answer.status_code in (400, 416))
    if content is not None:
        assert answer.content == content
    if status == 416:
        assert answer.headers["content-range"].endswith(f"*/{len(OGG)}")


@pytest.mark.parametrize("state", ["unscanned", "quarantined"])
@pytest.mark.parametrize(("content", "name"), [(picture(), "a.jpg"), (OGG, "a.ogg"), (PDF, "a.pdf")])
def test_nobody_is_served_what_was_not_scanned_or_what_was_found(
    desk: Desk, dishub: Seat, state: str, content: bytes, name: str
) -> None:
    ref, token, uuid = sent(desk, content, name)
    put(desk, state, "Berkas ini dikarantina: Uji." if state == "quarantined" else "")
    words = "Belum diperiksa dari virus" if state == "unscanned" else "Berkas ini dikarantina: Uji."
    theirs, mine = dishub.see(f"/petugas/laporan/{ref}"), desk.client.get(f"/lacak/{ref}?k={token}").text
    link = desk.client.get(f"/aksi/{desk.link(ref)}").text
    for page in (theirs, mine):
        assert words in text_of(page)
    for page in (theirs, mine, link):
        assert f"/berkas/{uuid}" not in page
    boss = seat(desk, "administrator")
    assert f"{uuid}/asli" not in boss.see(f"/petugas/laporan/{ref}")
    for path in (f"?k={token}", "", "/putar", "/unduh"):
        assert boss.browser.get(f"/berkas/{uuid}{path}").status_code == 404
    fields: dict[str, Any] = {"csrf": boss.csrf, "alasan": "Bukti."}
    answer = boss.browser.post(f"/petugas/berkas/{uuid}/asli", data=fields)
    assert answer.status_code == 422
    assert "tidak dapat dibuka siapa pun" in answer.text


def test_when_and_where_a_picture_was_taken_is_told_to_officers_beside_it_and_to_nobody_else(
    desk: Desk, dishub: Seat
) -> None:
    ref, token, _ = sent(desk, picture(), "a.jpg")
    told = "menurut kamera diambil 23 November 2026 pukul 17.45 (UTC+07:00), di titik -7.45500, 112.44989"
    assert told in text_of(dishub.see(f"/petugas/laporan/{ref}"))
    for page in (
        desk.client.get(f"/lacak/{ref}?k={token}").text,
        desk.browser().get(f"/lacak/{ref}").text,
        desk.client.get(f"/aksi/{desk.link(ref)}").text,
    ):
        assert "menurut kamera" not in page
        assert "112.44989" not in page


def test_of_a_sealed_ticket_only_those_read_it_who_may_open_what_is_sealed(desk: Desk) -> None:
    ref, _, _ = sent(desk, picture(), "a.jpg", "Saya dipukuli di rumah")
    assert "menurut kamera" in seat(desk, "administrator").see(f"/petugas/laporan/{ref}")
    for role in ("coordinator", "auditor"):
        page = seat(desk, role).see(f"/petugas/laporan/{ref}")
        assert "<img" in page
        assert "menurut kamera" not in page
