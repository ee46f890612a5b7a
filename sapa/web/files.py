"""Attachments for eyes: the cleaned copy only, to whoever may see the ticket it hangs on."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sapa.web.office import office_of

router = APIRouter()
MISSING = "Berkas ini tidak ada, atau Anda tidak boleh membukanya."
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
PICTURES = ("image/jpeg", "image/png")


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
