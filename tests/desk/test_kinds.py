"""What a file is, told by its bytes; and what its name may be."""

import time
import unicodedata

import pytest
from file_kinds import KNOWN, REFUSED, ole
from hypothesis import given
from hypothesis import strategies as st

from sapa.desk.kinds import ENDINGS, UNKNOWN, kind_of
from sapa.desk.names import LONGEST, safe_name


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_on_the_list_is_known_by_its_bytes(name: str) -> None:
    content, kind = KNOWN[name]
    assert kind_of(content) == kind
    assert kind in ENDINGS


@pytest.mark.parametrize("name", REFUSED)
def test_whatever_is_not_on_the_list_is_unknown(name: str) -> None:
    assert kind_of(REFUSED[name]) == UNKNOWN


@given(st.binary(max_size=400), st.sampled_from([content for content, _ in KNOWN.values()]))
def test_any_bytes_are_one_kind_or_none(content: bytes, before: bytes) -> None:
    for whole in (content, before[:20] + content, before[:-1] + content):
        assert kind_of(whole) in {*ENDINGS, UNKNOWN}


def test_the_time_grows_with_the_size() -> None:
    def spent(content: bytes) -> float:
        begun = time.perf_counter()
        kind_of(content)
        return time.perf_counter() - begun

    whole = b"PK\x03\x04" + b"PK\x05\x06" * 500_000
    for made in (lambda n: b"PK\x05\x06" * n, lambda n: b"a " * n, lambda n: ole("x" * n)):
        small, large = min(spent(made(20_000)) for _ in range(3)), min(spent(made(200_000)) for _ in range(3))
        assert large <= max(15 * small, 0.05)
    assert spent(whole) < 1


NAMES = {
    "foto.jpg": "foto.jpg",
    "FOTO.JPEG": "FOTO.JPEG",
    "": "berkas.jpg",
    "...": "berkas.jpg",
    "../../etc/passwd": "passwd.jpg",
    "C:\\Users\\Bu Siti\\gambar.jpg": "gambar.jpg",
    "a\r\nContent-Type: text.jpg": "aContent-Type_ text.jpg",
    "foto\u202egpj.exe": "fotogpj.exe.jpg",
    "foto\u200b\ufeff.jpg": "foto.jpg",
    'a"b<c>|?*.jpg': "a_b_c____.jpg",
    "con": "_con.jpg",
    "CON.jpg": "_CON.jpg",
    "lpt1.jpg": "_lpt1.jpg",
    "  banyak   spasi .jpg": "banyak spasi.jpg",
    "ꦱꦼꦏꦭ.jpg": "ꦱꦼꦏꦭ.jpg",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_harmless(name: str) -> None:
    kept = safe_name(name, "image/jpeg")
    assert kept == NAMES[name]


@given(st.text(max_size=300), st.sampled_from(["", "image/jpeg", "text/plain", UNKNOWN]))
def test_any_name_ends_harmless_and_short(name: str, kind: str) -> None:
    kept = safe_name(name, kind)
    assert 0 < len(kept) <= LONGEST + 1
    assert not set(kept) & set('/\\<>:"|?*\r\n\0\u202e')
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs") for one in kept)
    assert not kept.startswith(".")
    assert safe_name(kept, kind) == kept
