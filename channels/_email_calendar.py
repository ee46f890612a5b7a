"""An invitation (text/calendar) as lines a person reads: what, when, where."""

import re

from channels._text import one_line

MAX_BYTES = 256 * 1024
MAX_EVENTS = 5
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z?))?")
_ZONE = re.compile(r';TZID="?([^";:]{1,60})', re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_LABELS = {
    "SUMMARY": "Acara",
    "DTSTART": "Mulai",
    "DTEND": "Selesai",
    "LOCATION": "Tempat",
    "DESCRIPTION": "Isi",
}


def to_text(calendar: str) -> str:
    """Summary, times and place of its first five events or tasks, a line each; "" when it names none."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar[:MAX_BYTES])
    events: list[dict[str, str]] = []
    below = 0  # inside an alarm or another thing of the event
    cancelled = False
    for line in unfolded.splitlines():
        name, _, value = line.partition(":")
        field, _, parameters = name.partition(";")
        field, value = field.strip().upper(), value.strip()
        if field == "METHOD":
            cancelled = value.upper() == "CANCEL"
        elif field == "BEGIN" and value.upper() in ("VEVENT", "VTODO"):
            events.append({})
            below = 0
        elif field in ("BEGIN", "END"):
            below += 1 if field == "BEGIN" else -1
        elif events and below <= 0 and field in _LABELS and len(events) <= MAX_EVENTS:
            events[-1].setdefault(field, _value(field, parameters, line, value))
    told = [_told(event, cancelled) for event in events[:MAX_EVENTS]]
    return "\n\n".join(filter(None, told))


def _told(event: dict[str, str], cancelled: bool) -> str:
    lines = [f"{label}: {event[field]}" for field, label in _LABELS.items() if event.get(field)]
    return "\n".join(["Acara ini dibatalkan." if cancelled else "", *lines]).strip() if lines else ""


def _value(field: str, parameters: str, line: str, value: str) -> str:
    if field.startswith("DT"):
        # A quoted zone may hold a colon: the time is what stands behind the last one.
        return _moment(line.rpartition(":")[2].strip(), f";{parameters}")
    limit = 2_000 if field == "DESCRIPTION" else 300
    plain = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value[: limit * 4])
    return one_line(plain, limit)


def _moment(value: str, parameters: str) -> str:
    """ "24-11-2026 09:00 (Asia/Jakarta)", as it was written when it is no time."""
    found = _TIME.fullmatch(value)
    if found is None:
        return one_line(value, 60)
    year, month, day, hour, minute, utc = found.groups()
    date = f"{day}-{month}-{year}"
    if hour is None:
        return date
    zone = _ZONE.search(parameters)
    where = " UTC" if utc else f" ({one_line(zone[1], 60)})" if zone else ""
    return f"{date} {hour}:{minute}{where}"
