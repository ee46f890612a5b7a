"""A loopback SMS gateway: takes form, JSON and GET, wants its key, answers as it is told."""

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECRET, KEY, AUTH = "rahasia-gateway", "kunci-tanda-tangan", "Bearer kunci-kirim"
NOBODY = "6281200000000"


def section(url: str = "http://127.0.0.1:9/kirim", **more: Any) -> dict[str, Any]:
    """The door's section for this gateway; `more` replaces parts of `gateway`."""
    return {
        "provider": "gateway",
        "number": "+6281100000001",
        "timeout": 2.0,
        "gateway": {
            "secret": SECRET,
            "secret_header": "X-Gateway-Secret",
            "inbound": {
                "sender": "from", "text": "message", "id": "id", "time": "sent_at",
                "part": "part", "parts": "parts",
                "group": "ref", "list_of": "messages", "status": "status", "status_id": "message_id",
                "words": {"queued": "sent", "delivered": "delivered", "failed": "failed"},
            },
            "outbound": {
                "url": url, "body": "json", "to": "to", "text": "message", "number_format": "digits",
                "extra": {"sender": "SAPA"}, "headers": {"Authorization": AUTH}, "id": "data.id",
                "success": "status", "success_words": ("ok",), "never_words": ("invalid_number",),
            },
        } | more,
    }  # fmt: skip


def signature(body: bytes) -> str:
    """The gateway's HMAC over the raw body."""
    return hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()


@dataclass(kw_only=True)
class GatewayServer:
    """`sent` are the sendings it took: (method, fields). `answers` (status, body, headers) come first."""

    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def __enter__(self) -> "GatewayServer":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (_Handler,), {"here": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}/kirim"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, method: str, given: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        """What the gateway answers."""
        if self.answers:
            return self.answers.pop(0)
        if given.get("to") == NOBODY:
            return 200, {"status": "invalid_number"}, {}
        self.sent.append((method, given))
        return 200, {"status": "ok", "data": {"id": f"gw-{len(self.sent)}"}}, {}


class _Handler(BaseHTTPRequestHandler):
    here: GatewayServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        as_json = "json" in self.headers.get("Content-Type", "")
        given = json.loads(raw) if as_json else dict(parse_qsl(raw.decode() or urlsplit(self.path).query))
        if self.headers.get("Authorization") != AUTH:
            status, told, headers = 401, {"status": "denied"}, {}
        else:
            status, told, headers = self.here.take(self.command, given)
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST

    def log_message(self, *arguments: object) -> None:
        """Tests are quiet."""
