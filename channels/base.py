"""What every door is: the protocols, the request it is shown, and the errors it may raise."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from channels.message import DeliveryReport, InboundMessage, OutboundMessage, Receipt, Tap


class Rejected(Exception):
    """The payload is not for us: wrong signature, too large, not this protocol. Nothing is kept.

    `status` is the HTTP status (or its SMTP counterpart) the provider is told.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Invalid(Rejected):
    """The form is not filled in well: `errors` are (field, sentence for the citizen). Nothing is kept."""

    def __init__(self, errors: Sequence[tuple[str, str]], status: int = 422) -> None:
        super().__init__(
            "; ".join(f"{name}: {sentence}" if name else sentence for name, sentence in errors), status
        )
        self.errors = tuple(errors)


class Unreadable(Exception):
    """The payload is ours but cannot be parsed: it is kept raw and parked with this reason."""


class Unavailable(Exception):
    """The provider cannot be reached or says "later": try again, not before `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Undeliverable(Exception):
    """The provider says never: unknown address, blocked. Sending again is pointless.

    `reachable`: it is about this message alone, not about its recipient.
    """

    def __init__(self, reason: str = "", *, reachable: bool = False) -> None:
        super().__init__(reason)
        self.reachable = reachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How people write through this door.

    `burst`: several messages in a row are one complaint (chat, SMS).
    `conversation`: a later message of the same person continues their waiting ticket
    (a web form does not: each sending is a complaint of its own).
    `retries`: the provider tries again for hours when we say "later"; where it does not,
    payloads are spooled to disk while the ledger is down.
    `edits`: the same external id with other words is the message as its writer changed it
    (a mail or a form never changes: a second one of this name is another one).
    `commands`: how people ask the office something: "slash" ("/bantuan" and the like, as bots do) or
    "words" (a text of nothing but STOP, MULAI, BANTUAN or STATUS and a ref); "" knows none.
    `files` of one message are kept each by itself, and shown when they have at most `file_mb` MB.
    `robots`: programs answer here without saying so, and two that answer each other never end.
    """

    burst: bool = False
    conversation: bool = True
    retries: bool = True
    edits: bool = True
    commands: Literal["", "slash", "words"] = ""
    files: int = 10
    file_mb: int = 20
    robots: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request as a webhook door sees it: raw body, lower-cased header names."""

    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What arrived, raw: `delivery_id` is the provider's id of this delivery, or "".

    The same (channel, account, delivery_id, digest of body) is the same delivery.
    """

    channel: str
    account: str
    body: bytes
    media_type: str
    received_at: datetime
    delivery_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The office's word for one message it has committed: the ticket's public ref.

    `ref` is "" when the message was kept without a ticket (parked).
    """

    external_id: str
    ref: str = ""
    token: str = ""
    duplicate: bool = False


Parsed = Sequence[InboundMessage | DeliveryReport | Tap]

#: What a door calls when something arrived; it returns only after the commit.
#: `parse` is called by the office, so that a payload it cannot read is parked, not lost.
#: Raises `Unavailable` when the ledger cannot be written: the door says "later".
Deliver = Callable[[Payload, Callable[[], Parsed]], Awaitable[Sequence[Accepted]]]


#: Which deliveries of a door are kept already: the ids that begin so.
Known = Callable[[str], Awaitable[Collection[str]]]


@runtime_checkable
class Door(Protocol):
    """Every door has a name and traits; what else it can do is told by the protocols below."""

    name: str
    traits: Traits


@runtime_checkable
class Parser(Door, Protocol):
    """A door that can read a stored payload again (parked arrivals are re-processed by it)."""

    def parse(self, payload: Payload) -> Parsed:
        """All items of the payload, or `Unreadable`."""
        ...


@runtime_checkable
class Sender(Door, Protocol):
    """A door that can send."""

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand over one message; raises `Unavailable` or `Undeliverable`."""
        ...


@runtime_checkable
class Fetcher(Door, Protocol):
    """A door that can fetch the files it told only by a handle (`Attachment.remote`)."""

    async def fetch(self, remote: str, limit: int) -> bytes:
        """The bytes behind a handle of this door; at most `limit` bytes, more is `Undeliverable`.

        Raises `Unavailable`: later; `Undeliverable`: never. The words of the second are shown to
        officers and to the reporter: Indonesian, without an address or a handle.
        """
        ...


@runtime_checkable
class Webhook(Parser, Protocol):
    """A door fed by HTTP at /hooks/NAME."""

    def verify(self, request: Request, now: datetime) -> Payload:
        """Check the signature over the raw body first, then name the payload; raises `Rejected`."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider is told when its delivery is kept: a media type and a body."""

    media_type: str
    body: bytes


@runtime_checkable
class Listener(Parser, Protocol):
    """A door that holds a socket or polls; it is given `deliver` and confirms only after it returns."""

    async def open(self, deliver: Deliver, clock: Callable[[], datetime]) -> None:
        """Start to listen; returns when ready."""
        ...

    async def close(self) -> None:
        """Stop taking new payloads and wait for those under way."""
        ...

    @property
    def where(self) -> str:
        """The address it listens on, for people."""
        ...


@runtime_checkable
class Watched(Door, Protocol):
    """A door that knows what stands in the way of what comes in."""

    @property
    def trouble(self) -> str:
        """In words for officers, "" if nothing does."""
        ...


@runtime_checkable
class Inviting(Door, Protocol):
    """A door whose account people can be led to by a link."""

    def invitation(self, word: str, *, group: bool = False) -> str:
        """A link that says `word` to us, in a group of their choice or alone; "" while we cannot tell."""
        ...


@runtime_checkable
class Sweeper(Parser, Protocol):
    """A door that can ask its provider for what was missed."""

    async def sweep(self, since: datetime, deliver: Deliver) -> int:
        """Deliver everything since then again (duplicates are harmless); returns how many."""
        ...


@runtime_checkable
class Collector(Parser, Protocol):
    """A door that fetches what lies elsewhere under names of its own, and leaves alone what is kept."""

    async def collect(self, known: Known, deliver: Deliver) -> int:
        """Deliver what is new, mark it as taken only then; returns how many. Raises `Unavailable`."""
        ...


@runtime_checkable
class Namer(Door, Protocol):
    """A door whose provider can be asked how somebody calls themselves."""

    async def name_of(self, value: str) -> str:
        """The name behind an address of this door, "" where it is not told; raises `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at a door found, in Indonesian for officers: whether it is as it should be, and what to do.

    Neither text holds a secret or an address of a person.
    """

    ok: bool
    what: str
    advice: str = ""


@runtime_checkable
class Checker(Door, Protocol):
    """A door that can look whether its provider and its settings fit together."""

    async def check(self) -> tuple[Finding, ...]:
        """Ask the provider, change nothing; what cannot be asked is a finding, never an error."""
        ...


@runtime_checkable
class Replayer(Parser, Protocol):
    """A door that can make a delivery of recorded fields, as its provider would."""

    def replay(self, fields: Mapping[str, Any], url: str, now: datetime) -> Request | Payload:
        """A request to `url` with a signature that holds; the payload itself where the door fetches them."""
        ...
