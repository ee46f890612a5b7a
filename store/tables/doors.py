"""The doors: how each fares, and when one was declared down."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from store.tables._columns import BIG, fk, maybe_fk, new_id, partial


class ChannelState(SQLModel, table=True):
    """How one door fares, written once a minute; `seen` is the last arrival that was counted.

    `told` is the trouble Diskominfo knows of ("failing", "silent" or ""), `episode` its number.
    """

    __tablename__ = "channel_state"
    channel: str = Field(primary_key=True)
    known_since: datetime
    seen: int = Field(default=0, sa_type=BIG)
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    day: date
    in_today: int = 0
    out_today: int = 0
    refused_today: int = 0
    failing_since: datetime | None = None
    error: str = Field(default="", sa_type=Text)
    told: str = ""
    episode: int = 0


class Outage(SQLModel, table=True):
    """ "Kanal mati": from when until when a channel was declared down, by whom and why."""

    __table_args__: ClassVar[Any] = (
        partial("ux_outage_open", "channel", where="closed_at IS NULL", unique=True),
    )
    id: int | None = new_id()
    key: str = Field(unique=True)
    channel: str
    reason: str = Field(sa_type=Text)
    expected_at: datetime | None = None
    opened_at: datetime
    opened_by: int = fk("officer.id", index=False)
    closed_at: datetime | None = None
    closed_by: int | None = maybe_fk("officer.id", index=False)
