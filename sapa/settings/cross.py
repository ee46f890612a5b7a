"""Checks between the parts: doubled names, references to nothing, places outside, missing secrets.

They look at plain data, so that they find their faults also where the model has found others.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from sapa.settings import cross_meta, cross_phone, cross_sms, cross_whatsapp, cross_x
from sapa.settings.problems import Path, Positions, Problem, quoted
from sapa.settings.wording import nearest

#: Stands for every item of a list or every value of a mapping …
EACH = "*"
#: … and for every key of a mapping.
KEYS = "[keys]"

#: Values that may stand only once; patterns in one row share their names.
_UNIQUE: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("opds", EACH, "code"), ("external", EACH, "code")),
    (("opds", EACH, "aliases", EACH), ("external", EACH, "aliases", EACH)),
    (("brand", EACH, "valid_from"),),
    (("areas", "kecamatan", EACH, "name"),),
    (("areas", "kelurahan", EACH, "name"),),
    (("areas", "kecamatan", EACH, "kode"), ("areas", "kelurahan", EACH, "kode")),
    (("sensitive", EACH, "id"),),
    (("urgent", "numbers", EACH, "number"),),
    (("holidays", "add", EACH, "date"), ("holidays", "remove", EACH, "date")),
    (("rules", EACH, "id"),),
    (("answers", EACH, "id"),),
)
_OPDS = (("opds", EACH, "code"),)
_OWNERS = (*_OPDS, ("external", EACH, "code"))
_KECAMATAN = (("areas", "kecamatan", EACH, "name"),)
#: Values that must be one of other values: where, of which, what they are called.
_REFERENCES: tuple[tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str], ...] = (
    (("opds", EACH, "successor"), _OPDS, "OPD"),
    (("sensitive", EACH, "assign"), _OPDS, "OPD"),
    (("answers", EACH, "opds", EACH), _OPDS, "OPD"),
    (("other_route", KEYS), _OWNERS, "OPD atau instansi luar"),
    (("other_route", EACH), _OPDS, "OPD"),
    (("rules", EACH, "assign"), _OWNERS, "OPD atau instansi luar"),
    (("rules", EACH, "supporting", EACH), _OWNERS, "OPD atau instansi luar"),
    (("areas", "kelurahan", EACH, "kecamatan"), _KECAMATAN, "kecamatan"),
)
#: A secret, the values that must all be true for it to be needed, and its fewest letters.
_SECRETS: tuple[tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int], ...] = (
    (("links", "secret"), (), 32),
    (("channels", "email", "relay", "password"), (("channels", "email", "enabled"),), 1),
    (("channels", "email", "imap", "password"), (("channels", "email", "enabled"),), 1),
    (("channels", "email", "listen", "login", "password"), (("channels", "email", "enabled"),), 12),
    (("channels", "telegram", "token"), (("channels", "telegram", "enabled"),), 1),
    (("channels", "telegram", "webhook_secret"), (("channels", "telegram", "enabled"),), 1),
)

#: What the variables of the Telegram bot must look like.
_BOT_KEYS = (
    ("token", r"[0-9]{3,20}:[A-Za-z0-9_-]{10,100}", "bukan token bot; bentuknya 123456:ABC… dari BotFather"),
    ("webhook_secret", r"[A-Za-z0-9_-]{16,256}", "harus 16–256 huruf, angka, - dan _"),
)

#: What doors need, once they are open.
_DOORS = (cross_sms, cross_whatsapp, cross_phone, cross_meta, cross_x)


def check(data: Mapping[str, Any], environ: Mapping[str, str], positions: Positions) -> list[Problem]:
    """Every fault between the parts of `data`."""
    checker = _Checker(data, environ, positions)
    return [
        problem
        for look in (
            checker.doubles,
            checker.sla_doubles,
            checker.references,
            checker.self_routes,
            checker.places,
            checker.secrets,
            checker.relay_login,
            checker.mailbox,
            checker.telegram_keys,
            checker.doors,
        )
        for problem in look()
    ]


def select(data: object, pattern: tuple[str, ...], at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every (path, value) of `data` that fits the pattern; what has another shape is passed over."""
    if not pattern:
        yield at, data
        return
    first, rest = pattern[0], pattern[1:]
    if first == KEYS:
        yield from (((*at, key), key) for key in (data if isinstance(data, dict) else ()))
    elif first == EACH and isinstance(data, list):
        for number, item in enumerate(data):
            yield from select(item, rest, (*at, number))
    elif isinstance(data, dict):
        for key in data if first == EACH else (first,):
            if key in data:
                yield from select(data[key], rest, (*at, key))


