"""The configuration of Kota Mojokerto and the starter for another city, as they are shipped."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from router.place import Area, Gazetteer, locate
from router.rules import BookSource, Owner, SensitiveCategory, compile_book
from sapa.settings import Settings, load, write_starter

ROOT = Path(__file__).parents[2]
OPDS = (
    "DLH DPUPRPRKP DISHUB SATPOLPP BPBD DINKES DINSOSP3A DISPENDUKCAPIL DPMPTSPNAKER DISDIKBUD"
    " DISKOPUKMPERINDAG DISPORAPAR DKPP DISKOMINFO BPKPD BKPSDM BAPPERIDA BAKESBANGPOL INSPEKTORAT"
    " SETDA PDAM KECAMATAN"
)
EXTERNAL = "PLN BBPJN PJT1 BPN SAMSAT POLRES PEMKAB PEMPROV BPJS TELKOM"


@pytest.fixture(scope="module")
def mojokerto() -> Settings:
    return load(ROOT / "config.yaml", {})


def book_source(settings: Settings) -> BookSource:
    owners = {o.code: Owner(code=o.code, name=o.name, aliases=o.aliases) for o in settings.opds}
    for o in settings.external:
        owners[o.code] = Owner(code=o.code, name=o.name, kind="external", aliases=o.aliases)
    return BookSource(
        rules=settings.rules,
        owners=owners,
        sensitive=[
            SensitiveCategory(id=c.id, name=c.name, words=c.words, assign=c.assign or "")
            for c in settings.sensitive
        ],
        urgent=settings.urgent.words,
        kelurahan=[area.name for area in settings.areas.kelurahan],
        channels=list(settings.channels.by_name()),
    )


def test_the_shipped_city_has_every_agency_and_external_owner(mojokerto: Settings) -> None:
    assert " ".join(opd.code for opd in mojokerto.opds) == OPDS
    assert " ".join(owner.code for owner in mojokerto.external) == EXTERNAL
    assert all(opd.in_force(date(2026, 1, 1)) for opd in mojokerto.opds)


def test_every_shipped_address_is_clearly_a_placeholder(mojokerto: Settings) -> None:
    addresses = [opd.email for opd in mojokerto.opds]
    addresses += [mojokerto.city.contact.email, mojokerto.channels.email.address]
    assert all(address.endswith(".example") for address in addresses)


def test_the_shipped_city_has_its_kelurahan_with_twelve_points_each(mojokerto: Settings) -> None:
    kelurahan = mojokerto.areas.kelurahan
    assert len(kelurahan) == 18
    assert {area.kecamatan for area in kelurahan} == {"Prajuritkulon", "Magersari", "Kranggan"}
    assert all(len(area.points) == 12 and area.lingkungan for area in kelurahan)
    assert len({area.name for area in kelurahan}) == 18


def test_the_shipped_city_opens_four_of_its_eight_channels(mojokerto: Settings) -> None:
    channels = mojokerto.channels.by_name()
    assert list(channels) == ["web", "email", "whatsapp", "telegram", "sms", "walkin", "social", "lapor"]
    assert [name for name, channel in channels.items() if channel.enabled] == [
        "web",
        "email",
        "walkin",
        "lapor",
    ]
    assert all(channel.opens_with for channel in channels.values() if not channel.enabled)


def test_the_shipped_brand_is_the_one_the_product_starts_with(mojokerto: Settings) -> None:
    assert mojokerto.brand_on(date(2022, 4, 24)).name == "Curhat Ning Ita"
    assert mojokerto.brand_on(date(2024, 4, 20)).name == "Sapa Mas Pj"
    assert mojokerto.brand_on(date(2026, 11, 24)).name == "Sapa Mas Pj"


def test_every_step_and_type_has_a_shipped_deadline(mojokerto: Settings) -> None:
    steps = ("verify", "first_response", "resolve", "complete", "confirm")
    types = ("information", "aspiration", "complaint", "oversight")
    assert {(row.step, row.type) for row in mojokerto.sla_rows} == {(s, t) for s in steps for t in types}
    resolve = {row.type: (row.number, row.unit) for row in mojokerto.sla_rows if row.step == "resolve"}
    assert resolve["complaint"] == (14, "hari_kerja")
    assert resolve["oversight"] == (60, "hari_kerja")


def test_the_field_day_starts_inside_the_city(mojokerto: Settings) -> None:
    areas = tuple(
        Area(kelurahan=a.name, kecamatan=a.kecamatan, points=a.points) for a in mojokerto.areas.kelurahan
    )
    start = mojokerto.agenda.start
    assert locate(start.lat, start.lon, Gazetteer(areas)).inside


def test_sensitive_and_urgent_words_are_words_the_judge_understands(mojokerto: Settings) -> None:
    source = book_source(mojokerto)
    compile_book(BookSource(rules=(), owners=source.owners, sensitive=source.sensitive, urgent=source.urgent))


def test_the_starter_loads_and_its_rules_pass_their_own_examples(tmp_path: Path) -> None:
    written = write_starter(tmp_path / "kota")
    assert {path.name for path in written} == {"config.yaml", "opd.yaml", "areas.yaml", "rules.yaml"}
    settings = load(tmp_path / "kota" / "config.yaml", {})
    assert len(compile_book(book_source(settings)).rules) == len(settings.rules) > 0
    assert settings.storage.var == tmp_path / "kota" / "var"


def test_the_starter_is_the_same_city_wherever_it_is_written(tmp_path: Path) -> None:
    first = load(write_starter(tmp_path / "a")[0], {"SAPA_VAR": "/data"})
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert load(tmp_path / "b" / "config.yaml", {"SAPA_VAR": "/data"}) == first


def test_the_starter_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "opd.yaml").write_text("milik saya")
    with pytest.raises(FileExistsError, match=r"opd\.yaml sudah ada"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.rglob("*.yaml")] == ["opd.yaml"]
