"""A configuration may be spread over files inside its folder; what is doubled or outside is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sapa.settings import BadConfig, Settings, load

Complaint = Callable[..., list[str]]
City = Callable[..., Settings]


def including(*names: str) -> str:
    return f"include: [{', '.join(names)}]\nrules:"


def test_an_included_file_adds_its_sections_and_keeps_its_places(city: City) -> None:
    settings = city("rules:", including("lain.yaml"), lain="staff:\n  session_hours: 3\n")
    assert settings.staff.session_hours == 3
    assert settings.positions.where(("staff", "session_hours")) == "lain.yaml:2:18"


def test_lists_of_the_same_name_are_joined_and_errors_name_the_right_file(
    city: City, complaint: Complaint
) -> None:
    more = "rules:\n  - {id: pohon, assign: DLH}\n"
    settings = city("rules:", including("lain.yaml"), lain=more)
    assert [rule["id"] for rule in settings.rules] == ["sampah", "lampu", "pohon"]
    assert settings.positions.where(("rules", 2, "id")) == "lain.yaml:2:10"
    assert complaint("rules:", including("lain.yaml"), lain=more.replace("DLH", "DLX")) == [
        'lain.yaml:2:25: rules.2.assign: "DLX" bukan OPD atau instansi luar yang terdaftar; maksudnya "DLH"?'
    ]


def test_a_section_written_in_two_files_is_refused(complaint: Complaint) -> None:
    assert complaint("rules:", including("lain.yaml"), lain="agenda: {}\n") == [
        "lain.yaml:1:1: agenda: sudah ditulis di config.yaml:37:1; hapus salah satu"
    ]


def test_an_included_file_may_include_others(city: City) -> None:
    settings = city(
        "rules:", including("satu.yaml"), satu="include: [dua.yaml]\n", dua="staff: {session_hours: 4}\n"
    )
    assert settings.staff.session_hours == 4


def test_faults_of_an_included_file_do_not_hide_the_others(complaint: Complaint) -> None:
    assert complaint("rules:", including("satu.yaml", "dua.yaml"), satu="a: [", dua="b: 1\n") == [
        "dua.yaml:1:1: b: kunci tidak dikenal; yang ada: city, brand, programme, opds, external, areas,"
        " channels, sla, holidays, agenda, sensitive, urgent, other_route, answers, rules, intake, web,"
        " storage, relay, links, staff",
        "satu.yaml:1:5: tanda kutip atau kurung belum ditutup",
    ]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ("¦tiada.yaml", 'include.0: berkas "tiada.yaml" tidak ada'),
        ("¦../luar.yaml", 'include.0: "../luar.yaml" di luar folder konfigurasi; pindahkan ke dalamnya'),
        ("¦/etc/passwd", 'include.0: "/etc/passwd" di luar folder konfigurasi; pindahkan ke dalamnya'),
        ("¦config.yaml", 'include.0: "config.yaml" memuat dirinya sendiri; hapus dari sini'),
        ("¦5", "include.0: harus nama berkas, misalnya: config/opd.yaml"),
        (f"¦{'x' * 5000}", f'include.0: bukan nama berkas: "{"x" * 60}…"'),
        ("satu.yaml, ¦satu.yaml", 'include.1: "satu.yaml" sudah dimuat; hapus salah satu'),
    ],
)
def test_only_other_files_inside_the_folder_can_be_included(
    entry: str, error: str, complaint: Complaint
) -> None:
    assert complaint("rules:", including(entry), satu="staff: {}\n") == [error]


def test_a_link_that_leads_out_of_the_folder_is_refused(complaint: Complaint, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-luar.yaml"
    outside.write_text("staff: {}\n")
    (tmp_path / "tautan.yaml").symlink_to(outside)
    assert complaint("rules:", including("¦tautan.yaml")) == [
        'include.0: "tautan.yaml" di luar folder konfigurasi; pindahkan ke dalamnya'
    ]


def test_files_that_include_each_other_are_refused(complaint: Complaint) -> None:
    assert complaint("rules:", including("satu.yaml"), satu="include: [config.yaml]\n") == [
        'satu.yaml:1:11: include.0: "config.yaml" memuat dirinya sendiri; hapus dari sini'
    ]


def test_an_include_that_is_no_list_is_refused(complaint: Complaint) -> None:
    assert complaint("rules:", "include: ¦lain.yaml\nrules:") == [
        "include: harus daftar berkas, misalnya: [config/opd.yaml]"
    ]


def test_too_many_files_are_refused(complaint: Complaint) -> None:
    files = {f"f{number}": f"staff{number}: 1\n" for number in range(33)}
    errors = complaint("rules:", including(*(f"{name}.yaml" for name in files)), **files)
    assert sum("terlalu banyak berkas: paling banyak 32" in error for error in errors) == 2


def test_a_file_that_cannot_be_opened_says_so(city: City, complaint: Complaint, tmp_path: Path) -> None:
    (tmp_path / "putus.yaml").symlink_to(tmp_path / "tiada")
    assert complaint("rules:", including("¦putus.yaml")) == ['include.0: berkas "putus.yaml" tidak ada']


def test_files_are_named_as_a_person_would_find_them(city: City, tmp_path: Path) -> None:
    city("rules:", including("bagian.yaml"), bagian="staff: {}\n")
    (tmp_path / "bagian.yaml").write_text("staff: {session_hours: 0}\n")
    for path in (Path("config.yaml"), Path("..") / tmp_path.name / "config.yaml", tmp_path / "config.yaml"):
        with pytest.raises(BadConfig) as caught:
            load(path, {})
        assert (
            str(caught.value) == f"{path.parent / 'bagian.yaml'}:1:24: staff.session_hours: paling sedikit 1"
        )


def test_windows_files_with_a_byte_order_mark_are_read(city: City, tmp_path: Path) -> None:
    city()
    path = tmp_path / "config.yaml"
    plain = load(path, {})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path, {}) == plain
