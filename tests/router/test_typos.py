"""One slip in a long word: found again, and no other word taken for it."""

import pytest
from judge_book import rule, small

from router.decide import Facts, decide
from router.typos import Typos
from router.words import Finder, parse

WORDS = {word: n for n, word in enumerate(("saluran", "kandang", "trotoar", "sampah", "banjir", "lampu"))}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("salran", "saluran"),
        ("saluuran", "saluran"),
        ("saliran", "saluran"),
        ("saulran", "saluran"),
        ("troroar", "trotoar"),
        ("sampahh", "sampah"),
        ("sampaj", "sampah"),
    ],
)
def test_one_slip_is_forgiven(typed: str, meant: str) -> None:
    assert Typos(WORDS).meant(typed) == (WORDS[meant],)


@pytest.mark.parametrize(
    "typed",
    [
        "kadang",  # a word of its own
        "sumpah",  # u lies far from a
        "banjar",
        "tampah",  # the first letter is another
        "lampi",  # too short
        "salrann",  # two slips
        "s4luran",
        "x" * 400,
    ],
)
def test_another_word_stays_another_word(typed: str) -> None:
    assert Typos(WORDS).meant(typed) == ()


def test_a_word_that_is_known_is_never_taken_for_a_slip() -> None:
    finder = Finder([*parse("saluran"), *parse("salutan")], forgiving=True)
    assert set(finder.find("salutan").hits) == {1}


def test_the_rule_book_forgives_and_names_do_not() -> None:
    book = small(rule(when={"words": ["trotoar"]}, examples=["trotoar rusak", "trotoare rusak"]))
    answer = decide("trotiar rusak", Facts(), book)
    assert answer.lead == "DISHUB"
    assert answer.matches[0].evidence[0][:2] == (0, 7)
    assert not Finder(parse("perteng")).find("peteng").hits
