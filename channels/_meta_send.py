"""Sending by Messenger and Instagram: in private within a day, to a comment once, one short line in public.

Sources: developers.facebook.com/docs/messenger-platform/reference/send-api, …/private-replies,
…/docs/graph-api/guides/error-handling.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels._http import Answered, Caller
from channels._meta_read import COMMENT, POST
from channels._sending import Sent, whole
from channels.base import Unavailable, Undeliverable
from channels.message import OutboundMessage, Receipt

#: The window after what somebody wrote, less what a message may take on its way; with Meta's leave to
#: answer by hand (`human_agent`) it is a week.
WINDOW, BY_HAND = timedelta(hours=24) - timedelta(minutes=1), timedelta(days=7) - timedelta(minutes=1)
#: What everybody reads under a comment: no number, no name, nothing of the matter.
IN_PUBLIC = (
    "Terima kasih, laporan Anda sudah kami terima. Nomor dan kelanjutannya kami kirim lewat pesan pribadi."
)
CLOSED = (
    "Sudah lewat waktu yang diberikan Meta sejak warga terakhir menulis pesan. Tunggu warga menulis lagi,"
    " atau pakai kanal lain."
)
_GONE = "Warga ini tidak dapat dikirimi pesan lewat Meta: memblokir, menghapus akun, atau belum mengizinkan."
_KEYS = "Meta menolak token halaman: buat token baru, isi variabelnya, jalankan kembali."
#: Graph's error codes and subcodes.
_OUTSIDE = frozenset((2018065, 2018278, 2534022, 2534037))
_NEVER = frozenset((551, 2018001, 2018108, 1545041, 2534001, 2534014))
_LATER = frozenset((1, 2, 4, 17, 32, 341, 368, 613, 1200, 80001, 80002, 80006))
_ANSWERED = frozenset((10900, 10903))
_MOST_PARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaSettings:
    """One page or account of ours: `account` is its id. `human_agent`: Meta allows answers for a week.

    `longest` characters fit into one message; `replies` is what a comment's answers are called.
    """

    account: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    public_url: str = ""
    api_url: str = "https://graph.facebook.com"
    version: str = "v23.0"
    human_agent: bool = False
    timeout: float = 10.0


class Graph:
    """The Graph API as the page's own token may use it."""

    def __init__(self, settings: MetaSettings, caller: Caller) -> None:
        self._caller = caller
        self._base = f"{settings.api_url.rstrip('/')}/{settings.version}"
        self._headers = {
            "Authorization": f"Bearer {settings.token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    async def post(self, path: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is answered to a POST; `Unavailable`, `Undeliverable`."""
        body = json.dumps(told, ensure_ascii=False).encode()
        return _taken(await self._caller.call("POST", f"{self._base}/{path}", self._headers, body))

    async def get(self, path: str) -> Mapping[str, Any]:
        """What is answered to a GET; `Unavailable`, `Undeliverable`."""
        return _taken(await self._caller.call("GET", f"{self._base}/{path}", self._headers))


class OnceOnly(Undeliverable):
    """A comment has its one private answer already."""


def _taken(answer: Answered) -> Mapping[str, Any]:
    told = answer.told
    if answer.status == 200 and "error" not in told:
        return told
    wrong = told.get("error")
    wrong = wrong if isinstance(wrong, dict) else {}
    code, more = wrong.get("code"), wrong.get("error_subcode")
    if more in _OUTSIDE:
        raise Undeliverable(CLOSED, reachable=True)
    if code in _ANSWERED:
        raise OnceOnly(CLOSED, reachable=True)
    if code in _NEVER or more in _NEVER:
        raise Undeliverable(_GONE)
    if code == 190:
        raise Unavailable(_KEYS)
    later = code in _LATER or answer.status >= 500 or answer.status in (401, 403, 429) or not wrong
    named = f", kode {code}" if isinstance(code, int) else ""
    if later:
        raise Unavailable(f"Meta menjawab {answer.status}{named}.", answer.retry_after)
    raise Undeliverable(f"Meta menolak pesan ini ({answer.status}{named}).", reachable=True)


class Post:
    """Sends in parts; the same key is not sent twice while it is remembered."""

    def __init__(
        self,
        graph: Graph,
        settings: MetaSettings,
        clock: Callable[[], datetime],
        *,
        longest: int,
        replies: str,
    ) -> None:
        self._graph = graph
        self._settings = settings
        self._clock = clock
        self._longest = longest
        self._replies = replies
        self._sent = Sent[dict[str, str]](dict)

    async def send(self, message: OutboundMessage) -> Receipt:
        """The receipt names the last part; raises `Unavailable` or `Undeliverable`."""
        to = message.to.value
        if not to or ":" in to:
            raise Undeliverable("Penerima ini tidak dikenal Meta.")
        done = self._sent.of(to, message.key)
        parts = split(whole(message), self._longest)
        below = _below(message.in_reply_to)
        if below is None:
            self._check_open(message)
        else:
            await self._to_comment(below, message, parts[0], done)
        for number, part in enumerate(parts):
            if str(number) not in done:
                done[str(number)] = await self._private({"id": to}, part)
        return Receipt(external_id=done[str(len(parts) - 1)])

    async def _to_comment(
        self, below: Mapping[str, str], message: OutboundMessage, part: str, done: dict[str, str]
    ) -> None:
        """In private once; with the acknowledgement also one line in public, if that can be."""
        (where,) = below.values()
        if "0" not in done:
            try:
                done["0"] = await self._private(below, part)
            except OnceOnly:
                if message.template == "ack":  # that answer was this one, before a restart
                    done["0"] = f"{COMMENT}{where}"
        if message.template == "ack" and "public" not in done:
            done["public"] = ""  # whatever becomes of it, the private answer has left
            try:
                told = await self._graph.post(f"{where}/{self._replies}", {"message": IN_PUBLIC})
                done["public"] = str(told.get("id", ""))
            except (Unavailable, Undeliverable):
                return

    def _check_open(self, message: OutboundMessage) -> None:
        window = BY_HAND if self._settings.human_agent else WINDOW
        if message.heard_at is not None and self._clock() - message.heard_at >= window:
            raise Undeliverable(CLOSED, reachable=True)

    async def _private(self, recipient: Mapping[str, str], text: str) -> str:
        told: dict[str, Any] = {"recipient": recipient, "message": {"text": text}}
        if self._settings.human_agent and "id" in recipient:
            told |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        elif "id" in recipient:
            told |= {"messaging_type": "RESPONSE"}
        answer = await self._graph.post(f"{self._settings.account}/messages", told)
        name = answer.get("message_id")
        if not isinstance(name, str) or not name:
            raise Unavailable("Jawaban Meta tidak memuat nomor pesan.")
        return name


def _below(answered: str) -> Mapping[str, str] | None:
    """Whom Meta is to reach by what they wrote in public: a comment, or a post of theirs on our page."""
    for prefix, name in ((COMMENT, "comment_id"), (POST, "post_id")):
        if answered.startswith(prefix):
            return {name: answered.removeprefix(prefix)}
    return None


def split(text: str, longest: int) -> list[str]:
    """The text in parts of at most `longest` bytes, cut at a line or a word; of an endless one both ends."""
    parts: list[str] = []
    rest = text
    while len(rest.encode()) > longest:
        head = rest.encode()[:longest].decode("utf-8", "ignore")
        half = len(head) // 2
        at = max(head.rfind("\n", half), 0) or max(head.rfind(" ", half), 0) or len(head)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    parts += [rest] if rest else []
    return parts if len(parts) <= _MOST_PARTS else [*parts[: _MOST_PARTS - 1], parts[-1]]
