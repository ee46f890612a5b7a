"""What is received, on its way from a door to a ticket."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from channels.message import DeliveryReport, InboundMessage, Tap
from sapa.desk.city import City
from sapa.desk.judge import Judgement
from sapa.desk.pictures import KeptFile
from store.db import Tx


class Prepared(NamedTuple):
    """An inbound message whose files are already kept durably, and what the judge says of it alone.

    `begins`: its writer said by command that it is a new complaint.
    """

    message: InboundMessage
    judgement: Judgement
    files: tuple[KeptFile, ...] = ()
    begins: bool = False

    @property
    def has_remote(self) -> bool:
        """Whether a file of it is still with the provider."""
        return any(file.state == "remote" for file in self.files)


class Arriving(NamedTuple):
    """A payload about to be kept: its raw bytes here when small, else the digest of its file."""

    channel: str
    account: str
    delivery_id: str
    digest: str
    media_type: str
    size: int
    raw: bytes | None
    blob: str | None


Item = Prepared | DeliveryReport | Tap
#: Gives a new ticket its public number.
TakeRef = Callable[[Tx, datetime, City], str]


class Sitting(NamedTuple):
    """What one payload's messages are received with."""

    arrival_id: int
    now: datetime
    city: City
    take_ref: TakeRef
    by_hand: bool = False  # a person said: treat it as a citizen's message


class Person(NamedTuple):
    """Who wrote, where they are answered (`channel`), and in which conversation."""

    contact_id: int
    conversation_id: int
    also_contact_id: int | None
    channel: str
    new: bool
