"""SMS by any gateway that speaks HTTP: a local aggregator, or a phone with a gateway app.

What its fields are called, how it proves who it is and how it is told to send, stands in the configuration.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from channels._http import Caller
from channels._reachable import listens
from channels._sms_post import Outbound, Post
from channels._sms_read import Inbound, read
from channels._twilio import pairs_of
from channels.base import Answer, Finding, Parsed, Payload, Rejected, Request, Undeliverable

_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512}
#: Begins the delivery id of a sending without an id; its day follows. The bytes tell those of a day apart.
KEYLESS = "day:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How the gateway proves who it is: a shared secret, a signature over the raw body, or both.

    With `method` "GET" it says everything in the address: the query is then what it signs.
    The secret stands in a header (`secret_header`, also as "Bearer …") or in the URL (`secret_query`);
    the signature in `signature_header` as hex or base64, with or without "sha256=" before it.
    """

    secret: str = field(default="", repr=False)
    secret_header: str = ""
    secret_query: str = ""
    signature_key: str = field(default="", repr=False)
    signature_header: str = ""
    signature_algorithm: str = "sha256"
    method: str = "POST"


class Gateway:
    """One gateway."""

    def __init__(
        self, account: str, proof: Proof, inbound: Inbound, outbound: Outbound, answer: str, caller: Caller
    ) -> None:
        by_secret = bool(proof.secret and (proof.secret_header or proof.secret_query))
        by_signature = bool(proof.signature_key and proof.signature_header)
        if not by_secret and not by_signature:
            raise ValueError("channels.sms.gateway: isi secret atau signature_key")
        if proof.signature_algorithm not in _HASHES:
            raise ValueError(f"channels.sms.gateway.signature_algorithm: pilih {', '.join(_HASHES)}")
        if proof.method not in ("POST", "GET"):
            raise ValueError("channels.sms.gateway.method: pilih POST, GET")
        self.account = account
        self.by_get = proof.method == "GET"
        self.answer = _answer(answer) if answer else None
        self._proof, self._by_secret, self._by_signature = proof, by_secret, by_signature
        self._inbound = inbound
        self._post = Post(outbound, caller)
        self._url, self._patience = outbound.url, caller.timeout

    def check(self, request: Request, now: datetime) -> tuple[str, bytes]:
        """The delivery's id and what it brings, once secret and signature hold; raises `Rejected`."""
        said = request.body if request.method != "GET" else _query(request.url)
        if self._by_secret and not self._knows_secret(request):
            raise Rejected("Kata sandi gateway tidak cocok.", status=403)
        if self._by_signature and not self._has_signed(request.headers, said):
            raise Rejected("Tanda tangan tidak cocok.", status=403)
        if request.method == "GET":
            said = self._without_secret(said)
        delivery = self._inbound.delivery(request.headers.get("content-type", ""), said)
        return delivery or f"{KEYLESS}{now.date()}", said

    def parse(self, payload: Payload) -> Parsed:
        """All messages and reports of a body; raises `Unreadable`."""
        return read(self._inbound, payload, keyless=payload.delivery_id.startswith(KEYLESS))

    async def send(self, to: str, text: str, key: str) -> str:
        """Hand one SMS over; returns the gateway's id, else `key`; `Unavailable`, `Undeliverable`."""
        return await self._post.send(to, text, key)

    async def fetch(self, remote: str, limit: int) -> bytes:
        """Gateways carry no pictures: `Undeliverable`."""
        raise Undeliverable("Gateway SMS tidak membawa gambar.")

    def replay(self, fields: Mapping[str, Any], url: str) -> Request:
        """The request the gateway would make of these fields: a form when all are text, else JSON."""
        proof, query = self._proof, {}
        form = all(isinstance(value, str) for value in fields.values())
        body = urlencode(fields).encode() if form or self.by_get else json.dumps(fields).encode()
        headers = {"content-type": "application/x-www-form-urlencoded" if form else "application/json"}
        if self._by_secret and proof.secret_header:
            headers[proof.secret_header.lower()] = proof.secret
        elif self._by_secret:
            query[proof.secret_query] = proof.secret
        if self.by_get:
            query |= {name: str(value) for name, value in fields.items()}
            body, headers = urlencode(query).encode(), {**headers, "content-type": ""}
        if self._by_signature:
            mac = hmac.digest(proof.signature_key.encode(), body, _HASHES[proof.signature_algorithm])
            headers[proof.signature_header.lower()] = mac.hex()
        if self.by_get:
            return Request(url=f"{url}?{body.decode()}", headers=headers, query=query, method="GET")
        return Request(url=url, headers=headers, query=query, body=body)

    async def findings(self, hook: str) -> tuple[Finding, ...]:
        """Whether the gateway listens; asking more would send an SMS."""
        advice = "Periksa channels.sms.gateway.outbound.url, dan apakah gateway menyala."
        return (await listens("Gateway SMS", self._url, self._patience, advice),)

    def _knows_secret(self, request: Request) -> bool:
        proof = self._proof
        given = request.headers.get(proof.secret_header.lower(), "") if proof.secret_header else ""
        given = given.removeprefix("Bearer ") or request.query.get(proof.secret_query, "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), proof.secret.encode())

    def _without_secret(self, said: bytes) -> bytes:
        """The query as it may be kept."""
        try:
            pairs = pairs_of(said)
        except ValueError as error:
            raise Rejected("Terlalu banyak isian.", status=400) from error
        kept = [(name, value) for name, value in pairs if name != self._proof.secret_query]
        return urlencode(kept, errors="surrogateescape").encode()

    def _has_signed(self, headers: Mapping[str, str], said: bytes) -> bool:
        proof = self._proof
        ours = hmac.digest(proof.signature_key.encode(), said, _HASHES[proof.signature_algorithm])
        given = headers.get(proof.signature_header.lower(), "").strip()[:300]
        return hmac.compare_digest(_bytes(given.removeprefix(f"{proof.signature_algorithm}=")), ours)


def _query(url: str) -> bytes:
    """What stands behind the question mark, as it was sent."""
    return url.partition("?")[2].encode("utf-8", "surrogateescape")


def _bytes(written: str) -> bytes:
    """A digest written in hex or base64."""
    try:
        return bytes.fromhex(written)
    except ValueError:
        pass
    try:
        return base64.b64decode(written.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _answer(text: str) -> Answer:
    kind = "application/json" if text.lstrip().startswith(("{", "[")) else "text/plain; charset=utf-8"
    return Answer(kind, text.encode())
