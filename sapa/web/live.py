"""Pages that know when something changed: one stream of events each, following `event.id`."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from sapa.desk import sight
from sapa.web.fields import whole
from sapa.web.office import Office, office_of
from sapa.web.session import Me, signed_in
from store import events

router = APIRouter()
#: Streams of one process at the same time; a page without one is reloaded by hand.
MOST = 500
#: Seconds between two looks at the ledger, however many pages follow.
PACE = 2.0
#: A sign of life for proxies, in looks.
ALIVE = 7
#: A stream ends and is opened anew by the browser after so long: a login that ended is noticed.
LONGEST = timedelta(minutes=5)
#: Tickets named at once; more are "many".
NAMED = 50


class Live:
    """What the streams of one process share: the newest event, and the end of the process."""

    def __init__(self) -> None:
        self.open = 0
        self._closing = asyncio.Event()
        self._newest = 0
        self._looked = -PACE
        self._lock = asyncio.Lock()

    def close(self) -> None:
        """Every stream ends, so that a stop waits for none."""
        self._closing.set()

    @property
    def closed(self) -> bool:
        """Whether the process is stopping."""
        return self._closing.is_set()

    async def pause(self) -> None:
        """Until the next look, or the end."""
        try:
            await asyncio.wait_for(self._closing.wait(), PACE)
        except TimeoutError:
            return

    async def newest(self, office: Office) -> int:
        """The id of the newest event, looked up once for all streams."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if now - self._looked >= PACE:
                self._newest = await asyncio.to_thread(newest_event, office)
                self._looked = now
            return self._newest


def newest_event(office: Office) -> int:
    """Where a page that is shown now stands."""
    with office.ledger.reading() as tx:
        return events.newest(tx)


@router.get("/petugas/langsung")
async def follow(request: Request, me: Me) -> Response:
    """Tells the refs of tickets this officer may see as they change; 204 when there is no room."""
    office, live = office_of(request), live_of(request)
    if live.closed or live.open >= MOST:
        return Response(status_code=204)  # by this a browser learns not to come again
    asked = request.headers.get("last-event-id") or request.query_params.get("sejak", "")
    since = whole(asked)
    return StreamingResponse(
        _stream(request, office, live, since),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def live_of(request: Request) -> Live:
    """What the streams of this process share."""
    return cast(Live, request.app.state.live)


async def _stream(request: Request, office: Office, live: Live, since: int | None) -> AsyncIterator[str]:
    seen = await live.newest(office) if since is None else since
    until, quiet = office.clock() + LONGEST, 0
    live.open += 1
    try:
        yield f"retry: {int(PACE * 1000)}\n\n"
        while not live.closed and office.clock() < until and not await request.is_disconnected():
            newest = await live.newest(office)
            if newest > seen:
                refs = await asyncio.to_thread(_changed, request, office, seen, newest)
                if refs is None:
                    return
                seen, quiet = newest, 0
                if refs:
                    yield f"id: {seen}\ndata: {json.dumps(refs)}\n\n"
            quiet += 1
            if quiet % ALIVE == 0:
                yield ": masih di sini\n\n"
            await live.pause()
    finally:
        live.open -= 1


def _changed(request: Request, office: Office, seen: int, newest: int) -> list[str] | None:
    """The refs that changed, as far as whoever is signed in now may see them; None = nobody is."""
    signed = signed_in(request)
    if signed is None:
        return None
    with office.ledger.reading() as tx:
        return list(events.changed(tx, sight.scope(signed.actor), seen, newest, NAMED))
