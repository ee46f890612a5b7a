"""The demo city's complaints are many, all different, in two languages, and from all over the city."""

import re
from collections import Counter
from pathlib import Path

from ruamel.yaml import YAML

from sapa.demo.complaints import complaints

ROOT = Path(__file__).parents[2]


def test_no_two_texts_share_a_run_of_six_words() -> None:
    told: dict[tuple[str, ...], int] = {}
    for number, one in enumerate(complaints()):
        words = re.findall(r"\w+", one.text.casefold())
        for at in range(len(words) - 5):
            run = tuple(words[at : at + 6])
            assert told.setdefault(run, number) == number, " ".join(run)


def test_there_are_enough_and_a_fifth_is_javanese() -> None:
    found = complaints()
    assert len(found) >= 320
    assert len({one.text.casefold() for one in found}) == len(found)
    assert sum(one.language == "jv" for one in found) >= 0.2 * len(found)
    assert len({one.picture for one in found if one.picture}) >= 8


def test_an_incident_is_told_by_several_people_of_one_kelurahan() -> None:
    told = Counter((one.incident, one.kelurahan) for one in complaints() if one.incident)
    assert len(told) == len({incident for incident, _ in told}) >= 5
    assert min(told.values()) >= 3


def test_every_kelurahan_of_the_city_complains() -> None:
    areas = YAML(typ="safe").load((ROOT / "config" / "areas.yaml").read_text(encoding="utf-8"))["areas"]
    assert {one.kelurahan for one in complaints()} == {area["name"] for area in areas["kelurahan"]}


def test_nobody_can_be_called_or_written_to() -> None:
    assert not [one.text for one in complaints() if re.search(r"@|\d{5,}", one.text)]
