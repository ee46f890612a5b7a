"""Sending by WhatsApp: free words within a day of what somebody wrote, an approved template after it.

Source: twilio.com/docs/whatsapp/api, twilio.com/docs/content/using-variables-with-content-api.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels._sending import Sent, whole
from channels._text import one_line
from channels._twilio import CLOSED, Rest
from channels._whatsapp_read import PREFIX, reached
from channels.base import Undeliverable
from channels.message import OutboundMessage, Receipt

#: The customer service window, less what a message may take on its way.
WINDOW = timedelta(hours=24) - timedelta(minutes=1)
#: Twilio takes no more characters in one message.
LONGEST = 1_600
_MOST_PARTS = 5
#: The template for every notice that has none of its own.
ANY = "any"
_VALUE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An approved template: its Content SID (HX…), and what fills {{1}}, {{2}} … in this order.

    Of `ref`, `link` (the whole address), `path` (what follows our own), `brand`.
    """

    sid: str
    variables: tuple[str, ...] = ()


class Post:
    """Sends in parts; the same key is not sent twice while it is remembered."""

    def __init__(
        self,
        rest: Rest,
        always: Mapping[str, str],
        templates: Mapping[str, Template],
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._rest = rest
        self._always = dict(always)
        self._templates = templates
        self._public_url = public_url
        self._clock = clock
        self._sent = Sent[list[Receipt]](list)

    async def send(self, message: OutboundMessage) -> Receipt:
        """All parts of a message, or one template; raises `Unavailable` or `Undeliverable`."""
        to = reached(message.to.value)
        if not to:
            raise Undeliverable("Penerima ini tidak punya alamat WhatsApp.")
        done = self._sent.of(to, message.key)
        if done and done[-1].told:
            return done[-1]
        if not done and not self._open(message):
            done.append(await self._template(to, message))
            return done[-1]
        parts = split(whole(message))
        for part in parts[len(done) :]:
            done.append(Receipt(external_id=await self._create(to, {"Body": part})))
        return done[-1]

    def _open(self, message: OutboundMessage) -> bool:
        """Whether free words may be sent; where nobody knows, Twilio says."""
        return message.heard_at is None or self._clock() - message.heard_at < WINDOW

    async def _template(self, to: str, message: OutboundMessage) -> Receipt:
        template = self._templates.get(message.template) or self._templates.get(ANY)
        values = self._values(template, message) if template else {}
        if template is None or not all(values.values()):
            raise Undeliverable(CLOSED, reachable=True)
        fields = {"ContentSid": template.sid}
        if values:
            fields["ContentVariables"] = json.dumps(values, ensure_ascii=False)
        told = f"[Templat WhatsApp, sebab warga tidak menulis selama 24 jam: {' '.join(values.values())}]"
        return Receipt(external_id=await self._create(to, fields), told=told)

    def _values(self, template: Template, message: OutboundMessage) -> dict[str, str]:
        link = message.actions[0][1] if message.actions else ""
        base = f"{self._public_url.rstrip('/')}/"
        known = {
            "ref": message.ref,
            "link": link,
            "path": link.removeprefix(base) if link.startswith(base) else "",
            "brand": message.sender_name,
        }
        told = [one_line(known[name], _VALUE) for name in template.variables]
        return {str(number): value for number, value in enumerate(told, 1)}

    async def _create(self, to: str, fields: Mapping[str, str]) -> str:
        return await self._rest.create("Messages", {"To": PREFIX + to, **self._always, **fields})


def split(text: str) -> list[str]:
    """The text in parts that Twilio takes, cut at a line or a word; of an endless one beginning and end."""
    parts = list(_cut(text))
    return parts if len(parts) <= _MOST_PARTS else [*parts[: _MOST_PARTS - 1], parts[-1]]


def _cut(text: str) -> Iterator[str]:
    rest = text.strip()
    while len(rest) > LONGEST:
        half = LONGEST // 2
        at = max(rest.rfind("\n", half, LONGEST), 0) or max(rest.rfind(" ", half, LONGEST), 0) or LONGEST
        yield rest[:at].rstrip()
        rest = rest[at:].lstrip()
    if rest:
        yield rest
