"""Where providers deliver: the door checks the signature, the office keeps, then we say yes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.answers import Answering, ByGet, Challenged, Replying
from channels.base import Accepted, Answer, Door, Rejected, Unavailable, Webhook
from channels.base import Request as DoorRequest
from sapa.desk.spool import Spooled
from sapa.web import errors
from sapa.web.office import Office, office_of


@dataclass(frozen=True, slots=True)
class Hook:
    """A door that is told by HTTP, and how: by GET too, and with an answer of its own kind?"""

    door: Webhook
    by_get: bool
    challenge: Callable[[DoorRequest], Answer] | None
    answer: Callable[[DoorRequest, Sequence[Accepted]], Answer | None]


def hooks_of(doors: Mapping[str, Door]) -> dict[str, Hook]:
    """The doors told by HTTP. Asked once: what a protocol is costs as much as reading a signature."""
    return {
        name: Hook(
            door,
            by_get=isinstance(door, ByGet) and door.by_get,
            challenge=door.challenge if isinstance(door, Challenged) else None,
            answer=_answer_of(door),
        )
        for name, door in doors.items()
        if isinstance(door, Webhook)
    }


def _answer_of(door: Webhook) -> Callable[[DoorRequest, Sequence[Accepted]], Answer | None]:
    if isinstance(door, Replying):
        return door.reply
    fixed = door.answer if isinstance(door, Answering) else None
    return lambda asked, accepted: fixed


async def receive(request: Request) -> Response:
    """200 after the commit (or once it is safe on disk), in the words the provider expects.

    The door's own status when it rejects; 503 while nothing can be kept.
    """
    office, channel = office_of(request), request.path_params["channel"]
    hook = request.app.state.hooks.get(channel)
    if hook is None:
        raise HTTPException(404)
    door = hook.door
    if request.method == "GET" and not hook.by_get and hook.challenge is None:
        raise HTTPException(405, headers={"Allow": "POST"})
    asked = DoorRequest(
        url=_public_url(office, request),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),
        method=request.method,
    )
    try:
        if hook.challenge is not None and request.method == "GET":
            return _told(hook.challenge(asked))
        payload = door.verify(asked, office.clock())
        accepted = await office.metrics.counted(office.intake.deliver)(payload, partial(door.parse, payload))
    except Rejected as rejected:
        if rejected.status == 403:
            office.pulse.refused(channel)
        return errors.answer(request.scope, rejected.status, "Ditolak.")
    except Spooled:
        accepted = []
    except Unavailable:
        return errors.answer(request.scope, 503, errors.LATER)
    answer = hook.answer(asked, accepted)
    return JSONResponse({"accepted": len(accepted)}) if answer is None else _told(answer)


def _told(answer: Answer) -> Response:
    return Response(answer.body, media_type=answer.media_type)


def _public_url(office: Office, request: Request) -> str:
    """The address as the provider called it (signatures cover it), whatever proxy is in between."""
    query = f"?{request.url.query}" if request.url.query else ""
    return office.city().public_url.rstrip("/") + request.url.path + query


route = Route("/hooks/{channel}", receive, methods=["GET", "POST"])
