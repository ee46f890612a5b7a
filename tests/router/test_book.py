"""A wrong book is refused with everything that is wrong, and where."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_book import OWNERS, URGENT, book, problems, rule, shipped_rules, small, source

from router.decide import Facts, decide
from router.rules import SensitiveCategory, compile_book


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"asign": "DLH"}, ("asign",), "assign?"),
        ({"zzz": 1}, ("zzz",), "yang dikenal"),
        ({"assign": "DISHUp"}, ("assign",), "DISHUB?"),
        ({"assign": "dishub"}, ("assign",), "DISHUB?"),
        ({"assign": 7}, ("assign",), "teks"),
        ({"assign": None}, ("assign",), "OPD pengampu"),
        ({"id": None}, ("id",), "id"),
        ({"because": None}, ("because",), "alasan"),
        ({"examples": ["Lampu jalan padam"]}, ("examples",), "2 contoh"),
        ({"examples": ["Lampu jalan padam"] * 2}, ("examples",), "berbeda"),
        ({"examples": "Lampu jalan padam"}, ("examples",), "daftar"),
        ({"when": None}, ("when",), "syarat"),
        ({"when": ["lampu"]}, ("when",), "berisi words"),
        ({"when": {"word": ["lampu"]}}, ("when", "word"), "words?"),
        ({"when": {"words": ["lampu jalan", "x"]}}, ("when", "words", 1), "terlalu pendek"),
        ({"when": {"words": ["lampu jalan", ""]}}, ("when", "words", 1), "kosong"),
        ({"when": {"words": ["lampu jalan", 112]}}, ("when", "words", 1), "tanda kutip"),
        ({"when": {"words": ["lampu jalan", "Lampu  dalan"]}}, ("when", "words", 1), "sama dengan"),
        ({"when": {"words": ["lampu jalan"], "all": "x"}}, ("when", "all"), "daftar"),
        ({"when": {"words": ["lampu jalan"], "kelurahan": ["Merii"]}}, ("when", "kelurahan", 0), "Meri?"),
        ({"when": {"words": ["lampu jalan"], "channel": ["fax"]}}, ("when", "channel", 0), "tidak dikenal"),
        ({"unless": {"words": ["+"]}}, ("unless", "words", 0), "kosong"),
        ({"supporting": ["DISHUB"]}, ("supporting",), "pengampu"),
        ({"supporting": ["XX"]}, ("supporting", 0), "tidak dikenal"),
        ({"weight": 99}, ("weight",), "0 sampai 9"),
        ({"weight": True}, ("weight",), "angka"),
        ({"type": "keluhan"}, ("type",), "tidak dikenal"),
        ({"sensitive": "rahasia"}, ("sensitive",), "tidak dikenal"),
        ({"triage": "ya"}, ("triage",), "true atau false"),
        ({"triage": True}, ("triage",), "tidak memilih OPD"),
        ({"urgent": 1}, ("urgent",), "true atau false"),
    ],
)
def test_each_mistake_is_named_by_its_path(change: dict, path: tuple, says: str) -> None:
    wrong = problems(rule(**change), kelurahan=["Meri"], channels=["web"])
    assert says in wrong[("rules", 0, *path)]


def test_all_mistakes_are_told_at_once() -> None:
    wrong = problems(rule(because=None, assign="X"), rule(), "bukan aturan")
    assert {path[1] for path in wrong} == {0, 1, 2}
    assert "sudah dipakai aturan ke-1" in wrong[("rules", 1, "id")]


def test_words_outside_the_rules_are_checked_too() -> None:
    wrong = problems(
        rule(),
        urgent=["a"],
        sensitive=[SensitiveCategory(id="s", name="S", words=("!",), assign="TIDAKADA")],
    )
    assert set(wrong) == {("urgent", 0), ("sensitive", 0, "words", 0), ("sensitive", 0, "assign")}


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"examples": ["Lampu jalan padam", "selamat pagi"]}, ("examples", 1), "tidak cocok"),
        ({"counter_examples": ["Lampu jalan di kantor"]}, ("counter_examples", 0), "seharusnya tidak"),
        ({"type": "oversight", "when": {"words": ["lampu jalan"]}, "weight": 0}, ("examples", 0), "jenis"),
        ({"sensitive": "kesehatan", "weight": 0}, ("examples", 0), "kategori"),
    ],
)
def test_examples_are_tests(changes: dict, path: tuple, says: str) -> None:
    stronger = rule(id="kuat", weight=5, type="complaint", sensitive="kekerasan")
    assert says in problems(rule(**changes), stronger)[("rules", 0, *path)]


def test_an_example_that_goes_elsewhere_names_the_rule_that_took_it() -> None:
    wrong = problems(rule(), rule(id="lain", assign="DLH", weight=4))
    assert "sampai ke DLH" in wrong[("rules", 0, "examples", 0)]
    assert "lain" in wrong[("rules", 0, "examples", 0)]
    tied = problems(rule(), rule(id="lain", assign="DLH"))
    assert "triase" in tied[("rules", 0, "examples", 0)]


def test_order_means_nothing_to_the_digest() -> None:
    rules = shipped_rules()
    random.Random(4).shuffle(rules)
    assert compile_book(source(rules)).digest == book().digest
    assert compile_book(source([*rules, rule()])).digest != book().digest


@settings(max_examples=25, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from([e for r in shipped_rules() for e in r["examples"]]), min_size=1, max_size=3),
)
def test_shuffled_rules_answer_the_same(shuffle: random.Random, texts: list[str]) -> None:
    assert decide(" ".join(texts), Facts(), _shuffled(shuffle.randrange(3))) == decide(
        " ".join(texts), Facts(), book()
    )


_BOOKS: dict[int, object] = {}


def _shuffled(seed: int):  # type: ignore[no-untyped-def]
    if seed not in _BOOKS:
        rules = shipped_rules()
        random.Random(seed).shuffle(rules)
        _BOOKS[seed] = compile_book(source(rules))
    return _BOOKS[seed]


def test_the_shipped_book_covers_every_owner_with_reasons_and_examples() -> None:
    rules = book().rules
    assert len(rules) >= 120
    assert {r.assign for r in rules} >= set(OWNERS)
    assert all(r.because.endswith(".") and len(set(r.examples)) >= 2 for r in rules)
    assert all(w for w in URGENT)


def test_conditions_besides_words_count_more_than_words() -> None:
    two = small(
        rule(weight=4),
        rule(
            id="kategori",
            when={"words": ["lampu"], "category": ["taman"]},
            assign="DLH",
            examples=["lampu", "lampu mati"],
        ),
    )
    assert decide("lampu jalan", Facts(), two).lead == "DISHUB"
    assert decide("lampu jalan", Facts(category="taman"), two).lead == "DLH"


def test_a_rule_may_need_no_word_at_all() -> None:
    only = small(
        rule(
            id="tempat",
            when={"kelurahan": ["Meri"], "channel": ["web"], "type": ["aspiration"]},
            examples=["apa saja", "usul"],
        ),
        kelurahan=["Meri"],
        channels=["web"],
    )
    here = Facts(kelurahan="Meri", channel="web", type="aspiration")
    answer = decide("terserah", here, only)
    assert (answer.lead, answer.type) == ("DISHUB", "aspiration")
    assert answer.because == "Penerangan jalan umum adalah urusan Dinas Perhubungan."
    assert decide("terserah", Facts(kelurahan="Meri"), only).lead == ""


def test_all_groups_must_be_found() -> None:
    both = small(
        rule(when={"all": [["lampu"], ["taman", "gang"]]}, examples=["lampu taman", "gang tanpa lampu"])
    )
    assert decide("lampu di gang", Facts(), both).lead == "DISHUB"
    assert decide("lampu kamar", Facts(), both).matches == ()


def test_a_priority_word_beats_any_number_of_words() -> None:
    both = small(
        rule(weight=9, when={"words": ["lampu jalan", "tiang", "kabel"]}),
        rule(
            id="suap",
            when={"priority": ["suap"]},
            assign="INSPEKTORAT",
            examples=["ada suap", "suap pegawai"],
        ),
    )
    assert decide("lampu jalan tiang kabel padam karena suap", Facts(), both).lead == "INSPEKTORAT"


def test_unless_is_absolute() -> None:
    trap = small(rule(unless={"words": ["lampu merah"]}))
    assert decide("lampu jalan dekat, juga lampu merah", Facts(), trap).matches == ()


def test_a_word_listed_twice_counts_once() -> None:
    once = small(rule(when={"priority": ["suap"]}, examples=["ada suap", "suap"]))
    twice = small(rule(when={"priority": ["suap"], "words": ["suap"]}, examples=["ada suap", "suap"]))
    strength = [decide("suap", Facts(), made).matches[0] for made in (once, twice)]
    assert strength[0] == strength[1]
