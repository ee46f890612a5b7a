"""The values that pass through a door: what arrived, what is to be sent, what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Privacy = Literal["normal", "anonymous", "secret"]
DeliveryStatus = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody can be reached: `value` is what the channel itself calls them."""

    channel: str
    value: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message or goes out with one.

    `content` holds the bytes when the door has them; otherwise `remote` is the
    provider's handle by which the door can fetch them later.
    """

    name: str
    media_type: str
    content: bytes = b""
    remote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it is: WGS84 degrees when known, words (`label`), or a kelurahan the citizen chose."""

    lat: float | None = None
    lon: float | None = None
    label: str = ""
    kelurahan: str = ""
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """That an officer (`by`, their id) took the message down for somebody, and where they had it from.

    `source` is counter, phone, radio, letter or social; `joins` the ref of the ticket it supports, ""
    for one of its own; `agreed`: its sender may be contacted; `letter` and `dated` (ISO) are a letter's.
    """

    by: int
    source: str
    joins: str = ""
    agreed: bool = False
    letter: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message of one person, in our words.

    `external_id` is the provider's id (unique within channel and account);
    `in_reply_to` the external id it answers, `references` further ids it quotes, newest
    first; `reply_token` the ticket token of a reply address; `group_id` an album;
    `withdrawn`: its sender took it back, so that it opens nothing;
    `machine` says why it is not from a person (bounce, auto-reply …), else "".
    `whole` is all that was written where `text` leaves quotes and signatures away, else "".
    `sender` is where the answer goes; `contacts` are further addresses the sender gave; `noted` says
    that an officer took it down. `proof` says whether the sender is who they say: "" nothing known,
    "METHOD:DOMAIN" proven by that domain, "none" not proven, "fail" most likely forged, "reply-to": only
    named as where the answer goes. What was written in a group names it: `room` is the group's address,
    `room_name` what it is called.
    `category` is what the channel itself filed it under, in its own words.
    """

    channel: str
    account: str
    sender: Address
    external_id: str
    text: str
    sent_at: datetime
    subject: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_token: str = ""
    group_id: str = ""
    edited: bool = False
    withdrawn: bool = False
    attachments: tuple[Attachment, ...] = ()
    place: Place | None = None
    machine: str = ""
    privacy: Privacy = "normal"
    contacts: tuple[Address, ...] = ()
    noted: Noted | None = None
    proof: str = ""
    room: str = ""
    room_name: str = ""
    whole: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A button of ours that somebody (`sender`) pressed under `message_id`, in the chat `room`.

    `data` is what the button was given; `external_id` what the press is answered by.
    """

    channel: str
    account: str
    sender: Address
    room: str
    external_id: str
    message_id: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message; pressing it brings a `Tap` with `data` (at most 64 bytes)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer to tap: its label comes back as an ordinary message, or (`place`) where its writer is."""

    label: str
    place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One message to one person. The same `key` is the same message, however often it is sent.

    `in_reply_to` is the external id it answers; `reply_token` lets an answer find its ticket;
    `actions` are (label, url) pairs a channel may show as buttons; `sender_name` is whom it comes from;
    `ref` the ticket's public ref; `heard_at` when they last wrote to us on this channel;
    `choices` are answers to offer as buttons where a channel has any (the text says them, too):
    None leaves what was offered before, () takes it away. `buttons` stand under the message;
    `asks`: it wants an answer to itself. With `tap` or `under` nothing new is written: the text is
    shown to whoever pressed (the `external_id` of their `Tap`), and the message `under` has these
    `buttons` from now on; as far as it still can be done.
    """

    to: Address
    text: str
    key: str
    subject: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_token: str = ""
    template: str = ""
    attachments: tuple[Attachment, ...] = ()
    actions: tuple[tuple[str, str], ...] = ()
    sender_name: str = ""
    ref: str = ""
    heard_at: datetime | None = None
    choices: tuple[Choice, ...] | None = None
    buttons: tuple[Button, ...] = ()
    asks: bool = False
    tap: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider's yes: the id it gave the message; `told` is what was sent where it was not the text."""

    external_id: str
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What the provider later says of a message it took.

    With `to` it says it of the person or group, whatever is sent (`failed`: they blocked us, or
    put us out); of one that `moved` it gives the new address.
    `why` are a door's own words about a failure, for officers, without an address; `reachable`: it
    failed for another reason than its recipient.
    """

    channel: str
    external_id: str
    status: DeliveryStatus
    at: datetime
    code: str = ""
    detail: str = ""
    to: Address | None = None
    why: str = ""
    reachable: bool = False
    moved: str = ""
