"""What servers that stand in for a provider have in common: a port on loopback while a test runs."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self


@dataclass(kw_only=True)
class Loopback:
    """Serves in a `with` block at `url`, by `handler`; `wrong` must be empty at its end."""

    handler: ClassVar[type["Handler"]]
    wrong: list[str] = field(default_factory=list)
    url: str = ""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (self.handler,), {"here": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        assert self.wrong == []


class Handler(BaseHTTPRequestHandler):
    """Answers of one server, `here`."""

    here: Any

    def write(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Tests are quiet."""
