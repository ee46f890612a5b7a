"""What the shipped city keeps secret by itself, in the words in which people write it."""

from pathlib import Path

import pytest
from test_shipped import book_source

from router.decide import Facts, decide
from router.rules import RuleBook, compile_book
from sapa.settings import load


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return compile_book(book_source(load(Path(__file__).parents[2] / "config.yaml", {})))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("anak tetangga dipukuli bapaknya tiap hari", "anak"),
        ("anak kecil disiksa ibu tiri", "anak"),
        ("saya dilecehkan di angkot", "kekerasan"),
        ("guru ngaji grepe grepe murid", "kekerasan"),
        ("wong wadon digebugi bojone", "kekerasan"),
        ("anakku dibully di smp", "perundungan"),
        ("guru memukul murid sampai berdarah", "perundungan"),
        ("sampah dibuang anak-anak di selokan", ""),
        ("anak saya belum dapat bantuan", ""),
    ],
)
def test_harm_to_a_person_is_recognised_and_nothing_else(book: RuleBook, text: str, category: str) -> None:
    assert decide(text, Facts(), book).sensitive == category


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pak lurah selingkuh sama stafnya", "KECAMATAN"),
        ("pegawai diskominfo nyalahgunakan data warga", "DISKOMINFO"),
    ],
)
def test_misconduct_goes_to_the_inspectorate_not_to_the_body_it_is_about(
    book: RuleBook, text: str, named: str
) -> None:
    told = decide(text, Facts(), book)
    assert (told.type, told.lead, named in told.named) == ("oversight", "INSPEKTORAT", True)
