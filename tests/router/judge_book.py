"""The shipped rule book as plain data, and small books for tests and for the bench."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from router.rules import BadBook, BookSource, Owner, RuleBook, SensitiveCategory, compile_book

FOLDER = Path(__file__).parents[2] / "config" / "rules"

_OPDS = {
    "DLH": ("Dinas Lingkungan Hidup", ["dinas lingkungan hidup", "DLH"]),
    "DPUPRPRKP": ("Dinas PUPR Perakim", ["dinas PU", "PUPR", "DPUPR*", "dinas pekerjaan umum", "bina marga"]),
    "DISHUB": ("Dinas Perhubungan", ["dishub", "dinas perhubungan"]),
    "SATPOLPP": ("Satpol PP", ["satpol PP", "pol PP", "satpol"]),
    "BPBD": ("BPBD", ["BPBD", "damkar"]),
    "DINKES": ("Dinas Kesehatan", ["dinkes", "dinas kesehatan"]),
    "DINSOSP3A": ("Dinas Sosial P3A", ["dinsos", "dinas sosial"]),
    "DISPENDUKCAPIL": ("Dinas Kependudukan dan Pencatatan Sipil", ["dispenduk*", "dukcapil", "capil"]),
    "DPMPTSPNAKER": ("DPMPTSP dan Tenaga Kerja", ["disnaker", "DPMPTSP"]),
    "DISDIKBUD": ("Dinas Pendidikan dan Kebudayaan", ["dinas pendidikan", "dikbud", "diknas"]),
    "DISKOPUKMPERINDAG": (
        "Dinas Koperasi UKM Perindustrian dan Perdagangan",
        ["dinas koperasi", "disperindag"],
    ),
    "DISPORAPAR": ("Dinas Pemuda, Olahraga, dan Pariwisata", ["disporapar", "dispora"]),
    "DKPP": ("Dinas Ketahanan Pangan dan Pertanian", ["DKPP", "dinas pertanian"]),
    "DISKOMINFO": ("Dinas Komunikasi dan Informatika", ["diskominfo", "kominfo"]),
    "BPKPD": ("BPKPD", ["BPKPD", "bapenda"]),
    "BKPSDM": ("BKPSDM", ["BKPSDM"]),
    "BAPPERIDA": ("Bapperida", ["bapperida", "bappeda"]),
    "BAKESBANGPOL": ("Bakesbangpol", ["bakesbangpol"]),
    "INSPEKTORAT": ("Inspektorat", ["inspektorat"]),
    "SETDA": ("Sekretariat Daerah", ["setda", "sekretariat daerah"]),
    "PDAM": ("Perumdam Maja Tirta", ["PDAM", "maja tirta"]),
    "KECAMATAN": ("Kecamatan dan kelurahan", ["kecamatan", "kelurahan", "camat", "lurah"]),
}
_EXTERNAL = {
    "PLN": ("PLN", ["PLN"]),
    "BBPJN": ("BBPJN Jawa Timur–Bali", ["BBPJN"]),
    "PJT1": ("Perum Jasa Tirta I", ["jasa tirta"]),
    "BPN": ("Kantor Pertanahan", ["BPN"]),
    "SAMSAT": ("Samsat", ["samsat"]),
    "POLRES": ("Polres Mojokerto Kota", ["polres", "polsek", "polisi"]),
    "PEMKAB": ("Pemkab Mojokerto", ["pemkab"]),
    "PEMPROV": ("Pemprov Jawa Timur", ["pemprov", "gubernur"]),
    "BPJS": ("BPJS Kesehatan", ["BPJS kesehatan"]),
    "TELKOM": ("Telkom", ["telkom", "indihome"]),
}
OWNERS = {
    code: Owner(code=code, name=name, kind=kind, aliases=tuple(aliases))
    for kind, table in (("opd", _OPDS), ("external", _EXTERNAL))
    for code, (name, aliases) in table.items()
}
SENSITIVE = (
    SensitiveCategory(
        id="kekerasan", name="Kekerasan", words=("KDRT", "pelecehan", "perkosa*"), assign="DINSOSP3A"
    ),
    SensitiveCategory(id="kesehatan", name="Kesehatan seseorang", words=("HIV",)),
)
URGENT = ("kecelakaan", "kebakaran", "kesetrum", "korban", "darurat", "tulung cepet")


def shipped_rules() -> list[dict[str, Any]]:
    """The rules of config/rules/*.yaml as plain data."""
    yaml = YAML(typ="safe")
    return [rule for file in sorted(FOLDER.glob("*.yaml")) for rule in yaml.load(file)["rules"]]


def source(rules: Sequence[Mapping[str, Any]], **more: Any) -> BookSource:
    """A source with every owner known."""
    return BookSource(rules=rules, owners=OWNERS, **{"sensitive": SENSITIVE, "urgent": URGENT, **more})


@cache
def _compiled() -> RuleBook | BadBook:
    try:
        return compile_book(source(shipped_rules()))
    except BadBook as error:
        return error


def book() -> RuleBook:
    """The shipped book, compiled once for all tests; a wrong one fails them at once."""
    made = _compiled()
    if isinstance(made, BadBook):
        raise made
    return made


def rule(**changes: Any) -> dict[str, Any]:
    """A small correct rule, changed as told; a None leaves a key out."""
    whole: dict[str, Any] = {
        "id": "uji",
        "when": {"words": ["lampu jalan"]},
        "assign": "DISHUB",
        "because": "Penerangan jalan umum adalah urusan Dinas Perhubungan.",
        "examples": ["Lampu jalan padam", "lampune jalan mati"],
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def small(*rules: Mapping[str, Any], **more: Any) -> RuleBook:
    """A book of these rules only."""
    return compile_book(source(rules, **more))


def problems(*rules: Any, **more: Any) -> dict[tuple[str | int, ...], str]:
    """Path → message of everything wrong with a book of these rules."""
    with pytest.raises(BadBook) as caught:
        compile_book(source(rules, **more))
    return {problem.path: problem.message for problem in caught.value.problems}
