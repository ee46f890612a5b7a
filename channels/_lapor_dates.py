"""Dates as exports write them: Indonesian, ISO, or the numbers of a spreadsheet."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("januari jan january", "februari feb pebruari peb february", "maret mar march mrt"),
            *("april apr", "mei may", "juni jun june", "juli jul july"),
            *("agustus agu agt ags agst aug august", "september sep sept", "oktober okt oct october"),
            *("november nov nop nopember", "desember des dec december"),
        ),
        1,
    )
    for name in names.split()
}
_ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}
_TIME = r"(?:[ ,T]+(?:(?:pukul|jam|pkl)\.? *)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?)?"
_ZONE = r" *(wib|wita|wit|utc|gmt|z|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}{_ZONE}", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}{_ZONE}", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?:[a-z']{{3,9}},? +)?(\d{{1,2}})[- ]+([a-z]{{3,9}})\.?,?[- ]+(\d{{4}}){_TIME}{_ZONE}", re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,20}))?")
_FIRST = datetime(1899, 12, 30, tzinfo=UTC)
#: No report is older than the first petition box on line.
_OLDEST = 2000


def moment(written: str, tz: tzinfo) -> datetime | None:
    """An aware UTC time of what stands in a cell (city time unless it names a zone); None: unreadable."""
    text = " ".join(written[:60].split())
    if found := _SERIAL.fullmatch(text):
        days = float(f"{found[1]}.{found[2] or 0}")
        naive = (_FIRST + timedelta(seconds=round(days * 86_400))).replace(tzinfo=None)
        return _sure(naive, "", tz)
    if found := _ISO.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[2]), int(found[3])
    elif found := _NAMED.fullmatch(text):
        day, month, year = int(found[1]), _MONTHS.get(found[2].casefold(), 0), int(found[3])
    else:
        return None
    try:
        hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
        naive = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (its zone comes below)
    except ValueError:
        return None
    return _sure(naive, (found[7] or "").casefold(), tz)


def _sure(naive: datetime, zone: str, tz: tzinfo) -> datetime | None:
    if not _OLDEST <= naive.year <= 2200:
        return None
    if zone in _ZONES:
        tz = timezone(timedelta(hours=_ZONES[zone]))
    elif zone:
        sign, digits = (-1 if zone[0] == "-" else 1), zone[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        if minutes >= 24 * 60:
            return None
        tz = timezone(timedelta(minutes=sign * minutes))
    return naive.replace(tzinfo=tz).astimezone(UTC)
