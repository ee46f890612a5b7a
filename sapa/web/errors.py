"""Answers for what went wrong: a page for people, JSON for programs, never a stack trace."""

from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from channels.base import Unavailable
from sapa.desk.claims import Taken
from sapa.desk.errors import ActError, Conflict, Forbidden, NotAllowed, NotFound
from sapa.web.render import page
from store.db import LedgerUnavailable

TOO_LARGE = "Kiriman terlalu besar. Kurangi jumlah atau ukuran foto, lalu kirim lagi."
TOO_SLOW = (
    "Kiriman terhenti terlalu lama di tengah jalan, jadi belum kami terima. "
    "Periksa sambungan internet Anda, lalu tekan tombol kembali dan kirim lagi."
)
BROKEN = "Terjadi gangguan pada sistem kami. Silakan coba lagi beberapa saat lagi."
LATER = "Sistem sedang tidak dapat menyimpan. Belum ada yang tersimpan; silakan coba lagi sebentar lagi."
RETRY_AFTER = "30"

TITLES = {
    400: "Permintaan tidak dapat dibaca",
    401: "Silakan masuk",
    403: "Tidak diizinkan",
    404: "Halaman tidak ditemukan",
    405: "Cara ini tidak tersedia",
    408: "Kiriman terhenti",
    409: "Data sudah berubah",
    410: "Tautan sudah tidak berlaku",
    413: "Kiriman terlalu besar",
    415: "Jenis kiriman tidak dikenal",
    422: "Isian perlu diperbaiki",
    429: "Terlalu sering mencoba",
    500: "Terjadi gangguan",
    503: "Sistem sedang sibuk",
}
MESSAGES = {
    400: "Periksa kembali alamat atau isian Anda.",
    404: "Periksa kembali alamatnya, atau mulai dari halaman depan.",
    405: "Halaman ini ada, tetapi tidak dapat dibuka dengan cara itu.",
}


class NotSignedIn(Exception):
    """The page is for officers; the visitor is sent to the login."""


class Detour(Exception):
    """Something else must be done first, on the page `to`."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


def answer(
    scope: Scope,
    status: int,
    message: str = "",
    *,
    fields: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The answer for an error: JSON below /api and /hooks, else a page. `message` is Indonesian."""
    title = TITLES.get(status, "Terjadi kesalahan")
    message = message or MESSAGES.get(status, title + ".")
    if status == 503:
        headers = {"Retry-After": RETRY_AFTER, **(headers or {})}
    if wants_json(scope["path"]):
        told = fields or [{"field": "", "message": message}]
        return JSONResponse({"errors": told}, status_code=status, headers=headers)
    return page(
        Request(scope),
        "error.html",
        status=status,
        headers=headers,
        title=title,
        message=message,
    )


def wants_json(path: str) -> bool:
    """Whether a program asks."""
    return path.startswith(("/api/", "/hooks/"))


def install(app: FastAPI) -> None:
    """Say for each kind of error what is answered."""
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(LedgerUnavailable)(_later)
    app.exception_handler(Unavailable)(_later)
    app.exception_handler(ActError)(_act)
    app.exception_handler(NotSignedIn)(_sign_in)
    app.exception_handler(Detour)(_detour)


async def _http(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    return answer(request.scope, error.status_code, own_words(error), headers=cast(Any, error.headers))


def own_words(error: HTTPException) -> str:
    """What we said ourselves of an error, "" if only Starlette did."""
    return "" if error.status_code in (404, 405) and error.detail in _STARLETTE else error.detail


#: What Starlette says in English when nobody said anything better.
_STARLETTE = ("Not Found", "Method Not Allowed")


async def _unreadable(request: Request, error: Exception) -> Response:
    return answer(request.scope, 400)


async def _later(request: Request, error: Exception) -> Response:
    return answer(request.scope, 503, LATER)


async def _act(request: Request, error: Exception) -> Response:
    status = 422
    if isinstance(error, NotFound):
        status = 404
    elif isinstance(error, Forbidden):
        status = 403
    elif isinstance(error, (Conflict, NotAllowed, Taken)):
        status = 409
    return answer(request.scope, status, str(error))


async def _sign_in(request: Request, error: Exception) -> Response:
    return RedirectResponse(login_address(request), status_code=303)


def login_address(request: Request) -> str:
    """The login, which afterwards goes on to the page that was asked for."""
    path, query = request.url.path, request.url.query
    if request.method != "GET" or path == "/petugas":
        return "/petugas/masuk"
    return f"/petugas/masuk?lanjut={quote(f'{path}?{query}' if query else path, safe='')}"


async def _detour(request: Request, error: Exception) -> Response:
    return RedirectResponse(cast(Detour, error).to, status_code=303)
