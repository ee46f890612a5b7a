"""The agenda on paper, in a terminal and in a chat."""

from dataclasses import replace

import pytest
from agenda_world import NOW, RULES, WEEK, Desk, at, city
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from sapa.agenda import sheet, week, wording
from sapa.agenda.view import AgendaView, Complaint, StopView


def view(desk: Desk) -> AgendaView:
    week.draft(desk.ledger, city(), RULES, NOW)
    with desk.ledger.reading() as tx:
        found = week.read(tx, WEEK, city())
    assert found is not None
    return found


@pytest.fixture
def full(desk: Desk) -> AgendaView:
    """Three stops, of which one has a story."""
    told = desk.ticket(
        days=30,
        urgent=True,
        reporters=4,
        reopened=1,
        summary="Jalan <b>berlubang</b> & gelap, hubungi 0812-3456-7890 atau budi@example.id",
        place="Jalan Semeru 4",
        updated_at=NOW,
    )
    desk.supporting(told, "PUPR", NOW)
    desk.event(told, "assigned", at(10, 26), opd="DLH", public=True, actor="system", text="alasan aturan")
    desk.event(told, "resolved", at(11, 2), public=True, text="Sudah ditambal, tanya 0812-3456-7890")
    desk.event(told, "reopened", at(11, 5), public=True, actor="citizen", text="Masih berlubang, kata saya")
    desk.event(told, "noted", at(11, 6), text="catatan dalam")
    desk.ticket(lat=None, lon=None, refusals=1, place="")
    desk.ticket(lat=-7.46, lon=112.44, opd="", due_at=None, promised=None, kelurahan="", place="")
    return view(desk)


def test_the_page_holds_the_round_the_stops_and_the_week(full: AgendaView) -> None:
    page = HTMLParser(sheet.html(full, RULES.letterhead))
    assert page.css_first("h1").text() == "Rabu Turun ke Kampung"
    assert "Rabu, 25 November 2026" in page.css_first(".brand").text()
    assert [row.text() for row in page.css(".kop p")] == ["PEMERINTAH KOTA CONTOH", "DINAS KOMINFO"]
    assert len(page.css(".rundown tbody tr")) == 3
    assert len(page.css("section.stop")) == 3
    headings = [cell.text() for cell in page.css(".rundown th")]
    assert headings == [
        "No.",
        "Jam (WIB)",
        "Lokasi",
        "Keluhan ringkas",
        "Nomor dan pelapor",
        "Umur dan tenggat",
        "OPD pengampu / pendukung",
        "Keputusan yang diminta",
        "Durasi dan perjalanan",
    ]
    stop = next(one for one in page.css("section.stop") if "Semeru" in one.text())
    words = stop.text()
    assert "Jalan <b>berlubang</b> & gelap" in words
    assert "pendukung: PUPR" in words
    assert "4 pelapor" in words
    assert "Keselamatan" in words
    assert [cell.text() for cell in stop.css(".fill th")][-2:] == ["Penanggung jawab", "Paraf"]
    assert "Dinas Lingkungan Hidup" in page.css_first(".recap").text()


def test_the_page_needs_nothing_a_strict_policy_forbids(full: AgendaView) -> None:
    page = HTMLParser(sheet.html(full, css="/static/sheet.css?v=1"))
    assert page.css_first("link").attributes["href"] == "/static/sheet.css?v=1"
    assert page.css("style, script, [style], [onclick], img") == []
    assert page.css(".kop") == []


def test_a_file_may_bring_its_own_styles(full: AgendaView) -> None:
    page = HTMLParser(sheet.html(full, styles='body { font: 11pt "Noto Sans"; }'))
    assert page.css_first("style").text() == 'body { font: 11pt "Noto Sans"; }'
    assert page.css("link") == []


def test_nobody_can_be_reached_by_what_is_printed(full: AgendaView) -> None:
    for text in (sheet.html(full), sheet.text(full), sheet.whatsapp(full)):
        assert "0812" not in text
        assert "7890" not in text
        assert "budi@example.id" not in text


def test_the_story_of_a_stop_tells_acts_but_not_what_the_citizen_or_a_note_says(full: AgendaView) -> None:
    told = next(one for one in full.stops if one.first.timeline and "Semeru" in one.place)
    steps = [moment.what for moment in told.first.timeline]
    assert steps[0] == "Laporan masuk"
    assert "Disposisi: Dinas Lingkungan Hidup" in steps
    assert any(step.startswith("Dinyatakan selesai — Sudah ditambal") for step in steps)
    assert "Dibuka kembali" in steps
    assert steps[-1] == "Tenggat terlewati"
    assert "catatan dalam" not in " ".join(steps)


def test_the_decision_asked_for_fits_the_ticket(full: AgendaView) -> None:
    asked = {one.first.ref: one.first.ask for one in full.stops}
    assert asked == {
        "CTH-2611-0001": "Periksa mengapa belum selesai; tetapkan perbaikan dan tenggatnya.",
        "CTH-2611-0002": "Tetapkan OPD yang bertanggung jawab dan tenggatnya.",
        "CTH-2611-0003": "Tetapkan tindakan, penanggung jawab dan tenggatnya.",
    }


