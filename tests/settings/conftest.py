"""A small city whose configuration the tests break in one place at a time."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sapa.settings import BadConfig, Settings, load

MINIMAL = """\
city:
  name: Kota Uji
  kode: "35.99"
  prefix: UJI
  bbox: [112.0, -7.1, 112.1, -7.0]
  contact: {desk: Desk, email: desk@uji.example}
brand:
  - {name: Nama Lama, head: Wali Kota, valid_from: 2020-01-01}
  - {name: Nama Baru, head: Pj. Wali Kota, valid_from: 2023-12-01}
programme: {name: Rabu, weekday: wed, start: "08:00", draft: {weekday: tue, time: 12:00}}
opds:
  - code: DLH
    name: Dinas Lingkungan Hidup
    short: DLH
    mandate: Sampah.
    email: dlh@uji.example
    aliases: [lingkungan hidup]
    valid_from: 2020-01-01
  - {code: DISHUB, name: Dishub, short: Dishub, mandate: PJU., email: d@uji.example, valid_from: 2020-01-01}
external:
  - {code: PLN, name: PLN, reach: PLN 123}
areas:
  kecamatan:
    - {kode: "35.99.01", name: Utara}
  kelurahan:
    - kode: "35.99.01.1001"
      name: Satu
      kecamatan: Utara
      postal_code: "61001"
      points: [[-7.02, 112.02], [-7.03, 112.03]]
channels:
  web: {name: Situs, enabled: true}
  email: {name: Surel, address: lapor@uji.example, enabled: true}
  telegram: {name: Telegram, enabled: false}
sla:
  - {step: verify, number: 3, unit: hari_kerja, source: SP4N, valid_from: 2020-01-01}
agenda:
  start: {name: Balai Kota, lat: -7.05, lon: 112.05}
sensitive:
  - {id: pengawasan, name: Pengawasan, words: [pungli], assign: DLH}
urgent:
  words: [kebakaran]
  numbers:
    - {number: "112", name: Darurat}
other_route: {DLH: DISHUB}
rules:
  - {id: sampah, assign: DLH, supporting: [DISHUB]}
  - {id: lampu, assign: DISHUB}
"""

MARK = "¦"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Load the small city with one text in it replaced; more files by name."""
    monkeypatch.chdir(tmp_path)

    def build(
        old: str = "", new: str = "", environ: Mapping[str, str] | None = None, **files: str
    ) -> Settings:
        assert MINIMAL.count(old) == 1 or not old
        (tmp_path / "config.yaml").write_text(MINIMAL.replace(old, new) if old else MINIMAL)
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return load("config.yaml", environ or {})

    return build


@pytest.fixture
def complaint(city: Callable[..., Settings]) -> Callable[..., list[str]]:
    """The errors of the small city with one text replaced; `¦` marks where one is expected."""

    def build(old: str, new: str, environ: Mapping[str, str] | None = None, **files: str) -> list[str]:
        whole = MINIMAL.replace(old, new)
        before = whole[: whole.index(MARK)] if MARK in whole else ""
        place = f"config.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: "
        with pytest.raises(BadConfig) as caught:
            city(old, new.replace(MARK, ""), environ, **files)
        return [line.removeprefix(place) for line in str(caught.value).splitlines()]

    return build
