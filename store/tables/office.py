"""The office: books, agencies, officers, logins, action links, jobs."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from store.tables._columns import BIG, fk, json_object, maybe_fk, new_id, one_of

OFFICER_ROLES = "administrator coordinator head opd clerk auditor viewer"


class Book(SQLModel, table=True):
    """A rule book, SLA table or calendar as it was loaded."""

    __table_args__: ClassVar[Any] = (one_of("kind", "rules sla calendar"),)
    digest: str = Field(primary_key=True)
    kind: str
    yaml: str = Field(sa_type=Text)
    loaded_at: datetime


class ActiveBook(SQLModel, table=True):
    """Which book of each kind is in force."""

    __tablename__ = "active_book"
    kind: str = Field(primary_key=True)
    digest: str = Field(foreign_key="book.digest")
    since: datetime


class Opd(SQLModel, table=True):
    """A city agency or external owner; what leaves the config is closed, never deleted."""

    __table_args__: ClassVar[Any] = (one_of("kind", "opd external"),)
    code: str = Field(primary_key=True)
    kind: str
    name: str
    email: str = ""
    valid_from: date
    valid_to: date | None = None
    successor: str = ""


class Officer(SQLModel, table=True):
    """Somebody who works here; `opd` is "" unless they are of an agency. No `password_hash` yet: invited."""

    __table_args__: ClassVar[Any] = (one_of("role", OFFICER_ROLES),)
    id: int | None = new_id()
    login: str = Field(unique=True)
    name: str
    role: str
    opd: str = ""
    password_hash: str
    must_change: bool = True
    active: bool = True
    email: str = ""
    created_at: datetime


class Session(SQLModel, table=True):
    """A login; `id` is the SHA-256 of the cookie, so the ledger cannot log anybody in.

    `code_due`: the second factor is still asked for. `acting_id`: the acting position they chose.
    """

    __tablename__ = "session"
    id: str = Field(primary_key=True)
    officer_id: int = fk("officer.id")
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)
    code_due: bool = False
    acting_id: int | None = maybe_fk("acting.id", index=False)


class Acting(SQLModel, table=True):
    """Somebody fills a position for a while ("Plt."): its rights hold from `since` until `until`."""

    id: int | None = new_id()
    officer_id: int = fk("officer.id")
    role: str
    opd: str = ""
    instead_id: int | None = maybe_fk("officer.id")
    since: datetime
    until: datetime
    ended_at: datetime | None = None


class OfficerLink(SQLModel, table=True):
    """A link mailed to an officer, good once: an invitation, or a lost password."""

    __tablename__ = "officer_link"
    __table_args__: ClassVar[Any] = (one_of("kind", "invitation password"),)
    uuid: UUID = Field(primary_key=True)
    officer_id: int = fk("officer.id")
    kind: str
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class SecondFactor(SQLModel, table=True):
    """The secret of an officer's codes; in force once confirmed. No step serves twice."""

    __tablename__ = "second_factor"
    officer_id: int | None = Field(default=None, primary_key=True, foreign_key="officer.id", sa_type=BIG)
    secret: str
    confirmed_at: datetime | None = None
    last_step: int = 0


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the second factor once; hashed."""

    __tablename__ = "recovery_code"
    digest: str = Field(primary_key=True)
    officer_id: int = fk("officer.id")
    used_at: datetime | None = None


class OfficerEvent(SQLModel, table=True):
    """What was done to an officer's rights, and by whom (None: at the terminal)."""

    __tablename__ = "officer_event"
    id: int | None = new_id()
    officer_id: int = fk("officer.id")
    kind: str
    by_id: int | None = maybe_fk("officer.id", index=False)
    at: datetime
    data: dict[str, Any] = json_object()


class LoginLimit(SQLModel, table=True):
    """A token bucket of tries to log in; or (`known:…`) when a login last came from an address. Hashed."""

    __tablename__ = "login_limit"
    bucket: str = Field(primary_key=True)
    tokens: float
    at: datetime


class ActionLink(SQLModel, table=True):
    """A link by which an OPD acts on one disposition without login."""

    __tablename__ = "action_link"
    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}  # the key is the row: one tree, not two
    uuid: UUID = Field(primary_key=True)
    ticket_id: int = fk("ticket.id")
    disposition_id: int = fk("disposition.id", index=False)
    opd: str
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class JobRun(SQLModel, table=True):
    """That a scheduled job did its work for this time."""

    __tablename__ = "job_run"
    name: str = Field(primary_key=True)
    scheduled_for: datetime = Field(primary_key=True)
    done_at: datetime
