"""What a webhook may be besides told by POST: asked first, told by GET, answered in words of its own."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from channels.base import Accepted, Answer, Request, Webhook


@runtime_checkable
class Answering(Webhook, Protocol):
    """A webhook whose provider expects an answer of its own kind; None = ours will do."""

    @property
    def answer(self) -> Answer | None: ...


@runtime_checkable
class Replying(Webhook, Protocol):
    """A webhook in whose answer the talk goes on: it depends on what was told and what became of it."""

    def reply(self, request: Request, accepted: Sequence[Accepted]) -> Answer:
        """What the provider is told; `accepted` is empty for what holds no message, or waits on disk."""
        ...


@runtime_checkable
class Challenged(Webhook, Protocol):
    """A webhook whose provider first asks, by GET, whether the address is ours."""

    def challenge(self, request: Request) -> Answer:
        """What it is answered; raises `Rejected`."""
        ...


@runtime_checkable
class ByGet(Webhook, Protocol):
    """A webhook whose provider may deliver by GET, all in the address: then `by_get` is True."""

    @property
    def by_get(self) -> bool: ...
