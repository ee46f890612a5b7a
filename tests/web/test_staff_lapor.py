"""LAPOR!'s page: an export is looked at, taken in, told about, and answered by a file."""

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staff_world import Seat, seat, text_of
from web_world import Desk

from sapa.desk.followup import HEADINGS

FILE = (
    b"Tracking ID;Isi Laporan;Status;Kategori;Sumber;Tanggal Laporan;Kolom Lain\n"
    b"L1;Lampu jalan mati di depan pasar;Proses;Perhubungan;SMS;23/11/2026 08:15;x\n"
    b"L2;Sampah menumpuk, hubungi 081234567890;;;;;\n"
    b";tanpa nomor;;;;;\n"
)


@pytest.fixture
def one(desk: Desk) -> Seat:
    return seat(desk, "coordinator")


def upload(one: Seat, content: bytes = FILE, name: str = "ekspor.csv", status: int = 303) -> str:
    answer = one.browser.post("/petugas/lapor", data={"csrf": one.csrf}, files={"berkas": (name, content)})
    assert answer.status_code == status, answer.text[-2000:]
    return answer.headers["location"] if status == 303 else answer.text


def taken_in(desk: Desk, one: Seat, content: bytes = FILE) -> str:
    """The import's address."""
    where = upload(one, content)
    assert one.post(f"{where}/impor") == where
    desk.take_in()
    return where


def test_nothing_comes_in_before_somebody_has_looked_and_agreed(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    where = upload(one)
    page = text_of(one.see(where))
    assert desk.count("ticket") == 0
    assert "Baru 2 Berubah 0 Sudah ada 0 Salah 1" in page
    assert "nomor tracking Tracking ID" in page
    assert "Tidak ada di berkas ini: judul" in page
    assert "Baris 4: Nomor tracking kosong." in page
    assert "SMS 1708" in page
    assert "081234567890" not in page
    one.post(f"{where}/impor")
    page = text_of(one.see(where))
    assert "0 dari 3 baris" in page
    assert 'max="3" value="0"' in one.see(where)
    desk.take_in()
    page = text_of(one.see(where))
    assert "Selesai" in page
    assert "Baru 2 Berubah 0 Sudah ada 0 Salah 1" in page
    assert desk.count("ticket") == 2
    assert "ekspor.csv selesai" in text_of(one.see("/petugas/lapor"))


def test_the_same_file_again_brings_nothing_and_says_so(desk: Desk) -> None:
    one = seat(desk, "administrator")
    taken_in(desk, one)
    assert "Baru 0 Berubah 0 Sudah ada 2 Salah 1" in text_of(one.see(taken_in(desk, one)))
    assert desk.count("ticket") == 2


def test_the_ticket_says_what_lapor_says_beside_our_own_words(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    taken_in(desk, one)
    with desk.office.ledger.reading() as tx:
        ref = str(tx.run("SELECT ref FROM ticket ORDER BY id")[0][0])
    page = text_of(one.see(f"/petugas/laporan/{ref}"))
    assert "Nomor tracking L1" in page
    assert "Status di sana Proses Menurut kita: Belum Ditindaklanjuti" in page
    assert "Kategori PERHUBUNGAN" in page
    assert "Asal SMS 1708" in page
    assert "Tenggat LAPOR!: triase Kamis, 26 November 2026" in page
    taken_in(desk, one, FILE.replace(b"Proses", b"Selesai"))
    assert "Status di LAPOR!: Selesai" in text_of(one.see(f"/petugas/laporan/{ref}"))


def test_the_faults_can_be_downloaded_and_none_is_a_formula(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    where = upload(one)
    answer = one.browser.get(f"{where}/salah")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["Baris", "Sebab"], ["4", "Nomor tracking kosong."]]


def test_an_import_may_be_put_aside_and_is_then_over(desk: Desk) -> None:
    one = seat(desk, "coordinator")
    where = upload(one)
    assert one.post(f"{where}/batal") == "/petugas/lapor?ok=impor-batal"
    assert "Unggah lagi" in text_of(one.post(f"{where}/impor", 409))
    one.post(f"{where}/hapus", 404)
    one.post("/petugas/lapor/999/impor", 404)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Nama;Umur\nSri;40\n", "nomor tracking dan isi laporan tidak ditemukan"),
        (b"Tracking ID;Isi Laporan\n", "hanya berisi judul kolom"),
        (b"PK\x03\x04rusak", "rusak"),
        (b"", "Pilih satu berkas"),
    ],
)
def test_a_file_that_is_no_export_says_why_and_keeps_nothing(desk: Desk, content: bytes, why: str) -> None:
    one = seat(desk, "coordinator")
    assert why in text_of(upload(one, content, status=422))
    assert desk.count("lapor_import") == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_file_is_taken_or_refused_in_words(one: Seat, content: bytes, name: str) -> None:
    files = {"berkas": (re.sub(r"[\r\n\"\x00-\x1f\ud800-\udfff]", "_", name) or "a", content)}
    answer = one.browser.post("/petugas/lapor", data={"csrf": one.csrf}, files=files)
    assert answer.status_code in (303, 400, 422), answer.text


def test_who_only_reads_sees_the_history_and_no_form(desk: Desk) -> None:
    taken_in(desk, seat(desk, "coordinator"))
    page = seat(desk, "auditor").see("/petugas/lapor")
    assert "ekspor.csv" in page
    assert 'enctype="multipart/form-data"' not in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_follow_up_goes_back_as_a_file(desk: Desk, form: str) -> None:
    one = seat(desk, "coordinator")
    taken_in(desk, one)
    answer = one.browser.get(f"/petugas/lapor/tindak-lanjut?bentuk={form}&sejak=2026-01-01")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    if form == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0] == list(HEADINGS)
        assert [row[0] for row in rows[1:]] == ["L1", "L2"]
    for wrong in ("bentuk=exe", "sejak=kemarin"):
        one.see(f"/petugas/lapor/tindak-lanjut?{wrong}", 422)
