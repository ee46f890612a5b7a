"""The shipped rule book, words of care and names together, on what people really type."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from router.decide import Assignment, Facts, decide
from sapa.bootstrap import city_of
from sapa.desk.city import City
from sapa.desk.judge import Judgement, judge
from sapa.settings import load

HERE = Path(__file__).parent
LINES = [line.split("|", 1) for line in (HERE / "complaints.txt").read_text(encoding="utf-8").splitlines()]


@cache
def city() -> City:
    return city_of(load(HERE.parents[1] / "config.yaml", {}), date(2026, 11, 24), {})


def judged(text: str) -> Assignment:
    return decide(text, Facts(), city().book)


def on_the_desk(text: str) -> Judgement:
    return judge([text], channel="web", chosen="", points=(), labels=(), city=city())


@pytest.mark.parametrize(("owner", "text"), LINES, ids=[text for _, text in LINES])
def test_a_short_complaint_reaches_its_owner(owner: str, text: str) -> None:
    """Slang, Javanese, Madurese words, slips of the finger; `-` is for an officer to read."""
    answer = judged(text)
    assert (answer.lead or answer.external or "-") == owner, answer.because


def test_every_owner_is_complained_to() -> None:
    assert {owner for owner, _ in LINES} >= set(city().book.owners)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("kucing mati di jalan bau", "DLH"),
        ("toilet alun-alun kotor", "DLH"),
        ("kk hilang", "DISPENDUKCAPIL"),
        ("sarang tawon", "BPBD"),
        ("kabel wifi njuntai", "TELKOM"),
        ("oknum satpol pp nerima setoran", "INSPEKTORAT"),
        ("petugas kelurahan minta uang", "INSPEKTORAT"),
        ("tukang parkir pungli 5 ribu", "INSPEKTORAT"),
        ("tukang parkir liar minta 5 ribu", "DISHUB"),
        ("kartu JHT diurus di kantor cabang", ""),
        ("lampu GOR padam", "DISPORAPAR"),
    ],
)
def test_words_that_misled_do_so_no_more(text: str, owner: str) -> None:
    answer = judged(text)
    assert (answer.lead or answer.external) == owner, answer.because


@pytest.mark.parametrize(
    "text",
    [
        "terima kasih jalan sudah diperbaiki",
        "matur suwun lampune wis murup",
        "Alhamdulillah sampah sudah diangkut, mantap",
    ],
)
def test_thanks_are_read_by_an_officer_and_handed_to_nobody(text: str) -> None:
    answer = judged(text)
    assert (answer.lead, answer.external, answer.type) == ("", "", "aspiration")
    assert "ucapan terima kasih" in answer.because


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("terima kasih gang dua sudah diaspal, mohon gang tiga juga diaspal", "DPUPRPRKP"),
        ("lampu jalan sudah diperbaiki tapi mati lagi, terima kasih", "DISHUB"),
        ("jalan rusak belum diperbaiki, terima kasih", "DPUPRPRKP"),
    ],
)
def test_a_complaint_that_thanks_is_still_a_complaint(text: str, owner: str) -> None:
    assert judged(text).lead == owner


@pytest.mark.parametrize(
    "text",
    [
        "anak hilang",
        "bocah cilik ilang nang alun-alun",
        "kabel listrik jatuh ke air",
        "bocah nyemplung kali",
        "omah kobong tulung cepet",
    ],
)
def test_danger_is_noticed(text: str) -> None:
    assert judged(text).urgent


@pytest.mark.parametrize(
    "text",
    [
        "semoga cepat ditangani",
        "mohon dipercepat akta anak saya",
        "akta kelahiran anak hilang",
        "KTP anak saya hilang",
    ],
)
def test_haste_and_lost_papers_are_no_danger(text: str) -> None:
    assert not judged(text).urgent


def test_a_beaten_child_is_sealed_and_reaches_child_protection() -> None:
    for text in ("bocah cilik diajar bapake", "anak tetangga disabeti ibuke", "anak dihajar bapaknya"):
        answer = judged(text)
        assert (answer.sensitive, answer.lead) == ("anak", "DINSOSP3A"), text
    assert judged("guru yang mengajar murid jarang masuk").sensitive == ""


def test_bribery_about_parking_is_oversight_and_never_reaches_the_accused() -> None:
    bribe = on_the_desk("oknum dishub terima suap parkir")
    assert (bribe.columns["type"], bribe.sensitive, bribe.lead) == ("oversight", "pengawasan", "INSPEKTORAT")
    inside = on_the_desk("pegawai inspektorat minta suap urusan parkir")
    assert (inside.accused, inside.lead) == ("INSPEKTORAT", "SETDA")
    extortion = on_the_desk("tukang parkir pungli lima ribu")
    assert (extortion.sensitive, extortion.lead) == ("pengawasan", "INSPEKTORAT")
    fee = on_the_desk("tukang parkir liar minta lima ribu")
    assert (fee.columns["type"], fee.sensitive, fee.lead) == ("complaint", "", "DISHUB")


def test_an_address_names_no_agency() -> None:
    assert judged("lampu jalan mati di Kelurahan Meri Kecamatan Kranggan").named == ()
    assert judged("pak lurah tidak pernah di kantor").named == ("KECAMATAN",)
