"""docs/reference/config.md names every key of the model with its default, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sapa.settings import OVERRIDES
from sapa.settings.kinds import Part
from sapa.settings.model import Settings, section_of

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "config.md").read_text()


def keys(section: type[Part], above: str = "") -> Iterator[tuple[str, str]]:
    """Every key (`opds[].email`) with its default as the page shows it."""
    for name, info in section.model_fields.items():
        kind = str(info.annotation)
        path = above + name + ("[]" if "tuple[" in kind and "..." in kind else "")
        inner = section_of(info.annotation)
        yield path, "wajib" if info.is_required() else shown(None if inner else info.default)
        if inner:
            yield from keys(inner, f"{path}.")


def shown(default: Any) -> str:
    if default in (None, "", (), {}) and default is not False:
        return "boleh kosong"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_every_key_is_documented_with_its_default_and_no_other() -> None:
    documented = dict(re.findall(r"^\| `([a-z_.\[\]]+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    documented.pop("include[]")
    assert documented == dict(keys(Settings))


def test_every_variable_is_documented_with_the_key_it_sets() -> None:
    documented = dict(re.findall(r"^\| `(SAPA_[A-Z_]+)` \| `([a-z_.]+)` \|", PAGE, re.MULTILINE))
    assert documented == {name: ".".join(path) for name, path in OVERRIDES.items()}


def test_every_key_has_a_meaning() -> None:
    rows = re.findall(r"^\| `[^|]+` \| [^|]+ \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows
    assert all(len(meaning) >= 5 for meaning in rows)
