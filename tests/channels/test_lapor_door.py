"""LAPOR!'s exports as they come: delimiters, encodings, headings, dates; and files that are none."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from channels.base import Payload, Unreadable
from channels.lapor import FIELDS, MAX_FILE, MAX_ROWS, LaporDoor, Row, Unfit, table
from sapa.settings.lapor import Column

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HEADINGS = ["Tracking ID", "Isi Laporan", "Tanggal Laporan", "Status"]
ROWS = [
    ["L1", 'Lampu mati; di "depan" pasar,\nsudah tiga hari', "23/11/2026 08:15", "Proses"],
    ["L2", "Dalan rusak – bolong kabèh", "2026-11-23 09:00:00", ""],
]
DOOR = LaporDoor()


def as_csv(delimiter: str = ",", encoding: str = "utf-8", rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([HEADINGS, *rows])
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[Any], titles: Sequence[str] = ()) -> bytes:
    book = Workbook()
    book.active.title = "Kosong"
    sheet = book.create_sheet("Laporan")
    for line in [*([one] for one in titles), HEADINGS, *rows]:
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, door: LaporDoor = DOOR) -> list[Row | str]:
    return [row for _, _, row in door.rows(door.open(content), NOW)]


def whole(content: bytes, door: LaporDoor = DOOR) -> list[Row]:
    rows = read(content, door)
    assert all(isinstance(row, Row) for row in rows), rows
    return [row for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_csv_in_any_dress_gives_the_same_reports(delimiter: str, encoding: str) -> None:
    rows = whole(as_csv(delimiter, encoding))
    assert [row.tracking_id for row in rows] == ["L1", "L2"]
    assert [row.message.text for row in rows] == [one[1] for one in ROWS]
    assert rows[0].created_at == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
    assert rows[0].status == "Proses"


def test_excel_says_its_delimiter_in_a_line_of_its_own() -> None:
    assert len(whole(b"sep=;\r\n" + as_csv(";"))) == 2


@pytest.mark.parametrize("wrapped", [lambda r: r, lambda r: {"data": r}, lambda r: {"data": {"items": r}}])
def test_json_as_a_list_or_in_an_object(wrapped: Callable[[Any], Any]) -> None:
    objects = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]
    objects[0]["kategori"] = {"id": 3, "nama": "Kesehatan"}  # type: ignore[assignment]
    rows = whole(json.dumps(wrapped(objects)).encode())
    assert [row.message.text for row in rows] == [one[1] for one in ROWS]
    assert rows[0].category == "KESEHATAN"


def test_json_one_object_a_line() -> None:
    lines = [json.dumps(dict(zip(HEADINGS, row, strict=True))) for row in ROWS]
    assert len(whole("\n".join(lines).encode())) == 2


def test_an_xlsx_with_titles_above_and_real_dates_and_numbers() -> None:
    file = as_xlsx(
        [12345, "Lampu mati", datetime(2026, 11, 23, 8, 15), "Proses"],
        [None, None, None, None],
        ["L2", "Dalan rusak", 46349.34375, None],
        ["L3", "Sampah", date(2026, 11, 22), None],
        titles=("Laporan Pengaduan Kota", "Periode: November 2026"),
    )
    rows = whole(file)
    assert [row.tracking_id for row in rows] == ["12345", "L2", "L3"]
    assert rows[0].created_at == rows[1].created_at == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)


def test_formulas_are_read_as_their_values_and_never_calculated() -> None:
    (row,) = read(as_xlsx(["L1", '=HYPERLINK("http://x")', None, None]))
    assert row == "Isi laporan kosong."  # nobody calculated it: there is no value


def test_the_line_in_the_file_is_told_as_people_count_it() -> None:
    lines = [number for number, _, _ in DOOR.rows(DOOR.open(as_xlsx(*ROWS, titles=("Judul",))), NOW)]
    assert lines == [3, 4]


@pytest.mark.parametrize(
    "heading", ["tracking id", " TRACKING_ID ", "No. Tracking", "Kode Laporan", "nomor  aduan", "Kode Kami"]
)
def test_headings_by_any_of_their_names(heading: str) -> None:
    door = LaporDoor(columns={"tracking_id": ["kode kami"]})
    (row,) = whole(f"{heading};Isi Laporan\nL1;Lampu mati\n".encode(), door)
    assert row.tracking_id == "L1"


def test_a_citys_own_heading_comes_before_ours() -> None:
    door = LaporDoor(columns={"text": ["Uraian Lengkap"]})
    (row,) = whole(b"Tracking ID,Isi Laporan,Uraian Lengkap\nL1,ringkas,panjang\n", door)
    assert row.message.text == "panjang"


def test_what_may_be_configured_is_what_the_door_knows() -> None:
    assert get_args(Column) == FIELDS
    with pytest.raises(ValueError, match="warna"):
        LaporDoor.build({"columns": {"warna": ["x"]}}, lambda: NOW)


@pytest.mark.parametrize(
    ("written", "wib"),
    [
        ("12/11/2026 08:15", "2026-11-12 08:15"),
        ("12-11-2026", "2026-11-12 00:00"),
        ("12.11.2026 08.15.30", "2026-11-12 08:15"),
        ("2026-11-12T08:15:00+07:00", "2026-11-12 08:15"),
        ("2026-11-12T01:15:00Z", "2026-11-12 08:15"),
        ("2026-11-12T01:15:00.000Z", "2026-11-12 08:15"),
        ("2026-11-12 08:15:09", "2026-11-12 08:15"),
        ("12 November 2026 08.15 WIB", "2026-11-12 08:15"),
        ("Kamis, 12 November 2026 pukul 08.15", "2026-11-12 08:15"),
        ("Jum'at, 13 Nopember 2026, 08:15 WIB", "2026-11-13 08:15"),
        ("12 Agt 2026", "2026-08-12 00:00"),
        ("1 Mei 2026 10:00 WITA", "2026-05-01 09:00"),
        ("46338.34375", "2026-11-12 08:15"),
        ("31/02/2026", ""),
        ("kemarin", ""),
        ("12 Brumaire 2026", ""),
        ("99999999999", ""),
        ("00/00/0000", ""),
    ],
)
def test_dates_as_exports_write_them(written: str, wib: str) -> None:
    rows = [["L1", "Lampu mati", written, ""]]
    (row,) = whole(as_csv(rows=rows))
    told = f"{row.created_at.astimezone(ZoneInfo('Asia/Jakarta')):%Y-%m-%d %H:%M}" if row.created_at else ""
    assert told == wib
    assert bool(row.remark) == (not wib)


@pytest.mark.parametrize(
    ("written", "topic"),
    [
        ("kesehatan", "KESEHATAN"),
        ("Kesehatan > Pelayanan Kesehatan", "PELAYANAN KESEHATAN"),
        ("Perhubungan | hal yang lain", "PERHUBUNGAN"),
        (
            "Ketenteraman, Ketertiban Umum, dan Pelindungan Masyarakat",
            "KETENTERAMAN, KETERTIBAN UMUM, DAN PELINDUNGAN MASYARAKAT",
        ),
        ("Lampu Taman", "LAMPU TAMAN"),
        ("", ""),
    ],
)
def test_categories_by_the_names_of_lapor(written: str, topic: str) -> None:
    (row,) = whole(f'Tracking ID,Isi Laporan,Kategori\nL1,Lampu mati,"{written}"\n'.encode())
    assert (row.category, row.message.category) == (topic, topic)


def test_place_and_contacts_are_taken_along_and_nothing_is_sent_to_them() -> None:
    head = "Tracking ID,Isi Laporan,Nama Pelapor,No HP,Email,Lokasi,Kelurahan,Latitude,Longitude\n"
    (row,) = whole(
        f"{head}L1,Lampu mati,Sri,0812-3456-7890,sri@contoh.id,Jl. Meri,Meri,-7.48,112.4\n".encode()
    )
    message = row.message
    assert message.sender.channel == "lapor"
    assert {(one.channel, one.value) for one in message.contacts} == {
        ("email", "sri@contoh.id"),
        ("phone", "+6281234567890"),
    }
    assert message.place is not None
    assert (message.place.lat, message.place.label) == (-7.48, "Jl. Meri, Kelurahan Meri")


def bomb() -> bytes:
    file = io.BytesIO(as_xlsx(*ROWS))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings2.xml", b"<a>" + b" " * 60_000_000)
    return file.getvalue()


def entities() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(*ROWS))) as was, zipfile.ZipFile(file, "w") as packed:
        for part in was.infolist():
            content = was.read(part)
            if part.filename.endswith("sheet2.xml"):
                content = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + content
            packed.writestr(part.filename, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "kosong"),
        (b"PK\x03\x04" + b"x" * 100, "rusak"),
        (as_xlsx(*ROWS)[:-300], "rusak"),
        (as_xlsx(*ROWS).replace(b"xl/worksheets", b"xl/worksheetz"), "tidak ditemukan"),
        (bomb(), "terlalu besar"),
        (entities(), "rusak"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "Excel lama"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "bukan CSV"),
        (b"\xff\xfea", "UTF-16"),
        (b"<!DOCTYPE html><html>Silakan masuk", "halaman web"),
        (b'{"data": [', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[1, 2]", "JSON"),
        (b'Tracking ID;Isi Laporan\nL1;"' + b"x" * 200_000, "rusak"),
        (b"a;b;c\n1;2;3\n", "nomor tracking dan isi laporan"),
        (b"Tracking ID;Status\nL1;Proses\n", "isi laporan"),
        (b"x" * (MAX_FILE + 1), "terlalu besar"),
        (";".join(["a"] * 300).encode(), "kolom"),
    ],
)
def test_a_file_that_is_no_export_says_why(content: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=re.escape(why)):
        read(content)


def test_more_rows_than_are_taken_are_refused() -> None:
    body = b"Tracking ID;Isi Laporan\n" + b"".join(b"L%d;x\n" % number for number in range(MAX_ROWS + 1))
    with pytest.raises(Unfit, match=r"100\.000"):
        for _ in DOOR.open(body).rows:
            pass


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=300).map(str.encode), st.just(as_csv(";"))), st.data()
)
def test_any_bytes_are_read_or_refused_in_words(content: bytes, data: Any) -> None:
    if content and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + data.draw(st.binary(max_size=5)) + content[at:]
    with suppress(Unfit):
        read(content)


WORKBOOK = as_xlsx(*ROWS)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_spoilt_workbook_is_read_or_refused_in_words(data: Any) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unfit):
        read(bytes(content))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*HEADINGS, "Kategori", "Email", "Latitude"]), st.text(max_size=80)))
def test_any_row_is_a_report_or_wrong_in_words(cells: dict[str, str]) -> None:
    payload = DOOR.payload(cells, "x", NOW)
    with suppress(Unreadable):
        (message,) = DOOR.parse(payload)
        assert message.external_id  # type: ignore[union-attr]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": 1}', b"\xff"])
def test_a_payload_that_is_no_row_is_unreadable(body: bytes) -> None:
    payload = Payload(channel="lapor", account="lapor", body=body, media_type="", received_at=NOW)
    with pytest.raises(Unreadable):
        DOOR.parse(payload)


DANGEROUS = ["=1+1", "+62812", "-3", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "\r=1", "aman"]


def test_no_cell_of_what_we_write_is_a_formula() -> None:
    rows = [[one] for one in DANGEROUS]
    text = table(["Judul"], rows, "csv").decode("utf-8-sig")
    cells = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert all(one.lstrip()[:1] not in "=+-@" for one in cells)
    assert cells[-1] == "aman"
    sheet = load_workbook(io.BytesIO(table(["Judul"], rows, "xlsx"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_we_write_can_be_read_again(kind: str) -> None:
    file = table(HEADINGS, ROWS, kind)
    assert [row.message.text for row in whole(file)] == [one[1] for one in ROWS]
