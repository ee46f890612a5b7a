"""What the columns of a LAPOR! export are called, and the words in them that mean something to us."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from channels.message import Privacy

#: Our field → the headings it may stand under, the best first. A city adds its own in the configuration.
DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "tracking_id": (
        *("tracking id", "trackingid", "id tracking", "no tracking", "nomor tracking", "kode tracking"),
        *("kode laporan", "nomor laporan", "no laporan", "id laporan", "nomor aduan", "no aduan", "id aduan"),
        *("kode aduan", "nomor pengaduan", "no pengaduan", "id pengaduan", "ticket id", "nomor tiket"),
        *("no tiket", "tracking"),
    ),
    "title": ("judul laporan", "judul", "judul aduan", "judul pengaduan", "perihal", "subjek", "title"),
    "text": (
        *("isi laporan", "isi aduan", "isi pengaduan", "isi", "laporan", "uraian laporan", "uraian"),
        *("deskripsi", "isi laporan awal", "aduan", "pengaduan", "content", "description"),
    ),
    "status": ("status laporan", "status", "status aduan", "status tindak lanjut", "status pengaduan"),
    "category": ("kategori", "kategori laporan", "topik", "nama kategori", "kategori aduan", "category"),
    "kind": ("klasifikasi laporan", "klasifikasi", "jenis laporan", "tipe laporan", "jenis aduan", "tipe"),
    "created_at": (
        *("tanggal laporan", "tanggal laporan masuk", "tanggal masuk", "tanggal lapor", "tanggal aduan"),
        *("tanggal pengaduan", "tanggal dibuat", "waktu laporan", "tgl laporan", "tgl masuk", "tanggal"),
        *("created at", "waktu lapor"),
    ),
    "due_at": ("batas waktu", "tenggat", "tanggal tenggat", "batas tindak lanjut", "deadline", "jatuh tempo"),
    "source": (
        *("sumber laporan", "sumber", "kanal", "kanal laporan", "media", "saluran", "sumber aduan"),
        *("channel", "source"),
    ),
    "opd": ("instansi terdisposisi", "instansi", "instansi tujuan", "disposisi", "unit kerja", "opd"),
    "privacy": ("privasi", "kerahasiaan", "sifat laporan", "sifat", "jenis kerahasiaan", "visibilitas"),
    "anonymous": ("anonim", "is anonim", "laporan anonim", "anonymous"),
    "secret": ("rahasia", "is rahasia", "laporan rahasia", "secret"),
    "name": ("nama pelapor", "pelapor", "nama", "nama lengkap", "nama pengadu"),
    "phone": (
        "no telepon",
        "nomor telepon",
        "telepon",
        "no hp",
        "nomor hp",
        "hp",
        "no telp",
        "telp",
        "phone",
    ),
    "email": ("email", "e mail", "surel", "email pelapor", "alamat email"),
    "address": (
        *("lokasi kejadian", "lokasi", "alamat kejadian", "alamat lokasi", "tempat kejadian"),
        *("alamat", "location"),
    ),
    "kelurahan": ("kelurahan", "desa kelurahan", "kelurahan desa", "kel", "kelurahan kejadian"),
    "lat": ("latitude", "lat", "lintang"),
    "lon": ("longitude", "lon", "lng", "long", "bujur"),
}
FIELDS = tuple(DEFAULTS)
#: Without these a file is no export.
NEEDED = ("tracking_id", "text")
#: What a field is called when we have to name it.
CALLED: Mapping[str, str] = {
    "tracking_id": "nomor tracking",
    "title": "judul",
    "text": "isi laporan",
    "status": "status",
    "category": "kategori",
    "kind": "klasifikasi",
    "created_at": "tanggal laporan",
    "due_at": "batas waktu",
    "source": "sumber",
    "opd": "instansi",
    "privacy": "sifat (anonim, rahasia)",
    "anonymous": "anonim (ya/tidak)",
    "secret": "rahasia (ya/tidak)",
    "name": "nama pelapor",
    "phone": "telepon",
    "email": "surel",
    "address": "lokasi",
    "kelurahan": "kelurahan",
    "lat": "lintang",
    "lon": "bujur",
}
_NO = frozenset({"", "-", "tidak", "no", "n", "0", "false", "bukan", "t", "null", "none"})
_OPEN = _NO | {"normal", "publik", "public", "terbuka", "umum", "biasa", "tidak rahasia", "tidak anonim"}
_HIDDEN = re.compile(r"\b(anonim|anonymous|anonimus|dirahasiakan|disembunyikan|rahasia|hamba allah)\b|^\*+$")
_SECRET = re.compile(r"\b(di)?rahasia(kan)?\b|\bsecret\b|\bprivate\b|\bprivat\b|\btertutup\b")
_ANONYMOUS = re.compile(r"\banonim(us)?\b|\banonymous\b|\bdisembunyikan\b")
_NOT = re.compile(r"\b(tidak|bukan|non)\s+(di)?(rahasia(kan)?|anonim|anonymous)\b")


def plain(heading: str) -> str:
    """A heading without case, marks and doubled blanks: "No. Tracking_ID " is "no tracking id"."""
    text = unicodedata.normalize("NFKC", heading[:200]).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def places(headings: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Field → number of its column; `names` are a city's own headings and come before ours."""
    return dict(_places(tuple(headings), tuple((field, tuple(one)) for field, one in names.items())))


@lru_cache(maxsize=64)  # every row of a file asks the same
def _places(headings: tuple[str, ...], own: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, int]:
    names = dict(own)
    seen: dict[str, int] = {}
    for number, heading in enumerate(headings):
        seen.setdefault(plain(heading), number)
    seen.pop("", None)
    found: dict[str, int] = {}
    for field in FIELDS:
        wanted = [plain(name) for name in (*names.get(field, ()), *DEFAULTS[field])]
        at = next((seen[name] for name in wanted if name in seen and seen[name] not in found.values()), None)
        if at is not None:
            found[field] = at
    return found


def privacy(word: str, anonymous: str, secret: str, name: str) -> Privacy:
    """Who may know, of a word ("Anonim, Rahasia"), two yes-or-no columns and the name column.

    A word we do not know is taken for anonymous: too closed can be opened, too open cannot be taken back.
    """
    told = _NOT.sub(" ", plain(word))
    if plain(secret) not in _NO or _SECRET.search(told):
        return "secret"
    if plain(anonymous) not in _NO or _ANONYMOUS.search(told) or hidden(name):
        return "anonymous"
    return "normal" if " ".join(told.split()) in _OPEN else "anonymous"


def hidden(name: str) -> bool:
    """Whether the name says that there is none: "Anonim", "Identitas Dirahasiakan", asterisks."""
    return bool(_HIDDEN.search(name.strip().casefold()))
