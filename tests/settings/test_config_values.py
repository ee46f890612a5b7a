"""What a loaded configuration offers: brand by day, places, overrides, secrets, days off."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pydantic
import pytest

from sapa.settings import Settings, holiday_dates

City = Callable[..., Settings]
Complaint = Callable[..., list[str]]


def test_the_brand_is_the_one_begun_last(city: City) -> None:
    settings = city()
    assert settings.brand_on(date(2026, 1, 1)).name == "Nama Baru"
    assert settings.brand_on(date(2023, 12, 1)).name == "Nama Baru"
    assert settings.brand_on(date(2023, 11, 30)).name == "Nama Lama"
    assert settings.brand_on(date(1999, 1, 1)).name == "Nama Lama"


def test_settings_cannot_be_changed(city: City) -> None:
    with pytest.raises(pydantic.ValidationError):
        city().city.name = "Lain"  # type: ignore[misc]


def test_times_and_days_need_no_quotes(city: City) -> None:
    programme = city().programme
    assert (programme.start, programme.draft.time, programme.draft.weekday) == (time(8), time(12), "tue")


def test_where_names_the_nearest_thing_around_what_is_missing(city: City) -> None:
    positions = city().positions
    assert positions.where(("rules", 0, "assign")) == "config.yaml:47:26"
    assert positions.where(("rules", 0, "because")) == "config.yaml:47:5"
    assert positions.where(("tiada",)) == "config.yaml:1:1"
    assert positions.where(()) == "config.yaml:1:1"


def test_where_it_is_written_takes_no_part_in_equality(city: City) -> None:
    plain = city()
    assert plain == city("rules:", "\n\n# komentar\nrules:")
    assert plain != city("name: Kota Uji", "name: Kota Lain")
    assert len({plain.positions, city().positions}) == 1


def test_faults_other_rooms_find_are_told_with_their_places(city: City) -> None:
    error = city().refused(
        [
            (("rules", 1, "assign"), "a"),
            (("urgent", 0), "b"),
            (("owners", "DLH", "aliases", 0), "c"),
            (("owners", "PLN", "aliases", 0), "d"),
            (("owners", "XXX", "aliases", 0), "e"),
        ]
    )
    assert str(error).splitlines() == [
        "config.yaml:1:1: owners.XXX.aliases.0: e",
        "config.yaml:17:15: opds.0.aliases.0: c",
        "config.yaml:21:5: external.0.aliases.0: d",
        "config.yaml:42:11: urgent.words.0: b",
        "config.yaml:48:25: rules.1.assign: a",
    ]


def test_an_agency_is_in_force_until_the_day_it_ends(city: City) -> None:
    opd = city("    short: DLH", "    short: DLH\n    valid_to: 2025-09-01\n    successor: DISHUB").opds[0]
    assert not opd.in_force(date(2019, 12, 31))
    assert opd.in_force(date(2020, 1, 1))
    assert opd.in_force(date(2025, 8, 31))
    assert not opd.in_force(date(2025, 9, 1))
    assert city().opds[0].in_force(date(2040, 1, 1))


def test_deadlines_for_all_types_are_written_out_and_a_types_own_row_wins(city: City) -> None:
    own = "  - {step: verify, type: oversight, number: 1, unit: jam, source: X, valid_from: 2020-01-01}\n"
    rows = {row.type: (row.number, row.unit) for row in city("agenda:\n", own + "agenda:\n").sla_rows}
    assert rows == {
        "information": (3, "hari_kerja"),
        "aspiration": (3, "hari_kerja"),
        "complaint": (3, "hari_kerja"),
        "oversight": (1, "jam"),
    }


def test_channels_left_out_do_not_exist(city: City) -> None:
    channels = city().channels.by_name()
    assert list(channels) == ["web", "email", "telegram"]
    assert [name for name, channel in channels.items() if channel.enabled] == ["web", "email"]


def test_relative_folders_start_at_the_configuration(city: City, tmp_path: Path) -> None:
    storage = city().storage
    assert storage.var == tmp_path / "var"
    assert storage.database_url == f"sqlite:///{tmp_path}/var/sapa.db"
    assert (storage.files_dir, storage.spool_dir) == (tmp_path / "var/files", tmp_path / "var/spool")
    storage = city(
        "rules:", "storage: {var: /data, files: /blobs, spool: sp, database: sqlite:///x.db}\nrules:"
    ).storage
    assert (storage.var, storage.files_dir, storage.spool_dir) == (
        Path("/data"),
        Path("/blobs"),
        tmp_path / "sp",
    )
    assert storage.database_url == f"sqlite:///{tmp_path}/x.db"
    assert city("rules:", "storage: {database: postgresql://db/sapa}\nrules:").storage.database_url == (
        "postgresql://db/sapa"
    )


@pytest.mark.parametrize(
    ("told", "public"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"SAPA_HTTP_HOST": "0.0.0.0", "SAPA_HTTP_PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"SAPA_HTTP_HOST": "::"}, "http://[::1]:8000"),
        (
            {"SAPA_HTTP_PORT": "8123", "SAPA_PUBLIC_URL": "https://sapa.uji.example/"},
            "https://sapa.uji.example",
        ),
    ],
)
def test_links_lead_to_where_the_pages_are_unless_told_otherwise(
    city: City, told: dict[str, str], public: str
) -> None:
    assert city(environ=told).public_url == public


def test_the_environment_stands_above_the_files(city: City) -> None:
    settings = city(
        environ={
            "SAPA_PUBLIC_URL": "https://sapa.uji.example/",
            "SAPA_HTTP_HOST": "0.0.0.0",
            "SAPA_HTTP_PORT": "0",
            "SAPA_SMTP_HOST": "::1",
            "SAPA_SMTP_PORT": "2526",
            "SAPA_VAR": "/tmp/uji",
            "SAPA_DATABASE_URL": "postgresql://u:p@h/d",
        }
    )
    assert settings.city.public_url == "https://sapa.uji.example"
    assert (settings.web.host, settings.web.port) == ("0.0.0.0", 0)
    assert (settings.channels.email.listen.host, settings.channels.email.listen.port) == ("::1", 2526)
    assert settings.storage.spool_dir == Path("/tmp/uji/spool")
    assert settings.storage.database_url == "postgresql://u:p@h/d"
    assert "u:p@h" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "error"),
    [
        ({"SAPA_HTTP_PORT": "delapan"}, "$SAPA_HTTP_PORT:1:1: web.port: harus bilangan bulat"),
        ({"SAPA_HTTP_PORT": "99999"}, "$SAPA_HTTP_PORT:1:1: web.port: paling banyak 65535"),
        (
            {"SAPA_PUBLIC_URL": "kota"},
            '$SAPA_PUBLIC_URL:1:1: city.public_url: "kota" bukan alamat web; tulis misalnya https://sapa.kota.example',
        ),
        (
            {"SAPA_DATABASE_URL": "mysql://x"},
            "$SAPA_DATABASE_URL:1:1: storage.database: basis data harus sqlite:///berkas atau postgresql://…",
        ),
    ],
)
def test_a_wrong_variable_is_named(environ: dict[str, str], error: str, complaint: Complaint) -> None:
    assert complaint("", "", environ) == [error]


def test_a_variable_does_not_hide_that_its_section_is_broken(complaint: Complaint) -> None:
    errors = complaint("rules:", "web: ¦5\nrules:", {"SAPA_HTTP_PORT": "1"})
    assert errors == ["web: harus berisi kunci: nilai"]


def test_secrets_come_from_the_environment_and_are_never_shown(city: City) -> None:
    mail = "lapor@uji.example, enabled: true, relay: {host: h.example, user: sapa, password: env:UJI_SANDI}"
    settings = city("lapor@uji.example, enabled: true", mail, {"UJI_SANDI": "s3mut"})
    password = settings.channels.email.relay.password
    assert password is not None
    assert password.value == "s3mut"
    assert "s3mut" not in repr(settings)


def test_the_login_of_the_mail_door_is_long_enough(complaint: Complaint) -> None:
    tls = "tls: {certificate: a, key: b}, login: {user: a, password: ¦env:UJI_SANDI}"
    mail = f"lapor@uji.example, enabled: true, listen: {{{tls}}}"
    assert complaint("lapor@uji.example, enabled: true", mail, {"UJI_SANDI": "pendek"}) == [
        "channels.email.listen.login.password: variabel lingkungan UJI_SANDI terlalu pendek;"
        " paling sedikit 12 huruf"
    ]


def test_a_secret_of_a_channel_that_is_off_need_not_be_set(city: City, complaint: Complaint) -> None:
    mail = "lapor@uji.example, enabled: {}, relay: {{host: h.example, user: sapa, password: ¦env:UJI_SANDI}}"
    closed = mail.replace("¦", "").format("false")
    assert city("lapor@uji.example, enabled: true", closed).channels.email.relay.password is not None
    assert complaint("lapor@uji.example, enabled: true", mail.format("true")) == [
        "channels.email.relay.password: variabel lingkungan UJI_SANDI belum diisi"
    ]


def test_a_short_signing_key_is_refused(city: City, complaint: Complaint) -> None:
    section = "links: {secret: ¦env:UJI_KUNCI}\nrules:"
    assert complaint("rules:", section, {"UJI_KUNCI": "pendek"}) == [
        "links.secret: variabel lingkungan UJI_KUNCI terlalu pendek; paling sedikit 32 huruf"
    ]
    links = city("rules:", section.replace("¦", ""), {"UJI_KUNCI": "k" * 32}).links
    assert links.secret is not None


def test_days_off_are_the_national_ones_with_cuti_bersama(city: City) -> None:
    days = holiday_dates(city(), [2026])
    assert len(days) == 25
    assert {date(2026, 1, 1), date(2026, 2, 16), date(2026, 3, 18), date(2026, 12, 24)} <= days
    assert {day.year for day in days} == {2026}


def test_the_citys_own_days_off_are_added_and_taken_away(city: City) -> None:
    own = (
        "holidays:\n  add: [{date: 2026-06-20, name: Hari jadi}, {date: 2030-01-02, name: Nanti}]\n"
        "  remove: [{date: 2026-12-24, reason: Masuk kerja}]\nrules:"
    )
    days = holiday_dates(city("rules:", own), [2025, 2026, 2026])
    assert date(2026, 6, 20) in days
    assert date(2026, 12, 24) not in days
    assert date(2030, 1, 2) not in days
    assert {day.year for day in days} == {2025, 2026}


def test_a_day_cannot_be_added_and_taken_away(complaint: Complaint) -> None:
    own = (
        "holidays:\n  add: [{date: 2026-06-20, name: A}]\n  remove: [{date: ¦2026-06-20, reason: B}]\nrules:"
    )
    assert complaint("rules:", own) == [
        'holidays.remove.0.date: "2026-06-20" sudah dipakai di config.yaml:47:16; pakai yang lain'
    ]
