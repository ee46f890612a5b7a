"""The Graph API on loopback, as Meta documents it for Messenger and Instagram, and what its webhooks send.

What is not documented (an edge, a parameter) stands in `wrong`, which must be empty at the end of a test.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from counterparts.loopback import Handler, Loopback

SECRET, VERIFY, TOKEN = "rahasia-aplikasi", "kata-kunci-webhook", "token-halaman"
PAGE, ACCOUNT, SOMEBODY, NOBODY = "111000111", "178400178", "6001", "6000"
JPEG = b"\xff\xd8\xff\xe0"
_SENT = {"recipient", "message", "messaging_type", "tag"}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery."""
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}


def page(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A delivery of events between people and the page."""
    entry = {"id": PAGE, "time": 1_764_000_000_000, "messaging": list(events), **more}
    return {"object": "page", "entry": [entry]}


def instagram(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A delivery of events of the account."""
    entry = {"id": ACCOUNT, "time": 1_764_000_000, "messaging": list(events), **more}
    return {"object": "instagram", "entry": [entry]}


def said(mid: str, text: str = "", sender: str = SOMEBODY, to: str = PAGE, **more: Any) -> dict[str, Any]:
    """A message of somebody; `more` stands beside its text."""
    message = {"mid": mid, **({"text": text} if text else {}), **more}
    return {
        "sender": {"id": sender}, "recipient": {"id": to}, "timestamp": 1_764_000_000_123, "message": message,
    }  # fmt: skip


def comment(number: str, text: str, sender: str = SOMEBODY, **more: Any) -> dict[str, Any]:
    """A change: a comment below a post of the page."""
    value = {
        "item": "comment", "verb": "add", "comment_id": number,
        "post_id": f"{PAGE}_1", "parent_id": f"{PAGE}_1",
        "from": {"id": sender, "name": "Warga"}, "message": text, "created_time": 1_764_000_000, **more,
    }  # fmt: skip
    return {"field": "feed", "value": value}


@dataclass(kw_only=True)
class Graph(Loopback):
    """`sent` are accepted messages, `public` the answers below comments; `answers` come first.

    `closed` are people whose window is over, `answered` comments that have their private answer;
    `people` are the profiles that may be read.
    """

    own: str = PAGE
    sent: list[dict[str, Any]] = field(default_factory=list)
    public: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    subscribed: bool = True
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=lambda: {"/ada.jpg": JPEG})
    longest: int = 2_000
    replies: str = "comments"

    def post(self, path: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What is answered to a POST."""
        if self.answers:
            return self.answers.pop(0)
        if path == f"{self.own}/messages":
            return self._message(told)
        target, _, edge = path.partition("/")
        if edge != self.replies or set(told) != {"message"}:
            self.wrong.append(f"undocumented {path} {sorted(told)}")
            return 400, error(100)
        self.public.append((target, told["message"]))
        return 200, {"id": f"{target}_{len(self.public)}"}

    def _message(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.wrong += [f"undocumented parameter {name}" for name in told if name not in _SENT]
        to, text = told.get("recipient", {}), told.get("message", {}).get("text", "")
        if not text or len(text.encode()) > self.longest or len(to) != 1:
            return 400, error(100)
        if to.get("comment_id") in self.answered:
            return 400, error(10900)
        if to.get("id") == NOBODY:
            return 400, error(551, 1545041)
        if to.get("id") in self.closed and told.get("tag") != "HUMAN_AGENT":
            return 400, error(10, 2018278)
        if "id" in to and told.get("messaging_type") not in ("RESPONSE", "MESSAGE_TAG"):
            self.wrong.append("no messaging_type")
        if "comment_id" in to:
            self.answered.add(to["comment_id"])
        self.sent.append(told)
        return 200, {"recipient_id": to.get("id", SOMEBODY), "message_id": f"m_{len(self.sent)}"}

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What is answered to a GET."""
        if self.answers:
            return self.answers.pop(0)
        if path == self.own and query == {"fields": "id"}:
            return 200, {"id": self.own}
        if path in self.people and set(query) == {"fields"}:
            known = self.people[path]
            return 200, {
                "id": path,
                **{name: known[name] for name in query["fields"].split(",") if name in known},
            }
        if path == f"{self.own}/subscribed_apps" and not query:
            return 200, {"data": [{"id": "1", "subscribed_fields": ["messages"]}] if self.subscribed else []}
        self.wrong.append(f"undocumented GET {path} {query}")
        return 404, error(803)


def error(code: int, more: int | None = None) -> dict[str, Any]:
    """An error body; its message may hold an address."""
    told = {"message": f"Refused for {SOMEBODY}", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return {"error": told | ({"error_subcode": more} if more else {})}


class _Handler(Handler):
    here: Graph

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path in self.here.files:
            self.here.wrong += ["a login at a file"] if self.headers.get("Authorization") else []
            self.write(200, self.here.files[parts.path], {"Content-Type": "image/jpeg"})
        elif parts.path.startswith("/berkas/"):
            self.write(503 if "nanti" in parts.path else 404, b"")
        elif self._known():
            self._answer(*self.here.get(parts.path.removeprefix("/v23.0/"), dict(parse_qsl(parts.query))))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self._known():
            self._answer(*self.here.post(self.path.removeprefix("/v23.0/"), json.loads(raw)))

    def _known(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._answer(401, error(190))
        return False

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self.write(status, json.dumps(told).encode(), {"Content-Type": "application/json"})


Graph.handler = _Handler


def section(api_url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    """A door's section of the configuration."""
    return {
        "account": PAGE, "token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY, "timeout": 2.0,
        "public_url": "https://sapa.example", "api_url": api_url, **more,
    }  # fmt: skip
