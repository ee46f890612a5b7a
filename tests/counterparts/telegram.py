"""A Bot API on loopback, as core.telegram.org/bots/api documents it.

What is not documented (a method, a parameter, a value out of bounds) is answered 400 and stands in
`wrong`, which must be empty at the end of a test.
"""

import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

TOKEN = "987654321:AAF-uji-token_bukan-rahasia"
BOT = "987654321"
#: The parameters each method documents; those in upper case must be there.
METHODS: dict[str, set[str]] = {
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setWebhook": {
        "URL",
        "certificate",
        "ip_address",
        "max_connections",
        "allowed_updates",
        "drop_pending_updates",
        "secret_token",
    },
    "getMe": set(),
    "getWebhookInfo": set(),
    "getFile": {"FILE_ID"},
    "sendMessage": {
        "CHAT_ID",
        "TEXT",
        "parse_mode",
        "entities",
        "link_preview_options",
        "disable_notification",
        "protect_content",
        "reply_parameters",
        "reply_markup",
    },
    "answerCallbackQuery": {"CALLBACK_QUERY_ID", "text", "show_alert", "url", "cache_time"},
    "editMessageReplyMarkup": {
        "business_connection_id",
        "chat_id",
        "message_id",
        "inline_message_id",
        "reply_markup",
    },
    "sendPhoto": {"CHAT_ID", "PHOTO", "caption", "reply_parameters", "reply_markup"},
    "sendDocument": {"CHAT_ID", "DOCUMENT", "caption", "reply_parameters", "reply_markup"},
}
LARGEST_FILE = 20_000_000


@dataclass
class Failure:
    """What the next call of a method is answered instead."""

    status: int
    description: str
    retry_after: int = 0
    body: bytes | None = None


