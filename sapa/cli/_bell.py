"""Rings at the running service: one HTTP call, one mail. `OSError` when nobody answers."""

import http.client
import smtplib
from collections.abc import Mapping
from urllib.parse import urlsplit

from sapa.settings import Settings

_PATIENCE = 30.0


def base_of(settings: Settings) -> str:
    """Where the service of this configuration listens."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.web.host, settings.web.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web.port}"


def call(
    method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> tuple[int, bytes]:
    """(status, body) of the answer."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=_PATIENCE)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request(method, target, body, dict(headers or {}))
        answer = line.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from error
    finally:
        line.close()


def mail(host: str, port: int, sender: str, to: str, content: bytes) -> str:
    """What our SMTP door says after DATA, or instead of it."""
    with smtplib.SMTP(host, port, timeout=_PATIENCE) as line:
        line.ehlo()
        for code, said in (line.mail(sender), line.rcpt(to), line.data(content)):
            if code >= 300:
                return f"{code} {said.decode('utf-8', 'replace')}"
        return f"{code} {said.decode('utf-8', 'replace')}"
