"""Near duplicates: what counts as alike, measured on labelled pairs with the shipped rule book."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.decide import Facts, decide
from router.rules import RuleBook
from router.terms import terms
from sapa.bootstrap.values import book_of
from sapa.desk.alike import ENOUGH, SHOWN, WINDOW, Said, alike, said, score
from sapa.settings import load

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HERE = Path(__file__).parent
#: Of the pairs shown as alike at least so many are, and so many of those that are alike are shown.
PRECISION, RECALL = 0.9, 0.85


@lru_cache(maxsize=1)
def book() -> RuleBook:
    return book_of(load(HERE.parents[1] / "config.yaml", {}))


def pairs() -> Iterator[tuple[bool, Said, Said]]:
    for line in (HERE / "alike_pairs.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            label, one, other = line.split(" ; ")
            yield label == "same", heard(one), heard(other)


def heard(written: str) -> Said:
    text, _, kelurahan = written.partition(" @")
    rule = decide(text, Facts(channel="walkin", kelurahan=kelurahan), book()).rule
    return said(text, rule=rule, at=NOW, kelurahan=kelurahan)


def plain(text: str, **more: object) -> Said:
    return said(text, **{"rule": "", "at": NOW, **more})  # type: ignore[arg-type]


def test_the_labelled_pairs_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    found = [(same, score(one, other)) for same, one, other in pairs()]
    assert len(found) >= 30
    shown = [same for same, points in found if points >= ENOUGH]
    precision, recall = sum(shown) / len(shown), sum(shown) / sum(same for same, _ in found)
    with capsys.disabled():
        print(f"\nalike: {len(found)} pairs, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= PRECISION
    assert recall >= RECALL


def test_the_same_words_are_alike_and_nothing_in_common_is_not() -> None:
    lamp = plain("Lampu jalan mati di Jl. Pahlawan")
    assert score(lamp, lamp) > ENOUGH
    assert score(lamp, plain("Sampah menumpuk")) == 0
    assert score(lamp, plain("")) == 0


def test_a_point_tells_more_than_names() -> None:
    here = {"lat": -7.47, "lon": 112.43}
    there, between = {"lat": -7.48, "lon": 112.43}, {"lat": -7.4735, "lon": 112.43}
    lamp = plain("lampu padam", **here)
    assert score(lamp, plain("lampu padam", **here)) > score(lamp, plain("lampu padam"))
    assert score(lamp, plain("lampu padam", **there)) < ENOUGH
    assert score(lamp, plain("lampu padam", **between)) == score(lamp, plain("lampu padam"))


def test_words_of_a_place_field_are_names_and_older_counts_less() -> None:
    one = plain("lampu padam", place="Jl. Pahlawan gang 2")
    assert score(one, plain("lampu padam", place="depan toko, Pahlawan")) > ENOUGH
    old = dataclasses.replace(one, at=NOW - timedelta(days=20))
    assert ENOUGH < score(one, old) < score(one, one)
    assert score(one, dataclasses.replace(one, at=NOW - WINDOW - timedelta(days=1))) == 0


def test_the_likest_come_first_and_few() -> None:
    new = plain("lampu jalan mati gang dua")
    known = [(number, plain("lampu jalan mati gang dua")) for number in range(1, SHOWN + 3)]
    found = alike(new, [(99, plain("sampah")), *known])
    assert [id for id, _ in found] == [7, 6, 5, 4, 3]


def test_terms_are_stems_without_politeness_and_names_apart() -> None:
    assert terms("Mohon lampune dalan Jl. Gajah Mada RT 5 mati, Pak").words >= {"lampu", "mati"}
    assert "mohon" not in terms("mohon lampu").words
    assert terms("di Jl. KH Usman").names == {"kh", "usman"}
    assert terms("Jalan Raya Ijen").names == terms("jl raya ijen").names
    assert terms("") == (frozenset(), frozenset())


@settings(max_examples=200, deadline=None)
@given(one=st.text(max_size=200), other=st.text(max_size=200))
def test_any_two_texts_have_a_score_the_same_both_ways(one: str, other: str) -> None:
    there, back = score(plain(one), plain(other)), score(plain(other), plain(one))
    assert there == pytest.approx(back)
    assert 0 <= there <= 1.5
