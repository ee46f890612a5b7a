"""What people type is made safe to keep."""

import pytest

from sapa.desk.errors import Invalid
from sapa.desk.wording import clean, heading


def test_controls_and_direction_marks_go_and_line_ends_become_one_kind() -> None:
    assert clean(" a\x00b\ud800\u202ec\r\nd\re\tf \n") == "abc\nd\ne\tf"


def test_nothing_and_too_much_are_refused_with_the_limit() -> None:
    with pytest.raises(Invalid, match="Alasan wajib diisi"):
        clean(" \x00 ", what="Alasan")
    with pytest.raises(Invalid, match=r"10\.000 karakter"):
        clean("x" * 10_001)
    assert len(clean("x" * 10_000)) == 10_000


@pytest.mark.parametrize(
    ("subject", "text", "told"),
    [
        ("Sampah menumpuk", "TPS di Wates", "Sampah menumpuk. TPS di Wates"),
        ("Tolong!", "TPS di Wates", "Tolong! TPS di Wates"),
        (" Sampah ", "TPS", "Sampah. TPS"),
        ("", "TPS di Wates", "TPS di Wates"),
        ("Sampah menumpuk", "", "Sampah menumpuk"),
        ("", "", ""),
        ("sampah menumpuk", "Sampah menumpuk sejak Senin", "Sampah menumpuk sejak Senin"),
        ("Sampah menumpuk", "Sampah menumpuk", "Sampah menumpuk"),
        ("Jalan", "Jalanan rusak", "Jalan. Jalanan rusak"),
    ],
)
def test_a_subject_stands_before_its_text_once(subject: str, text: str, told: str) -> None:
    assert heading(subject, text) + text == told
