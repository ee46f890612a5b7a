"""The weekly field visit."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from store.tables._columns import fk, json_object, maybe_fk, new_id, one_of


class Agenda(SQLModel, table=True):
    """The field visit of one ISO week (`2026-W48`)."""

    __table_args__: ClassVar[Any] = (one_of("state", "draft reviewed published visited"),)
    id: int | None = new_id()
    week: str = Field(unique=True)
    visit_on: date
    state: str
    created_at: datetime
    approved_at: datetime | None = None
    approved_by: int | None = maybe_fk("officer.id", index=False)
    plan: dict[str, Any] = json_object()
    version: int = 1


class Stop(SQLModel, table=True):
    """A candidate of an agenda: on the round (`position` from 1) or left out (`position` 0).

    `ticket_id` is its heaviest complaint; others at the same spot are ids in `parts["also"]`.
    """

    __table_args__: ClassVar[Any] = (Index("ux_stop", "agenda_id", "ticket_id", unique=True),)
    uuid: UUID = Field(primary_key=True)
    agenda_id: int = fk("agenda.id", index=False)
    ticket_id: int = fk("ticket.id")
    position: int
    arrive_min: int = 0
    travel_min: int = 0
    service_min: int = 0
    score: float = 0.0
    parts: dict[str, Any] = json_object()
    by_hand: str = ""
