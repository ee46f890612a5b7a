"""Tickets, who owns and who reported them, their history and deadlines."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, Text
from sqlmodel import Field, SQLModel

from store.tables._columns import BIG, fk, json_object, maybe_fk, new_id, one_of, partial

STATUSES = "received triage assigned accepted waiting resolved closed external archived merged"
TYPES = "information aspiration complaint oversight"
PRIVACIES = "normal anonymous secret"


class RefBlock(SQLModel, table=True):
    """The next free number of a month (city time, `yymm`); processes take blocks of them."""

    __tablename__ = "ref_block"
    month: str = Field(primary_key=True)
    next: int


class Ticket(SQLModel, table=True):
    """One complaint. `version` grows with every act (compare and set)."""

    __table_args__: ClassVar[Any] = (
        one_of("status", STATUSES),
        one_of("type", TYPES),
        one_of("privacy", PRIVACIES),
        Index("ix_ticket_status_id", "status", "id"),
        Index("ix_ticket_opd_status_id", "opd", "status", "id"),
    )
    id: int | None = new_id()
    ref: str = Field(unique=True)
    token: str = Field(unique=True)
    channel: str
    registered_by: int | None = maybe_fk("officer.id")  # the officer who took it down at the counter
    status: str
    type: str
    privacy: str
    sensitive: str = ""  # the sensitive category, or ""
    accused: str = ""  # the agency an oversight ticket complains about, when it would have received it
    urgent: bool = False
    summary: str = Field(default="", sa_type=Text)  # the citizen's words, masked, at most 4,000 characters
    search: str = Field(default="", sa_type=Text)  # lower-case words to search; no identity in it
    opd: str = ""  # the open lead OPD, "" = none (also in ticket_opd)
    owner: str = ""  # external owner's code, when handed over
    rule: str = ""  # id of the rule that decided
    kelurahan: str = ""
    lat: float | None = None
    lon: float | None = None
    place: str = ""
    place_sure: bool = False
    outcome: str = ""
    refusals: int = 0
    reopened: int = 0
    opened_at: datetime
    updated_at: datetime
    touched_at: datetime | None = None  # the first act of a person; late parts no longer re-route
    due_at: datetime | None = Field(default=None, index=True)
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: int | None = maybe_fk("ticket.id", index=False)
    version: int = 1


class TicketOpd(SQLModel, table=True):
    """Who owned a ticket, and when; at most one open lead."""

    __tablename__ = "ticket_opd"
    __table_args__: ClassVar[Any] = (
        one_of("role", "lead supporting"),
        partial("ux_ticket_opd_lead", "ticket_id", where="role = 'lead' AND until IS NULL", unique=True),
    )
    id: int | None = new_id()
    ticket_id: int = fk("ticket.id")
    opd: str
    role: str
    since: datetime
    until: datetime | None = None
    reason: str = Field(default="", sa_type=Text)


class TicketReporter(SQLModel, table=True):
    """Who is answered about a ticket, and where."""

    __tablename__ = "ticket_reporter"
    __table_args__: ClassVar[Any] = (
        one_of("role", "reporter supporter"),
        Index("ux_ticket_reporter", "ticket_id", "conversation_id", unique=True),
    )
    id: int | None = new_id()
    ticket_id: int = fk("ticket.id", index=False)
    contact_id: int = fk("contact.id", index=False)
    conversation_id: int = fk("conversation.id")
    role: str


class Disposition(SQLModel, table=True):
    """A recorded assignment: to whom, why, by which words and which rule book."""

    __table_args__: ClassVar[Any] = (one_of("actor", "rules officer opd system"),)
    id: int | None = new_id()
    ticket_id: int = fk("ticket.id")
    opd: str
    supporting: list[str] = Field(default_factory=list, sa_type=JSON)
    because: str = Field(sa_type=Text)
    confidence: float = 0.0
    matches: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    candidates: list[str] = Field(default_factory=list, sa_type=JSON)
    rule_book: str | None = Field(default=None, foreign_key="book.digest")
    actor: str
    officer_id: int | None = maybe_fk("officer.id", index=False)
    at: datetime


class Event(SQLModel, table=True):
    """The history of a ticket: it only grows. `key` makes an act happen once."""

    __table_args__: ClassVar[Any] = (
        one_of("actor", "citizen officer opd system"),
        Index("ix_event_ticket", "ticket_id", "id"),
        partial("ux_event_key", "key", where="key IS NOT NULL", unique=True),
        partial("ix_event_registered", "officer_id", "at", where="kind = 'registered'"),
    )
    id: int | None = new_id()
    ticket_id: int = fk("ticket.id", index=False)
    kind: str
    at: datetime
    actor: str
    officer_id: int | None = maybe_fk("officer.id", index=False)
    opd: str = ""
    public: bool = False
    text: str = Field(default="", sa_type=Text)
    data: dict[str, Any] = json_object()
    key: str | None = None


class Deadline(SQLModel, table=True):
    """One promise of time on a ticket; closed by `met_at` or `void_at`."""

    __table_args__: ClassVar[Any] = (
        partial("ix_deadline_open", "due_at", where="met_at IS NULL AND void_at IS NULL"),
    )
    id: int | None = new_id()
    ticket_id: int = fk("ticket.id")
    step: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    void_at: datetime | None = None
    sla: str | None = Field(default=None, foreign_key="book.digest")
    calendar: str = ""


class Claim(SQLModel, table=True):
    """Who is working on a ticket just now; past `until` it counts for nothing."""

    ticket_id: int | None = Field(default=None, primary_key=True, foreign_key="ticket.id", sa_type=BIG)
    officer_id: int = fk("officer.id")
    since: datetime
    until: datetime
