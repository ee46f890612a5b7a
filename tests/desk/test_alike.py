"""Near duplicates: what counts as alike, measured on labelled pairs with the shipped rule book."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from router.decide import Facts, decide
from router.rules import RuleBook
from sapa.bootstrap.values import book_of
from sapa.desk.alike import ENOUGH, Said, said, score
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
