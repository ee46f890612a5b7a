"""What came in: payloads, files by digest, messages and their revisions."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from store.tables._columns import BIG, fk, maybe_fk, new_id, one_of, partial


class Blob(SQLModel, table=True):
    """Bytes kept by digest (sha256, hex), on disk or in object storage."""

    digest: str = Field(primary_key=True)
    size: int = Field(sa_type=BIG)
    created_at: datetime


class Arrival(SQLModel, table=True):
    """One payload as it came: raw bytes here when small, else in the blob `blob`."""

    __table_args__: ClassVar[Any] = (
        one_of("state", "kept parked resolved"),
        Index("ux_arrival_delivery", "channel", "account", "delivery_id", "digest", unique=True),
        partial("ix_arrival_parked", "id", where="state = 'parked'"),
    )
    id: int | None = new_id()
    channel: str
    account: str
    delivery_id: str
    digest: str
    media_type: str
    raw: bytes | None = Field(default=None, sa_type=LargeBinary)
    blob: str | None = Field(default=None, foreign_key="blob.digest")
    received_at: datetime
    state: str
    reason: str = Field(default="", sa_type=Text)
    tries: int = 0


class Message(SQLModel, table=True):
    """One message on a ticket: in from a citizen, or out from us. Never overwritten."""

    __table_args__: ClassVar[Any] = (
        one_of("direction", "in out"),
        Index("ux_message_external", "channel", "account", "external_id", unique=True),
        Index("ix_message_ticket", "ticket_id", "id"),
        partial("ix_message_group", "conversation_id", "group_id", where="group_id <> ''"),
        partial("ix_message_loose", "conversation_id", where="machine = 'loose' AND ticket_id IS NULL"),
    )
    id: int | None = new_id()
    uuid: UUID = Field(unique=True)
    direction: str
    channel: str
    account: str
    external_id: str
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", sa_type=BIG)
    conversation_id: int | None = maybe_fk("conversation.id")
    arrival_id: int | None = maybe_fk("arrival.id", index=False)
    subject: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    whole: str = Field(
        default="", sa_type=Text, sa_column_kwargs={"server_default": ""}
    )  # all of a mail of which `text` is less
    in_reply_to: str = Field(default="", sa_type=Text)
    group_id: str = ""
    machine: str = ""
    #: Of its sender: "" not looked at, METHOD:DOMAIN, none, fail, reply-to.
    proof: str = Field(default="", sa_column_kwargs={"server_default": ""})
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None  # the place lies within so many metres of (lat, lon); None = not told
    place: str = ""
    kelurahan: str = ""  # the one its sender chose
    category: str = Field(default="", sa_column_kwargs={"server_default": ""})  # as its channel filed it
    sent_at: datetime
    received_at: datetime


class MessageRevision(SQLModel, table=True):
    """What a message said before, or says now, after its sender edited it."""

    __tablename__ = "message_revision"
    __table_args__: ClassVar[Any] = (Index("ux_message_revision", "message_id", "digest", unique=True),)
    id: int | None = new_id()
    message_id: int = fk("message.id", index=False)
    arrival_id: int | None = maybe_fk("arrival.id", index=False)
    digest: str
    text: str = Field(sa_type=Text)
    at: datetime


class AttachmentRow(SQLModel, table=True):
    """A file of a message: `blob` the sealed original, `served` the cleaned copy for eyes.

    One in state `remote` is still with the provider: it is fetched by its handle `remote`. `unscanned` and
    `quarantined` ones are shown to nobody. `taken` is when the camera says the picture was taken (ISO, with
    an offset if it told one), `phash` 16 hex digits that are alike for pictures that look alike.
    """

    __tablename__ = "attachment"
    __table_args__: ClassVar[Any] = (
        one_of("state", "kept refused remote unscanned quarantined"),
        partial("ix_attachment_remote", "next_at", where="state = 'remote'"),
        partial("ix_attachment_unscanned", "id", where="state = 'unscanned'"),
        partial("ix_attachment_phash", "phash", where="phash <> ''"),
    )
    id: int | None = new_id()
    uuid: UUID = Field(unique=True)
    message_id: int = fk("message.id")
    name: str
    media_type: str
    size: int = Field(sa_type=BIG)
    state: str
    reason: str = ""
    blob: str | None = Field(default=None, foreign_key="blob.digest")
    served: str | None = Field(default=None, foreign_key="blob.digest")
    remote: str = Field(default="", sa_type=Text)
    asked_at: datetime | None = None  # since when it is being fetched; giving up counts from here
    next_at: datetime | None = None  # not before
    lease_until: datetime | None = None  # somebody fetches it
    tries: int = 0
    lat: float | None = None  # where the picture says it was taken
    lon: float | None = None
    taken: str = ""
    phash: str = ""
    transcript: str = Field(default="", sa_type=Text)  # what is said in a recording
    transcribed_by: int | None = maybe_fk("officer.id", index=False)  # None: a machine
