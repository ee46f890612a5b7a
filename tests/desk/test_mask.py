"""What citizens write about themselves is hidden; what the work needs stays."""

import pytest
from hostile import grows_with_its_input, without_hanging
from hypothesis import given
from hypothesis import strategies as st

from sapa.desk.mask import HIDDEN, mask


@pytest.mark.parametrize(
    "text",
    [
        "0812-3456-7890",
        "081234567890",
        "0811 3555 905",
        "+62 812 3456 7890",
        "+62-812-3456-7890",
        "6281234567890",
        "+62321391234",
        "(0321) 391234",
        "0321-391234",
        "3576011205800001",
        "3576 0112 0580 0001",
        "35.76.01.520580.0001",
        "budi.s@gmail.com",
        "a_b+c@mail.co.id",
    ],
)
def test_numbers_and_addresses_of_people_are_hidden(text: str) -> None:
    masked = mask(f"hubungi {text}, ya")
    assert masked.startswith("hubungi ")
    assert masked.endswith(", ya")
    assert not any(letter.isalnum() for letter in masked.removeprefix("hubungi ").removesuffix(", ya"))


@pytest.mark.parametrize(
    "text",
    [
        "SMP-2611-0042",
        "laporan SMP-2611-0042 2026-11-24",
        "Rp 1.500.000.000",
        "Rp15.000,00",
        "RT 03 RW 02",
        "RT 003/RW 002 No. 12",
        "08-12-2026 10.30",
        "24/11/2026 08:12",
        "2026-11-24 10.30 2026-11-25 11.30",
        "112, 110, 119, 1708",
        "Jl. Gajah Mada 145 61316",
        "tiang PLN 123456789012",
        "9999 0112 0580 0001",
        "3576 0199 9980 0001",
        "@curhatningita",
        "a @ b",
        "budi@",
        "0812 345",
        "12345678901234567",
        "0812345678901234567",
        "081 2",
        "jam 07 sampai 09",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert mask(text) == text


def test_neighbours_are_hidden_one_by_one() -> None:
    assert mask("08123456789/08123456780 3576011205800001") == "•" * 11 + "/" + "•" * 11 + " " + "•" * 16
    assert mask("a@b.id,c@d.id") == "•@•.••,•@•.••"
    assert mask("a@b.c@d.id") == "•@•.•@d.id"


@given(st.text(alphabet="0168+()- .@abc\n\u00a0", max_size=80))
def test_places_in_the_text_stay_where_they_are(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert all(new in (old, HIDDEN) for old, new in zip(text, masked, strict=True))
    assert mask(masked) == masked or HIDDEN in masked


@pytest.mark.parametrize("part", ["0812 ", "1", "a", "@", "a@", "a.b@c.", "3576 0112 0580 0001 ", "((("])
def test_a_hostile_text_costs_no_more_than_its_length(part: str) -> None:
    grows_with_its_input(lambda count: mask(part * count), 3_000)
    with without_hanging():
        mask(part * (200_000 // len(part)))
