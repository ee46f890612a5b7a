"""What an SMS holds: GSM-7 letters, counted and cut as phones count and cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._sms_text import ALONE, PART, fit, fold, segments, septets

LINK = "https://sapa.contoh.example/l/" + "a" * 40


@pytest.mark.parametrize(
    ("text", "size", "count"),
    [
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("a" * 152 + "€" * 2 + "a" * 150, 306, 3),  # the second half of an escape never begins a part
        ("{}[]~^|\\", 16, 1),
    ],
)
def test_letters_are_counted_with_the_extension_table(text: str, size: int, count: int) -> None:
    assert (septets(text), segments(text)) == (size, count)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“Tumpukan” sampah … di pasar – ‘besar’", "\"Tumpukan\" sampah ... di pasar - 'besar'"),
        ("Café à Médan, Ñandú, ö ü ß", "Café à Médan, Ñandu, ö ü ß"),
        ("dhedhêt pêtêng", "dhedhet peteng"),
        ("Jalan rusak 😡🙏", "Jalan rusak "),
        ("ꦱꦸꦫ", "??"),
        ("a\u00a0b\tc`d", "a b c'd"),
        ("ﬁ ½ №", "fi 1/2 No"),
    ],
)
def test_what_the_alphabet_has_not_is_made_plain(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_short_text_stays_as_it_is() -> None:
    assert fit(f"Laporan kami terima. Pantau: {LINK}", LINK) == f"Laporan kami terima. Pantau: {LINK}"


def test_a_long_text_is_cut_at_a_word_and_keeps_its_link() -> None:
    text = fit(f"Jawaban: {'kami perbaiki besok pagi ' * 40} Lihat: {LINK}", LINK)
    assert segments(text) == 2
    assert text.endswith(f"... {LINK}")
    assert text.removesuffix(f"... {LINK}").rsplit(" ", 1)[1] in ("kami", "perbaiki", "besok", "pagi")
    assert septets(text) > 2 * PART - 20


@given(
    text=st.text(max_size=900),
    most=st.integers(1, 2),
    linked=st.booleans(),
)
def test_whatever_is_said_fits_and_the_link_survives(text: str, most: int, linked: bool) -> None:
    whole = f"{text} {LINK}" if linked else text
    said = fit(whole, LINK if linked else "", most)
    assert segments(said) <= most
    assert fold(said) == said
    assert not linked or LINK in said


def test_a_megabyte_is_cut_in_no_time() -> None:
    assert segments(fit("é{" * 500_000)) == 2
    assert ALONE == 160
