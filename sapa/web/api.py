"""The form's JSON twin, on the shortest way: no models, one body, one commit."""

from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive

from channels.base import Invalid, Unavailable
from notifier.links import tracking_url
from sapa.web import errors
from sapa.web.buckets import admit
from sapa.web.office import office_of
from sapa.web.sending import send

MAX_KEY = 80


async def receive(request: Request) -> Response:
    """201 {"ref", "url", "duplicate"}; 202 when it was kept without a number yet.

    400, 413, 415 or 422 {"errors": [{"field", "message"}]}; 503 with Retry-After.
    """
    office = office_of(request)
    admit(request)
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        return errors.answer(request.scope, 415, "Kirim sebagai application/json.")
    key = request.headers.get("idempotency-key", "")
    if len(key) > MAX_KEY or not key.isprintable():
        return errors.answer(request.scope, 400, "Idempotency-Key paling panjang 80 huruf.")
    body = await _body(request.receive)
    try:
        accepted = await send(office, body, kind, key)
    except Invalid as wrong:
        told = [{"field": field, "message": sentence} for field, sentence in wrong.errors]
        return errors.answer(request.scope, wrong.status, fields=told)
    except Unavailable:
        return errors.answer(request.scope, 503, errors.LATER)
    url = tracking_url(office.city().public_url, accepted.ref, accepted.token) if accepted.ref else ""
    answer = {"ref": accepted.ref, "url": url, "duplicate": accepted.duplicate}
    return Response(to_json(answer), 201 if accepted.ref else 202, media_type="application/json")


async def _body(asked: Receive) -> bytes:
    """The whole body; raises ClientDisconnect when its sender leaves before its end."""
    pieces: list[bytes] = []
    while True:
        message = await asked()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


route = Route("/api/v1/tickets", receive, methods=["POST"])
