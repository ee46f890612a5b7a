"""Where providers deliver: the door checks the signature, the office keeps, then we say yes."""

from functools import partial

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from channels.base import Answering, ByGet, Rejected, Unavailable, Webhook
from channels.base import Request as DoorRequest
from sapa.desk.spool import Spooled
from sapa.web import errors
from sapa.web.office import Office, office_of

router = APIRouter()


@router.get("/hooks/{channel}")
@router.post("/hooks/{channel}")
async def receive(channel: str, request: Request) -> Response:
    """200 after the commit (or once it is safe on disk), in the words the provider expects.

    The door's own status when it rejects; 503 while nothing can be kept.
    """
    office = office_of(request)
    door = _door(office, channel)
    if request.method == "GET" and not (isinstance(door, ByGet) and door.by_get):
        raise HTTPException(405, headers={"Allow": "POST"})
    asked = DoorRequest(
        url=_public_url(office, request),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),
        method=request.method,
    )
    try:
        payload = door.verify(asked, office.clock())
        accepted = await office.metrics.counted(office.intake.deliver)(payload, partial(door.parse, payload))
    except Rejected as rejected:
        if rejected.status == 403:
            office.pulse.refused(channel)
        return errors.answer(request.scope, rejected.status, "Ditolak.")
    except Spooled:
        accepted = ()
    except Unavailable:
        return errors.answer(request.scope, 503, errors.LATER)
    if isinstance(door, Answering) and door.answer is not None:
        return Response(door.answer.body, media_type=door.answer.media_type)
    return JSONResponse({"accepted": len(accepted)})


def _door(office: Office, channel: str) -> Webhook:
    door = office.doors.get(channel)
    if not isinstance(door, Webhook):
        raise HTTPException(404)
    return door


def _public_url(office: Office, request: Request) -> str:
    """The address as the provider called it (signatures cover it), whatever proxy is in between."""
    query = f"?{request.url.query}" if request.url.query else ""
    return office.city().public_url.rstrip("/") + request.url.path + query
