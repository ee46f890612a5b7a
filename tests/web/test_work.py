"""Working the queue off: the next item, who has a ticket in hand, and many tickets at once."""

import re

import pytest
from staff_world import Seat, refs, seat, text_of
from web_world import Desk

from sapa.desk import acts
from sapa.desk.actor import Actor


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Claims are an upsert of their own: both databases."""
    return str(request.param)


@pytest.fixture
def anna(desk: Desk) -> Seat:
    return seat(desk, "opd", "DISHUB", login="anna")


@pytest.fixture
def budi(desk: Desk) -> Seat:
    return seat(desk, "opd", "DISHUB", login="budi")


def following(who: Seat) -> str:
    return who.post("/petugas/berikutnya").rpartition("/")[2]


def test_two_officers_are_never_handed_the_same_ticket(desk: Desk, anna: Seat, budi: Seat) -> None:
    first, _ = desk.send("Lampu jalan mati satu")
    second, _ = desk.send("Lampu jalan mati dua")
    urgent, _ = desk.send("Lampu jalan mati, hampir kesetrum")
    desk.send("Sampah menumpuk")
    assert following(anna) == urgent
    assert following(budi) == first
    assert following(anna) == urgent, "what is begun comes first"
    anna.post(f"/petugas/laporan/{urgent}/pegang/lepas")
    assert following(budi) == first
    carol = seat(desk, "opd", "DISHUB", login="carol")
    assert following(carol) == urgent
    assert following(anna) == second
    assert following(seat(desk, "opd", "DISHUB", login="dedi")) == "petugas?ok=habis"
    assert "dikerjakan Budi" in anna.see("/petugas")
    assert "dikerjakan Anda" in anna.see("/petugas")


def test_a_ticket_in_other_hands_is_not_acted_on_unknowingly(desk: Desk, anna: Seat, budi: Seat) -> None:
    ref, _ = desk.send()
    anna.post(f"/petugas/laporan/{ref}/pegang/ambil")
    assert budi.post(f"/petugas/laporan/{ref}/pegang/ambil").endswith("ok=keduluan")
    assert "Anna sedang mengerjakan laporan ini" in text_of(budi.see(f"/petugas/laporan/{ref}"))
    refused = budi.act(ref, "selesai", 409, hasil="fixed", teks="Sudah kami ganti lampunya.")
    assert "Anna sedang mengerjakan" in text_of(refused)
    assert "Sudah kami ganti lampunya." in refused, "what was typed is still there"
    assert desk.ticket(ref).status == "assigned"
    budi.act(ref, "catatan", teks="Saya di dekat sana.")
    budi.post(f"/petugas/laporan/{ref}/pegang/alih")
    assert "Budi sedang mengerjakan" in text_of(anna.see(f"/petugas/laporan/{ref}"))
    budi.act(ref, "terima")
    assert "Budi sedang" in text_of(anna.see(f"/petugas/laporan/{ref}")), "still to be worked on"
    budi.act(ref, "selesai", hasil="fixed", teks="Lampu diganti.")
    assert "Belum ada yang mengerjakan" in text_of(anna.see(f"/petugas/laporan/{ref}"))


def test_a_claim_ends_by_itself_and_is_held_on_by_acting(desk: Desk, anna: Seat, budi: Seat) -> None:
    ref, _ = desk.send()
    anna.post(f"/petugas/laporan/{ref}/pegang/ambil")
    desk.clock.pass_(minutes=10)
    anna.act(ref, "terima")
    desk.clock.pass_(minutes=10)
    budi.act(ref, "tanya", 409, teks="Di mana?")
    desk.clock.pass_(minutes=6)
    budi.act(ref, "tanya", teks="Di mana?")


def test_a_ticket_of_another_agency_cannot_be_taken(desk: Desk, anna: Seat) -> None:
    ref, _ = desk.send("Sampah menumpuk")
    anna.post(f"/petugas/laporan/{ref}/pegang/ambil", 404)
    anna.post(f"/petugas/laporan/{ref}/pegang/apa", 404)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="pilih" value="([^"]+)"', html)


KEY = "0190b0a0-0000-7000-8000-00000000000{}"


def test_many_are_accepted_at_once_and_taken_back_at_once(desk: Desk, anna: Seat, budi: Seat) -> None:
    sent = [desk.send(f"Lampu jalan mati nomor {number}")[0] for number in range(4)]
    chosen = ticked(anna.see("/petugas"))
    budi.post(f"/petugas/laporan/{sent[0]}/pegang/ambil")
    desk.do(acts.note, sent[1], Actor(kind="officer", role="administrator", name="A"), text="Baru saja.")
    page = anna.post("/petugas/massal", 200, key=KEY.format(1), tindakan="terima", pilih=chosen)
    assert [desk.ticket(ref).status for ref in sent] == ["assigned", "assigned", "accepted", "accepted"]
    assert "Budi sedang mengerjakan" in page
    assert f"{sent[1]}</a>: Laporan ini baru saja berubah" in page
    again = anna.post("/petugas/massal", 200, key=KEY.format(1), tindakan="terima", pilih=chosen)
    assert "2 laporan selesai diproses" in text_of(again), "sent twice is done once"
    anna.act(sent[3], "tanya", teks="Di mana?")
    back = text_of(anna.post("/petugas/massal/urungkan", 200, key=KEY.format(1)))
    assert "1 laporan dikembalikan" in back
    assert f"{sent[3]} : " in back or f"{sent[3]}: " in back
    assert [desk.ticket(ref).status for ref in sent] == ["assigned", "assigned", "assigned", "waiting"]
    assert "Tidak ada yang perlu" in budi.post("/petugas/massal/urungkan", 200, key=KEY.format(2))


def test_diskominfo_hands_many_on_and_ends_many(desk: Desk) -> None:
    who = seat(desk, "coordinator")
    sent = [desk.send(f"Mohon dibantu {number}")[0] for number in range(3)]
    chosen = ticked(who.see("/petugas"))
    assert len(chosen) == 3
    given = {"key": KEY.format(3), "tindakan": "alihkan", "opd": "DLH", "alasan": "Ini sampah."}
    who.post("/petugas/massal", 200, pilih=chosen[:2], **given)
    assert sorted(desk.ticket(ref).opd for ref in sent) == ["", "DLH", "DLH"]
    end = {"key": KEY.format(4), "tindakan": "arsipkan", "alasan": "Iklan.", "pilih": chosen[2]}
    assert "Centang dahulu bahwa Anda yakin" in who.post("/petugas/massal", 422, **end)
    who.post("/petugas/massal", 200, yakin="1", **end)
    assert desk.ticket(chosen[2].partition(":")[0]).status == "archived"
    assert "Tidak ada yang menunggu Anda." in who.see("/petugas")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"key": KEY.format(5), "tindakan": "terima"}, 422),
        ({"key": KEY.format(5), "tindakan": "hapus", "pilih": "SMP-2611-0001:1"}, 422),
        ({"key": KEY.format(5), "tindakan": "terima", "pilih": "SMP-2611-0001"}, 422),
        ({"key": KEY.format(5), "tindakan": "terima", "pilih": [f"A-{n}:1" for n in range(51)]}, 422),
        ({"key": "x", "tindakan": "terima", "pilih": "SMP-2611-0001:1"}, 400),
        ({"key": KEY.format(5), "tindakan": "terima", "pilih": "SMP-2611-9999:1"}, 200),
    ],
)
def test_what_cannot_be_done_to_many_is_said(anna: Seat, fields: dict[str, object], status: int) -> None:
    page = anna.post("/petugas/massal", status, **fields)
    assert "selesai diproses" not in page


def test_foreign_tickets_are_none_of_the_many(desk: Desk, anna: Seat) -> None:
    ref, _ = desk.send("Sampah menumpuk")
    chosen = f"{ref}:{desk.ticket(ref).version}"
    page = anna.post("/petugas/massal", 200, key=KEY.format(6), tindakan="terima", pilih=chosen)
    assert "Tidak dilakukan (1)" in page
    assert desk.ticket(ref).status == "assigned"
    assert refs(anna.see("/petugas")) == []


def test_a_canned_answer_is_read_and_changed_before_it_is_sent(desk: Desk, anna: Seat) -> None:
    ref, _ = desk.send()
    html = anna.see(f"/petugas/laporan/{ref}")
    assert "Minta foto" in html
    assert "Sampah diangkut" not in html, "words of another agency"
    filled = anna.see(f"/petugas/laporan/{ref}?siap=minta-foto&untuk=tanya")
    assert re.search(r'<textarea id="tanya-teks"[^>]*>Mohon kirimkan foto\.</textarea>', filled)
    assert desk.ticket(ref).status == "assigned", "nothing is sent by looking"
    for odd in ("?siap=apa&untuk=tanya", "?siap=minta-foto&untuk=alihkan", "?siap=minta-foto"):
        assert "Mohon kirimkan foto.</textarea>" not in anna.see(f"/petugas/laporan/{ref}{odd}")
