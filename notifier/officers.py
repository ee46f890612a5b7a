"""Mail to one officer: the link by which they set a password."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.message import Address, OutboundMessage
from notifier.compose import letter
from notifier.facts import NotTellable
from notifier.letterhead import Letterhead
from notifier.links import entry_url
from notifier.words import written
from store.db import Tx, utc
from store.outbox import Claimed

_LINK = """
select p.name, p.login, p.email, l.expires_at from officer_link l
join officer p on p.id = l.officer_id
where l.uuid = :uuid and l.used_at is null and l.revoked_at is null and l.expires_at > :now
"""


def to_officer(tx: Tx, row: Claimed, head: Letterhead, now: datetime) -> OutboundMessage:
    """The mail with its link; `NotTellable` when the link no longer opens anything."""
    uuid = UUID(row.data["link"])
    found = tx.run(_LINK, uuid=uuid, now=now)
    if not found or not found[0][2]:
        raise NotTellable("Tautannya sudah dipakai, ditarik, atau kedaluwarsa.")
    name, login, email, expires_at = found[0]
    link = entry_url(head.public_url, head.secret, uuid)
    context = {"login_name": login, "link": link, "until": _until(utc(expires_at), head.tz)}
    to = Address(channel=row.channel, value=email, name=name)
    return letter(row, to, context, head, ("Buat kata sandi", link))


def _until(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{written(local.date())} pukul {local:%H.%M}"
