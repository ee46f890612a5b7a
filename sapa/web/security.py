"""The floor under every page: headers, who may post from where, and how much."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sapa.web import errors
from sapa.web.hearing import Hearing
from sapa.web.office import Office

CONTENT = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CONTENT),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
#: Pages about one ticket or for officers: no cache, no search engine.
PRIVATE = ("/lacak", "/l/", "/aksi", "/petugas", "/berkas")
#: Pages whose address is a secret: the address is told to nobody.
SECRET_ADDRESS = ("/lacak", "/l/", "/aksi", "/berkas")
CLOSED = (("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex, nofollow"))
#: Called by machines that prove themselves otherwise (signature) or have nothing to prove.
MACHINES = ("/hooks/", "/api/v1/")
#: Forms that carry files, besides those below /lacak and /aksi.
UPLOADS = frozenset({"/", "/petugas/catat", "/petugas/catat/serupa", "/petugas/lapor"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    """Adds the headers every answer carries, unless the answer set its own."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self.app = app
        plain = [*HEADERS, HSTS] if office.https else list(HEADERS)
        self.plain = _encoded(plain)
        self.private = _encoded([*CLOSED, *plain])
        self.secret = _encoded([("Referrer-Policy", "no-referrer"), *CLOSED, *plain])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._complete(scope["path"], message.get("headers", ()))
            await send(message)

        await self.app(scope, receive, with_headers)

    def _complete(self, path: str, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        headers = list(given)
        there = {name.lower() for name, _ in headers}
        headers += [header for header in self._wanted(path) if header[0] not in there]
        return headers

    def _wanted(self, path: str) -> list[tuple[bytes, bytes]]:
        if path.startswith(SECRET_ADDRESS):
            return self.secret
        return self.private if path.startswith(PRIVATE) else self.plain


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI has them; of two by one name the first counts."""
    first: dict[bytes, bytes] = {}
    for name, value in headers:
        first.setdefault(name.lower().encode(), value.encode())
    return list(first.items())


class Heads:
    """HEAD is GET without the body, for every page: scanners and link previews use it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class Guard:
    """Turns away unknown hosts, posts from other sites, and bodies over the limit or too slow."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self.app = app
        self.office = office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE or "content-length" in headers or "transfer-encoding" in headers:
            size, limits = self._limit(scope["path"]), self.office.limits
            hearing = Hearing(receive, send, size, limits, asks_first="expect" in headers)
            receive, send = hearing.receive, hearing.send
        refused = self._refusal(scope, headers)
        if refused:
            await errors.answer(scope, *refused)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        hosts = self.office.hosts
        if hosts and headers.get("host", "").rsplit(":", 1)[0].lower() not in hosts:
            return 400, "Alamat situs ini tidak dikenal."
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            return 400, ""
        if scope["method"] in SAFE:
            return None
        if not scope["path"].startswith(MACHINES) and not self._same_site(scope["path"], headers):
            return 403, "Formulir ini dikirim dari situs lain, jadi tidak kami proses."
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._limit(scope["path"]):
            return 413, errors.TOO_LARGE
        return None

    def _same_site(self, path: str, headers: Headers) -> bool:
        """What the browser says of where the form was; old browsers say nothing.

        A page that sends no referrer makes old browsers say `Origin: null`; such a page's own
        address is the secret another site would have to know.
        """
        fetched = headers.get("sec-fetch-site")
        if fetched is not None:
            return fetched in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return True
        if origin == "null":
            return path.startswith(SECRET_ADDRESS)
        own = (headers.get("host", ""), urlsplit(self.office.city().public_url).netloc)
        return urlsplit(origin).netloc in own

    def _limit(self, path: str) -> int:
        limits = self.office.limits
        takes_photos = path in UPLOADS or path.startswith(("/lacak/", "/aksi/", *MACHINES))
        return limits.intake if takes_photos else limits.page
