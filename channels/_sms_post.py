"""Writes to a gateway as its configuration says, and understands its answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from channels._http import Answered, Caller
from channels._sms_read import look
from channels._text import one_line
from channels.base import Unavailable, Undeliverable

METHODS, BODIES, NUMBERS = ("POST", "PUT", "GET"), ("form", "json"), ("e164", "digits", "local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """How to tell the gateway to send: `extra` fields and `headers` go with every SMS.

    `number_format`: "e164" +62812…, "digits" 62812…, "local" 0812…. In its answer `id` is the field
    of the message's id; where `success` names one, only the `success_words` are a yes, and the
    `never_words` say that this number never takes any.
    """

    url: str
    method: str = "POST"
    body: str = "form"
    to: str = "to"
    text: str = "text"
    number_format: str = "e164"
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    id: str = ""
    success: str = ""
    success_words: tuple[str, ...] = ()
    never_words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value, known in (
            ("method", self.method, METHODS),
            ("body", self.body, BODIES),
            ("number_format", self.number_format, NUMBERS),
        ):
            if value not in known:
                raise ValueError(f"channels.sms.gateway.outbound.{name}: pilih {', '.join(known)}")


class Post:
    """Sends by one gateway."""

    def __init__(self, outbound: Outbound, caller: Caller) -> None:
        self._chosen = outbound
        self._caller = caller
        self._success = {word.casefold() for word in outbound.success_words}
        self._never = {word.casefold() for word in outbound.never_words}

    async def send(self, to: str, text: str, key: str) -> str:
        """The gateway's id of the message, else `key`; raises `Unavailable` or `Undeliverable`."""
        chosen = self._chosen
        fields = {**chosen.extra, chosen.to: _number(to, chosen.number_format), chosen.text: text}
        url, headers, body = chosen.url, dict(chosen.headers), None
        if chosen.method == "GET":
            url += ("&" if "?" in url else "?") + urlencode(fields)
        elif chosen.body == "json":
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(fields).encode()
        else:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            body = urlencode(fields).encode()
        return self._understood(await self._caller.call(chosen.method, url, headers, body), key)

    def _understood(self, answer: Answered, key: str) -> str:
        """What the answer means; a fault of our account or settings is not the citizen's: later."""
        told = _json(answer.body)
        word = look(told, self._chosen.success).strip().casefold()
        if word and word in self._never and answer.status < 500:
            raise Undeliverable("Gateway SMS menjawab bahwa nomor ini tidak dapat dikirimi.")
        if not 200 <= answer.status < 300:
            raise Unavailable(f"Gateway SMS menjawab {answer.status}.", answer.retry_after)
        if self._chosen.success and word not in self._success:
            raise Unavailable("Gateway SMS tidak menyanggupi; periksa saldo dan pengaturannya.")
        return one_line(look(told, self._chosen.id), 200) or key


def _number(to: str, form: str) -> str:
    if form == "e164":
        return to
    digits = to.lstrip("+")
    return "0" + digits[2:] if form == "local" and digits.startswith("62") else digits


def _json(body: bytes) -> Mapping[str, Any]:
    """The answer's fields; one that is no JSON object has none but itself, as "text"."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {"text": body[:200].decode("utf-8", "replace").strip()}
    if isinstance(told, list) and told:
        told = told[0]
    return told if isinstance(told, dict) else {"text": str(told)[:200]}
