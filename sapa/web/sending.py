"""A citizen's sending, from the form or a program: read by the web door, kept by the office."""

from functools import partial
from typing import cast

from channels.base import Accepted, Payload
from channels.web import KEYLESS, WebDoor
from sapa.web.office import Office


async def send(office: Office, body: bytes, media_type: str, key: str = "") -> Accepted:
    """Keep one sending and return what became of it, after the commit; `ref` "" = kept, no ticket yet.

    `key` is the sender's idempotency key; without one, the same bytes are the same sending for the
    city's day (the lamp that breaks again in March is another report). Raises `channels.web.Invalid`
    (nothing kept; all that is wrong) and `channels.base.Unavailable` (try again).
    """
    door, now = cast(WebDoor, office.doors["web"]), office.clock()
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
