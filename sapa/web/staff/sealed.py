"""What is sealed, opened for a reason: names, payloads as they came, files as they were."""

from typing import Annotated, NoReturn
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sapa.desk import sealed
from sapa.desk.kinds import ENDINGS
from sapa.desk.logins import LoggedIn
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import Posted, RowId, needs
from sapa.web.staff.sought import visible
from store import tickets

router = APIRouter()
Opener = Annotated[LoggedIn, Depends(needs("open_identity", "open_sealed"))]


@router.post("/petugas/laporan/{ref}/pelapor/lihat")
def reporters(request: Request, ref: str, me: Opener, form: Posted) -> Response:
    """Who complained, and their own words unmasked; the look is logged with its reason."""
    office, by = office_of(request), me.actor
    with office.ledger.reading() as tx:
        ticket = visible(tx, ref, by)
        messages = [one for one in tickets.messages(tx, ticket.id or 0) if one.direction == "in"]
    reason, now = form["alasan"], office.clock()
    people = office.ledger.write(lambda tx: sealed.reporters(tx, ticket.id or 0, by, reason=reason, now=now))
    return page(
        request, "staff/reporter.html", ticket=ticket, people=people, messages=messages, reason=reason
    )


@router.post("/petugas/berkas/{uuid}/asli")
def original(request: Request, uuid: UUID, me: Opener, form: Posted) -> Response:
    """A file as it was sent, to be saved, never shown in the browser."""
    office, by, reason = office_of(request), me.actor, form["alasan"]
    now = office.clock()
    file = office.ledger.write(lambda tx: sealed.original(tx, uuid, by, reason=reason, now=now))
    return download(_read(office, file.blob), f"{uuid}{ENDINGS.get(file.media_type, '.bin')}")


@router.post("/petugas/kiriman/{id}/unduh")
def arrival(request: Request, id: RowId, me: Opener, form: Posted) -> Response:
    """A payload as it came, to be saved."""
    office, by, reason = office_of(request), me.actor, form["alasan"]
    now = office.clock()
    kept = office.ledger.write(lambda tx: sealed.arrival(tx, id, by, reason=reason, now=now))
    content = kept.raw if kept.raw is not None else _read(office, kept.blob)
    return download(content, f"kiriman-{id}.txt", "text/plain; charset=utf-8")


def download(content: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """Bytes that a browser saves and never interprets."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{quote(name)}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _read(office: Office, digest: str | None) -> bytes:
    try:
        return office.files.read(digest or "")
    except (FileNotFoundError, ValueError):
        _missing()


def _missing() -> NoReturn:
    raise HTTPException(404, "Berkas ini tidak ada lagi di penyimpanan.")
