"""Minutes between places without a road map: the crow's way, stretched, at city speed. Pure."""

import math
from collections.abc import Sequence
from typing import Any

EARTH_KM = 6371.0088

Point = tuple[float, float]  # latitude, longitude in degrees


def kilometres(a: Point, b: Point) -> float:
    """The great-circle distance."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


def minutes(
    points: Sequence[Point], *, speed_kmh: float, detour: float, parking_minutes: int
) -> list[list[int]]:
    """Whole minutes from each point to each other, rounded up, with the triangle inequality.

    `points[0]` is where the round starts and ends; arriving anywhere else costs the time to park.
    """
    per_km = detour / speed_kmh * 60
    table = [
        [
            0 if i == j else math.ceil(kilometres(a, b) * per_km - 1e-9) + (parking_minutes if j else 0)
            for j, b in enumerate(points)
        ]
        for i, a in enumerate(points)
    ]
    return closed(table)


def closed(table: Sequence[Sequence[int]]) -> list[list[int]]:
    """The metric closure (Floyd-Warshall): no way between two places is longer than by a third."""
    import numpy

    matrix: Any = numpy.array(table, dtype=numpy.int64).reshape(len(table), len(table))
    for k in range(len(table)):
        numpy.minimum(matrix, matrix[:, k, None] + matrix[None, k, :], out=matrix)
    result: list[list[int]] = matrix.tolist()
    return result
