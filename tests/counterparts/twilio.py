"""A loopback server that behaves as Twilio's Messaging API documents, and what its webhooks send."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from counterparts.loopback import Handler, Loopback

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

#: Query parameters that Twilio documents for reading, by resource.
LISTED = {
    "Messages": frozenset(
        ("To", "From", "DateSent", "DateSent>", "DateSent<", "PageSize", "Page", "PageToken")
    ),
    "Media": frozenset(("DateCreated", "DateCreated>", "DateCreated<", "PageSize", "Page", "PageToken")),
    "IncomingPhoneNumbers": frozenset(("Beta", "FriendlyName", "PhoneNumber", "Origin", "PageSize")),
    "": frozenset(),
}


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


def resource(
    sid: str, body: str, at: datetime, sender: str = "+6281234567890", **more: Any
) -> dict[str, Any]:
    """The message resource of an SMS that came in, as the API lists it."""
    base = f"/2010-04-01/Accounts/{SID}/Messages/{sid}"
    return {
        "account_sid": SID, "api_version": "2010-04-01", "body": body, "direction": "inbound",
        "date_created": format_datetime(at), "date_sent": format_datetime(at),
        "date_updated": format_datetime(at),
        "error_code": None, "error_message": None, "from": sender, "messaging_service_sid": None,
        "num_media": "0", "num_segments": "1", "price": None, "price_unit": None, "sid": sid,
        "status": "received", "to": "+15005550006", "uri": f"{base}.json",
        "subresource_uris": {"media": f"{base}/Media.json"}, **more,
    }  # fmt: skip


@dataclass(kw_only=True)
class Twilio(Loopback):
    """`sent` are the accepted messages; `answers` (status, error code, headers) come first, in order.

    `inbox` are the message resources that can be listed, `media` the files of each by its sid, `numbers`
    the account's phone numbers, `asked` the queries of lists; `page` messages at most are on one page.
    """

    sent: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, int, dict[str, str]]] = field(default_factory=list)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, list[str]] = field(default_factory=dict)
    numbers: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    page: int = 1000
    status: str = "active"
    elsewhere: str = ""

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

    def read(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """What the API answers to a GET of a path, which begins with the account's."""
        found = re.fullmatch(r"(?:/Messages/(?P<of>\w+))?(?:/(?P<kind>\w+))?\.json", path)
        kind = (found["kind"] or "") if found else None
        if found is None or kind not in LISTED:
            return 404, error(404, 20404), {}
        self.wrong += [f"undocumented parameter {kind} {name}" for name in query if name not in LISTED[kind]]
        if self.answers:
            status, code, headers = self.answers.pop(0)
            return status, error(status, code), headers
        if kind == "":
            return 200, {"sid": SID, "status": self.status, "friendly_name": "uji"}, {}
        if kind == "IncomingPhoneNumbers":
            numbers = [one for one in self.numbers if query.get("PhoneNumber", "") in one["phone_number"]]
            return 200, {"incoming_phone_numbers": numbers, "next_page_uri": None}, {}
        if kind == "Media":
            base = f"/2010-04-01/Accounts/{SID}/Messages/{found['of']}/Media"
            listed = [
                {"sid": f"ME{number}", "content_type": one, "uri": f"{base}/ME{number}.json"}
                for number, one in enumerate(self.media.get(found["of"], ()))
            ]
            return 200, {"media_list": listed, "next_page_uri": None}, {}
        return 200, self._messages(query), {}

    def _messages(self, query: dict[str, str]) -> dict[str, Any]:
        """A page of the messages, newest first."""
        self.asked.append(query)
        chosen = [one for one in self.inbox if _chosen(one, query)]
        chosen.sort(key=lambda one: parsedate_to_datetime(one["date_sent"]), reverse=True)
        size = min(int(query.get("PageSize", 50)), 1000, self.page)
        page = int(query.get("Page", 0))
        rest = urlencode({**query, "Page": page + 1, "PageToken": "PASM1"})
        more = len(chosen) > (page + 1) * size
        following = f"{self.elsewhere}/2010-04-01/Accounts/{SID}/Messages.json?{rest}" if more else None
        return {
            "messages": chosen[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "next_page_uri": following,
        }


def _chosen(message: dict[str, Any], query: dict[str, str]) -> bool:
    at = parsedate_to_datetime(message["date_sent"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    after, before = query.get("DateSent>", ""), query.get("DateSent<", "Z")
    return query.get("To", message["to"]) == message["to"] and after <= at <= before


def error(status: int, code: int) -> dict[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": "Refused +6281234560000", "more_info": more, "status": status}


class _Handler(Handler):
    here: Twilio

    def do_GET(self) -> None:
        login = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        parts, base = urlsplit(self.path), f"/2010-04-01/Accounts/{SID}"
        if not (parts.path.startswith(base) and parts.path.endswith(".json")):
            self.write(*self.here.get(self.path, self.headers))
        elif self.headers.get("Authorization") != f"Basic {login}":
            self.answer(401, error(401, 20003), {})
        else:
            self.answer(*self.here.read(parts.path.removeprefix(base), dict(parse_qsl(parts.query, True))))

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


Twilio.handler = _Handler
