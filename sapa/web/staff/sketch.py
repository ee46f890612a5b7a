"""A sketch of the city with one place on it, drawn from the gazetteer's points; no map service is asked."""

import math
from dataclasses import dataclass

from router.place import Gazetteer

#: Width of a sketch in its own units, and the empty edge around the points.
WIDTH, EDGE = 320, 16
#: A sketch is never higher than that many times its width.
TALLEST = 1.2


@dataclass(frozen=True, slots=True)
class Dot:
    """A representative point of a kelurahan; `here`: of the one the place lies in."""

    x: float
    y: float
    here: bool


@dataclass(frozen=True, slots=True)
class Sketch:
    """Dots and the place, in units from the upper left; `names` are kelurahan at their middle."""

    height: float
    x: float
    y: float
    dots: tuple[Dot, ...]
    names: tuple[tuple[str, float, float, bool], ...]


def draw(gazetteer: Gazetteer, lat: float, lon: float, kelurahan: str) -> Sketch | None:
    """The sketch, or None where there are no points or the place lies far outside of them."""
    points = [point for area in gazetteer.areas for point in area.points]
    if not points:
        return None
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * EDGE) / max((east - west) * narrow, (north - south) / TALLEST, 1e-4)

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return (
            round(EDGE + (point[1] - west) * narrow * scale, 1),
            round(EDGE + (north - point[0]) * scale, 1),
        )

    height = round(2 * EDGE + (north - south) * scale, 1)
    x, y = at((lat, lon))
    if not (0 <= x <= WIDTH and 0 <= y <= height):
        return None
    dots = [Dot(*at(point), area.kelurahan == kelurahan) for area in gazetteer.areas for point in area.points]
    names = []
    for area in gazetteer.areas:
        middle = tuple(sum(p[axis] for p in area.points) / len(area.points) for axis in (0, 1))
        names.append((area.kelurahan, *at((middle[0], middle[1])), area.kelurahan == kelurahan))
    return Sketch(height, x, y, tuple(dots), tuple(names))
