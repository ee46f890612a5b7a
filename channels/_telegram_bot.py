"""The line to the Bot API. aiogram takes seconds and tens of megabytes: it is imported when first used."""

import asyncio
import types
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from channels._download import Download
from channels._text import one_line
from channels.base import Unavailable, Undeliverable

#: Seconds for one call; a long poll adds its own.
PATIENCE = 30
#: What the server of files says of one that is not there (any more).
_GONE = (401, 403, 404, 410)


class BadToken(Unavailable):
    """The bot's token is not (or no longer) valid: somebody must put it right."""


class Conflict(Unavailable):
    """Updates go elsewhere: a webhook is set, or another process polls."""


class Refused(Undeliverable):
    """The Bot API says 400: `args[0]` is its reason."""


class Line:
    """Calls the methods of the Bot API and downloads files. `url` without the last slash."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._url = url
        self._files = Download("Telegram", url, gone=_GONE)
        self._bot: Any = None
        self._closed = False
        self._loading = asyncio.Lock()

    async def call(self, method: str, *, patience: int = PATIENCE, **values: Any) -> Any:
        """The result as it came; `Unavailable` (`BadToken`, `Conflict`) or `Undeliverable` (`Refused`)."""
        bot = await self._ready()
        made = await asyncio.to_thread(_method, method)
        try:
            return await bot(made(**values), request_timeout=patience)
        except Exception as error:
            raise _meaning(error) from None  # what aiogram says of an error holds texts and addresses

    async def download(self, path: str, limit: int) -> bytes:
        """A file by the path `getFile` gave; `Unavailable`, or `Undeliverable` beyond `limit` bytes."""
        if self._closed:
            raise Unavailable("Pintu Telegram sedang ditutup.")
        return await self._files.get(f"{self._url}/file/bot{self._token}/{quote(path)}", limit)

    def open(self) -> None:
        """Calls are made (again)."""
        self._closed = False

    async def close(self) -> None:
        """Hang up; calls are `Unavailable` until it is opened again."""
        self._closed = True
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.session.close()

    async def _ready(self) -> Any:
        async with self._loading:
            maker = None if self._bot or self._closed else await asyncio.to_thread(_maker)
            if self._closed:
                raise Unavailable("Pintu Telegram sedang ditutup.")
            if maker is not None:
                self._bot = maker(self._token, self._url)
            return self._bot


def image(content: bytes, name: str) -> Any:
    """A file to be uploaded."""
    from aiogram.types import BufferedInputFile

    return BufferedInputFile(content, filename=name)


def _maker() -> Callable[[str, str], Any]:
    """Imports aiogram (call it in a thread) and gives what makes a bot of a token and an address."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    return lambda token, url: Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))


_METHODS: dict[str, Any] = {}


def _method(name: str) -> Any:
    """A method whose result is taken as it comes: an update that aiogram finds wrong must not be lost."""
    if name not in _METHODS:
        from aiogram import methods

        base = getattr(methods, name[0].upper() + name[1:])
        body = {"__returning__": Any, "__module__": __name__}
        _METHODS[name] = types.new_class(base.__name__, (base,), exec_body=lambda space: space.update(body))
    return _METHODS[name]


def _meaning(error: Exception) -> Exception:
    """Ours for one of aiogram's; without its text, except the Bot API's reason for a 400."""
    from aiogram import exceptions as told

    if isinstance(error, told.TelegramRetryAfter):
        return Unavailable("Telegram meminta jeda (429).", retry_after=float(error.retry_after))
    if isinstance(error, told.TelegramUnauthorizedError | told.TelegramNotFound):
        return BadToken("Token bot ditolak Telegram.")
    if isinstance(error, told.TelegramConflictError):
        return Conflict(one_line(str(error.message), 200))
    if isinstance(error, told.TelegramForbiddenError):
        return Undeliverable("Warga memblokir bot ini, atau akunnya sudah tidak ada.")
    if isinstance(error, told.TelegramBadRequest | told.TelegramMigrateToChat):
        return Refused(one_line(str(error.message), 200))
    if isinstance(error, told.TelegramEntityTooLarge):
        return Undeliverable("Berkas terlalu besar untuk Telegram.")
    return Unavailable(f"Telegram belum dapat dihubungi ({type(error).__name__}).")
