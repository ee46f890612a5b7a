"""Checks between the keys of the door of X: what it needs once it is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from sapa.settings.problems import Path, opened

_X = ("channels", "x")
_SECRETS = ("consumer_key", "consumer_secret", "token", "token_secret")


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path, what is missing) of an open door."""
    door = opened(data, "x")
    for key in ("id", *_SECRETS) if door is not None else ():
        if door is not None and door.get(key) is None:
            yield _X, f"{key} wajib diisi bila kanal ini dibuka"


def secrets(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of the secrets an open door needs."""
    if opened(data, "x") is not None:
        yield from ((*_X, key) for key in _SECRETS)
