"""The conversation as it was in its channel: albums as one, recordings played, the place on a sketch."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staff_world import Seat, messages, seat
from web_world import Desk, photo

from router.place import Area, Gazetteer
from sapa.web.staff.sketch import WIDTH, draw

#: An Ogg page as far as its type is told by.
OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead" + bytes(400)


def chat(desk: Desk, *items: dict[str, object]) -> str:
    """Messages by the fake chat door; the ref of the newest ticket."""
    for item in items:
        body = json.dumps({"from": "08123", **item}).encode()
        headers = {"X-Fake-Signature": desk.door.sign(body)}
        assert desk.client.post("/hooks/fake", content=body, headers=headers).status_code == 200
    with desk.office.ledger.reading() as tx:
        return str(tx.run("SELECT ref FROM ticket ORDER BY id DESC")[0][0])


def sent(content: bytes, name: str = "suara.ogg") -> list[dict[str, str]]:
    return [{"base64": base64.b64encode(content).decode(), "name": name, "type": "audio/ogg"}]


@pytest.fixture
def dishub(desk: Desk) -> Seat:
    return seat(desk, "opd", "DISHUB")


def test_an_album_is_one_piece_and_is_split_off_as_one(desk: Desk, dishub: Seat) -> None:
    pictures = [sent(photo((60 + number, 40)), "a.jpg") for number in range(3)]
    ref = chat(
        desk,
        {"id": "1", "text": "Lampu jalan mati"},
        {"id": "2", "group": "album", "photos": pictures[0]},
        {"id": "3", "group": "album", "photos": pictures[1], "text": "Ini fotonya"},
        {"id": "4", "group": "album", "photos": pictures[2]},
    )
    html = dishub.see(f"/petugas/laporan/{ref}")
    thread = re.search(r'<ol class="thread">.*?</ol>', html, re.S)
    assert thread
    pieces = re.findall(r'<li class="in">.*?(?=<li class="in">|$)', thread[0], re.S)
    assert [piece.count("<img") for piece in pieces] == [0, 3]
    assert "Foto 3 dari 3" in pieces[1]
    assert "Ini fotonya" in pieces[1]
    boss = seat(desk, "coordinator")
    album = ",".join(str(id) for id in messages(desk, ref)[1:])
    assert f'value="{album}"' in boss.see(f"/petugas/laporan/{ref}")
    boss.act(ref, "pisahkan", pesan=album, yakin="1")
    assert len(messages(desk, ref)) == 1


def test_a_point_that_was_sent_is_no_empty_message(desk: Desk, dishub: Seat) -> None:
    ref = chat(
        desk, {"id": "1", "text": "Lampu jalan mati"}, {"id": "2", "place": {"lat": -7.48, "lon": 112.44}}
    )
    assert dishub.see(f"/petugas/laporan/{ref}").count("Mengirim titik lokasi") == 1


def test_a_voice_note_is_played_from_any_point(desk: Desk, dishub: Seat) -> None:
    ref = chat(desk, {"id": "1", "text": "Lampu jalan mati", "photos": sent(OGG)})
    html = dishub.see(f"/petugas/laporan/{ref}")
    found = re.search(r'<audio controls preload="metadata" src="(/berkas/[^"]+/putar)"', html)
    assert found
    whole = dishub.browser.get(found[1])
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/ogg", OGG)
    assert "sandbox" in whole.headers["content-security-policy"]
    assert whole.headers["cache-control"] == "private, no-store"
    part = dishub.browser.get(found[1], headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, OGG[4:10])
    assert part.headers["content-range"] == f"bytes 4-9/{len(OGG)}"
    assert desk.browser().get(found[1]).status_code == 404
    assert seat(desk, "opd", "DLH").browser.get(found[1]).status_code == 404


def test_what_a_voice_note_says_is_written_down_beside_it_and_finds_the_agency(desk: Desk) -> None:
    ref = chat(desk, {"id": "1", "text": "", "photos": sent(OGG)})
    assert desk.ticket(ref).status == "triage"
    boss = seat(desk, "coordinator")
    assert "Tulis isi rekaman 1" in boss.see(f"/petugas/laporan/{ref}")
    file = str(desk.pictures(ref)[0].uuid)
    boss.act(ref, "tulis", berkas=file, teks="Lampu jalan mati, hubungi 081234567890")
    assert (desk.ticket(ref).opd, desk.ticket(ref).status) == ("DISHUB", "assigned")
    html = boss.see(f"/petugas/laporan/{ref}")
    assert "ditulis petugas" in html
    assert "Lampu jalan mati, hubungi ••••" in html
    assert "Perbaiki isi rekaman 1" in html
    assert "Isi rekaman ditulis" in html


def test_a_voice_of_a_sealed_ticket_is_not_played(desk: Desk) -> None:
    ref = chat(desk, {"id": "1", "text": "Saya dipukuli di rumah", "photos": sent(OGG)})
    boss = seat(desk, "administrator")
    found = re.search(r'src="(/berkas/[^"]+/putar)"', boss.see(f"/petugas/laporan/{ref}"))
    assert desk.ticket(ref).privacy == "secret"
    assert found is None
    uuid = desk.pictures(ref)[0].uuid
    assert boss.browser.get(f"/berkas/{uuid}/putar").status_code == 404


def test_what_only_says_that_it_is_a_recording_is_not_played(desk: Desk, dishub: Seat) -> None:
    ref = chat(desk, {"id": "1", "text": "Lampu jalan mati", "photos": sent(b"<script>alert(1)</script>")})
    assert "<audio" not in dishub.see(f"/petugas/laporan/{ref}")
    assert dishub.browser.get(f"/berkas/{desk.pictures(ref)[0].uuid}/putar").status_code == 404


def test_the_place_stands_on_a_sketch_of_the_city(desk: Desk, dishub: Seat) -> None:
    ref = chat(desk, {"id": "1", "text": "Lampu jalan mati", "place": {"lat": -7.4805, "lon": 112.4476}})
    html = dishub.see(f"/petugas/laporan/{ref}")
    assert 'class="pin"' in html
    assert "Denah kota dengan letak laporan di Kel. Meri" in html
    placeless, _ = desk.send("PJU padam")
    assert "Denah kota" not in dishub.see(f"/petugas/laporan/{placeless}")


POINTS = st.lists(st.tuples(st.floats(-8, -7), st.floats(112, 113)), min_size=1, max_size=12)


@given(POINTS, st.floats(-9, -6), st.floats(111, 114))
def test_a_sketch_holds_every_point_and_no_place_outside(
    points: list[tuple[float, float]], lat: float, lon: float
) -> None:
    sketch = draw(Gazetteer((Area(kelurahan="A", kecamatan="B", points=tuple(points)),)), lat, lon, "A")
    if sketch is not None:
        places = [(dot.x, dot.y) for dot in sketch.dots] + [(sketch.x, sketch.y)]
        assert all(0 <= x <= WIDTH and 0 <= y <= sketch.height for x, y in places)
        assert all(dot.here for dot in sketch.dots)
    for lat_, lon_ in points:
        inside = draw(Gazetteer((Area(kelurahan="A", kecamatan="B", points=tuple(points)),)), lat_, lon_, "")
        assert inside is not None


def test_without_points_there_is_no_sketch() -> None:
    assert draw(Gazetteer(()), -7.5, 112.4, "") is None


def test_all_of_a_mail_is_one_click_away_and_masked_like_its_words(desk: Desk, dishub: Seat) -> None:
    ref = chat(desk, {"id": "1", "text": "Lampu jalan mati di depan pasar"})
    whole = (
        "Lampu jalan mati di depan pasar\n\nPada Rab, Sapa <lapor@kota.example> menulis:\n> lama 081234567890"
    )
    desk.office.ledger.write(lambda tx: tx.run("UPDATE message SET whole = :whole", whole=whole))
    page = dishub.see(f"/petugas/laporan/{ref}")
    folded = page.split("<summary>Seluruh surat, dengan kutipan dan tanda tangan</summary>")[1].split(
        "</details>"
    )[0]
    assert "menulis:" in folded
    assert "081234567890" not in folded
    desk.office.ledger.write(lambda tx: tx.run("UPDATE message SET whole = ''"))
    assert "Seluruh surat" not in dishub.see(f"/petugas/laporan/{ref}")
