"""The HTTP server: uvicorn, which stops when told and waits for nobody without end."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Connection(HttpToolsProtocol):
    """Hangs up on who does not say what they want within `patience` seconds; uvicorn waits for ever.

    Its own `timeout_keep_alive` starts after the first answer and starts anew with every byte.
    Bodies are timed by `sapa.web.hearing`.
    """

    patience = 20.0
    _end_of_patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """They say something; unless they have said all they must, their time runs."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()

    def on_headers_complete(self) -> None:
        """They have said what they want."""
        self._wait_no_more()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._end_of_patience is None:
            self._end_of_patience = self.loop.call_later(self.patience, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._end_of_patience is not None:
            self._end_of_patience.cancel()
            self._end_of_patience = None


class Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn raises SIGTERM again before the other rooms could stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured here."""
        yield


def server(app: Callable[..., Any], connection: type[Connection] = Connection) -> Server:
    """The server of an ASGI application; it is given its sockets when it serves."""
    return Server(
        uvicorn.Config(
            app,
            loop="none",
            http=connection,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=30,
            limit_concurrency=2000,
        )
    )
