"""Attachments for eyes: the cleaned copy only, to whoever may see the ticket it hangs on."""

import hmac
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sapa.desk import sight
from sapa.desk.links import LinkGone
from sapa.web.action import allowed, sealed
from sapa.web.office import Office, office_of
from sapa.web.session import signed_in
from sapa.web.story import own_messages
from store import messages, tickets
from store.db import Tx
from store.tables import Message

router = APIRouter()
MISSING = "Berkas ini tidak ada, atau Anda tidak boleh membukanya."
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


@router.get("/berkas/{uuid}")
async def show(uuid: UUID, request: Request) -> Response:
    """The cleaned copy: by the ticket's token (`k`), an action link (`aksi`) or a login."""
    content = await run_in_threadpool(_read, office_of(request), uuid, request)
    if content is None:
        raise HTTPException(404, MISSING)
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Security-Policy": SANDBOX,
            "Content-Disposition": f'inline; filename="{uuid}.{kind[6:]}"',
            "Cache-Control": "private, max-age=3600",
        },
    )


def _read(office: Office, uuid: UUID, request: Request) -> bytes | None:
    """The bytes of the cleaned copy, or None when there is none or it is not for this visitor."""
    with office.ledger.reading() as tx:
        found = messages.attachment(tx, uuid)
        if found is None:
            return None
        file, message = found
        if file.served is None or not _may_see(office, tx, message, request):
            return None
    return office.files.read(file.served)


def _may_see(office: Office, tx: Tx, message: Message, request: Request) -> bool:
    ticket = tickets.get(tx, message.ticket_id) if message.ticket_id else None
    if ticket is None or ticket.id is None:
        return False
    asked = request.query_params
    if "k" in asked:
        mine = any(own.id == message.id for own in own_messages(tx, ticket.id))
        return mine and hmac.compare_digest(ticket.token.encode(), asked["k"].encode())
    if "aksi" in asked:
        return not sealed(ticket) and _by_link(office, tx, asked["aksi"], ticket.id)
    signed = signed_in(request)
    if signed is None or not signed.ready:
        return False
    owners = (row.opd for row in tickets.owners(tx, ticket.id))
    return sight.may_see(signed.actor, sight.facts(ticket, owners))


def _by_link(office: Office, tx: Tx, token: str, ticket_id: int) -> bool:
    try:
        return allowed(tx, office, token).ticket_id == ticket_id
    except LinkGone:
        return False
