"""Which mails no person wrote, and what a bounce says of the mail it returns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from channels._email_decode import words
from channels._email_mime import Headers, Part, read_headers
from channels._email_names import ids, is_ours
from channels._text import one_line
from channels.message import DeliveryReport

#: Why a mail is parked, in the words an officer reads.
BOUNCE = "surat kembali (bounce)"
RECEIPT = "tanda terima otomatis"
AUTOMATIC = "balasan otomatis"
LIST = "surat massal atau milis"
LOOP = "surat kami sendiri (putaran)"

LOOP_HEADER = "X-Sapa-Loop"
_DAEMONS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|bounces?)(?:[+-][^@]*)?@", re.IGNORECASE)
#: How programs that set no header of their own begin the subject of an answer nobody wrote.
_ANSWERS = re.compile(
    r"\s*(?:re:\s*)?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office"
    r"|(?:balasan|jawaban|respon) otomatis)\b",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "list", "junk"})


def machine(headers: Headers, sender: str, return_path: str | None, ours: str) -> str:
    """Why this mail is not from a person, or "". `return_path` is None when no envelope is known."""
    domain = ours.rpartition("@")[2]
    own = next(iter(ids(headers.get("message-id"))), "")
    if (
        sender == ours.lower()
        or headers.get(LOOP_HEADER.lower()).lower() == ours.lower()
        or is_ours(own, domain)
    ):
        return LOOP
    if headers.main("content-type") == "multipart/report":
        report = headers.param("content-type", "report-type").lower()
        return RECEIPT if report == "disposition-notification" else BOUNCE
    automatic = headers.main("auto-submitted")
    if automatic.startswith("auto-") or headers.get("x-autoreply") or headers.get("x-autorespond"):
        return AUTOMATIC
    if headers.main("precedence") == "auto_reply" or _ANSWERS.match(words(headers.get("subject"))):
        return AUTOMATIC
    if return_path == "" or _DAEMONS.match(sender):
        return BOUNCE
    if headers.main("precedence") in _BULK or headers.get("list-id"):
        return LIST
    suppressed = headers.main("x-auto-response-suppress")
    return AUTOMATIC if suppressed and suppressed != "none" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a delivery status notification says: RFC 3464 action, status and diagnosis."""

    action: str
    status: str
    detail: str


def reports(parts: Iterable[Part], domain: str, at: datetime) -> list[DeliveryReport]:
    """A failed report for each of our mails that a bounce returns."""
    verdict, returned = None, ""
    for part in parts:
        if part.kind in ("message/delivery-status", "message/global-delivery-status"):
            verdict = _verdict(part) or verdict
        elif part.kind in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
        ):
            body = part.body
            found = ids(read_headers(body, 0, len(body))[0].get("message-id"))
            returned = returned or next((one for one in found if is_ours(one, domain)), "")
    if not returned or verdict is None or verdict.action != "failed":
        return []
    return [
        DeliveryReport(
            channel="email",
            external_id=returned,
            status="failed",
            at=at,
            code=verdict.status,
            detail=verdict.detail,
        )
    ]


def _verdict(part: Part) -> Verdict | None:
    """The first recipient's group of fields that tells an action (the first group is about the mail)."""
    body = part.body[: 64 * 1024].replace(b"\r\n", b"\n")
    for group in body.split(b"\n\n")[:20]:
        headers = read_headers(group.lstrip(b"\n"), 0, len(group.lstrip(b"\n")))[0]
        if headers.get("action"):
            return Verdict(
                action=headers.main("action"),
                status=one_line(headers.get("status"), 20),
                detail=one_line(headers.get("diagnostic-code"), 300),
            )
    return None
