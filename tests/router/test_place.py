"""Places: never more certain than the facts allow."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.place import Area, Found, Gazetteer, find_names, is_only_place, locate, names_street

CITY = Gazetteer(
    (
        Area(
            kelurahan="Meri",
            kecamatan="Kranggan",
            points=((-7.4800, 112.4470), (-7.4820, 112.4480)),
            lingkungan=("Kuwung", "Tropodo"),
        ),
        Area(
            kelurahan="Kranggan", kecamatan="Kranggan", points=((-7.4790, 112.4350),), lingkungan=("Pekayon",)
        ),
        Area(
            kelurahan="Magersari",
            kecamatan="Magersari",
            points=((-7.4600, 112.4390),),
            lingkungan=("Magersari",),
        ),
        Area(
            kelurahan="Gununggedangan",
            kecamatan="Magersari",
            points=((-7.4740, 112.4550),),
            aliases=("Gunung Gedangan",),
            lingkungan=("Kuti",),
        ),
        Area(
            kelurahan="Sentanan",
            kecamatan="Kranggan",
            points=((-7.4690, 112.4334),),
            lingkungan=("Sentanan Utara",),
        ),
        Area(
            kelurahan="Purwotengah",
            kecamatan="Kranggan",
            points=((-7.4650, 112.4357),),
            lingkungan=("Sentanan Tengah",),
        ),
    )
)


def named(text: str) -> Found:
    found = find_names(text, CITY)
    assert found is not None
    return found


def test_another_name_of_a_kecamatan_means_all_its_kelurahan() -> None:
    areas = tuple(replace(area, kecamatan_aliases=("Kecamatan Pusat",)) for area in CITY.areas[:2])
    found = find_names("jalan rusak di Kecamatan Pusat", Gazetteer(areas))
    assert found is not None
    assert (found.kelurahan, found.kecamatan, found.sure) == ("", "Kranggan", False)


def test_a_point_belongs_to_the_kelurahan_of_the_nearest_point() -> None:
    found = locate(-7.4801, 112.4471, CITY)
    assert (found.kelurahan, found.kecamatan, found.sure, found.inside) == ("Meri", "Kranggan", True, True)
    assert found.because == "Titik lokasi paling dekat dengan Kelurahan Meri."


def test_between_two_kelurahan_it_is_not_sure() -> None:
    close = Gazetteer(
        (
            Area(kelurahan="A", kecamatan="K", points=((-7.4800, 112.4400),)),
            Area(kelurahan="B", kecamatan="L", points=((-7.4800, 112.4420),)),
            Area(kelurahan="Tanpa titik", kecamatan="L", points=()),
        )
    )
    found = locate(-7.4800, 112.44095, close)
    assert (found.kelurahan, found.sure, found.candidates) == ("A", False, ("A", "B"))
    assert "juga dekat dengan B" in found.because
    assert locate(-7.4800, 112.4400, close).sure


def test_a_position_is_not_surer_than_its_accuracy() -> None:
    metres = 1 / 111_320
    areas = [
        Area(kelurahan=name, kecamatan="K", points=((-7.46 + far * metres, 112.439),))
        for name, far in (("A", 0), ("B", 500))
    ]
    city = Gazetteer(tuple(areas))
    found = {
        accuracy: locate(-7.46 + 100 * metres, 112.439, city, accuracy) for accuracy in (0, 12, 299, 301)
    }
    assert {accuracy: one.sure for accuracy, one in found.items()} == {
        0: True,
        12: True,
        299: True,
        301: False,
    }
    assert found[301].candidates == ("A", "B")


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (0.0, 0.0),
        (-7.4801, 112.5471),
        (-7.2575, 112.7521),
        (math.nan, 112.4),
        (math.inf, 0),
        (-7.48, 999.0),
        (112.447, -7.48),
    ],
)
def test_elsewhere_is_outside(lat: float, lon: float) -> None:
    found = locate(lat, lon, CITY)
    assert (found.inside, found.sure, found.kelurahan) == (False, False, "")


def test_beyond_four_hundred_metres_is_outside() -> None:
    metres = 1 / 111_320
    assert locate(-7.4600 + 399 * metres, 112.4390, CITY).inside
    assert not locate(-7.4600 + 401 * metres, 112.4390, CITY).inside


def test_an_empty_gazetteer_knows_no_place() -> None:
    assert not locate(-7.48, 112.44, Gazetteer(())).inside
    assert find_names("Meri", Gazetteer(())) is None


@given(st.floats(), st.floats())
def test_any_numbers_get_an_answer(lat: float, lon: float) -> None:
    assert locate(lat, lon, CITY).because


@pytest.mark.parametrize(
    ("text", "kelurahan"),
    [
        ("Jalan berlubang di Meri", "Meri"),
        ("di lingkungan Kuwung RT 3 RW 2", "Meri"),
        ("gunung gedangan dekat balai", "Gununggedangan"),
        ("GUNUNGGEDANGAN", "Gununggedangan"),
        ("Kelurahan Kranggan gang 5", "Kranggan"),
        ("kel. Magersari", "Magersari"),
        ("Sentanan Tengah", "Purwotengah"),
        ("Sentanan Utara", "Sentanan"),
        ("di Kuwung, Kecamatan Kranggan", "Meri"),
    ],
)
def test_a_name_that_means_one_place_is_a_fact(text: str, kelurahan: str) -> None:
    found = named(text)
    assert (found.kelurahan, found.sure) == (kelurahan, True)
    assert kelurahan in found.because


def test_a_name_of_a_kecamatan_and_a_kelurahan_gives_candidates() -> None:
    found = named("lampu mati di Kranggan")
    assert (found.kelurahan, found.sure, found.kecamatan) == ("", False, "Kranggan")
    assert set(found.candidates) == {"Meri", "Kranggan", "Sentanan", "Purwotengah"}
    assert "atau lainnya" in found.because


def test_two_places_give_candidates() -> None:
    found = named("dari Meri sampai Kuti")
    assert (found.kelurahan, found.sure, found.candidates) == ("", False, ("Gununggedangan", "Meri"))
    assert found.because == "Nama tempat dalam laporan bisa berarti Gununggedangan atau Meri."
    assert found.kecamatan == ""


def test_only_a_kecamatan_narrows_but_does_not_decide() -> None:
    found = named("Kecamatan Magersari")
    assert (found.kecamatan, found.sure, found.candidates) == (
        "Magersari",
        False,
        ("Gununggedangan", "Magersari"),
    )
    one = Gazetteer((Area(kelurahan="Meri", kecamatan="Sananwetan", points=()),))
    only = find_names("kecamatan Sananwetan", one)
    assert only is not None
    assert (only.kelurahan, only.sure) == ("Meri", False)


def test_no_name_is_no_place() -> None:
    assert find_names("lampu mati", CITY) is None


@given(st.text())
def test_any_text_gets_an_answer_or_none(text: str) -> None:
    assert find_names(text, CITY) is None or named(text).because


def test_a_lingkungan_called_like_a_direction_is_never_searched() -> None:
    city = Gazetteer(
        (Area(kelurahan="Gedongan", kecamatan="Magersari", points=(), lingkungan=("Barat", "X")),)
    )
    assert find_names("sisi barat x jalan", city) is None


@pytest.mark.parametrize(
    "text",
    [
        "Jl. Brawijaya 12",
        "jln majapahit",
        "Jalan Pahlawan depan SMP",
        "gg mawar",
        "Gang 3",
        "RT 03/RW.2",
        "Perum Wikarsa",
    ],
)
def test_a_street_or_an_alley_is_an_address(text: str) -> None:
    assert names_street(f"Lampu mati di {text}")


@pytest.mark.parametrize(
    "text", ["Jalan rusak", "JALAN RUSAK", "lampu jalan mati", "jalannya licin", "sertifikat", "rw kami"]
)
def test_a_road_without_a_name_is_none(text: str) -> None:
    assert not names_street(text)


@pytest.mark.parametrize(
    "text",
    [
        "di Meri",
        "Meri RT 2",
        "itu di Meri pak",
        "lokasinya di Meri",
        "Meri di belakang sekolah",
        "SDN 2 di Meri",
        "Jl. Brawijaya 12 di Meri",
    ],
)
def test_a_text_that_says_where_is_only_a_place(text: str) -> None:
    assert is_only_place(text, "Meri")


@pytest.mark.parametrize(
    "text",
    [
        "Ular di Meri",
        "Ada ular di Meri",
        "di Meri ono ulo",
        "Jembatan rusak ning Meri",
        "Terima kasih Pak Meri",
    ],
)
def test_a_text_that_says_what_is_more_than_a_place(text: str) -> None:
    assert not is_only_place(text, "Meri")
