"""From files and environment to `Settings`, or every error at once."""

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from sapa.settings.cross import check
from sapa.settings.gather import Gathered, gather
from sapa.settings.model import Settings
from sapa.settings.problems import BadConfig, Path, Problem, Spot
from sapa.settings.wording import problems_of

#: Environment variables that stand above the files, and the key each of them sets.
OVERRIDES: Mapping[str, tuple[str, ...]] = {
    "SAPA_PUBLIC_URL": ("city", "public_url"),
    "SAPA_HTTP_HOST": ("web", "host"),
    "SAPA_HTTP_PORT": ("web", "port"),
    "SAPA_SMTP_HOST": ("channels", "email", "listen", "host"),
    "SAPA_SMTP_PORT": ("channels", "email", "listen", "port"),
    "SAPA_VAR": ("storage", "var"),
    "SAPA_DATABASE_URL": ("storage", "database"),
}


def load(path: FilePath | str, environ: Mapping[str, str]) -> Settings:
    """The checked configuration at `path`. Raises `BadConfig` with all errors found.

    Relative folders in it start at the folder of `path`.
    """
    gathered = gather(FilePath(path))
    _override(gathered, environ)
    positions = gathered.positions()
    problems = check(gathered.data, environ, positions)
    context = {"folder": gathered.folder, "environ": environ}
    try:
        settings = Settings.model_validate(gathered.data, context=context)
    except ValidationError as error:
        problems += problems_of(error, positions)
        raise BadConfig([*gathered.problems, *_deepest(problems)]) from None
    if problems or gathered.problems:
        raise BadConfig([*gathered.problems, *_deepest(problems)])
    return settings.located(positions)


def _deepest(problems: list[Problem]) -> list[Problem]:
    """One problem a place, and none of a whole whose part has one: the second follows from the first."""
    whole = {problem.path[:length] for problem in problems for length in range(len(problem.path))}
    first: dict[tuple[Path, Spot], Problem] = {}
    for problem in problems:
        if problem.path not in whole:
            first.setdefault((problem.path, problem.spot), problem)
    return list(first.values())


def _override(gathered: Gathered, environ: Mapping[str, str]) -> None:
    for name, path in OVERRIDES.items():
        value = environ.get(name, "")
        if not value:
            continue
        spot = Spot(f"${name}")
        wanted = _wanted(name, value)
        if wanted is None:
            gathered.problems.append(Problem(spot, path, "harus bilangan bulat"))
        elif _set(gathered.data, path, wanted):
            gathered.keys[path] = gathered.values[path] = spot


def _wanted(name: str, value: str) -> str | int | None:
    if name.endswith("_PORT"):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    return f"env:{name}" if name == "SAPA_DATABASE_URL" else value


def _set(data: dict[str, Any], path: Path, value: str | int) -> bool:
    """Put the value at the path, making sections on the way; not where something else stands."""
    for part in path[:-1]:
        section = data.setdefault(str(part), {})
        if not isinstance(section, dict):
            return False
        data = section
    data[str(path[-1])] = value
    return True
