"""What doors that send to chats share: the whole text, and what left already of a message."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from channels.base import Undeliverable
from channels.message import OutboundMessage

T = TypeVar("T")
_REMEMBERED = 2_000


class Sent(Generic[T]):
    """What left of the last messages, by recipient and key: what is asked for again goes on from there."""

    def __init__(self, empty: Callable[[], T]) -> None:
        self._empty = empty
        self._known: OrderedDict[tuple[str, str], T] = OrderedDict()

    def of(self, to: str, key: str) -> T:
        """What left of this message so far; it is the caller's to write in."""
        known = self._known.setdefault((to, key), self._empty())
        self._known.move_to_end((to, key))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known


def whole(message: OutboundMessage) -> str:
    """The text, with the links that do not stand in it; raises `Undeliverable` for nothing at all."""
    missing = [f"{label}: {url}" for label, url in message.actions if url not in message.text]
    text = "\n".join([message.text.strip(), *missing]).strip()
    if not text:
        raise Undeliverable("Pesan ini kosong.", reachable=True)
    return text
