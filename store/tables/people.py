"""Citizens: sealed identity, contacts, conversations."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from store.tables._columns import BIG, fk, json_object, maybe_fk, new_id


class Contact(SQLModel, table=True):
    """Somebody on one channel; who it is stands in `identity` alone."""

    id: int | None = new_id()
    channel: str
    created_at: datetime
    undeliverable: bool = False


class Identity(SQLModel, table=True):
    """The sealed name and address of a contact."""

    __table_args__: ClassVar[Any] = (Index("ux_identity_value", "channel", "value", unique=True),)
    contact_id: int | None = Field(default=None, primary_key=True, foreign_key="contact.id", sa_type=BIG)
    channel: str
    value: str
    name: str = ""


class IdentityLook(SQLModel, table=True):
    """Who opened a sealed name or original, and why."""

    __tablename__ = "identity_look"
    id: int | None = new_id()
    officer_id: int = fk("officer.id")
    ticket_id: int | None = maybe_fk("ticket.id")
    what: str
    reason: str = Field(sa_type=Text)
    at: datetime


class Conversation(SQLModel, table=True):
    """A contact's thread with one of our accounts; `also_contact_id` is another address they gave."""

    __table_args__: ClassVar[Any] = (
        Index("ux_conversation", "contact_id", "channel", "account", unique=True),
    )
    id: int | None = new_id()
    channel: str
    account: str
    contact_id: int = fk("contact.id", index=False)
    also_contact_id: int | None = maybe_fk("contact.id", index=False)
    last_inbound_at: datetime
    dialogue_state: dict[str, Any] = json_object()
