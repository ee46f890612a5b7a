"""Words are found as people write them, at places of the text as given, in one pass."""

import pickle

import pytest
from hostile import grows_with_its_input
from hypothesis import given
from hypothesis import strategies as st

from router.words import Finder, WrongPattern, parse, split


def found(text: str, *sources: str) -> dict[str, list[str]]:
    """Pattern → the words of `text` that showed it."""
    patterns = [pattern for source in sources for pattern in parse(source)]
    read = Finder(patterns).find(text)
    return {
        patterns[number].source: [text[read.ends[2 * w] : read.ends[2 * w + 1]] for w in words]
        for number, words in read.hits.items()
    }


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("lampu jalan", "LAMPU   JALAN padam"),
        ("lampu jalan", "lampu-jalan, padam"),
        ("lampu jalan", "Lampu yang di jalan itu"),
        ("lampu jalan", "lampune dalan peteng"),
        ("lampu jalan", "lam\u200bpu ja\u0301lan"),
        ("mati", "matiiii terus"),
        ("mati", "m4tii"),
        ("mati", "matinya"),
        ("berlubang", "lubang2 di aspal"),
        ("berlubang", "dalane bolong"),
        ("berlubang", "lubang-lubang"),
        ("sampah", "uwuhe numpuk"),
        ("sampah", "sampahku"),
        ("jalan", "dijalan raya"),
        ("jalan", "jln raya"),
        ("tidak", "gak iso"),
        ("tidak", "mboten saget"),
        ("air", "banyune buthek"),
        ("air", "toya mboten medal"),
        ("buang", "dibuang, membuang, mbuang, pembuangan"),
        ("potong", "dipotong memotong motong"),
        ("tutup", "nutup menutupi"),
        ("sapu", "nyapu"),
        ("keruk", "mengeruk dikeruk pengerukan"),
        ("angkut", "diangkut mengangkut"),
        ("genteng", "gendenge trocoh"),
        ("penerang* jalan", "penerangannya jalan"),
        ("KTP", "ktpku ilang"),
        ("ＫＴＰ", "ktp"),
        ("straße", "STRASSE"),
    ],
)
def test_a_word_is_found_however_people_write_it(pattern: str, text: str) -> None:
    assert found(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("jalan", "perjalanan berjalan lancar"),
        ("mati", "akta kematian"),
        ("pohon", "memohon bantuan"),
        ("lampu jalan", "jalan lampu"),
        ("lampu jalan", "lampu merah jalan"),
        ("lampu", "lampung"),
        ("sekolah", "jalan rusak depan sekolah"),
        ("pasar", "dekat pasar"),
        ("kir", "kiri"),
        ("r", "4r"),
    ],
)
def test_another_word_is_not_taken_for_it(pattern: str, text: str) -> None:
    if len(pattern) == 1:
        with pytest.raises(WrongPattern):
            parse(pattern)
    else:
        assert not found(text, pattern)


def test_parts_with_a_plus_may_stand_apart_in_any_order_but_near() -> None:
    assert found("rusak sekali jalannya", "jalan + rusak") == {"jalan + rusak": ["jalannya", "rusak"]}
    assert found("gang kami sudah lama bolong", "jalan/gang + rusak/berlubang")
    assert not found("jalan " + "satu " * 12 + "rusak", "jalan + rusak")


def test_two_parts_never_share_a_word() -> None:
    assert not found("jalan", "jalan + jalan")
    assert found("jalan ke jalan", "jalan + jalan")
    assert not found("bau sampah", "bau sampah + sampah")


def test_an_alternative_beside_a_plus_may_be_a_phrase() -> None:
    assert found("surat buat wali kota", "surat + camat/wali kota")
    assert found("camat menerima surat", "surat + camat/wali kota")
    assert found("by pass yang rusak", "by pass + rusak")
    assert not found("kota wali mengirim surat", "surat + camat/wali kota")
    assert not found("wali kota " + "satu " * 12 + "surat resmi warga", "surat resmi + wali kota")
    assert found("lampu penerangan jalan umum", "lampu penerangan jalan")


@pytest.mark.parametrize(
    "source", ["", "  ", "+", "jalan +", "yang", "a", "jalan + yang", "a*", "!!", "depan rumah"]
)
def test_what_cannot_be_searched_is_refused(source: str) -> None:
    with pytest.raises(WrongPattern):
        parse(source)


def test_too_many_alternatives_are_refused() -> None:
    phrases = "/".join(f"kata{n} dua" for n in range(9))
    with pytest.raises(WrongPattern, match="terlalu banyak"):
        parse(f"{phrases} + {phrases}")


@given(st.text())
def test_split_keeps_every_place_of_the_text(text: str) -> None:
    pieces = split(text)
    assert len("".join(pieces)) == len(text)
    assert len(pieces) % 2 == 1


def test_work_grows_with_the_text_not_faster() -> None:
    """Counts, not clocks: every word is learned once and looked at once."""
    finder = Finder(
        [pattern for source in ("jalan + rusak", "lampu jalan mati", "jalan") for pattern in parse(source)]
    )
    short, long = finder.find("jalan " * 100), finder.find("jalan " * 16_000)
    assert len(short.hits) == len(long.hits) == 1
    assert all(len(words) <= 3 for words in long.hits.values())
    grows_with_its_input(lambda count: finder.find("jalan " * count), 2_000)


def test_memory_of_seen_words_is_bounded() -> None:
    finder = Finder(parse("jalan"))
    sizes = []
    for first in range(0, 70_000, 10_000):
        finder.find(" ".join(f"kata{n:06}" for n in range(first, first + 10_000)))
        sizes.append(len(pickle.dumps(finder)))
    assert max(sizes) < 4 * sizes[0]
    assert finder.find("jalan").hits


def test_a_monstrous_word_is_not_taken_apart() -> None:
    assert not found("meng" * 20_000, "jalan")


def test_a_comma_ends_a_landmark() -> None:
    assert found("di depan, sekolah rusak", "sekolah")
    assert found("dekat, juga sekolah", "sekolah")
    assert not found("dekat dengan sekolah", "sekolah")


def test_of_two_longer_patterns_only_what_is_there_is_found() -> None:
    sources = ("lampu jalan umum", "lampu jalan raya/besar", "jalan raya + lampu mati")
    assert set(found("lampu jalan raya padam", *sources)) == {"lampu jalan raya/besar"}
    assert set(found("jalan raya gelap, lampu mati", *sources)) == {"jalan raya + lampu mati"}
    assert not found("umum jalan lampu", *sources)


def test_alternatives_of_one_word_are_one_find() -> None:
    assert found("tiang dan lampu", "lampu/tiang") == {"lampu/tiang": ["tiang"]}
