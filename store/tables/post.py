"""The post room: what is to be told."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from store.tables._columns import json_object, maybe_fk, new_id, one_of, partial


class Outbox(SQLModel, table=True):
    """Something to tell: ids only, rendered when sent. Rows of a lane go in order.

    A row in state `call` waits for a person who telephones, one in `called` was told so.
    """

    __table_args__: ClassVar[Any] = (
        one_of("state", "pending sent dead canceled call called"),
        partial("ix_outbox_lane", "lane", "id", where="state = 'pending'"),
        partial("ix_outbox_call", "id", where="state = 'call'"),
        partial("ix_outbox_external", "channel", "external_id", where="external_id <> ''"),
    )
    id: int | None = new_id()
    key: str = Field(unique=True)
    lane: str
    notice: str
    ticket_id: int | None = maybe_fk("ticket.id")
    contact_id: int | None = maybe_fk("contact.id", index=False)
    opd: str = ""
    officer_id: int | None = maybe_fk("officer.id", index=False)
    channel: str
    data: dict[str, Any] = json_object()
    state: str = "pending"
    created_at: datetime
    next_at: datetime
    lease_until: datetime | None = None
    tries: int = 0
    error: str = Field(default="", sa_type=Text)
    external_id: str = ""
    sent_at: datetime | None = None
    delivery: str = ""
