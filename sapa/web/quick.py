"""Programs that bring many complaints: answered ahead of FastAPI's machinery, and in the same words."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from sapa.web import api, errors, hooks

ROUTES = (api.route, hooks.route)


def taken(scope: Scope) -> bool:
    """Whether a request is one of theirs; its scope then names the route. What is no POST is not."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    for route in ROUTES:
        match, found = route.matches(scope)
        if match is Match.FULL:
            scope.update(found, route=route)
            return True
    return False


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI, for a request that is `taken`."""
    try:
        response = await scope["endpoint"](Request(scope, receive, send))
    except HTTPException as refused:
        headers = dict(refused.headers or {})
        response = errors.answer(scope, refused.status_code, errors.own_words(refused), headers=headers)
    await response(scope, receive, send)
