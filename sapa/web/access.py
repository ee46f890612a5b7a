"""The access log and the last net: what was asked by route, never who asked or what they wrote."""

from collections.abc import Callable
from time import perf_counter
from traceback import extract_tb
from typing import Any

import structlog
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sapa.web import errors
from sapa.web.metrics import Metrics

log = structlog.get_logger("sapa.web")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: The status noted for who went away while sending (the number nginx gave it).
GONE = 499
#: Streams last as long as their page is open: their time says nothing.
LASTING = "/petugas/langsung"
QUIET = ("/healthz", "/readyz", "/metrics", "/static")


class Access:
    """Times and logs each request by its route template, and answers 500 for what nobody caught."""

    def __init__(self, app: ASGIApp, metrics: Metrics, timer: Callable[[], float] = perf_counter) -> None:
        self.app = app
        self.metrics = metrics
        self.timer = timer
        self._series: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = self.timer()
        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:  # a poor line broke off: nobody is there to answer, and nothing is broken
            status = status or GONE
        except Exception as error:  # the outermost edge: it is told to the log, without its words
            log.error(
                "request failed", route=template(scope), error=type(error).__name__, where=_where(error)
            )
            if status:
                raise
            await errors.answer(scope, 500, errors.BROKEN)(scope, receive, noting)
        self._note(scope, status, self.timer() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = template(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        if route != LASTING:
            self._timed(method, route, status).observe(seconds)
        if not route.startswith((*QUIET, LASTING)):
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))

    def _timed(self, method: str, route: str, status: int) -> Histogram:
        """The series of a kind of answer, looked up once."""
        kind = (method, route, status)
        if kind not in self._series:
            self._series[kind] = self.metrics.requests.labels(method, route, str(status))
        return self._series[kind]


def template(scope: Scope) -> str:
    """The path as the route names it (`/lacak/{ref}`), or `-` for an unknown one."""
    if scope["path"].startswith("/static/"):
        return "/static"
    route: Any = scope.get("route")
    return str(getattr(route, "path", "-"))


def _where(error: Exception) -> str:
    frames = extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames[:-6:-1])