@dataclass(frozen=True, slots=True)
class _Checker:
    data: Mapping[str, Any]
    environ: Mapping[str, str]
    positions: Positions

    def doubles(self) -> Iterator[Problem]:
        for patterns in _UNIQUE:
            seen: dict[str, Path] = {}
            for path, value in self._strings(patterns):
                first = seen.setdefault(value.strip().casefold(), path)
                if first != path:
                    message = (
                        f"{quoted(value)} sudah dipakai di {self.positions.where(first)}; pakai yang lain"
                    )
                    yield self._problem(path, message)

    def sla_doubles(self) -> Iterator[Problem]:
        seen: dict[tuple[str, ...], Path] = {}
        for path, row in select(self.data, ("sla", EACH)):
            if not isinstance(row, dict):
                continue
            kind = tuple(str(row.get(name, "all")) for name in ("step", "type", "valid_from"))
            first = seen.setdefault(kind, path)
            if first != path:
                message = f"baris ini sama dengan {self.positions.where(first)}; ubah valid_from atau hapus"
                yield self._problem(path, message)

    def references(self) -> Iterator[Problem]:
        for pattern, of, called in _REFERENCES:
            known = [value for _, value in self._strings(of)]
            for path, value in self._strings((pattern,)):
                if value and value not in known:
                    meant = nearest(value, known)
                    hint = f"maksudnya {quoted(meant)}?" if meant else "tidak ada yang mirip"
                    message = f"{quoted(value)} bukan {called} yang terdaftar; {hint}"
                    yield self._problem(path, message, key=pattern[-1] == KEYS)

    def self_routes(self) -> Iterator[Problem]:
        for path, value in self._strings((("other_route", EACH),)):
            if value == path[-1]:
                yield self._problem(path, "tidak boleh kembali ke instansi yang dilaporkan; pilih yang lain")

    def places(self) -> Iterator[Problem]:
        """Points outside the city's box (a point of another city, or a digit lost)."""
        box = self.data.get("city", {}).get("bbox") if isinstance(self.data.get("city"), dict) else None
        if not _numbers(box, 4):
            return
        west, south, east, north = box
        if west >= east or south >= north:
            return
        points = [
            (path, value) for path, value in select(self.data, ("areas", "kelurahan", EACH, "points", EACH))
        ]
        for path, start in select(self.data, ("agenda", "start")):
            if isinstance(start, dict):
                points.append((path, [start.get("lat"), start.get("lon")]))
        for path, point in points:
            if _numbers(point, 2) and not (south <= point[0] <= north and west <= point[1] <= east):
                yield self._problem(path, "di luar kotak kota (city.bbox); urutannya lintang, bujur")

    def secrets(self) -> Iterator[Problem]:
        paths = {path for door in _DOORS for path in door.secrets(self.data)}
        for pattern, switches, fewest in (*_SECRETS, *((path, (), 1) for path in sorted(paths))):
            on = all(any(value is True for _, value in select(self.data, switch)) for switch in switches)
            for path, value in self._strings((pattern,)):
                name = value.removeprefix("env:")
                filled = self.environ.get(name, "")
                if not on or name == value or len(filled) >= fewest:
                    continue
                wrong = f"terlalu pendek; paling sedikit {fewest} huruf" if filled else "belum diisi"
                yield self._problem(path, f"variabel lingkungan {name} {wrong}")

    def relay_login(self) -> Iterator[Problem]:
        """A user without password or the other way round."""
        for path, relay in select(self.data, ("channels", "email", "relay")):
            if isinstance(relay, dict) and (relay.get("user") is None) != (relay.get("password") is None):
                yield self._problem(path, "user dan password harus diisi keduanya, atau dikosongkan keduanya")

    def telegram_keys(self) -> Iterator[Problem]:
        """An open bot without its token, or told by a webhook without the secret that proves it."""
        for path, bot in select(self.data, ("channels", "telegram")):
            if not isinstance(bot, dict) or bot.get("enabled") is not True:
                continue
            if bot.get("token") is None:
                yield self._problem(path, "token belum ditulis; tulis token: env:SAPA_TELEGRAM_TOKEN")
            if bot.get("mode") == "webhook" and bot.get("webhook_secret") is None:
                message = "mode webhook perlu rahasia; tulis webhook_secret: env:SAPA_TELEGRAM_WEBHOOK_SECRET"
                yield self._problem(path, message)
            yield from self._shapes(path, bot)

    def _shapes(self, path: Path, bot: Mapping[str, Any]) -> Iterator[Problem]:
        """Keys of the bot whose variable holds something else."""
        for key, pattern, wrong in _BOT_KEYS:
            name = str(bot.get(key) or "").removeprefix("env:")
            if (held := self.environ.get(name, "")) and not re.fullmatch(pattern, held):
                yield self._problem((*path, key), f"isi {name} {wrong}")

    def mailbox(self) -> Iterator[Problem]:
        """Mail is to be moved, and nobody says where to."""
        for path, imap in select(self.data, ("channels", "email", "imap")):
            if isinstance(imap, dict) and imap.get("after") == "move" and not imap.get("folder_after"):
                yield self._problem(path, "after: move memerlukan folder_after")

    def doors(self) -> Iterator[Problem]:
        """What doors need once they are open."""
        for door in _DOORS:
            for path, message in door.faults(self.data):
                yield self._problem(path, message)

    def _strings(self, patterns: tuple[tuple[str, ...], ...]) -> Iterator[tuple[Path, str]]:
        for pattern in patterns:
            for path, value in select(self.data, pattern):
                if isinstance(value, str):
                    yield path, value

    def _problem(self, path: Path, message: str, *, key: bool = False) -> Problem:
        spot = self.positions.key(path) if key else self.positions.value(path)
        return Problem(spot, path, message)


def _numbers(value: object, count: int) -> TypeGuard[list[float]]:
    return isinstance(value, list) and len(value) == count and all(type(n) in (int, float) for n in value)
