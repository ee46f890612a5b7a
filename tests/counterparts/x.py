"""The API of X on loopback, as it documents posts and direct messages, and what its webhooks send.

Every request must be signed by OAuth 1.0a; what is not documented stands in `wrong`.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from counterparts.loopback import Handler, Loopback

KEYS = {
    "consumer_key": "kunci", "consumer_secret": "rahasia-aplikasi",
    "token": "akun", "token_secret": "rahasia-akun",
}  # fmt: skip
OWN, SOMEBODY, NOBODY = "900100", "7001", "7000"
JPEG = b"\xff\xd8\xff\xe0"


def signature(body: bytes, secret: str = KEYS["consumer_secret"]) -> str:
    """What stands in x-twitter-webhooks-signature, and in the answer to a challenge."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def mention(number: str, text: str, sender: str = SOMEBODY, **more: Any) -> dict[str, Any]:
    """A delivery of a post."""
    post = {
        "created_at": "Tue Nov 24 02:10:00 +0000 2026", "id": int(number), "id_str": number, "text": text,
        "user": {"id_str": sender, "name": "Warga", "screen_name": "warga_mjk"},
        "in_reply_to_status_id_str": None, **more,
    }  # fmt: skip
    return {"for_user_id": OWN, "tweet_create_events": [post]}


def direct(number: str, text: str, sender: str = SOMEBODY, **data: Any) -> dict[str, Any]:
    """A delivery of a direct message."""
    event = {
        "type": "message_create", "id": number, "created_timestamp": "1795486200000",
        "message_create": {
            "target": {"recipient_id": OWN}, "sender_id": sender, "message_data": {"text": text, **data},
        },
    }  # fmt: skip
    users = {sender: {"id": sender, "name": "Warga", "screen_name": "warga_mjk"}}
    return {"for_user_id": OWN, "direct_message_events": [event], "users": users}


@dataclass(kw_only=True)
class X(Loopback):
    """`sent` are direct messages, `posts` answers in public; `answers` (status, body) come first."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    closed: set[str] = field(default_factory=lambda: {NOBODY})
    own: str = OWN

    def post(self, path: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What is answered to a POST."""
        if self.answers:
            return self.answers.pop(0)
        parts = path.strip("/").split("/")
        if parts == ["2", "tweets"] and set(told) == {"text", "reply"}:
            if len(told["text"]) > 280:
                return 400, {"title": "Invalid Request"}
            self.posts.append(told)
            return 201, {"data": {"id": str(8000 + len(self.posts)), "text": told["text"]}}
        if (
            parts[:3] == ["2", "dm_conversations", "with"]
            and parts[4:] == ["messages"]
            and set(told) == {"text"}
        ):
            if parts[3] in self.closed:
                return 403, {
                    "title": "Forbidden",
                    "detail": "You cannot send messages to this user.",
                    "status": 403,
                }
            self.sent.append((parts[3], told["text"]))
            return 201, {"data": {"dm_conversation_id": "1-2", "dm_event_id": str(9000 + len(self.sent))}}
        self.wrong.append(f"undocumented {path} {sorted(told)}")
        return 404, {}


class _Handler(Handler):
    here: X

    def do_GET(self) -> None:
        if self.path == "/ada.jpg":
            self.here.wrong += ["a login at a file"] if self.headers.get("Authorization") else []
            self.write(200, JPEG)
        elif self.path.startswith("/berkas/"):
            self.write(503 if "nanti" in self.path else 404, b"")
        elif not _proven("GET", self.here.url + self.path, self.headers.get("Authorization", "")):
            self.write(401, b"{}")
        elif self.path == "/dm/ada.jpg":
            self.write(200, JPEG)
        elif self.here.answers:
            status, told = self.here.answers.pop(0)
            self.write(status, json.dumps(told).encode())
        else:
            self.here.wrong += [] if self.path == "/2/users/me" else [f"undocumented GET {self.path}"]
            self.write(200, json.dumps({"data": {"id": self.here.own, "username": "pemkot"}}).encode())

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if not _proven("POST", self.here.url + self.path, self.headers.get("Authorization", "")):
            self.write(401, b'{"title": "Unauthorized"}')
            return
        status, told = self.here.post(self.path, json.loads(raw))
        self.write(status, json.dumps(told).encode())


X.handler = _Handler


def _proven(method: str, url: str, given: str) -> bool:
    """Whether the OAuth header is signed with our keys (RFC 5849), reckoned here by itself."""
    told = {}
    for part in given.removeprefix("OAuth ").split(", "):
        name, _, value = part.partition("=")
        told[name] = unquote(value.strip('"'))
    signed = told.pop("oauth_signature", "")
    if told.get("oauth_consumer_key") != KEYS["consumer_key"] or told.get("oauth_token") != KEYS["token"]:
        return False
    pairs = "&".join(f"{quote(name, safe='~')}={quote(told[name], safe='~')}" for name in sorted(told))
    base = f"{method}&{quote(url, safe='~')}&{quote(pairs, safe='~')}"
    key = f"{KEYS['consumer_secret']}&{KEYS['token_secret']}"
    mac = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(mac).decode(), signed)


def section(api_url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    """The door's section of the configuration."""
    known = {"account": OWN, "keys": KEYS, "timeout": 2.0, "public_url": "https://sapa.example"}
    return {**known, "api_url": api_url, **more}
