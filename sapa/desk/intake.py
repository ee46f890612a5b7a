"""The office's side of every door: keep what arrives, then say yes."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog

from channels.base import Accepted, Parsed, Parser, Payload, Rejected, Traits, Unavailable, Unreadable
from channels.message import InboundMessage
from sapa.desk import commands, opening, pictures, receive
from sapa.desk.city import City
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.incoming import Arriving, Item, Prepared, Sitting
from sapa.desk.pictures import KeptFile
from sapa.desk.refs import Refs
from sapa.desk.spool import Spool, Spooled
from store import arrivals
from store.db import Ledger, LedgerUnavailable, Tx
from store.driver import lost_race
from store.files import Files

#: Larger bodies are kept as files and parsed away from the event loop.
LARGE = 64 * 1024
_log = structlog.get_logger()
#: More payloads than this under way at once: the office is busy.
BUSY = 4
#: A lost race for the same message is run again and then finds it.
_RACES = 3


class Intake:
    """Receives payloads: parsed, files kept, committed; parked or spooled where that fails."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        files: Files,
        spool: Spool,
        doors: Mapping[str, Parser],
        city: Callable[[], City],
        wake: Callable[[], None] = lambda: None,
        fetch: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._files = files
        self._spool = spool
        self._doors = doors
        self._city = city
        self._wake = wake
        self._fetch = fetch
        self._refs = Refs(ledger)
        self._decoding = asyncio.Semaphore(2)
        self._under_way = 0

    async def deliver(self, payload: Payload, parse: Callable[[], Parsed]) -> Sequence[Accepted]:
        """Keep a payload; returns after the commit, with one answer per message.

        Raises `Rejected` when the door refuses it (nothing is kept), `Unavailable` when it cannot
        be kept now: the sender must try again; `Spooled` when it need not, for it waits on disk.
        """
        digest = hashlib.sha256(payload.body).hexdigest()
        self._under_way += 1
        try:
            return await self._deliver(payload, digest, parse)
        except (LedgerUnavailable, OSError) as error:
            later = Spooled if await self._set_aside(payload, digest) else Unavailable
            raise later("the ledger cannot be written now", retry_after=30) from error
        finally:
            self._under_way -= 1

    @property
    def busy(self) -> bool:
        """Whether many people write at this moment: other work may wait."""
        return self._under_way > BUSY

    async def _deliver(
        self, payload: Payload, digest: str, parse: Callable[[], Parsed]
    ) -> Sequence[Accepted]:
        city = self._city()
        try:
            items = await self._items(payload, parse, city)
            arriving = await self._arriving(payload, digest)
            accepted = await self._commit(
                lambda tx: receive.receive(
                    tx, arriving, items, now=payload.received_at, city=city, take_ref=self._refs.take
                ),
                payload.received_at,
                city,
            )
        except (Rejected, LedgerUnavailable, OSError):
            raise
        except Exception as error:  # whatever it is: it is kept raw, and a person looks at it
            return await self._park(payload, digest, error)
        self._ring(items)
        return accepted

    def _ring(self, items: Sequence[Item]) -> None:
        """Something is to be told; and, where a door knows a file by its handle only, to be fetched."""
        self._wake()
        if any(isinstance(item, Prepared) and item.has_remote for item in items):
            self._fetch()

    async def _items(self, payload: Payload, parse: Callable[[], Parsed], city: City) -> list[Item]:
        """What a payload holds, judged, with its files kept: all that needs no transaction."""
        large = len(payload.body) > LARGE
        parsed = await asyncio.to_thread(parse) if large else parse()
        return [
            await self._prepared(item, city, large) if isinstance(item, InboundMessage) else item
            for item in parsed
        ]

    async def _prepared(self, message: InboundMessage, city: City, large: bool) -> Prepared:
        begins = commands.begins(message, city)
        message = commands.plain(message, city)
        files: tuple[KeptFile, ...] = ()
        if message.attachments:
            async with self._decoding:
                files = await asyncio.to_thread(self._keep_files, message, city)
        judged = partial(opening.judged, message, files, city)
        judgement = await asyncio.to_thread(judged) if large else judged()
        return Prepared(message=message, judgement=judgement, files=files, begins=begins)

    def _keep_files(self, message: InboundMessage, city: City) -> tuple[KeptFile, ...]:
        traits = city.channels.get(message.channel, Traits())
        return pictures.keep_all(message.attachments, self._files, traits, scans=city.scans)

    async def _arriving(self, payload: Payload, digest: str) -> Arriving:
        large = len(payload.body) > LARGE
        if large:
            await asyncio.to_thread(self._files.put, payload.body)
        return Arriving(
            channel=payload.channel,
            account=payload.account,
            delivery_id=payload.delivery_id,
            digest=digest,
            media_type=payload.media_type,
            size=len(payload.body),
            raw=None if large else payload.body,
            blob=digest if large else None,
        )

    async def _commit(self, act: Callable[[Tx], list[Accepted]], now: datetime, city: City) -> list[Accepted]:
        await self._refs.top_up(now, city)
        for attempt in range(_RACES):
            try:
                return await self._ledger.awrite(act, brief=True)
            except Exception as error:
                if attempt + 1 == _RACES or not lost_race(error):
                    raise
        raise AssertionError("unreachable")

    async def _park(self, payload: Payload, digest: str, error: Exception) -> Sequence[Accepted]:
        """Keep what could not be read; the reason names the kind of error, never what was written."""
        reason = str(error) if isinstance(error, Unreadable) else f"Galat dalam {type(error).__name__}"
        arriving = await self._arriving(payload, digest)
        await self._ledger.awrite(
            lambda tx: receive.keep_arrival(tx, arriving, payload.received_at, state="parked", reason=reason)
        )
        _log.warning(
            "arrival_parked", channel=payload.channel, digest=digest[:12], error=type(error).__name__
        )
        return [Accepted(external_id="")]

    async def _set_aside(self, payload: Payload, digest: str) -> bool:
        """Whether the payload is in the spool now: only one whose sender may not repeat it."""
        door = self._doors.get(payload.channel)
        if door is None or door.traits.retries or not payload.delivery_id:
            return False
        try:
            await asyncio.to_thread(self._spool.keep, payload, digest[:32])
        except OSError as error:
            _log.error("spool_failed", channel=payload.channel, error=type(error).__name__)
            return False
        return True

    async def drain(self) -> int:
        """Deliver what was spooled, oldest first, until the ledger says no; returns how many."""
        drained = 0
        for path in self._spool.waiting():
            payload = self._spool.load(path)
            door = self._doors.get(payload.channel)
            if door is None:
                continue
            digest = hashlib.sha256(payload.body).hexdigest()
            try:
                await self._deliver(payload, digest, partial(door.parse, payload))
            except (LedgerUnavailable, OSError):
                break
            except Rejected as error:
                await self._park(payload, digest, error)
            path.unlink()
            drained += 1
        return drained

    async def reprocess(self, arrival_id: int, now: datetime, *, by_hand: bool = True) -> Sequence[Accepted]:
        """Take a parked payload up again; `by_hand` also takes a machine's mail for a citizen's.

        Raises `NotFound`, or `Invalid` with the reason when it still cannot be read (it stays parked).
        """
        with self._ledger.reading() as tx:
            arrival = arrivals.find(tx, arrival_id)
        door = self._doors.get(arrival.channel) if arrival else None
        if arrival is None or door is None or arrival.state != "parked":
            raise NotFound("Kiriman ini tidak sedang diparkir.")
        body = arrival.raw if arrival.raw is not None else self._files.read(arrival.blob or "")
        payload = Payload(
            channel=arrival.channel,
            account=arrival.account,
            body=body,
            media_type=arrival.media_type,
            received_at=arrival.received_at,
            delivery_id=arrival.delivery_id,
        )
        city = self._city()
        try:
            items = await self._items(payload, partial(door.parse, payload), city)
            sitting = Sitting(
                arrival_id=arrival_id, now=now, city=city, take_ref=self._refs.take, by_hand=by_hand
            )
            accepted = await self._commit(partial(_taken_up, items=items, sitting=sitting), now, city)
        except (LedgerUnavailable, OSError):
            raise
        except Exception as error:
            reason = (
                str(error)
                if isinstance(error, Unreadable | Rejected)
                else f"Galat dalam {type(error).__name__}"
            )
            await self._ledger.awrite(lambda tx: arrivals.tried_again(tx, arrival_id, reason))
            raise Invalid(f"Kiriman masih belum dapat diolah: {reason}") from error
        self._ring(items)
        return accepted


def _taken_up(tx: Tx, items: Sequence[Item], sitting: Sitting) -> list[Accepted]:
    arrivals.set_arrival(tx, sitting.arrival_id, "kept")
    return receive.take_in(tx, items, sitting)
