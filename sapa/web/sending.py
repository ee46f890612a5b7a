"""A sending from the form, a program or the counter: read by its door, kept by the office."""

from functools import partial
from typing import cast

from channels.base import Accepted, Payload
from channels.walkin import WalkinDoor
from channels.web import KEYLESS, WebDoor
from sapa.web.office import Office


async def send(office: Office, body: bytes, media_type: str, key: str = "", *, by: str = "web") -> Accepted:
    """Keep one sending and return what became of it, after the commit; `ref` "" = kept, no ticket yet.

    `by` is the door, "web" or "walkin"; `key` is the sender's idempotency key; without one, the same
    bytes are the same sending for the city's day (the lamp that breaks again in March is another
    report). Raises `channels.base.Invalid` (nothing kept; all that is wrong) and
    `channels.base.Unavailable` (try again).
    """
    door, now = cast(WebDoor | WalkinDoor, office.doors[by]), office.clock()
    day = now.astimezone(office.city().tz).date()
    payload = Payload(
        channel=door.name,
        account=door.account,
        body=body,
        media_type=media_type,
        received_at=now,
        delivery_id=key or f"{KEYLESS}{day}",
    )
    accepted = await office.metrics.counted(office.intake.deliver)(payload, partial(door.parse, payload))
    return accepted[0]
