"""How a request to X is signed with the account's own keys: OAuth 1.0a, HMAC-SHA1 (RFC 5849, 3.4)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The app's and the account's keys."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token: str = field(repr=False)
    token_secret: str = field(repr=False)


def authorization(
    method: str,
    url: str,
    keys: Keys,
    now: datetime,
    *,
    nonce: Callable[[], str] = lambda: secrets.token_hex(16),
) -> str:
    """The Authorization header of a request whose body is JSON (which is not signed)."""
    parts = urlsplit(url)
    told = {
        "oauth_consumer_key": keys.consumer_key,
        "oauth_nonce": nonce(),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(now.timestamp())),
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    pairs = sorted((_quoted(a), _quoted(b)) for a, b in [*parse_qsl(parts.query, True), *told.items()])
    base = "&".join(
        map(
            _quoted,
            (method, f"{parts.scheme}://{parts.netloc}{parts.path}", "&".join(f"{a}={b}" for a, b in pairs)),
        )
    )
    key = f"{_quoted(keys.consumer_secret)}&{_quoted(keys.token_secret)}"
    signature = base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()
    header = told | {"oauth_signature": signature}
    return "OAuth " + ", ".join(f'{name}="{_quoted(value)}"' for name, value in sorted(header.items()))


def _quoted(value: str) -> str:
    return quote(value, safe="~")
