"""A citizen's sending, from the form or a program: read by the web door, kept by the office."""

from functools import partial
from typing import cast

from channels.base import Accepted, Payload
from channels.web import WebDoor
from sapa.web.office import Office


async def send(office: Office, body: bytes, media_type: str, key: str = "") -> Accepted:
    """Keep one sending and return what became of it, after the commit; `ref` "" = kept, no ticket yet.

    `key` is the sender's idempotency key. Raises `channels.web.Invalid` (nothing kept; all that is
    wrong) and `channels.base.Unavailable` (try again).
    """
    door = cast(WebDoor, office.doors["web"])
    payload = Payload(
        channel=door.name,
        account=door.account,
        body=body,
        media_type=media_type,
        received_at=office.clock(),
        delivery_id=key,
    )
    accepted = await office.metrics.counted(office.intake.deliver)(payload, partial(door.parse, payload))
    return accepted[0]
