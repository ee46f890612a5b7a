"""The page that links chats: a code shown once, where to send it, the links and their end."""

import re
from dataclasses import replace

from staff_world import seat, text_of
from web_world import Desk

from channels.fake import FakeDoor
from sapa.desk import acts, pictures, undo
from sapa.desk.actor import Actor
from sapa.desk.pictures import KeptFile
from sapa.web.app import create_app
from store import messages
from store.db import Tx
from store.ids import uuid7

CODE = re.compile(r'<code class="secret">([A-Z2-9]{10})</code>')


class Named(FakeDoor):
    """A door that people can be led to by a link."""

    def invitation(self, word: str, *, group: bool = False) -> str:
        return f"https://t.me/uji_bot?{'startgroup' if group else 'start'}={word}"


def test_a_code_is_shown_once_with_the_words_to_send(desk: Desk) -> None:
    own = seat(desk, "opd", "DISHUB")
    page = own.see("/petugas/tautan")
    assert "Kanal Telegram belum dibuka" in page
    assert 'value="akun" disabled>' in page  # a code would link nothing
    assert "Buat kode untuk grup" not in page
    shown = own.post("/petugas/tautan", 200, untuk="akun")
    (code,) = CODE.findall(shown)
    assert f"/tautkan {code}" in shown
    assert "Buka percakapan pribadi dengan bot kota." in shown
    assert code not in own.see("/petugas/tautan")
    assert "/petugas/tautan" in own.see("/petugas/akun")


def test_where_the_bot_is_known_a_link_says_the_code(desk: Desk) -> None:
    office = replace(desk.office, doors={**desk.office.doors, "telegram": Named()})
    desk.client.app = create_app(office)
    own = seat(desk, "head", "DISHUB")
    own.browser.app = create_app(office)
    for how, asked in (("start", {"untuk": "akun"}), ("startgroup", {"untuk": "grup"})):
        shown = own.post("/petugas/tautan", 200, **asked)
        (code,) = CODE.findall(shown)
        assert f'href="https://t.me/uji_bot?{how}=tautkan_{code}"' in shown
        assert "belum dibuka" not in shown
        assert " disabled>" not in shown


def test_an_administrator_names_the_agency_of_a_group(desk: Desk) -> None:
    own = seat(desk, "administrator")
    assert "Pilih OPD" in own.post("/petugas/tautan", 422, untuk="grup")
    assert "Pilih OPD" in own.post("/petugas/tautan", 422, untuk="grup", opd="PLN")
    assert "Kode untuk grup OPD" in own.post("/petugas/tautan", 200, untuk="grup", opd="DLH")


def test_links_are_listed_and_end_once_confirmed(desk: Desk) -> None:
    id = desk.linked_group("DISHUB")
    own = seat(desk, "head", "DISHUB")
    page = text_of(own.see("/petugas/tautan"))
    assert "Grup Piket" in page
    assert "2 pesan obrolan tersimpan; bukan laporan" in page
    assert "-100200" not in page
    assert "yakin" in own.post(f"/petugas/tautan/{id}/lepas", 422)
    onward = own.post(f"/petugas/tautan/{id}/lepas", yakin="1")
    page = text_of(own.see(str(onward)))
    assert "Tautan dilepas." in page
    assert "Belum ada." in page
    assert "dilepas dari konsol" in page


def test_proof_from_a_chat_stands_beside_the_result_and_the_post_says_where_it_went(desk: Desk) -> None:
    desk.linked_group("DISHUB")
    ref, _ = desk.send("Lampu jalan mati di depan pasar", kelurahan="Meri")
    by, now = Actor(kind="opd", opd="DISHUB"), desk.clock.now

    def keep(tx: Tx, name: str = "bukti.jpg") -> int:
        ticket = desk.ticket(ref)
        known = {"channel": "telegram", "account": "1", "external_id": f"-100200:{name}", "arrival_id": None}
        proof = messages.add_proof(tx, uuid7(now), ticket_id=ticket.id, sent_at=now, now=now, **known)
        file = KeptFile(name=name, media_type="image/jpeg", size=1, state="remote", remote="x")
        pictures.attach(tx, proof, [file], now)
        return proof

    proof = desk.office.ledger.write(keep)
    desk.do(acts.resolve, ref, by, outcome="fixed", text="Lampu sudah diganti.", proof=proof)
    desks = seat(desk, "coordinator")
    page = text_of(desks.see(f"/petugas/laporan/{ref}"))
    assert "Lampu sudah diganti." in page
    assert "Lampiran 1: bukti.jpg" in page
    with desk.office.ledger.reading() as tx:
        resolved = tx.run("SELECT id FROM event WHERE kind = 'resolved'")[0][0]
    desk.do(undo.undo, ref, Actor(kind="officer", role="administrator"), event_id=resolved)
    why = desk.office.ledger.write(lambda tx: keep(tx, "papan.jpg"))
    desk.do(acts.decline, ref, by, reason="Papannya jalan provinsi.", proof=why)
    page = text_of(desks.see(f"/petugas/laporan/{ref}"))
    assert page.count("bukti.jpg") == page.count("papan.jpg") == 1
    assert "Disposisi, lewat obrolan" in page
    dead = "UPDATE outbox SET state = 'dead' WHERE notice LIKE 'chat_%'"
    desk.office.ledger.write(lambda tx: tx.run(dead))
    post = text_of(desks.see("/petugas/kotak-keluar"))
    assert "Disposisi, lewat obrolan" in post
    assert "-100200" not in post
