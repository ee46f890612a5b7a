"""Asks Telegram for updates, and confirms them only when the office has kept them."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from channels._telegram_bot import PATIENCE, BadToken, Conflict, Line
from channels._telegram_read import chat_of
from channels.base import Deliver, Parsed, Payload, Unavailable, Undeliverable

T = TypeVar("T")
log = logging.getLogger(__name__)
_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)
#: The kinds of update we ask for.
WANTED = ("message", "edited_message", "my_chat_member", "callback_query")
#: Seconds: Telegram holds an empty answer so long; the longest rest after an error.
HOLD, LONGEST_REST = 25, 60.0
BAD_TOKEN = "token bot ditolak: minta token dari BotFather, isi variabelnya, jalankan kembali"  # noqa: S105
WEBHOOK = "webhook masih terpasang: tulis mode: webhook, atau hapus webhook (lihat docs/channels/telegram.md)"
OTHER = "bot ini juga dibaca proses lain: hentikan proses itu, satu bot hanya boleh dibaca satu proses"


class Poll:
    """The loop of one bot. `trouble` says in words for officers what stands in its way, "" if nothing."""

    def __init__(
        self,
        line: Line,
        account: str,
        deliver: Deliver,
        parse: Callable[[Payload], Parsed],
        clock: Callable[[], datetime],
        *,
        rest: float = 1.0,
        patience: float = 10.0,
    ) -> None:
        self.trouble = ""
        self._line = line
        self._account = account
        self._deliver = deliver
        self._parse = parse
        self._clock = clock
        self._rest = rest
        self._patience = patience
        self._offset: int | None = None
        self._failures = 0
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._task = asyncio.create_task(self._run(), name="telegram")

    async def close(self) -> None:
        """Stop asking at once; wait (at most `patience` seconds) for what is being kept."""
        self._closing.set()
        if self._task is not None:
            done, _ = await asyncio.wait({self._task}, timeout=self._patience)
            if not done:
                self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                updates = await self._until_closing(self._ask())
                if updates is None:
                    return
                await self._take(updates)
                self._failures, self.trouble = 0, ""
            except (Unavailable, Undeliverable) as error:
                await self._later(error)
            except Exception as error:  # nothing was confirmed: it comes again
                log.error("telegram_poll_failed error=%s", type(error).__name__)
                await self._later(Unavailable(type(error).__name__))

    async def _ask(self) -> list[dict[str, Any]]:
        values: dict[str, Any] = {"timeout": HOLD, "limit": 100, "allowed_updates": list(WANTED)}
        if self._offset is not None:
            values["offset"] = self._offset
        found = await self._line.call("getUpdates", patience=HOLD + PATIENCE, **values)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Unavailable("Jawaban Telegram tidak terbaca.")
        return found

    async def _take(self, updates: Sequence[dict[str, Any]]) -> None:
        """Keep what came: in order within a chat, chats side by side; confirm what is kept."""
        if not updates:
            # All is confirmed now. After a quiet week Telegram numbers anew, perhaps lower: begin anew, too.
            self._offset = None
            return
        chats: dict[int, list[dict[str, Any]]] = {}
        for update in updates:
            chats.setdefault(chat_of(update), []).append(update)
        failed = [one for one in await asyncio.gather(*map(self._keep, chats.values())) if one is not None]
        numbers = [one for update in updates if (one := _number(update)) is not None]
        lost = [number for number, _ in failed]
        if lost or numbers:
            self._offset = min(lost) if lost else max(numbers) + 1
        if failed:
            raise failed[0][1]
        if not numbers:
            raise Unavailable("Pembaruan Telegram tanpa nomor.")

    async def _keep(self, updates: Sequence[dict[str, Any]]) -> tuple[int, Unavailable] | None:
        """Deliver one chat's updates; the number of the first that could not be kept, and why."""
        for update in updates:
            number = _number(update)
            payload = Payload(
                channel="telegram",
                account=self._account,
                body=_JSON.encode(update).encode(),
                media_type="application/json",
                received_at=self._clock(),
                delivery_id="" if number is None else str(number),
            )
            try:
                await self._deliver(payload, lambda payload=payload: self._parse(payload))  # type: ignore[misc]
            except Unavailable as error:
                return number or 0, error
            except Exception as error:  # not confirmed: Telegram keeps it for us
                log.error("telegram_update_not_kept error=%s", type(error).__name__)
                return number or 0, Unavailable(type(error).__name__)
        return None

    async def _later(self, error: Exception) -> None:
        """Say what is wrong (once) and rest: as long as asked, else longer each time."""
        said = advice(error)
        if said != self.trouble:
            log.warning("telegram_poll_waits reason=%s", said)
        self.trouble = said
        self._failures += 1
        asked = getattr(error, "retry_after", 0.0)
        grown = self._rest * 2 ** min(self._failures - 1, 6)
        own = LONGEST_REST if isinstance(error, BadToken) else min(LONGEST_REST, grown)
        await self._until_closing(asyncio.sleep(asked or own))

    async def _until_closing(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of the work, or None when the door closes first."""
        task: asyncio.Task[T] = asyncio.ensure_future(work)
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({task, closing}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            closing.cancel()
            await asyncio.gather(task, closing, return_exceptions=True)


def advice(error: Exception) -> str:
    """What stands in the way, and what to do."""
    if isinstance(error, BadToken):
        return BAD_TOKEN
    if isinstance(error, Conflict):
        return WEBHOOK if "webhook" in str(error).lower() else OTHER
    return str(error)


def _number(update: Mapping[str, Any]) -> int | None:
    number = update.get("update_id")
    return number if type(number) is int and 0 <= number < 2**62 else None
