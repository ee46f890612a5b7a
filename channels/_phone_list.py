"""Calls to our number and what was recorded of them, asked of Twilio, as its webhook would have told it.

Source: twilio.com/docs/voice/api/call-resource (reading a list) and …/api/recording.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from channels import _twilio_check
from channels._phone_read import ENDED, delivery_id
from channels._twilio import Rest
from channels._twilio_list import Reader, bring
from channels.base import Deliver, Finding, Unavailable

_PAGE, _MOST_PAGES = 100, 200


class Calls:
    """The calls to one `number` of the account."""

    def __init__(self, rest: Rest, number: str) -> None:
        self._rest = rest
        self._number = number

    async def sweep(self, door: Reader, since: datetime, now: datetime, deliver: Deliver) -> int:
        """Deliver every call that ended since then, oldest first; returns how many. Raises `Unavailable`."""
        told = [fields async for fields in self._since(since)]
        for fields in reversed(told):  # Twilio names the newest first
            await bring(door, fields, delivery_id(fields), now, deliver)
        return len(told)

    async def finding(self, hook: str) -> Finding:
        """Whether calls to the number are led to `hook`."""
        return await _twilio_check.number(self._rest, self._number, hook, calls=True)

    async def _since(self, since: datetime) -> AsyncIterator[Mapping[str, str]]:
        """Each call's recordings, or its end where there is none. Twilio's list knows whole days only."""
        first = (since - timedelta(days=1)).strftime("%Y-%m-%d")
        asked = {"To": self._number, "StartTime>": first, "PageSize": str(_PAGE)}
        async for call in self._pages("Calls", asked, "calls"):
            if call.get("direction") != "inbound" or call.get("status") not in ENDED:
                continue
            fields = _fields(call)
            parts = [fields | one async for one in self._recordings(fields["CallSid"])]
            for one in parts or [fields]:
                yield one

    async def _recordings(self, call: str) -> AsyncIterator[dict[str, str]]:
        async for one in self._pages("Recordings", {"CallSid": call, "PageSize": str(_PAGE)}, "recordings"):
            if one.get("sid"):
                yield {"RecordingSid": str(one["sid"]), "RecordingDuration": str(one.get("duration") or "")}

    async def _pages(
        self, resource: str, asked: Mapping[str, str], name: str
    ) -> AsyncIterator[Mapping[str, Any]]:
        page = f"{self._rest.path(resource)}?{urlencode(asked)}"
        for _ in range(_MOST_PAGES):
            told = await self._rest.read(page)
            listed: Sequence[Any] | None = told.get(name)
            if not isinstance(listed, list):
                raise Unavailable("Jawaban Twilio tidak memuat daftar panggilan.")
            for one in listed:
                if isinstance(one, dict):
                    yield one
            following = told.get("next_page_uri")
            if not following:
                return
            page = str(following)
        raise Unavailable("Twilio menyebut terlalu banyak panggilan.")


def _fields(call: Mapping[str, Any]) -> dict[str, str]:
    """A call resource as the webhook's parameters."""
    told = {
        "CallSid": "sid", "AccountSid": "account_sid", "From": "from", "To": "to", "CallStatus": "status",
        "CallDuration": "duration", "CallerName": "caller_name", "DateSent": "start_time",
    }  # fmt: skip
    return {name: str(call[field]) for name, field in told.items() if call.get(field) is not None}
