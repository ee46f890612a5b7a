"""Action links: an OPD acts on one disposition without a login, until it is answered for good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sapa.desk.actor import Actor, Done
from sapa.desk.errors import ActError
from store.db import Tx
from store.tables import ActionLink


class LinkGone(ActError):
    """The link is used, revoked, expired or none of ours; `why` is used, revoked, expired or unknown."""

    def __init__(self, why: str) -> None:
        super().__init__(_WORDS[why])
        self.why = why


_WORDS = {
    "unknown": "Tautan ini tidak dikenal.",
    "used": "Tautan ini sudah dipakai. Untuk tindakan lain, silakan masuk.",
    "revoked": "Tautan ini tidak berlaku lagi: laporan sudah dialihkan, atau tautannya dicabut.",
    "expired": "Tautan ini sudah kedaluwarsa. Silakan masuk.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link allows: to act for `opd` on `ticket_id` until `expires_at`."""

    uuid: UUID
    ticket_id: int
    disposition_id: int
    opd: str
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        """Who acts by it."""
        return Actor(kind="opd", opd=self.opd)


def verify(tx: Tx, uuid: UUID, now: datetime) -> Link:
    """What the link allows now (looking changes nothing), or `LinkGone`."""
    row = _row(tx, uuid)
    if why := _gone(row, now):
        raise LinkGone(why)
    return _link(row)


def use(tx: Tx, uuid: UUID, now: datetime, act: Callable[[Link], Done], *, last: bool = True) -> Done:
    """Do one act by the link; the same act with the same key is done once.

    The `last` act of an agency (done, or not theirs) uses the link up. `act` is given the link and
    calls the act as `link.actor`. Raises `LinkGone`, or what it raises.
    """
    row = _row(tx, uuid)
    why = _gone(row, now)
    if why and why != "used" and row.used_at is None:
        raise LinkGone(why)
    done = act(_link(row))
    if why and not done.repeated:
        raise LinkGone(why)
    if last and row.used_at is None:
        row.used_at = now
    return done


def _row(tx: Tx, uuid: UUID) -> ActionLink:
    tx.flush()
    row = tx.session.get(ActionLink, uuid, populate_existing=True)
    if row is None:
        raise LinkGone("unknown")
    return row


def _gone(row: ActionLink, now: datetime) -> str:
    if row.used_at is not None:
        return "used"
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= now else ""


def _link(row: ActionLink) -> Link:
    return Link(
        uuid=row.uuid,
        ticket_id=row.ticket_id,
        disposition_id=row.disposition_id,
        opd=row.opd,
        expires_at=row.expires_at,
    )
