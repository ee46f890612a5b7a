"""The kinds of value a configuration holds: text, codes, dates, addresses, secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    ValidationInfo,
)

from sapa.settings.problems import quoted

_SECRET = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?|::1?")


class Part(BaseModel):
    """A section of the configuration: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret named in the configuration; its `value` came from the environment ("" if not set)."""

    name: str
    value: str = field(default="", repr=False, compare=False)


def secret_named(value: object, info: ValidationInfo) -> Secret:
    """The secret of `env:NAME`; anything else is no place for one."""
    found = _SECRET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("rahasia tidak boleh ditulis di sini; tulis env:NAMA_VARIABEL")
    return Secret(found[1], _environ(info).get(found[1], ""))


def _environ(info: ValidationInfo) -> Mapping[str, str]:
    environ: Mapping[str, str] = (info.context or {}).get("environ", {})
    return environ


def _base(info: ValidationInfo) -> Path:
    """The folder relative paths start at."""
    return Path((info.context or {}).get("folder", "."))


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f"{quoted(value)} bukan tanggal; tulis TAHUN-BULAN-HARI, misalnya 2026-08-17")


def _clock(value: object) -> time:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise ValueError(f'{quoted(value)} bukan jam; tulis JAM:MENIT, misalnya "08:00"')


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"@?#]", value):
        raise ValueError(f"{quoted(value)} bukan alamat web; tulis misalnya https://sapa.kota.example")
    return value.rstrip("/")


def _mail_address(value: str) -> str:
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise ValueError(f"{quoted(value)} bukan alamat surel; tulis misalnya dlh@kota.example")
    return value


def _desk_address(value: str) -> str:
    """A mail address to whose name a reply token can be added (`name+token@…`)."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}@.{1,200}", _mail_address(value)):
        raise ValueError(f"{quoted(value)} tidak dapat dipakai; sebelum @ hanya huruf, angka, titik, - dan _")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError(f"{quoted(value)} bukan nama mesin; tulis misalnya 127.0.0.1")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{quoted(value)} bukan zona waktu; tulis misalnya Asia/Jakarta") from error
    return value


def _scanner(value: str) -> str:
    host, _, port = value.rpartition(":")
    local = value.startswith("unix:/") and len(value) < 108 and "\x00" not in value
    remote = _HOST.fullmatch(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536
    if not (local or remote):
        raise ValueError(
            f"{quoted(value)} bukan alamat clamd; tulis 127.0.0.1:3310 atau unix:/jalur/clamd.ctl"
        )
    return value


def _folder(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value or "\x00" in value:
        raise ValueError("harus nama folder, misalnya var")
    return _base(info) / value


def _database(value: object, info: ValidationInfo) -> SecretStr:
    """`sqlite:///file`, `postgresql://…` without password, or env:NAME holding either with one."""
    if not isinstance(value, str):
        raise ValueError("harus sqlite:///berkas, postgresql://… atau env:NAMA_VARIABEL")
    named = _SECRET.fullmatch(value)
    url = _environ(info).get(named[1], "") if named else value
    if named and not url:
        raise ValueError(f"variabel lingkungan {named[1]} belum diisi")
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///") and ":memory:" not in url:
        return SecretStr(f"sqlite:///{_base(info) / url.removeprefix('sqlite:///')}")
    if not re.match(r"postgresql(\+psycopg)?://.", url):
        raise ValueError("basis data harus sqlite:///berkas atau postgresql://…")
    if not named and re.search(r"://[^/@]*:[^/@]+@|[?&]password=", url):
        raise ValueError("kata sandi basis data tidak boleh ditulis di sini; tulis env:NAMA_VARIABEL")
    return SecretStr(url)


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000)]
Note = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=2000)]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
Id = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]
Phone = Annotated[str, StringConstraints(strict=True, pattern=r"^\+?[0-9][0-9 -]{1,18}[0-9]$")]
Postal = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{5}$")]
Region = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")
]
Prefix = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2,6}$")]
Country = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z]{2}$")]
Email = Annotated[str, StringConstraints(strict=True), AfterValidator(_mail_address)]
DeskAddress = Annotated[str, StringConstraints(strict=True), AfterValidator(_desk_address)]
Url = Annotated[str, StringConstraints(strict=True, max_length=500), AfterValidator(_web_address)]
#: The number a provider calls an account of ours by.
AccountId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{3,30}$")]
Host = Annotated[str, StringConstraints(strict=True, max_length=255), AfterValidator(_host)]
Scanner = Annotated[str, StringConstraints(strict=True, max_length=300), AfterValidator(_scanner)]
Zone = Annotated[str, StringConstraints(strict=True, max_length=64), AfterValidator(_zone)]
Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Port = Annotated[StrictInt, Field(ge=0, le=65535)]
Count = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Number = Annotated[StrictFloat, Field(ge=0, le=1_000_000)]
Positive = Annotated[StrictFloat, Field(gt=0, le=1_000_000)]
#: Degrees within Indonesia, so that exchanged ones are noticed.
Lat = Annotated[StrictFloat, Field(ge=-11.5, le=6.5)]
Lon = Annotated[StrictFloat, Field(ge=94.5, le=141.5)]
Point = tuple[Lat, Lon]
Flag = StrictBool
SecretName = Annotated[Secret, PlainValidator(secret_named)]
Folder = Annotated[Path, PlainValidator(_folder)]
DatabaseUrl = Annotated[SecretStr, PlainValidator(_database)]


def default(value: Any) -> Any:
    """A default that is checked like a written value (folders and sections need the context)."""
    return Field(default=value, validate_default=True)
