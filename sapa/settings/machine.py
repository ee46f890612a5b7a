"""How the office treats matters, and how the machine runs."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt, field_validator

from sapa.settings.kinds import (
    Code,
    Count,
    DatabaseUrl,
    Flag,
    Folder,
    Host,
    Id,
    Part,
    Phone,
    Port,
    Scanner,
    SecretName,
    Text,
    default,
)
from sapa.settings.rhythm import TicketType


class Sensitive(Part):
    """A kind of matter that is secret by default; `assign` and `type` say who gets it and as what."""

    id: Id
    name: Text
    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    assign: Code | None = None
    type: TicketType | None = None


class EmergencyNumber(Part):
    """A number to call at once."""

    number: Phone
    name: Text


class Urgent(Part):
    """Words of danger, and the numbers told to who writes them."""

    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    numbers: Annotated[tuple[EmergencyNumber, ...], Field(min_length=1)]


class CannedAnswer(Part):
    """Words an officer may start from; shown where `acts` says, to officers of `opds` (all, unless given)."""

    id: Id
    title: Text
    acts: Annotated[
        tuple[Literal["ask", "answer", "resolve", "decline", "archive"], ...], Field(min_length=1)
    ]
    opds: tuple[Code, ...] = ()
    text: Annotated[Text, Field(max_length=1000)]


class Intake(Part):
    """What is taken in, and how long parts of one complaint are waited for."""

    burst_minutes: Annotated[StrictFloat, Field(ge=0, le=120)] = 10.0
    ack_wait_seconds: Annotated[StrictFloat, Field(ge=0, le=60)] = 60.0
    question_hours: Annotated[StrictInt, Field(ge=1, le=168)] = 24
    transcriber: Text | None = None
    body_mb: Annotated[StrictInt, Field(ge=1, le=200)] = 30
    photos: Annotated[StrictInt, Field(ge=0, le=5)] = 5
    per_minute: Annotated[StrictInt, Field(ge=0, le=100_000)] = 0


class WebServer(Part):
    """Where pages are served; port 0 takes a free one."""

    host: Host = "127.0.0.1"
    port: Port = 8000
    hosts: tuple[Host, ...] = ()
    trusted_proxy: Flag = False


class Storage(Part):
    """Where the ledger, files and spool live; what is not named lies in `var`."""

    var: Folder = default("var")
    database: DatabaseUrl | None = None
    files: Folder | None = None
    spool: Folder | None = None
    clamd: Scanner | None = None

    @property
    def database_url(self) -> str:
        """The ledger's URL; may hold a password, never log it."""
        return self.database.get_secret_value() if self.database else f"sqlite:///{self.var / 'sapa.db'}"

    @property
    def files_dir(self) -> Path:
        """The folder of attachments."""
        return self.files or self.var / "files"

    @property
    def spool_dir(self) -> Path:
        """The folder of payloads that wait for the ledger."""
        return self.spool or self.var / "spool"


class Outbox(Part):
    """How the post room tries again: the first and the longest wait, doubled in between; then it gives up."""

    retry_seconds: Annotated[tuple[Count, ...], Field(min_length=2, max_length=2)] = (30, 3600)
    give_up_hours: Annotated[StrictInt, Field(ge=1, le=720)] = 72

    @field_validator("retry_seconds")
    @classmethod
    def _growing(cls, waits: tuple[int, ...]) -> tuple[int, ...]:
        if waits[0] > waits[-1]:
            raise ValueError("jeda pertama tidak boleh lebih lama dari jeda terlama")
        return waits


class Links(Part):
    """Signed links: how long an agency's works, and what signs them (else a key made in `var`)."""

    valid_days: Annotated[StrictInt, Field(ge=1, le=60)] = 7
    secret: SecretName | None = None


OfficerRole = Literal["administrator", "coordinator", "head", "opd", "clerk", "auditor", "viewer"]


class SecondFactor(Part):
    """Which roles must use codes, once their login is `grace_days` old."""

    required: tuple[OfficerRole, ...] = ("administrator", "coordinator", "auditor", "viewer")
    grace_days: Annotated[StrictInt, Field(ge=0, le=90)] = 7


class Staff(Part):
    """Officers' logins."""

    session_hours: Annotated[StrictInt, Field(ge=1, le=168)] = 12
    second_factor: SecondFactor = default({})
