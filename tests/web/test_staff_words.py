"""What the console's pages are made of: marked words, history, time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from web_world import make_city

from sapa.desk.deadline import Calendar
from sapa.web.staff import highlight, history, timing
from sapa.web.staff.highlight import Span
from store.tables import Disposition, Event, Message, MessageRevision

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
CALENDAR = Calendar("c", frozenset({date(2026, 11, 26)}), ZoneInfo("Asia/Jakarta"))


def message(id: int, text: str, subject: str = "", **more: Any) -> Message:
    values = {"direction": "in", "received_at": NOW, "sent_at": NOW} | more
    return Message(
        id=id,
        uuid=UUID(int=id),
        channel="email",
        account="a",
        external_id=str(id),
        text=text,
        subject=subject,
        **values,
    )


def disposition(*words: tuple[int, int], id: int = 7) -> Disposition:
    matches = [
        {"rule": "r", "opd": "DLH", "strength": 1.0, "words": [[start, end, "w"] for start, end in words]}
    ]
    return Disposition(id=id, ticket_id=1, opd="DLH", because="", matches=matches, actor="rules", at=NOW)


def event(kind: str, id: int = 1, **more: Any) -> Event:
    values = {"actor": "system", "at": NOW, "ticket_id": 1} | more
    return Event(id=id, kind=kind, **values)


def test_overlapping_places_are_marked_once_and_empty_ones_never() -> None:
    matches = [
        {"opd": "A", "strength": 4.0, "words": [[5, 9, "x"], [0, 6, "y"], [3, 3, "z"]]},
        {"opd": "B", "strength": 4.0, "words": [[7, 9, "q"]]},
    ]
    assert highlight.spans(matches) == [Span(0, 6, "A"), Span(7, 9, "B")]


def test_only_words_of_rules_that_carried_the_decision_are_marked() -> None:
    matches = [
        {"opd": "B", "strength": 3.0, "words": [[20, 25, "lemah"]]},
        {"opd": "", "strength": 2.0, "words": [[30, 35, "jenis"]]},
        {"opd": "A", "strength": 5.0, "words": [[0, 5, "kuat"]]},
        {"opd": "C", "strength": 4.0, "words": [[10, 15, "hampir"]]},
    ]
    assert highlight.spans(matches) == [Span(0, 5, "A"), Span(10, 15, "C")]
    assert [match["opd"] for match in highlight.carrying(matches)] == ["A", "C"]
    kept = [{"opd": "", "strength": 105.0, "words": [[30, 35, "terima kasih"]]}, matches[0]]
    assert highlight.spans(kept) == [Span(20, 25, "B"), Span(30, 35, "")]
    assert highlight.carrying([]) == []


def test_neighbours_of_one_agency_are_one_mark_and_the_rest_is_escaped() -> None:
    text = "<b> bau sampah\n& lampu"
    where = [Span(4, 7, "DLH"), Span(8, 14, "DLH"), Span(17, 22, "DIS<HUB"), Span(20, 99, "X")]
    assert highlight.marked(text, where) == (
        '&lt;b&gt; <mark title="DLH">bau sampah</mark><br>&amp; <mark title="DIS&lt;HUB">lampu</mark>'
    )


def test_places_are_found_again_in_subjects_texts_and_messages() -> None:
    thread = [
        message(1, "halo", "Judul"),
        message(6, "Bau sekali di sini", "bau sekali"),
        message(2, "keluar", direction="out"),
        message(3, "sampah"),
        message(4, "", "sampah lagi"),
        message(5, "datang kemudian", received_at=LATER),
    ]
    joined = "Judul. halo\nBau sekali di sini\nsampah\nsampah lagi"
    start = joined.index("sampah")
    where = highlight.by_message(disposition((start, start + 6), (0, 5)), thread, {}, [])
    assert where == {3: [Span(0, 6, "DLH")]}


def test_a_message_edited_since_or_a_ticket_split_since_has_no_places() -> None:
    thread, given = [message(1, "bau sampah")], disposition((0, 10))
    edit = MessageRevision(id=1, message_id=1, digest="d", text="sampah bau", at=LATER)
    assert highlight.by_message(given, thread, {1: [edit]}, []) == {}
    before = MessageRevision(id=1, message_id=1, digest="d", text="bau sampah", at=NOW)
    assert 1 in highlight.by_message(given, thread, {1: [before]}, [])
    told = event("assigned", 4, data={"disposition": 7})
    assert highlight.by_message(given, thread, {}, [told, event("split", 5)]) == {}
    assert 1 in highlight.by_message(given, thread, {}, [event("absorbed", 3), told])
    assert highlight.by_message(None, thread, {}, []) == {}
    assert not highlight.stale(None, [])


@pytest.mark.parametrize(
    ("happened", "title", "who", "detail"),
    [
        (
            event("received", actor="citizen", data={"channel": "web", "after": "SMP-1"}),
            "Laporan masuk lewat Situs web",
            "Pelapor",
            "menyebut SMP-1",
        ),
        (
            event("accepted", actor="opd", opd="DLH"),
            "Diterima Dinas Lingkungan Hidup",
            "Dinas Lingkungan Hidup, lewat tautan",
            "",
        ),
        (
            event("accepted", actor="officer", officer_id=3, opd="DLH", data={"part": "opd"}),
            "Diterima Dinas Lingkungan Hidup",
            "Sari · Dinas Lingkungan Hidup",
            "",
        ),
        (
            event("handed_over", actor="officer", officer_id=9, data={"owner": "PLN", "letter": "12"}),
            "Diserahkan ke PLN",
            "Petugas · Diskominfo",
            "surat nomor 12",
        ),
        (event("closed"), "Ditutup tanpa tanggapan pelapor", "Sistem", ""),
        (event("archived"), "Diarsipkan tanpa jawaban pelapor", "Sistem", ""),
        (event("archived", actor="officer"), "Diarsipkan", "Petugas", ""),
        (event("undelivered", data={"code": "550"}), "Pemberitahuan tidak sampai", "Sistem", "kode 550"),
        (
            event("undone", actor="officer", data={"undone": "split"}),
            "Tindakan diurungkan: pisahkan pesan",
            "Petugas",
            "",
        ),
        (event("something_new"), "Perkembangan", "Sistem", ""),
    ],
)
def test_an_event_is_told_in_words(happened: Event, title: str, who: str, detail: str) -> None:
    (line,) = history.lines([happened], {3: "Sari"}, make_city())
    assert (line.title, line.who, line.detail) == (title, who, detail)


@pytest.mark.parametrize(
    ("hours", "words", "look"),
    [
        (-24 * 4, "lewat 2 hari kerja", "bad"),
        (-1, "baru saja lewat", "bad"),
        (5, "tenggat hari ini", "warn"),
        (24, "sisa 1 hari kerja", "warn"),
        (24 * 2, "sisa 1 hari kerja", "warn"),
        (24 * 6, "sisa 3 hari kerja", ""),
    ],
)
def test_a_promise_is_told_in_working_days(hours: int, words: str, look: str) -> None:
    assert timing.standing(NOW + timedelta(hours=hours), NOW, CALENDAR) == timing.Standing(words, look)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "baru saja"), (59, "59 menit"), (47 * 60, "47 jam"), (48 * 60, "2 hari"), (60 * 24 * 40, "40 hari")],
)
def test_an_age_is_told_in_the_unit_that_fits(minutes: int, words: str) -> None:
    assert timing.age(NOW - timedelta(minutes=minutes), NOW) == words
