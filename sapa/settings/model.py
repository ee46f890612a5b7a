"""The whole configuration."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, PrivateAttr

from sapa.settings.city import Areas, Brand, City, External, Opd, Programme, brand_on
from sapa.settings.doors import Channels
from sapa.settings.kinds import Code, Part, default
from sapa.settings.machine import (
    CannedAnswer,
    Intake,
    Links,
    Outbox,
    Sensitive,
    Staff,
    Storage,
    Urgent,
    WebServer,
)
from sapa.settings.problems import BadConfig, Path, Positions, Problem, Spot
from sapa.settings.rhythm import Agenda, Holidays, SlaRow, concrete


class Settings(Part):
    """Everything an officer may change, checked; `rules` stay plain, the judge compiles them."""

    city: City
    brand: Annotated[tuple[Brand, ...], Field(min_length=1)]
    programme: Programme
    opds: Annotated[tuple[Opd, ...], Field(min_length=1)]
    external: tuple[External, ...] = ()
    areas: Areas
    channels: Channels
    sla: Annotated[tuple[SlaRow, ...], Field(min_length=1)]
    holidays: Holidays = default({})
    agenda: Agenda
    sensitive: tuple[Sensitive, ...] = ()
    urgent: Urgent
    other_route: Mapping[Code, Code] = default({})
    answers: tuple[CannedAnswer, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    intake: Intake = default({})
    web: WebServer = default({})
    storage: Storage = default({})
    relay: Outbox = default({})
    links: Links = default({})
    staff: Staff = default({})

    _positions: Positions = PrivateAttr(default_factory=lambda: Positions({}, {}, Spot("config.yaml")))

    @property
    def positions(self) -> Positions:
        """Where each value stands: `settings.positions.where(("rules", 3, "assign"))`."""
        return self._positions

    def brand_on(self, day: date) -> Brand:
        """The brand in force on `day` (a day of the city)."""
        return brand_on(self.brand, day)

    @property
    def public_url(self) -> str:
        """What people type to reach us, no slash at its end; unless told, where the pages are served."""
        if self.city.public_url is not None:
            return self.city.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.web.host, self.web.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.web.port}"

    @property
    def sla_rows(self) -> tuple[SlaRow, ...]:
        """The deadlines, one row per step, ticket type and first day; `all` is written out."""
        return concrete(self.sla)

    def refused(self, faults: Iterable[tuple[Path, str]]) -> BadConfig:
        """What another room found wrong in its part, with places: (path, message) pairs.

        The judge's own paths (`owners.CODE.…`, `urgent.N`) are led back to where they are written.
        """
        return BadConfig(
            Problem(self._positions.value(path), path, message)
            for path, message in ((self._written(tuple(at)), message) for at, message in faults)
        )

    def _written(self, path: Path) -> Path:
        if path[:1] == ("urgent",):
            return ("urgent", "words", *path[1:])
        if path[:1] == ("owners",) and len(path) > 1:
            for section in ("opds", "external"):
                for number, owner in enumerate(getattr(self, section)):
                    if owner.code == path[1]:
                        return (section, number, *path[2:])
        return path

    def located(self, positions: Positions) -> "Settings":
        """The same settings, knowing where they were written."""
        self._positions = positions
        return self


def names_at(path: Path) -> tuple[str, ...]:
    """The keys that may stand in the section at `path`, or () where any may."""
    kind: Any = Settings
    for part in path:
        section = section_of(kind)
        if section is not None and part in section.model_fields:
            kind = section.model_fields[str(part)].annotation
    section = section_of(kind)
    return tuple(section.model_fields) if section is not None else ()


def section_of(kind: Any) -> type[Part] | None:
    """The section a type holds, itself or in a tuple or mapping or beside None."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind if issubclass(kind, Part) else None
    for inner in get_args(kind):
        section = section_of(inner)
        if section is not None:
            return section
    return None
