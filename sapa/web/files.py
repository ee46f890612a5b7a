"""Attachments for eyes: the cleaned copy only, to whoever may see the ticket it hangs on."""

import hmac
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from sapa.desk import sight
from sapa.desk.kinds import PICTURES
from sapa.desk.links import LinkGone
from sapa.desk.names import safe_name
from sapa.desk.pictures import visible
from sapa.web.action import allowed, sealed
from sapa.web.office import Office, office_of
from sapa.web.session import signed_in
from sapa.web.story import own_messages
from store import messages, tickets
from store.db import Tx
from store.tables import AttachmentRow, Message, Ticket

router = APIRouter()
#: What browsers play; others are downloaded, with a reason.
PLAYED = frozenset(
    {
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/x-wav",
        "video/mp4",
        "video/webm",
        "video/3gpp",
    }
)
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


@router.get("/berkas/{uuid}/putar")
def play(uuid: UUID, request: Request) -> Response:
    """A recording, for officers who may see its ticket; not of a sealed one, as a voice is a name."""
    office = office_of(request)
    with office.ledger.reading() as tx:
        found = messages.attachment(tx, uuid)
        path = None
        if found is not None and playable(found[0]) and _may_hear(tx, found[1], request):
            path = office.files.path(found[0].blob or "")
    if found is None or path is None or not path.is_file():
        raise HTTPException(404, MISSING)
    return FileResponse(
        path,
        media_type=found[0].media_type,
        headers={
            "Content-Security-Policy": SANDBOX,
            "Content-Disposition": f'inline; filename="{uuid}"',
            "Cache-Control": "private, no-store",
        },
    )


@router.get("/berkas/{uuid}/unduh")
def save(uuid: UUID, request: Request) -> Response:
    """A document or recording to be saved, never shown: for officers who may hear what it may name.

    Pictures are seen by their clean copy; as they were sent they are opened for a reason (`asli`).
    """
    office = office_of(request)
    with office.ledger.reading() as tx:
        found = messages.attachment(tx, uuid)
        path, name = None, ""
        if found is not None and savable(found[0]) and _may_hear(tx, found[1], request):
            path, name = office.files.path(found[0].blob or ""), _name(found[0], request)
    if found is None or path is None or not path.is_file():
        raise HTTPException(404, MISSING)
    kind = found[0].media_type
    return FileResponse(
        path,
        media_type="text/plain; charset=utf-8" if kind.startswith("text/") else kind,
        filename=name,
        content_disposition_type="attachment",
        headers={"Content-Security-Policy": SANDBOX, "Cache-Control": "private, no-store"},
    )


def savable(file: AttachmentRow) -> bool:
    """Whether officers may save it as it came: on our list, no picture, and nothing was found in it."""
    return file.state == "kept" and file.blob is not None and file.media_type not in PICTURES


def _name(file: AttachmentRow, request: Request) -> str:
    """A harmless name with the ending of its kind; the sender's own only for those who may read it."""
    signed = signed_in(request)
    own = file.name if signed is not None and signed.may("see_all") else "lampiran"
    return safe_name(own, file.media_type)


def playable(file: AttachmentRow) -> bool:
    """Whether browsers play the file; its type is what its bytes say."""
    return file.state == "kept" and file.blob is not None and file.media_type in PLAYED


def _may_hear(tx: Tx, message: Message, request: Request) -> bool:
    ticket = tickets.get(tx, message.ticket_id) if message.ticket_id else None
    return ticket is not None and ticket.privacy == "normal" and _officer_sees(tx, ticket, request)


def _read(office: Office, uuid: UUID, request: Request) -> bytes | None:
    """The bytes of the cleaned copy, or None when there is none or it is not for this visitor."""
    with office.ledger.reading() as tx:
        found = messages.attachment(tx, uuid)
        if found is None:
            return None
        file, message = found
        if not visible(file) or not _may_see(office, tx, message, request):
            return None
    return office.files.read(file.served or "")


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
    return _officer_sees(tx, ticket, request)


def _officer_sees(tx: Tx, ticket: Ticket, request: Request) -> bool:
    signed = signed_in(request)
    if signed is None or not signed.ready:
        return False
    owners = (row.opd for row in tickets.owners(tx, ticket.id or 0))
    return sight.may_see(signed.actor, sight.facts(ticket, owners))


def _by_link(office: Office, tx: Tx, token: str, ticket_id: int) -> bool:
    try:
        return allowed(tx, office, token).ticket_id == ticket_id
    except LinkGone:
        return False
