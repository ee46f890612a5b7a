"""Checks between the keys of the doors of Facebook and Instagram: what they need once they are open."""

from collections.abc import Iterator, Mapping
from typing import Any

from sapa.settings.problems import Path, opened

_NAMES = ("facebook", "instagram")


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path, what is missing) of the open ones."""
    for name, door in _open(data):
        if not data["channels"].get("meta"):
            yield ("channels", name), "kanal ini memerlukan bagian channels.meta"
        for key in ("id", "token"):
            if door.get(key) is None:
                yield ("channels", name), f"{key} wajib diisi bila kanal ini dibuka"


def secrets(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of the secrets the open ones need."""
    for name, _ in _open(data):
        yield ("channels", name, "token")
        yield from (("channels", "meta", key) for key in ("app_secret", "verify_token"))


def _open(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in _NAMES:
        if (door := opened(data, name)) is not None:
            yield name, door
