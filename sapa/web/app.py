"""The web application: which pages there are and what stands in front of them."""

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from sapa.web import (
    account,
    action,
    codes,
    entry,
    errors,
    files,
    form,
    health,
    hooks,
    live,
    login,
    quick,
    staff,
    track,
)
from sapa.web.access import Access
from sapa.web.assets import Assets
from sapa.web.buckets import Buckets
from sapa.web.office import Office
from sapa.web.security import Guard, Heads, SecurityHeaders

#: Public pages, doors and the login; then what officers do with their own account.
PUBLIC = (form.router, track.router, action.router, files.router, health.router, login.router)
OWN = (codes.router, entry.router, account.router)


class Site(FastAPI):
    """FastAPI, but programs that bring many complaints are answered ahead of its machinery."""

    quick: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if quick.taken(scope):
            scope["app"] = self
            await self.quick(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(office: Office) -> Site:
    """All pages of one office. The routes lie flat in `app.routes`."""
    app = Site(title="Sapa", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.office = office
    app.state.hooks = hooks.hooks_of(office.doors)
    app.state.live = live.Live()
    app.state.guesses = Buckets(office.limits.guesses)
    app.state.senders = Buckets(office.limits.intake_per_minute)
    app.router.routes.extend(quick.ROUTES)
    for router in (*PUBLIC, *OWN, live.router, *staff.ROUTERS):
        app.router.routes.extend(router.routes)
    app.router.routes.append(Mount("/static", Assets(), name="static"))
    errors.install(app)
    app.add_middleware(Guard, office=office)
    app.add_middleware(Access, metrics=office.metrics)
    app.add_middleware(SecurityHeaders, office=office)
    app.add_middleware(Heads)  # the last added is the outermost
    app.quick = SecurityHeaders(Access(Guard(quick.answer, office), office.metrics), office)
    return app
