"""What doors of one Twilio account share: the signature of its webhooks, and its REST API.

Sources: twilio.com/docs/usage/webhooks/webhooks-security, twilio.com/docs/api/errors.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from channels._http import Answered, Caller
from channels.base import Request, Unavailable, Undeliverable

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_MAX_FIELDS = 300
#: A page of 100 messages, each letter of which may be written as \uXXXX.
_LARGEST_LIST = 2 * 1024 * 1024
Pairs = Sequence[tuple[str, str]]
#: Error codes after which sending to this number again is pointless: wrong or unreachable number,
#: landline, short code, opted out, unknown handset; on WhatsApp: not there, blocked us.
NEVER = frozenset(
    (
        *(21211, 21214, 21217, 21219, 21265, 21266, 21610, 21612, 21614, 21635, 30003, 30004, 30005, 30006),
        *(63003, 63014, 63024, 63033),
    )
)
#: A free text to somebody who has not written on WhatsApp for a day.
OUTSIDE = 63016
CLOSED = (
    "Sudah lebih dari 24 jam sejak warga terakhir menulis lewat WhatsApp, dan tidak ada templat untuk"
    " pemberitahuan ini. Tunggu warga menulis lagi, atau pakai kanal lain."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """One account. `webhook_key` is the secret of a SharedKey, when webhooks are signed with one."""

    account_sid: str
    auth_token: str = field(repr=False)
    webhook_key: str = field(default="", repr=False)
    api_url: str = "https://api.twilio.com"


@lru_cache(maxsize=16)  # a form is read for its signature, and then for what it says
def pairs_of(body: bytes) -> Pairs:
    """The parameters of a form body in order, doubled and empty ones too; raises `ValueError`.

    Bytes that are no UTF-8 become lone surrogates, so that the signature sees what was sent.
    """
    return tuple(
        parse_qsl(
            body.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=_MAX_FIELDS,
        )
    )


def signed(url: str, pairs: Pairs, headers: Mapping[str, str], account: TwilioSettings) -> bool:
    """Whether Twilio signed these parameters for this URL; the URL counts with and without its port."""
    algorithm = _algorithm(headers.get(SETTINGS, ""))
    hashed = _HASHES.get(algorithm)
    if hashed is None:
        return False
    key = (account.webhook_key or account.auth_token) if algorithm == "HMAC_SHA256" else account.auth_token
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    told = "".join(name + value for name, value in sorted(set(pairs)))
    found = False
    for one in _with_and_without_port(url):
        mac = hmac.digest(key.encode(), (one + told).encode("utf-8", "surrogateescape"), hashed)
        found |= hmac.compare_digest(base64.b64encode(mac), given)
    return found


def sign(url: str, fields: Mapping[str, str], account: TwilioSettings) -> Request:
    """The request Twilio would make of these parameters to `url`."""
    told = "".join(name + value for name, value in sorted(fields.items()))
    mac = hmac.digest(account.auth_token.encode(), (url + told).encode("utf-8", "surrogateescape"), "sha1")
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        SIGNATURE: base64.b64encode(mac).decode(),
    }
    return Request(url=url, headers=headers, body=urlencode(fields, errors="surrogateescape").encode())


def _algorithm(written: str) -> str:
    """What `key=…,algorithm=HMAC_SHA256` names; without it the old HMAC_SHA1."""
    for part in written[:500].split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"


def _with_and_without_port(url: str) -> Iterable[str]:
    """The URL as it is, and with its port named or left out: Twilio does not say which it signs."""
    parts = urlsplit(url)
    bare = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    usual = 443 if parts.scheme == "https" else 80
    named = parts.netloc if parts.port else f"{parts.netloc}:{usual}"
    return {url, url.replace(parts.netloc, bare, 1), url.replace(parts.netloc, named, 1)}


class Rest:
    """The account's REST API."""

    def __init__(self, account: TwilioSettings, caller: Caller) -> None:
        self._account = account
        self._caller = caller
        login = f"{account.account_sid}:{account.auth_token}".encode()
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(login).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }

    async def create(self, resource: str, fields: Mapping[str, str]) -> str:
        """POST to Accounts/SID/`resource`.json; returns the sid; `Unavailable`, `Undeliverable`."""
        url = self.url(self.path(resource))
        answer = await self._caller.call("POST", url, self._headers, urlencode(fields).encode())
        told = answer.told
        if answer.status in (200, 201) and isinstance(told.get("sid"), str) and told["sid"]:
            return str(told["sid"])
        raise refusal(answer, told.get("code"))

    async def read(self, path: str) -> Mapping[str, Any]:
        """GET of a path of this account ("/2010-04-01/…", as `next_page_uri` names it); `Unavailable`."""
        answer = await self._caller.call("GET", self.url(path), self._headers, limit=_LARGEST_LIST)
        told = answer.told
        if answer.status != 200 or not told:
            refused = refusal(answer, told.get("code"))
            raise Unavailable(str(refused), getattr(refused, "retry_after", 0.0))
        return told

    def path(self, resource: str) -> str:
        """The path of one of the account's resources; "" is the account itself."""
        inside = f"/{resource}" if resource else ""
        return f"/2010-04-01/Accounts/{self._account.account_sid}{inside}.json"

    def url(self, path: str) -> str:
        """A path of this account at its host; `Unavailable` for any other: our login goes nowhere else."""
        if not path.startswith(f"/2010-04-01/Accounts/{self._account.account_sid}"):
            raise Unavailable("Twilio menunjuk ke alamat lain.")
        return self._account.api_url.rstrip("/") + path


def refusal(answer: Answered, code: object) -> Unavailable | Undeliverable:
    """What an answer that is no yes means; a fault of account or settings is not the citizen's: later."""
    if isinstance(code, int) and code in NEVER and answer.status < 500:
        return Undeliverable(f"Twilio tidak dapat mengirim ke nomor ini (kode {code}).")
    if code == OUTSIDE:
        return Undeliverable(CLOSED, reachable=True)
    named = f", kode {code}" if isinstance(code, int) else ""
    advice = "; periksa account_sid dan auth_token" if answer.status in (401, 403) else ""
    return Unavailable(f"Twilio menjawab {answer.status}{named}{advice}.", answer.retry_after)
