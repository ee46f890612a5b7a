"""A request's body as it comes in: how much, how fast, and heard to its end before the answer."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Send

from sapa.web import errors
from sapa.web.office import Limits

#: Bytes of a body that is too large which are read away, so that its sender hears why.
MOST_HEARD = 128 * 1024 * 1024


class Hearing:
    """`receive` and `send` of one request that has a body of at most `size` bytes.

    A sender who pauses too long, or is too slow on the whole, hears 408 and is hung up on.
    Others are let finish before they are answered: browsers read no answer while they still send.
    `asks_first`: the sender waits for our word before sending (`Expect: 100-continue`).
    """

    def __init__(self, receive: Receive, send: Send, size: int, limits: Limits, *, asks_first: bool) -> None:
        self._receive, self._send = receive, send
        self._size, self._limits = size, limits
        self._asks_first = asks_first
        self._clock = asyncio.get_running_loop().time
        self._started = self._clock()
        self._seen = 0
        self._over = False  # the body is whole, or its sender is gone
        self._too_slow = False

    async def receive(self) -> Message:
        """ASGI; raises HTTPException 413 when the body is larger than it may be, 408 when too slow."""
        message = await self._next()
        if self._seen > self._size:
            raise HTTPException(413, errors.TOO_LARGE)
        return message

    async def send(self, message: Message) -> None:
        """ASGI; what is not heard to its end is not waited for either."""
        if message["type"] == "http.response.start" and not await self._heard_out():
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await self._send(message)

    async def _next(self) -> Message:
        if self._over:
            return await self._receive()
        limits = self._limits
        latest = self._started + limits.grace + self._seen / limits.pace
        try:
            async with asyncio.timeout_at(min(self._clock() + limits.pause, latest)):
                message = await self._receive()
        except TimeoutError as error:
            self._too_slow = True
            raise HTTPException(408, errors.TOO_SLOW) from error
        self._seen += len(message.get("body", b""))
        self._over = not message.get("more_body", False)
        return message

    async def _heard_out(self) -> bool:
        if self._asks_first and not self._seen:
            return self._over
        try:
            while not self._over and not self._too_slow and self._seen < MOST_HEARD:
                await self._next()
        except HTTPException:
            return False
        return self._over