def test_a_late_ticket_asks_for_a_date_and_says_how_late(desk: Desk) -> None:
    desk.ticket(days=20, promised=10)
    (stop,) = view(desk).stops
    assert stop.first.ask == "Tetapkan tanggal selesai dan sumber anggarannya."
    assert sheet.late(stop.first) == "lewat tenggat 8 hari kerja"
    assert (stop.first.age_days, stop.first.due) == (15, "14 Nov 2026")


def test_the_terminal_shows_times_reasons_and_history(full: AgendaView) -> None:
    text = sheet.text(full)
    assert text.startswith("Rabu Turun ke Kampung — Rabu, 25 November 2026 (pekan 2026-W48, Rancangan)")
    assert "Berangkat 08.00 dari Balai Kota" in text
    assert "Kel. Wates (perkiraan)" in text
    assert "Lokasi pada peta" in text
    assert "tanpa tenggat" in text
    assert "Keselamatan 30" in text
    assert "Sistem: Rancangan dibuat" in text
    left = replace(full.stops[0], position=0, reason="Titik sudah penuh (6); singgah menambah 5 menit.")
    by_hand = replace(full.stops[0], by_hand="added")
    more = sheet.text(replace(full, stops=(by_hand,), left_out=(left,)))
    assert "Tidak masuk:" in more
    assert "[ditambahkan petugas]" in more
    assert "! Kurang dari 3 titik kunjungan." in more


def test_an_empty_week_says_so_and_what_to_look_at(desk: Desk) -> None:
    desk.ticket(status="resolved", outcome="conditional", resolved_at=at(11, 1), opd="PUPR")
    found = view(desk)
    for text in (sheet.html(found), sheet.text(found), sheet.whatsapp(found)):
        assert sheet.NOTHING_LEFT in text
        assert "CTH-2611-0001" in text


def test_an_empty_week_with_nothing_to_check_is_still_a_document(desk: Desk) -> None:
    found = view(desk)
    assert "Belum ada pekerjaan selesai" in sheet.html(found)
    assert "(tidak ada)" in sheet.text(found)
    assert sheet.NOTHING_LEFT in sheet.whatsapp(found)
    assert "Tidak ada laporan." in sheet.html(found)


def test_the_chat_text_is_short_and_says_that_it_is_a_draft(full: AgendaView) -> None:
    text = sheet.whatsapp(full)
    assert text.splitlines()[:3] == [
        "*Rabu Turun ke Kampung*",
        "Rabu, 25 November 2026",
        "RANCANGAN, belum disetujui",
    ]
    assert "CTH-2611-0001 · DLH" in text
    assert "RANCANGAN" not in sheet.whatsapp(replace(full, state="reviewed"))


COMPLAINT = Complaint(
    ticket_id=1, ref="CTH-2611-0001", summary="", reporters=1, age_days=1, late_days=0, due="", status="",
    opd="DLH", opd_name="DLH", supporting=(), ask="",
)  # fmt: skip
STOP = StopView(
    complaints=(COMPLAINT,), position=1, arrive="08.06", leave="08.31", travel_min=6, service_min=25,
    place="", kelurahan="Wates", kecamatan="Magersari", lat=None, lon=None, place_sure=False, score=1.0,
    parts=(), reason="", by_hand="",
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 60), st.integers(1, 40), st.text(max_size=400), st.text(max_size=400), st.booleans())
def test_the_chat_text_never_grows_beyond_its_limit(
    count: int, complaints: int, place: str, summary: str, empty: bool
) -> None:
    told = (replace(COMPLAINT, summary=summary),) * complaints
    stops = tuple(replace(STOP, place=place, complaints=told, position=i + 1) for i in range(count))
    found = replace(VIEW, stops=() if empty else stops, preventive=stops, candidates=0)
    assert len(sheet.whatsapp(found)) <= sheet.CHAT


def test_many_stops_are_counted_when_they_do_not_fit() -> None:
    told = (replace(COMPLAINT, summary="gelap " * 30),)
    long = tuple(replace(STOP, place="Jalan " * 20, complaints=told) for _ in range(30))
    text = sheet.whatsapp(replace(VIEW, stops=long))
    assert len(text) <= sheet.CHAT
    assert "… dan " in text
    assert "titik lain" in text


VIEW = AgendaView(
    agenda_id=1, version=1, week=WEEK, visit_on=at(11, 25).date(), day="Rabu, 25 November 2026",
    state="draft", state_word="Rancangan", brand="Sapa", programme="Rabu Turun", start_name="Balai Kota",
    start="08.00", end="11.00", zone="WIB", stops=(), left_out=(), preventive=(), withheld=0,
    candidates=0, total_minutes=0, travel_minutes=0, return_min=0, budget_minutes=240, over_minutes=0,
    min_stops=3, max_stops=6, score=0.0, approved="", history=(), recap={},
)  # fmt: skip


def test_durations_and_lines_are_worded_for_people() -> None:
    assert [wording.duration(n) for n in (0, 5, 60, 221)] == ["", "5 menit", "1 jam", "3 jam 41 menit"]
    assert wording.line("satu  dua\n tiga", 40) == "satu dua tiga"
    assert wording.line("satu dua tiga", 8) == "satu du…"
    assert [wording.number(n) for n in (0.0, 12.0, 12.54)] == ["0", "12", "12,5"]
