"""The office in chats: which groups and people are linked, by what codes, and what they were asked."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from store.tables._columns import fk, new_id, one_of, partial


class ChatCode(SQLModel, table=True):
    """A code that links a chat once, hashed; `opd` is the agency whose group it may link, "" none."""

    __tablename__ = "chat_code"
    digest: str = Field(primary_key=True)
    officer_id: int = fk("officer.id")
    opd: str = ""
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class OfficeChat(SQLModel, table=True):
    """A linked chat, from `since` until `until`; its address stands in `identity`, sealed like any other.

    person: the own account of `officer_id`. group: a group of `opd` called `title`, linked by
    `officer_id`; `chatter` counts what was written there and is no report.
    """

    __tablename__ = "office_chat"
    __table_args__: ClassVar[Any] = (
        one_of("kind", "person group"),
        partial("ux_office_chat_open", "contact_id", where="until IS NULL", unique=True),
    )
    id: int | None = new_id()
    kind: str
    channel: str
    contact_id: int = fk("contact.id")
    officer_id: int = fk("officer.id")
    opd: str = ""
    title: str = Field(default="", sa_type=Text)
    since: datetime
    until: datetime | None = None
    ended: str = ""
    chatter: int = 0


class ChatQuestion(SQLModel, table=True):
    """What an officer was asked for in a chat after a button: the words of `act` on what `notice_id` told."""

    __tablename__ = "chat_question"
    __table_args__: ClassVar[Any] = (one_of("act", "decline resolve"),)
    id: int | None = new_id()
    chat_id: int = fk("office_chat.id")
    officer_id: int = fk("officer.id", index=False)
    notice_id: int = fk("outbox.id", index=False)
    act: str
    asked_at: datetime
    answered_at: datetime | None = None
