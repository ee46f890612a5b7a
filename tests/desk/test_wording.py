"""What people type is made safe to keep."""

import pytest

from sapa.desk.errors import Invalid
from sapa.desk.wording import clean


def test_controls_and_direction_marks_go_and_line_ends_become_one_kind() -> None:
    assert clean(" a\x00b\ud800\u202ec\r\nd\re\tf \n") == "abc\nd\ne\tf"


def test_nothing_and_too_much_are_refused_with_the_limit() -> None:
    with pytest.raises(Invalid, match="Alasan wajib diisi"):
        clean(" \x00 ", what="Alasan")
    with pytest.raises(Invalid, match=r"10\.000 karakter"):
        clean("x" * 10_001)
    assert len(clean("x" * 10_000)) == 10_000
