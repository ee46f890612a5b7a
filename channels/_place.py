"""A point on the map as foreign formats give it: kept when it can be true, else dropped with a note."""

import math
from typing import Any

NO_POINT = "(titik lokasi tidak sah)"


def point(lat: Any, lon: Any) -> tuple[float | None, float | None, str]:
    """WGS84 degrees and "", or (None, None, note) for 0,0, outside the world or not a number.

    Nothing given gives (None, None, "").
    """
    if lat in (None, "") and lon in (None, ""):
        return None, None, ""
    north, east = number(lat), number(lon)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return None, None, NO_POINT
    if abs(north) < 1e-6 and abs(east) < 1e-6:
        return None, None, NO_POINT
    return north, east, ""


def number(given: Any) -> float | None:
    """A finite number from a number or its text (comma or point), else None."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        value = float(given.replace(",", ".") if isinstance(given, str) else given)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None
