"""Twilio's API as it documents it for WhatsApp: templates, the 24-hour window, media behind a redirect."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from counterparts.twilio import SID, TOKEN, Twilio, error

HX = "HX" + "a" * 32
NUMBER = "+6281100000000"
SOMEBODY, SCOPED, NOBODY = "+6281234567890", "ID.4560000000000823", "+6281234560000"
LOGIN = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
JPEG = b"\xff\xd8\xff\xe0"
_TO = re.compile(r"whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})")
_MEDIA = re.compile(rf"/2010-04-01/Accounts/{SID}/Messages/(\w+/)Media/(\w+)")
#: Parameters that go with a template, and those that go without one.
_FREE, _TEMPLATE = {"Body", "MediaUrl", "PersistentAction"}, {"ContentSid", "ContentVariables"}


def said(sid: str, body: str = "", sender: str = SOMEBODY, **more: str) -> dict[str, str]:
    """The parameters of a WhatsApp message as Twilio's webhook sends them; more of them replace or add."""
    scoped = not sender.startswith("+")
    named = {"ExternalUserId": f"whatsapp:{sender}"} if scoped else {"WaId": sender[1:]}
    return {
        "SmsMessageSid": sid, "NumMedia": "0", "ProfileName": "Sri", "MessageType": "text", "SmsSid": sid,
        "SmsStatus": "received", "Body": body, "To": f"whatsapp:{NUMBER}", "NumSegments": "1",
        "ReferralNumMedia": "0", "MessageSid": sid, "AccountSid": SID, "From": f"whatsapp:{sender}",
        "ApiVersion": "2010-04-01", "Forwarded": "false", "FrequentlyForwarded": "false", **named, **more,
    }  # fmt: skip


def pictured(sid: str, *files: str, **more: str) -> dict[str, str]:
    """A message with files (`MM1/ME1`)."""
    named = {"NumMedia": str(len(files)), "MessageType": "image"}
    for number, file in enumerate(files):
        message, _, one = file.partition("/")
        url = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/{message}/Media/{one}"
        named |= {f"MediaUrl{number}": url, f"MediaContentType{number}": "image/jpeg"}
    return said(sid, **{**named, **more})


def status(sid: str, word: str, code: str = "") -> dict[str, str]:
    """What Twilio tells of a message of ours."""
    told = {"MessageSid": sid, "MessageStatus": word, "AccountSid": SID, "From": f"whatsapp:{NUMBER}"}
    return told | {"To": f"whatsapp:{SOMEBODY}"} | ({"ErrorCode": code} if code else {})


@dataclass(kw_only=True)
class WhatsApp(Twilio):
    """`files` are media by `MM…/ME…`, `late` how often each is not there yet.

    `redirected` are redirects to other addresses. `templates` are approved ones and their variables;
    free words to somebody in `silent` fail by a callback, which stands in `callbacks`.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    redirected: dict[str, str] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=lambda: {HX: 2})
    silent: set[str] = field(default_factory=set)
    callbacks: list[dict[str, str]] = field(default_factory=list)

    def create(self, given: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """What the API answers to a POST of a message."""
        if self.answers:
            code, number, headers = self.answers.pop(0)
            return code, error(code, number), headers
        refused = self._refused(given)
        if refused:
            return 400, error(400, refused), {}
        answer = self.take(given)
        if "Body" in given and given["To"] in self.silent:
            self.callbacks.append(status(answer[1]["sid"], "failed", "63016"))
        return answer

    def _refused(self, given: dict[str, str]) -> int:
        """The error code, 0 for none."""
        if not _TO.fullmatch(given.get("To", "")):
            return 21211
        if given["To"].endswith(NOBODY):
            return 63003
        if not given.get("From", "whatsapp:").startswith("whatsapp:"):
            return 63007
        if not ({"From", "MessagingServiceSid"} & set(given)):
            return 21603
        if "ContentSid" not in given:
            return 21654 if "ContentVariables" in given else _body(given.get("Body", ""))
        self.wrong += [f"{name} beside a template" for name in _FREE & set(given)]
        return self._content(given)

    def _content(self, given: dict[str, str]) -> int:
        wanted = self.templates.get(given["ContentSid"])
        if wanted is None:
            return 21655
        values = json.loads(given.get("ContentVariables", "{}"))
        good = all(isinstance(one, str) and one and "\n" not in one for one in values.values())
        return 0 if good and sorted(values) == [str(number + 1) for number in range(wanted)] else 21656

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """A file: first where it is, by login; there the bytes, to whoever asks."""
        login = headers.get("Authorization")
        if path.startswith("/cdn/"):
            self.wrong += [f"a login at {path}"] if login else []
            return 200, self.files[path.removeprefix("/cdn/")], {"Content-Type": "image/jpeg"}
        found = _MEDIA.fullmatch(path)
        if login != LOGIN:
            return 401, json.dumps(error(401, 20003)).encode(), {}
        key = f"{found[1]}{found[2]}" if found else ""
        if key in self.redirected:
            return 307, b"", {"Location": self.redirected[key]}
        if key not in self.files or self.late.get(key, 0) > 0:
            self.late[key] = self.late.get(key, 0) - 1
            return 404, json.dumps(error(404, 20404)).encode(), {}
        return 307, b"", {"Location": f"{self.url}/cdn/{key}"}


def _body(text: str) -> int:
    return 21602 if not text else 21617 if len(text) > 1600 else 0


def section(api_url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    """The door's section of the configuration."""
    account = {"account_sid": SID, "auth_token": TOKEN, "api_url": api_url}
    return {"number": NUMBER, "public_url": "https://sapa.example", "timeout": 2.0, "twilio": account, **more}
