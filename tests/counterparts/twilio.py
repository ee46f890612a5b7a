"""A loopback server that behaves as Twilio's Messaging API documents, and what its webhooks send."""

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

SID, TOKEN = "AC" + "0" * 32, "token-uji"
#: Parameters of POST …/Messages.json that Twilio documents; any other fails the test.
DOCUMENTED = frozenset(
    re.findall(
        r"\w+",
        """To From MessagingServiceSid Body MediaUrl ContentSid ContentVariables StatusCallback ApplicationSid
        MaxPrice ProvideFeedback Attempt ValidityPeriod ForceDelivery ContentRetention AddressRetention
        SmartEncoded PersistentAction ShortenUrls ScheduleType SendAt SendAsMms RiskCheck Tags""",
    )
)


def signature(url: str, pairs: list[tuple[str, str]], key: str = TOKEN, algorithm: str = "sha1") -> str:
    """X-Twilio-Signature: base64 of the HMAC over the URL and the parameters in order of their names."""
    told = url
    for name in sorted({name for name, _ in pairs}):
        for value in sorted({value for other, value in pairs if other == name}):
            told += name + value
    mac = hmac.new(key.encode(), told.encode("utf-8", "surrogateescape"), getattr(hashlib, algorithm))
    return base64.b64encode(mac.digest()).decode()


def delivery(url: str, fields: Mapping[str, str] | list[tuple[str, str]]) -> tuple[bytes, dict[str, str]]:
    """(body, headers) of a webhook of these parameters."""
    pairs = list(fields.items()) if isinstance(fields, Mapping) else fields
    body = urlencode(pairs, errors="surrogateescape").encode()
    return body, {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": signature(url, parse_qsl(body.decode(), True, errors="surrogateescape")),
    }


def incoming(sid: str, body: str, sender: str = "+6281234567890", **more: str) -> dict[str, str]:
    """The parameters of an SMS as Twilio's webhook sends them."""
    return {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": body,
        "FromCountry": "ID", "To": "+15005550006", "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": SID, "From": sender, "ApiVersion": "2010-04-01", **more,
    }  # fmt: skip


@dataclass(kw_only=True)
class Twilio:
    """`sent` are the accepted messages; `answers` (status, error code, headers) come first, in order."""

    sent: list[dict[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    answers: list[tuple[int, int, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def __enter__(self) -> "Twilio":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (_Handler,), {"here": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        assert self.wrong == []

    def create(self, given: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """What the API answers to a POST of a message."""
        if self.answers:
            status, code, headers = self.answers.pop(0)
            return status, error(status, code), headers
        if not re.fullmatch(r"\+[1-9]\d{6,14}", given.get("To", "")):
            return 400, error(400, 21211), {}
        if not given.get("From") and not given.get("MessagingServiceSid"):
            return 400, error(400, 21603), {}
        if not given.get("Body") or len(given["Body"]) > 1600:
            return 400, error(400, 21602 if not given.get("Body") else 21617), {}
        if given["To"].endswith("0000"):
            return 400, error(400, 21610), {}
        return self.take(given)

    def take(self, given: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Queued: what is said of a message that will be tried."""
        self.sent.append(given)
        sid = f"SM{len(self.sent):032x}"
        return 201, {"sid": sid, "status": "queued", "error_code": None, **given}, {}

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """What is answered to a GET."""
        return 404, json.dumps(error(404, 20404)).encode(), {"Content-Type": "application/json"}


def error(status: int, code: int) -> dict[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": "Refused +6281234560000", "more_info": more, "status": status}


class _Handler(BaseHTTPRequestHandler):
    here: Twilio

    def do_GET(self) -> None:
        self.write(*self.here.get(self.path, self.headers))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        login = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        given = dict(parse_qsl(raw.decode(), True))
        if self.headers.get("Authorization") != f"Basic {login}":
            self.answer(401, error(401, 20003), {})
        elif self.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            self.answer(404, error(404, 20404), {})
        else:
            self.here.wrong += [f"undocumented parameter {name}" for name in given if name not in DOCUMENTED]
            self.answer(*self.here.create(given))

    def answer(self, status: int, told: dict[str, Any], headers: dict[str, str]) -> None:
        self.write(status, json.dumps(told).encode(), {"Content-Type": "application/json", **headers})

    def write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Tests are quiet."""
