"""The form's JSON twin, on the shortest way: no models, one body, one commit."""

import json
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from channels.base import Unavailable
from channels.web import Invalid
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
    body = await request.body()
    try:
        accepted = await send(office, body, kind, key)
    except Invalid as wrong:
        told = [{"field": field, "message": sentence} for field, sentence in wrong.errors]
        return errors.answer(request.scope, wrong.status, fields=told)
    except Unavailable:
        return errors.answer(request.scope, 503, errors.LATER)
    url = tracking_url(office.city().public_url, accepted.ref, accepted.token) if accepted.ref else ""
    answer = {"ref": accepted.ref, "url": url, "duplicate": accepted.duplicate}
    return Response(json.dumps(answer), 201 if accepted.ref else 202, media_type="application/json")


class Quick(Route):
    """A plain route that tells its name to the access log, as FastAPI's do."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Starlette's answer, with the route."""
        match, child = super().matches(scope)
        named: MutableMapping[str, Any] = {**child, "route": self}
        return match, named


route = Quick("/api/v1/tickets", receive, methods=["POST"])
