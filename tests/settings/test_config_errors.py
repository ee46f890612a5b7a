"""Each class of wrong configuration is refused with its place, what is wrong and what was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from channels.lapor import FIELDS
from sapa.settings import BadConfig, load

Complaint = Callable[..., list[str]]

#: What is replaced, by what (¦ = the place the error must name), and the error.
ONE_FAULT = {
    "unquoted phone number": (
        'number: "112"',
        "number: ¦0812",
        'urgent.numbers.0.number: harus teks; tulis dalam tanda kutip: "0812"',
    ),
    "unquoted postal code": (
        '"61001"',
        "¦61001",
        'areas.kelurahan.0.postal_code: harus teks; tulis dalam tanda kutip: "61001"',
    ),
    "unquoted region code": (
        '"35.99"\n',
        "¦35.90\n",
        'city.kode: harus teks; tulis dalam tanda kutip: "35.90"',
    ),
    "wrong phone number": (
        'number: "112"',
        "number: ¦seratus",
        'urgent.numbers.0.number: "seratus" bentuknya salah; tulis angka, misalnya "112"',
    ),
    "unknown key": (
        "    short: DLH",
        "    short: DLH\n    ¦warna: hijau",
        "opds.0.warna: kunci tidak dikenal; yang ada: code, name, short, mandate, email, phone, head,"
        " aliases, valid_from, valid_to, successor",
    ),
    "misspelt key": (
        "    mandate:",
        "    ¦mandat:",
        'opds.0.mandat: kunci tidak dikenal; maksudnya "mandate"?',
    ),
    "misspelt top key": ("rules:", "¦rulse:", 'rulse: kunci tidak dikenal; maksudnya "rules"?'),
    "missing key": ("    name: Dinas Lingkungan Hidup\n", "", "opds.0.name: wajib diisi"),
    "doubled key": (
        "  prefix: UJI",
        "  prefix: UJI\n  ¦prefix: LAIN",
        "city.prefix: kunci ini sudah ditulis di baris 4; hapus salah satu",
    ),
    "unknown OPD": (
        "assign: DLH, supporting",
        "assign: ¦DISHUP, supporting",
        'rules.0.assign: "DISHUP" bukan OPD atau instansi luar yang terdaftar; maksudnya "DISHUB"?',
    ),
    "unknown OPD like no other": (
        "supporting: [DISHUB]",
        "supporting: [¦XYZW]",
        'rules.0.supporting.0: "XYZW" bukan OPD atau instansi luar yang terdaftar; tidak ada yang mirip',
    ),
    "unknown OPD of a sensitive matter": (
        "words: [pungli], assign: DLH",
        "words: [pungli], assign: ¦DLX",
        'sensitive.0.assign: "DLX" bukan OPD yang terdaftar; maksudnya "DLH"?',
    ),
    "unknown OPD as the reported one": (
        "other_route: {DLH:",
        "other_route: {¦DLHH:",
        'other_route.DLHH: "DLHH" bukan OPD atau instansi luar yang terdaftar; maksudnya "DLH"?',
    ),
    "other route back to itself": (
        "{DLH: DISHUB}",
        "{DLH: ¦DLH}",
        "other_route.DLH: tidak boleh kembali ke instansi yang dilaporkan; pilih yang lain",
    ),
    "wrong code of a route": (
        "{DLH: DISHUB}",
        "{¦dlh: DISHUB}",
        'other_route.dlh: "dlh" bukan OPD atau instansi luar yang terdaftar; maksudnya "DLH"?',
    ),
    "unknown kecamatan": (
        "kecamatan: Utara",
        "kecamatan: ¦Utaro",
        'areas.kelurahan.0.kecamatan: "Utaro" bukan kecamatan yang terdaftar; maksudnya "Utara"?',
    ),
    "doubled OPD": (
        "{code: PLN, name",
        "{code: ¦DLH, name",
        'external.0.code: "DLH" sudah dipakai di config.yaml:12:11; pakai yang lain',
    ),
    "doubled alias": (
        "aliases: [lingkungan hidup]",
        "aliases: [lingkungan hidup, ¦Lingkungan Hidup]",
        'opds.0.aliases.1: "Lingkungan Hidup" sudah dipakai di config.yaml:17:15; pakai yang lain',
    ),
    "doubled rule": (
        "{id: lampu,",
        "{id: ¦sampah,",
        'rules.1.id: "sampah" sudah dipakai di config.yaml:47:10; pakai yang lain',
    ),
    "doubled deadline": (
        "agenda:\n",
        "  - ¦{step: verify, number: 9, unit: jam, source: X, valid_from: 2020-01-01}\nagenda:\n",
        "sla.1: baris ini sama dengan config.yaml:36:5; ubah valid_from atau hapus",
    ),
    "no such day": (
        "Kota, valid_from: 2023-12-01",
        "Kota, valid_from: ¦2023-02-30",
        'brand.1.valid_from: "2023-02-30" bukan tanggal; tulis TAHUN-BULAN-HARI, misalnya 2026-08-17',
    ),
    "day the other way round": (
        "Kota, valid_from: 2023-12-01",
        "Kota, valid_from: ¦01-12-2023",
        'brand.1.valid_from: "01-12-2023" bukan tanggal; tulis TAHUN-BULAN-HARI, misalnya 2026-08-17',
    ),
    "end before the beginning": (
        "    valid_from: 2020-01-01\n",
        "    valid_from: 2020-01-01\n    valid_to: ¦2019-01-01\n",
        "opds.0.valid_to: harus sesudah valid_from (2020-01-01)",
    ),
    "no such hour": (
        'start: "08:00"',
        'start: ¦"25:00"',
        'programme.start: "25:00" bukan jam; tulis JAM:MENIT, misalnya "08:00"',
    ),
    "no such weekday": (
        "name: Rabu, weekday: wed",
        "name: Rabu, weekday: ¦rabu",
        "programme.weekday: \"rabu\" bukan pilihan; pilih: 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'",
    ),
    "bad web address": (
        "  prefix: UJI",
        "  prefix: UJI\n  public_url: ¦sapa.uji.example",
        'city.public_url: "sapa.uji.example" bukan alamat web; tulis misalnya https://sapa.kota.example',
    ),
    "web address with a broken port": (
        "  prefix: UJI",
        "  prefix: UJI\n  public_url: ¦http://uji.example:99999",
        'city.public_url: "http://uji.example:99999" bukan alamat web; tulis misalnya https://sapa.kota.example',
    ),
    "bad mail address": (
        "dlh@uji.example",
        "¦dlh(at)uji.example",
        'opds.0.email: "dlh(at)uji.example" bukan alamat surel; tulis misalnya dlh@kota.example',
    ),
    "bad time zone": (
        "  prefix: UJI",
        "  prefix: UJI\n  tz: ¦Asia/Mojokerto",
        'city.tz: "Asia/Mojokerto" bukan zona waktu; tulis misalnya Asia/Jakarta',
    ),
    "bad host": (
        "rules:",
        "web: {host: ¦di sini}\nrules:",
        'web.host: "di sini" bukan nama mesin; tulis misalnya 127.0.0.1',
    ),
    "no such port": ("rules:", "web: {port: ¦70000}\nrules:", "web.port: paling banyak 65535"),
    "number in quotes": (
        "rules:",
        'web: {port: ¦"8000"}\nrules:',
        "web.port: harus bilangan bulat, tanpa tanda kutip",
    ),
    "latitude and longitude exchanged": (
        "lat: -7.05, lon: 112.05",
        "lat: ¦112.05, lon: 112.05",
        "agenda.start.lat: paling banyak 6.5",
    ),
    "point outside the city": (
        "[-7.03, 112.03]",
        "¦[-7.3, 112.03]",
        "areas.kelurahan.0.points.1: di luar kotak kota (city.bbox); urutannya lintang, bujur",
    ),
    "start outside the city": (
        "start: {name: Balai Kota, lat: -7.05",
        "start: ¦{name: Balai Kota, lat: -7.5",
        "agenda.start: di luar kotak kota (city.bbox); urutannya lintang, bujur",
    ),
    "box the wrong way round": (
        "[112.0, -7.1, 112.1, -7.0]",
        "¦[112.1, -7.0, 112.0, -7.1]",
        "city.bbox: urutannya: bujur barat, lintang selatan, bujur timur, lintang utara",
    ),
    "infinite": (
        "  start: {name: Balai",
        "  speed_kmh: ¦.inf\n  start: {name: Balai",
        "agenda.speed_kmh: harus bilangan, tanpa tanda kutip",
    ),
    "fewer stops than least": (
        "  start: {name: Balai",
        "  min_stops: 5\n  max_stops: ¦4\n  start: {name: Balai",
        "agenda.max_stops: harus paling sedikit min_stops (5)",
    ),
    "unbuilt door switched on": (
        "  telegram: {",
        "  social: {name: Medsos, enabled: ¦true}\n  telegram: {",
        "channels.social.enabled: pintu kanal ini belum tersedia dalam versi ini; tulis enabled: false",
    ),
    "column of an export that means nothing": (
        "  telegram: {",
        "  lapor: {name: LAPOR, columns: {¦warna: [Merah]}}\n  telegram: {",
        'channels.lapor.columns.warna: "warna" bukan pilihan; pilih: '
        + ", ".join(f"'{field}'" for field in FIELDS),
    ),
    "bot without token": (
        "telegram: {name: Telegram, enabled: false",
        "telegram: ¦{name: Telegram, enabled: true",
        "channels.telegram: token belum ditulis; tulis token: env:SAPA_TELEGRAM_TOKEN",
    ),
    "bot whose token is not set": (
        "Telegram, enabled: false",
        "Telegram, enabled: true, token: ¦env:UJI_BOT",
        "channels.telegram.token: variabel lingkungan UJI_BOT belum diisi",
    ),
    "bot whose token is none": (
        "Telegram, enabled: false",
        "Telegram, enabled: true, token: ¦env:UJI_KATA",
        "channels.telegram.token: isi UJI_KATA bukan token bot; bentuknya 123456:ABC… dari BotFather",
    ),
    "token in the file": (
        "Telegram, enabled: false",
        'Telegram, enabled: false, token: ¦"123456:ABCDEFGHIJKLMNOP"',
        "channels.telegram.token: rahasia tidak boleh ditulis di sini; tulis env:NAMA_VARIABEL",
    ),
    "webhook without secret": (
        "telegram: {name: Telegram, enabled: false",
        "telegram: ¦{name: Telegram, enabled: true, token: env:UJI_TOKEN, mode: webhook",
        "channels.telegram: mode webhook perlu rahasia; "
        "tulis webhook_secret: env:SAPA_TELEGRAM_WEBHOOK_SECRET",
    ),
    "webhook with a weak secret": (
        "Telegram, enabled: false",
        "Telegram, enabled: true, token: env:UJI_TOKEN, mode: webhook, webhook_secret: ¦env:UJI_KATA",
        "channels.telegram.webhook_secret: isi UJI_KATA harus 16–256 huruf, angka, - dan _",
    ),
    "unknown mode of the bot": (
        "Telegram, enabled: false",
        "Telegram, enabled: false, mode: ¦push",
        "channels.telegram.mode: \"push\" bukan pilihan; pilih: 'poll', 'webhook'",
    ),
    "yes for true": (
        "Telegram, enabled: false",
        "Telegram, enabled: ¦yes",
        "channels.telegram.enabled: harus true atau false",
    ),
    "literal secret": (
        "rules:",
        "links: {secret: ¦rahasia123}\nrules:",
        "links.secret: rahasia tidak boleh ditulis di sini; tulis env:NAMA_VARIABEL",
    ),
    "secret not set": (
        "rules:",
        "links: {secret: ¦env:UJI_KUNCI}\nrules:",
        "links.secret: variabel lingkungan UJI_KUNCI belum diisi",
    ),
    "waits that shrink": (
        "rules:",
        "relay: {retry_seconds: ¦[60, 10]}\nrules:",
        "relay.retry_seconds: jeda pertama tidak boleh lebih lama dari jeda terlama",
    ),
    "desk address without room for a token": (
        "address: lapor@uji.example",
        "address: ¦lapor+kota@uji.example",
        'channels.email.address: "lapor+kota@uji.example" tidak dapat dipakai;'
        " sebelum @ hanya huruf, angka, titik, - dan _",
    ),
    "user without password": (
        "lapor@uji.example, enabled: true",
        "lapor@uji.example, enabled: true, relay: ¦{user: sapa}",
        "channels.email.relay: user dan password harus diisi keduanya, atau dikosongkan keduanya",
    ),
    "login without TLS": (
        "lapor@uji.example, enabled: true",
        "lapor@uji.example, enabled: true, listen: ¦{login: {user: a, password: env:UJI_TOKEN}}",
        "channels.email.listen: login hanya boleh lewat TLS; isi juga tls: {certificate: …, key: …}",
    ),
    "a proxy that is no network": (
        "lapor@uji.example, enabled: true",
        "lapor@uji.example, enabled: true, listen: {proxies: [¦haproxy]}",
        "channels.email.listen.proxies.0: harus alamat IP atau jaringan, misalnya 10.0.0.5 atau 10.0.0.0/24",
    ),
    "database of another kind": (
        "rules:",
        "storage: {database: ¦mysql://db/sapa}\nrules:",
        "storage.database: basis data harus sqlite:///berkas atau postgresql://…",
    ),
    "database in memory": (
        "rules:",
        "storage: {database: ¦'sqlite:///:memory:'}\nrules:",
        "storage.database: basis data harus sqlite:///berkas atau postgresql://…",
    ),
    "database password written down": (
        "rules:",
        "storage: {database: ¦postgresql://sapa:rahasia@db/sapa}\nrules:",
        "storage.database: kata sandi basis data tidak boleh ditulis di sini; tulis env:NAMA_VARIABEL",
    ),
    "database variable not set": (
        "rules:",
        "storage: {database: ¦env:UJI_DB}\nrules:",
        "storage.database: variabel lingkungan UJI_DB belum diisi",
    ),
    "database is a number": (
        "rules:",
        "storage: {database: ¦5}\nrules:",
        "storage.database: harus sqlite:///berkas, postgresql://… atau env:NAMA_VARIABEL",
    ),
    **{
        f"scanner at {address}": (
            "rules:",
            f"storage: {{clamd: ¦'{address}'}}\nrules:",
            f'storage.clamd: "{address}" bukan alamat clamd; tulis 127.0.0.1:3310 atau unix:/jalur/clamd.ctl',
        )
        for address in ("3310", "clamd", "127.0.0.1:0", "127.0.0.1:99999", "unix:clamd.ctl", "http://x:3310")
    },
    "folder is a number": (
        "rules:",
        "storage: {var: ¦5}\nrules:",
        "storage.var: harus nama folder, misalnya var",
    ),
    "empty value": ("  name: Kota Uji", "  ¦name:", "city.name: belum diisi"),
    "empty text": ("  name: Kota Uji", '  name: ¦" "', "city.name: tidak boleh kosong"),
    "text too long": (
        "  name: Kota Uji",
        f"  name: ¦{'a' * 2001}",
        "city.name: terlalu panjang: paling banyak 2000 huruf",
    ),
    "list instead of text": ("  name: Kota Uji", "  name: ¦[a]", "city.name: harus teks"),
    "text instead of section": (
        "external:\n  - {code: PLN, name: PLN, reach: PLN 123}",
        "external: ¦PLN",
        "external: harus daftar, misalnya [a, b]",
    ),
    "text instead of mapping": ("{DLH: DISHUB}", "¦DLH", "other_route: harus berisi kunci: nilai"),
    "item instead of section": (
        "{code: PLN, name: PLN, reach: PLN 123}",
        "¦PLN",
        "external.0: harus berisi kunci: nilai",
    ),
    "wrong code": (
        "{code: PLN",
        "{code: ¦pln",
        'external.0.code: "pln" bentuknya salah; tulis huruf besar tanpa spasi, misalnya DISHUB',
    ),
    "no word": ("words: [kebakaran]", "words: ¦[]", "urgent.words: terlalu sedikit: paling sedikit 1"),
    "rule that is no rule": ("{id: lampu, assign: DISHUB}", "¦lampu", "rules.1: harus berisi kunci: nilai"),
}


#: What the environment holds.
VARIABLES = {"UJI_TOKEN": "123456:AAF-uji-token", "UJI_KATA": "rahasia"}


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_one_fault_gives_one_error_at_its_place(fault: str, complaint: Complaint) -> None:
    old, new, error = ONE_FAULT[fault]
    if fault == "missing key":
        assert complaint(old, new) == [f"config.yaml:12:5: {error}"]
    else:
        assert complaint(old, new, VARIABLES) == [error]


def test_several_errors_of_both_kinds_are_told_at_once_in_file_order(complaint: Complaint) -> None:
    errors = complaint(
        "rules:\n  - {id: sampah, assign: DLH,",
        "web: {port: -1, prot: 2}\nrules:\n  - {id: sampah, assign: DHL,",
    )
    assert errors == [
        "config.yaml:46:13: web.port: paling sedikit 0",
        'config.yaml:46:17: web.prot: kunci tidak dikenal; maksudnya "port"?',
        'config.yaml:48:26: rules.0.assign: "DHL" bukan OPD atau instansi luar yang terdaftar;'
        ' maksudnya "DLH"?',
    ]


def test_very_many_errors_are_counted_not_all_told(complaint: Complaint) -> None:
    many = "".join(f"zz{number}: 1\n" for number in range(80))
    errors = complaint("rules:", many + "rules:")
    assert len(errors) == 51
    assert errors[-1] == "… dan 30 kesalahan lain"


def test_an_error_stays_on_one_line_whatever_the_key(complaint: Complaint) -> None:
    [error] = complaint("rules:", '¦"aneh\\nsekali": 1\nrules:')
    assert error.startswith("aneh\\nsekali: kunci tidak dikenal")


def test_a_long_value_is_shortened_in_the_message(complaint: Complaint) -> None:
    [error] = complaint("start: {name: Balai", f"kunci{'x' * 80}: 1\n  start: {{name: Balai")
    assert error.count("x") >= 80
    [error] = complaint("dlh@uji.example", f"¦{'x' * 300}")
    assert error == f'opds.0.email: "{"x" * 60}…" bukan alamat surel; tulis misalnya dlh@kota.example'


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "config.yaml:1:1: berkas kosong"),
        (b"# hanya komentar\n", "config.yaml:1:1: berkas kosong"),
        (b"- a\n", "config.yaml:1:1: berkas harus berisi kunci: nilai, bukan daftar atau teks"),
        (b"halo\n", "config.yaml:1:1: berkas harus berisi kunci: nilai, bukan daftar atau teks"),
        (b"a: 1\nb: \xff\n", "config.yaml:2:4: bukan UTF-8; simpan berkas dengan pengodean UTF-8"),
        (b"a: 1\nb: \x07\n", "config.yaml:2:4: ada huruf yang tidak dapat dicetak; hapus"),
        (b"a:\n\tb: 1\n", "config.yaml:2:1: TAB tidak boleh dipakai; pakai spasi"),
        (
            b"a: b: c\n",
            "config.yaml:1:5: titik dua di tempat yang salah; beri tanda kutip pada teks berisi ': '",
        ),
        (
            b"a:\n  b: 1\n c: 2\n",
            "config.yaml:3:2: lekuk baris tidak sejajar dengan baris lain pada bagian yang sama",
        ),
        (b"a: 'b\n", "config.yaml:2:1: tanda kutip atau kurung belum ditutup"),
        (
            b"a: 1\nb\nc: 2\n",
            "config.yaml:3:1: setelah kunci harus ada titik dua dan spasi, misalnya: kunci: nilai",
        ),
        (
            b'a: "\\U99999999"\n',
            "config.yaml:1:1: bentuk YAML salah (Python int too large to convert to C int)",
        ),
        (b"? [a]\n: 1\n", "config.yaml:1:3: kunci harus satu kata, bukan daftar atau acuan"),
        (b"a: " + b"[" * 40, "config.yaml:1:23: a.0.0: terlalu dalam: paling banyak 20 tingkat"),
        (b"#" * 1_000_001, "config.yaml:1:1: berkas lebih besar dari 1 MB; bagi menjadi beberapa"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_with_its_place(
    content: bytes, error: str, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_bytes(content)
    with pytest.raises(BadConfig) as caught:
        load(tmp_path / "config.yaml", {})
    assert str(caught.value) == f"{tmp_path}/{error}"


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ("name: ¦&x Kota Uji", "city.name: jangkar &x tidak boleh dipakai; tulis nilainya di sini"),
        ("name: ¦!!str Kota Uji", 'city.name: tanda "tag:yaml.org,2002:str" tidak boleh dipakai; hapus'),
        ('name: ¦"Kota \\0Uji"', "city.name: ada huruf yang tidak dapat dicetak; hapus"),
        ('name: ¦"Kota \\ud800Uji"', "city.name: ada huruf yang tidak dapat dicetak; hapus"),
    ],
)
def test_anchors_tags_and_hidden_letters_are_refused(new: str, error: str, complaint: Complaint) -> None:
    assert complaint("name: Kota Uji", new) == [error]


def test_an_alias_bomb_is_refused_and_does_not_grow(complaint: Complaint) -> None:
    bomb = "bom: &a [x]\n" + "".join(f"bom{n}: &b{n} [*a, *a, *a]\n" for n in range(9))
    errors = complaint("rules:", bomb + "rules:")
    assert any("acuan *a tidak boleh dipakai" in error for error in errors)


def test_a_second_document_in_a_file_is_refused(complaint: Complaint) -> None:
    assert complaint("rules:", "¦---\nrules:")[0] == "hanya satu dokumen per berkas; hapus baris '---' ini"


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    for name, error in (
        ("tiada.yaml", "berkas tidak ada"),
        ("folder.yaml", "bukan berkas biasa"),
        ("x" * 300, "tidak dapat dibaca: File name too long"),
    ):
        (tmp_path / "folder.yaml").mkdir(exist_ok=True)
        with pytest.raises(BadConfig) as caught:
            load(tmp_path / name, {})
        assert str(caught.value) == f"{tmp_path}/{name}:1:1: {error}"
