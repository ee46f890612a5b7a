"""The counter's page keeps what fewer may know off the tickets that many read."""

import pytest
from staff_world import Seat, seat, text_of
from test_register import FORM, HOME, ref_of, save
from web_world import Desk

REFUSED = "Pilih “Bukan, ini laporan sendiri”"


@pytest.fixture
def clerk(desk: Desk) -> Seat:
    return seat(desk, "clerk", login="tini")


@pytest.mark.parametrize(
    "said", [{"privacy": "secret"}, {"privacy": "anonymous"}, {"text": "Lampu mati, anak dipukuli di situ"}]
)
def test_a_sealed_word_is_not_added_to_an_open_report_and_the_officer_is_told_why(
    clerk: Seat, said: dict[str, str]
) -> None:
    ref, _ = clerk.desk.send("Lampu jalan mati di gang 2 Meri", kelurahan="Meri")
    html = save(clerk, 422, joins=ref, **said)
    assert REFUSED in text_of(html)
    assert said.get("text", FORM["text"]) in html
    assert clerk.desk.count("message") == 1
    assert ref_of(save(clerk, joins="", **said)) != ref
    reader = seat(clerk.desk, "opd", "DISHUB")
    assert "dipukuli" not in reader.see(f"/petugas/laporan/{ref}")


def test_a_privacy_that_does_not_exist_is_told_also_with_a_chosen_report(clerk: Seat) -> None:
    ref, _ = clerk.desk.send("Lampu jalan mati di gang 2 Meri", kelurahan="Meri")
    assert "Pilih salah satu" in save(clerk, 422, joins=ref, privacy="apa saja")


def test_what_is_chosen_stays_joinable_when_it_is_sealed_enough(clerk: Seat) -> None:
    boss = seat(clerk.desk, "administrator")
    ref, _ = clerk.desk.send("Lampu jalan mati di gang 2 Meri", kelurahan="Meri", privacy="secret")
    where = save(boss, joins=ref, privacy="secret")
    assert ref_of(where) == ref
    assert HOME in where