@dataclass
class BotApi:
    """The state of one bot. `calls` are (method, parameters, files) in order; `said` the sent messages.

    `keyboards` are the answers each chat is offered now, by chat; `queries` are the ids of buttons pressed
    that may still be answered, `answers` (id, text) of those that were; `away` are files that are there, but
    not now; `hold` is the longest a poll is kept waiting (seconds).
    """

    port: int = 0
    updates: list[dict[str, Any]] = field(default_factory=list)
    webhook: dict[str, Any] | None = None
    last_error: str = ""
    blocked: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    failing: dict[str, list[Failure]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any], dict[str, bytes]]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    keyboards: dict[int, list[str]] = field(default_factory=dict)
    queries: set[str] = field(default_factory=set)
    answers: list[tuple[str, str]] = field(default_factory=list)
    polling: int = 0
    hold: float = 50.0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def push(self, *updates: dict[str, Any]) -> None:
        """New updates wait to be fetched."""
        with self._changed:
            self.queries |= {one["callback_query"]["id"] for one in updates if "callback_query" in one}
            self.updates.extend(updates)
            self._changed.notify_all()

    def fail(self, method: str, status: int, description: str = "Fehler", **more: Any) -> None:
        """The next call of a method fails so."""
        self.failing.setdefault(method, []).append(Failure(status, description, **more))

    def offsets(self) -> list[int]:
        """What getUpdates was asked from, in order; 0 when it named none."""
        return [int(values.get("offset", 0)) for method, values, _ in self.calls if method == "getUpdates"]

    def handle(
        self, method: str, values: dict[str, Any], files: dict[str, bytes]
    ) -> tuple[int, dict[str, Any]]:
        """One call, answered as documented."""
        self.calls.append((method, values, files))
        documented = METHODS.get(method)
        if documented is None:
            return self._not_documented(f"method {method}", 404, "Not Found")
        given = set(values) | set(files)
        allowed = {name.lower() for name in documented}
        if strange := given - allowed - {name for name in files if name not in allowed}:
            return self._not_documented(f"{method} {sorted(strange)}")
        if missing := {name.lower() for name in documented if name.isupper()} - given:
            return self._not_documented(f"{method} without {sorted(missing)}")
        if self.failing.get(method):
            failure = self.failing[method].pop(0)
            extra = {"parameters": {"retry_after": failure.retry_after}} if failure.retry_after else {}
            return failure.status, _error(failure.status, failure.description) | extra
        return getattr(self, f"_{method}")(values, files)  # type: ignore[no-any-return]

    def _not_documented(self, what: str, status: int = 400, said: str = "Bad Request: not documented") -> Any:
        self.wrong.append(what)
        return status, _error(status, said)

    def _getUpdates(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        if self.webhook is not None:
            said = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            return 409, _error(409, said)
        offset, limit = int(values.get("offset", 0)), int(values.get("limit", 100))
        if not 1 <= limit <= 100 or offset < 0:
            return self._not_documented(f"getUpdates limit={limit} offset={offset}")
        until = time.monotonic() + min(float(values.get("timeout", 0)), self.hold)
        with self._changed:
            if self.polling:
                return 409, _error(409, "Conflict: terminated by other getUpdates request")
            self.updates = [one for one in self.updates if one.get("update_id", offset) >= offset]
            self.polling += 1
            try:
                while not self.updates and (left := until - time.monotonic()) > 0:
                    self._changed.wait(min(left, 0.2))
            finally:
                self.polling -= 1
            return 200, _ok(self.updates[:limit])

    def _setWebhook(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        secret = values.get("secret_token", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            return self._not_documented("secret_token")
        self.webhook = values
        return 200, _ok(True) | {"description": "Webhook was set"}

    def _getMe(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        return 200, _ok({"id": int(BOT), "is_bot": True, "first_name": "Sapa", "username": "sapa_uji_bot"})

    def _getWebhookInfo(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        told = {
            "url": (self.webhook or {}).get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
        }
        if self.last_error:
            told |= {"last_error_date": 1_790_000_000, "last_error_message": self.last_error}
        return 200, _ok(told)

    def _getFile(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        handle = values["file_id"]
        if handle in self.away:
            return 400, _error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if handle not in self.files:
            return 400, _error(400, "Bad Request: invalid file_id")
        size = self.sizes.get(handle, len(self.files[handle]))
        if size > LARGEST_FILE:
            return 400, _error(400, "Bad Request: file is too big")
        told = {"file_id": handle, "file_unique_id": f"u{handle}", "file_path": f"photos/{handle}.jpg"}
        return 200, _ok(told | ({"file_size": size} if size else {}))

    def _sendMessage(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        text = values["text"]
        if not text.strip():
            return 400, _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return 400, _error(400, "Bad Request: message is too long")
        markup = json.loads(values.get("reply_markup", "{}"))
        if wrong := _wrong_markup(markup):
            return self._not_documented(f"reply_markup: {wrong}")
        if refused := _bad_buttons(markup):
            return 400, _error(400, f"Bad Request: {refused}")
        shown = {"reply_markup": markup} if "inline_keyboard" in markup else {}
        answer = self._sent(values, {"text": text, **shown})
        if answer[0] == 200 and "keyboard" in markup:
            self.keyboards[int(values["chat_id"])] = [
                one["text"] for row in markup["keyboard"] for one in row
            ]
        elif answer[0] == 200 and "remove_keyboard" in markup:
            self.keyboards.pop(int(values["chat_id"]), None)
        return answer

    def _answerCallbackQuery(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        query, text = values["callback_query_id"], values.get("text", "")
        if len(text) > 200:
            return 400, _error(400, "Bad Request: MESSAGE_TOO_LONG")
        if query not in self.queries:
            said = "query is too old and response timeout expired or query ID is invalid"
            return 400, _error(400, f"Bad Request: {said}")
        self.queries.remove(query)
        self.answers.append((query, text))
        return 200, _ok(True)

    def _editMessageReplyMarkup(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        chat, number = int(values["chat_id"]), int(values["message_id"])
        found = [one for one in self.said if (one["chat"]["id"], one["message_id"]) == (chat, number)]
        if not found:
            return 400, _error(400, "Bad Request: message to edit not found")
        markup = json.loads(values.get("reply_markup", "{}"))
        if refused := _bad_buttons(markup):
            return 400, _error(400, f"Bad Request: {refused}")
        rows = {"inline_keyboard": markup.get("inline_keyboard", [])}
        if found[0].get("reply_markup", {"inline_keyboard": []}) == rows:
            return 400, _error(400, "Bad Request: message is not modified")
        found[0]["reply_markup"] = rows
        return 200, _ok(found[0])

    def _sendPhoto(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        return self._sent(values, {"photo": [{"file_id": "p", "width": 1, "height": 1}]})

    def _sendDocument(self, values: dict[str, Any], files: dict[str, bytes]) -> Any:
        return self._sent(values, {"document": {"file_id": "d"}})

    def _sent(self, values: dict[str, Any], content: dict[str, Any]) -> Any:
        chat = int(values["chat_id"])
        if chat in self.blocked:
            return 403, _error(403, "Forbidden: bot was blocked by the user")
        if chat in self.unknown:
            return 400, _error(400, "Bad Request: chat not found")
        message = {
            "message_id": next(self._numbers),
            "date": 1_790_000_000,
            "from": {"id": int(BOT), "is_bot": True, "first_name": "Sapa"},
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            **content,
        }
        self.said.append(message)
        return 200, _ok(message)


#: What each kind of keyboard may hold: its own key with the type of its value, then the optional ones.
_MARKUPS: dict[str, tuple[type, dict[str, type]]] = {
    "inline_keyboard": (list, {}),
    "keyboard": (
        list,
        {
            "is_persistent": bool,
            "resize_keyboard": bool,
            "one_time_keyboard": bool,
            "input_field_placeholder": str,
            "selective": bool,
        },
    ),
    "remove_keyboard": (bool, {"selective": bool}),
    "force_reply": (bool, {"input_field_placeholder": str, "selective": bool}),
}
#: Of these a KeyboardButton may hold one at most, besides its text.
_REQUESTS = {
    "request_users",
    "request_chat",
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
}


def _wrong_markup(markup: dict[str, Any]) -> str:
    """What is not as documented in a reply_markup, "" if nothing."""
    if not markup:
        return ""
    kinds = [kind for kind in _MARKUPS if kind in markup]
    if len(kinds) != 1:
        return f"{len(kinds)} kinds of keyboard"
    type_, more = _MARKUPS[kinds[0]]
    for key, value in markup.items():
        if not isinstance(value, type_ if key == kinds[0] else more.get(key, ())):
            return f"{key}={value!r}"
    if type_ is bool:
        return "" if markup[kinds[0]] is True else f"{kinds[0]} is not True"
    return "" if kinds[0] == "inline_keyboard" else _wrong_buttons(markup["keyboard"])


def _wrong_buttons(rows: list[Any]) -> str:
    for row in rows:
        if not isinstance(row, list) or not row:
            return "an empty row"
        for button in row:
            text, requests = button.get("text"), set(button) - {"text"}
            if not isinstance(text, str) or not text or not requests <= _REQUESTS or len(requests) > 1:
                return f"button {button!r}"
            if button.get("request_location", True) is not True:
                return "request_location is not True"
    return "" if rows else "no rows"


def _bad_buttons(markup: dict[str, Any]) -> str:
    """Why Telegram does not take these buttons, "" if it does."""
    for button in (button for row in markup.get("inline_keyboard", []) for button in row):
        if {*button} == {"text", "callback_data"}:
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                return "BUTTON_DATA_INVALID"
            continue
        host = re.match(r"https?://([^/:?#]+)", button.get("url", ""))
        if {*button} != {"text", "url"} or host is None or "." not in host[1]:
            return f"inline keyboard button URL '{button.get('url')}' is invalid: Wrong HTTP URL"
    return ""


def _ok(result: Any) -> dict[str, Any]:
    return {"ok": True, "result": result}


def _error(status: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": status, "description": description}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    bot: BotApi


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", unquote(self.path))
        bot = self.server.bot
        if found is None or found[1] != TOKEN:
            self._answer(401, _error(401, "Unauthorized"))
            return
        values, files = _form(self.headers.get("Content-Type", ""), body)
        waiting = bot.failing.get(found[2]) or [None]
        if waiting[0] is not None and waiting[0].body is not None:
            failure = bot.failing[found[2]].pop(0)
            bot.calls.append((found[2], values, files))
            self._raw(failure.status, failure.body or b"", "text/html")
            return
        self._answer(*bot.handle(found[2], values, files))

    def do_GET(self) -> None:
        found = re.fullmatch(r"/file/bot([^/]+)/photos/(.+)\.jpg", unquote(self.path))
        bot = self.server.bot
        if found is None or found[1] != TOKEN or found[2] not in bot.files:
            self._answer(404, _error(404, "Not Found"))
            return
        if bot.failing.get("file"):
            failure = bot.failing["file"].pop(0)
            self._answer(failure.status, _error(failure.status, failure.description))
            return
        self._raw(200, bot.files[found[2]], "application/octet-stream")

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self._raw(status, json.dumps(told).encode(), "application/json")

    def _raw(self, status: int, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the other side hung up

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _form(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fields and files of a call, urlencoded or multipart."""
    found = re.search(r'boundary="?([^";]+)"?', kind)
    if found is None:
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}
    values: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for part in body.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]*)"', head)
        assert name is not None
        if b"filename=" in head:
            files[name[1].decode()] = content
        else:
            values[name[1].decode()] = content.decode()
    return values, files


@contextmanager
def serving() -> Iterator[BotApi]:
    """A Bot API that listens on a free port of loopback."""
    bot = BotApi()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.bot, bot.port = bot, server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield bot
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
