"""One person of the demo city who tells something, and a piece of what they send."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from channels.base import Payload
from sapa.demo.complaints import Complaint


@dataclass(slots=True, kw_only=True)
class Telling:
    """One complaint on its way: `shape` is how it is sent (one of its channel's), `spot` latitude, longitude.

    `account` is ours on the channel, `address` theirs where they can be quoted. What the office
    answered: `ref` and `token`; `quoted` is the receipt of its last message to this person, "" = none.
    `said` counts what they have sent; `clerk` is the officer at the counter who takes it down.
    """

    number: int
    complaint: Complaint
    channel: str
    account: str
    shape: str
    spot: tuple[float, float]
    address: str = ""
    ref: str = ""
    token: str = ""
    quoted: str = ""
    said: int = 0
    clerk: int = 0

    @property
    def words(self) -> str:
        """The complaint as it is written where nothing else names the kelurahan."""
        text, where = self.complaint.text, self.complaint.kelurahan
        return text if where.casefold() in text.casefold() else f"{text} ({where})"

    def next(self) -> int:
        """The number of the next thing they send, over all people of the city."""
        self.said += 1
        return self.number * 100 + self.said


class Sent(NamedTuple):
    """A delivery, so long after the first one."""

    after: timedelta
    payload: Payload


def payload(
    telling: Telling, body: bytes, kind: str, at: datetime, after: float = 0, delivery: str = ""
) -> Sent:
    """A delivery `after` seconds from `at`."""
    later = timedelta(seconds=after)
    return Sent(
        later,
        Payload(
            channel=telling.channel,
            account=telling.account,
            body=body,
            media_type=kind,
            received_at=at + later,
            delivery_id=delivery,
        ),
    )
