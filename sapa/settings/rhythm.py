"""Time: deadlines, holidays, and how the field day is planned."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt, ValidationInfo, field_validator

from sapa.settings.kinds import (
    Count,
    Country,
    Day,
    Language,
    Lat,
    Lon,
    Number,
    Part,
    Positive,
    Text,
)

Step = Literal["verify", "first_response", "resolve", "confirm", "complete"]
TicketType = Literal["information", "aspiration", "complaint", "oversight"]
TICKET_TYPES: tuple[TicketType, ...] = ("information", "aspiration", "complaint", "oversight")


class SlaRow(Part):
    """A deadline: `type` is a ticket type, or `all` for every type without a row of its own."""

    step: Step
    type: Literal["all", "information", "aspiration", "complaint", "oversight"] = "all"
    number: Annotated[StrictInt, Field(ge=1, le=3650)]
    unit: Literal["hari_kerja", "hari_kalender", "jam"]
    source: Text
    valid_from: Day


class Added(Part):
    """A day off the calendar does not know."""

    date: Day
    name: Text


class Removed(Part):
    """A day off of the calendar that is a working day here."""

    date: Day
    reason: Text


class Holidays(Part):
    """Days off: a country's calendar and the city's own corrections."""

    country: Country = "ID"
    categories: Annotated[tuple[Literal["public", "government"], ...], Field(min_length=1)] = (
        "public",
        "government",
    )
    language: Language = "id"
    add: tuple[Added, ...] = ()
    remove: tuple[Removed, ...] = ()


class Start(Part):
    """Where the round begins and ends."""

    name: Text
    lat: Lat
    lon: Lon


class Weights(Part):
    """How much each part counts in a ticket's score; 0 leaves it out."""

    age: Number = 1.0
    overdue: Number = 2.0
    reporters: Number = 1.5
    reopened: Number = 2.0
    declined: Number = 1.0
    urgent: Number = 3.0
    fairness: Number = 1.0
    together: Number = 1.0


class Agenda(Part):
    """How the field day is planned."""

    budget_minutes: Annotated[StrictInt, Field(ge=30, le=720)] = 240
    min_stops: Annotated[StrictInt, Field(ge=1, le=30)] = 3
    max_stops: Annotated[StrictInt, Field(ge=1, le=30)] = 6
    service_minutes: Annotated[StrictInt, Field(ge=1, le=240)] = 25
    merge_metres: Annotated[StrictInt, Field(ge=0, le=500)] = 30
    parking_minutes: Annotated[StrictInt, Field(ge=0, le=60)] = 2
    speed_kmh: Positive = 20.0
    detour: Annotated[float, Field(strict=True, ge=1, le=5)] = 1.3
    iterations: Count = 2000
    start: Start
    weights: Weights = Weights()

    @field_validator("max_stops")
    @classmethod
    def _enough(cls, most: int, info: ValidationInfo) -> int:
        least = info.data.get("min_stops")
        if least is not None and most < least:
            raise ValueError(f"harus paling sedikit min_stops ({least})")
        return most


def concrete(rows: tuple[SlaRow, ...]) -> tuple[SlaRow, ...]:
    """The table with each `all` row written out per ticket type; a type's own row of the same day wins."""
    own = {(row.step, row.type, row.valid_from) for row in rows}
    written = []
    for row in rows:
        types = TICKET_TYPES if row.type == "all" else (row.type,)
        for name in types:
            if row.type != "all" or (row.step, name, row.valid_from) not in own:
                written.append(row.model_copy(update={"type": name}))
    return tuple(written)
