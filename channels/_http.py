"""A plain HTTP call to a provider: one host, no redirects, limits on time and size (standard library)."""

import asyncio
import http.client
import json
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from channels.base import Unavailable

_LARGEST = 64 * 1024
#: Hands of one caller: a provider that hangs keeps these busy and nobody else's.
_HANDS = 4


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider answered: `retry_after` seconds, 0 when it named none."""

    status: int
    body: bytes
    retry_after: float = 0.0

    @property
    def told(self) -> Mapping[str, Any]:
        """The JSON object in its body, {} for anything else."""
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}


class Caller:
    """Calls providers from threads of its own, each call within `timeout` seconds a step."""

    def __init__(self, name: str, timeout: float = 10.0) -> None:
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix=name)
        self.timeout = timeout

    async def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        limit: int = _LARGEST,
    ) -> Answered:
        """The provider's answer, whatever its status; `Unavailable` when there is none.

        Of its body at most `limit` bytes.
        """
        act = partial(_call, method, url, dict(headers), body, self.timeout, limit)
        return await asyncio.get_running_loop().run_in_executor(self._hands, act)


def _call(
    method: str, url: str, headers: dict[str, str], body: bytes | None, timeout: float, limit: int
) -> Answered:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    line: http.client.HTTPConnection
    if parts.scheme == "https":
        line = http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    else:
        line = http.client.HTTPConnection(host, port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request(method, target, body, headers)
        answer = line.getresponse()
        return Answered(answer.status, answer.read(limit), _seconds(answer.getheader("Retry-After")))
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"Penyedia tidak dapat dihubungi ({type(error).__name__}).") from error
    finally:
        line.close()


def _seconds(written: str | None) -> float:
    """Retry-After in seconds; a date or anything else counts as not named."""
    return float(written) if written and written.isascii() and written.isdigit() and len(written) < 7 else 0.0
