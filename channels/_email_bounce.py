"""What a returned mail says: whether it is one, of which mail of ours, for good or for now."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels._email_mime import Headers, Part, read_headers
from channels._email_names import ids, is_ours
from channels._text import one_line
from channels.message import DeliveryReport

#: hard: this address will never be reached; soft: this mail was lost, the next one may arrive;
#: delayed: it is still being tried; arrived: it was handed over or passed on.
Kind = Literal["hard", "soft", "delayed", "arrived"]
_LOOKED_AT = 16 * 1024

_DAEMONS = re.compile(r"(?:mailer-?daemon|mail-?daemon|bounces?)(?:[+=_-][^@]*)?@", re.IGNORECASE)
_SYSTEMS = re.compile(
    r"(?:postmaster|mail-?system|mail|system|sistem|no-?reply|microsoftexchange[0-9a-f]*|root"
    r"|admin(?:istrator)?|mta|smtp|[^@]*-bounces?|notification|mailadmin)@",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"mail (?:delivery )?(?:sub)?system|mail delivery (?:sub)?system|mail administrator|mailer[- ]?daemon"
    r"|system administrator|microsoft outlook\"?\s*<|sistem pengiriman (?:surat|surel|email)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\s*\W{0,3}(?:undeliver(?:ed|able)\b|returned mail|mail delivery (?:failed|failure|problem|system"
    r"|status|error)|delivery (?:status notification|failure|failed|has failed|report|problem|incomplete"
    r"|delayed|notification|of)|failure notice|mail system error|message (?:delivery|could not"
    r"|not delivered|undeliverable|delayed|status)|(?:warning|peringatan):? .{0,40}(?:delay|tertunda"
    r"|could not|not delivered|belum terkirim)|(?:non[- ])?delivery|email (?:not delivered|delivery)"
    r"|could not deliver|rejected:|bounce|pemberitahuan (?:status|kegagalan|gagal) (?:pengiriman|kirim)"
    r"|(?:surat|surel|email|e-mail|pesan)(?: anda)? (?:tidak (?:dapat |bisa )?(?:terkirim|dikirim|sampai"
    r"|disampaikan|tersampaikan)|gagal (?:terkirim|dikirim|disampaikan)|dikembalikan|kembali|tertunda"
    r"|ditolak)|tidak (?:dapat |bisa )?(?:terkirim|dikirim|disampaikan|terkirimkan)|(?:gagal"
    r"|kegagalan) (?:terkirim|kirim|pengiriman|mengirim|menyampaikan)|pengiriman (?:surat|email|surel"
    r"|pesan)? ?(?:gagal|tertunda|ditunda)|gagal:|layang (?:boten|ora) saged|unzustellbar|non remis"
    r"|no se puede entregar)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"this (?:message|is the (?:mail|qmail|postfix|mail delivery))\S* .{0,60}(?:automatic|system"
    r"|send program|program at)|could(?: not|n't) be delivered|wasn't able to deliver"
    r"|was not able to deliver|unable to deliver|delivery .{0,40}failed|permanent (?:fatal )?error"
    r"|transcript of session|wasn't delivered|did not reach|undeliverable|returned to sender"
    r"|sorry,? we were unable|tidak (?:dapat|bisa|berhasil) (?:terkirim|dikirim|disampaikan|diantar"
    r"|menyampaikan|mengirim)|gagal (?:terkirim|dikirim|disampaikan|menyampaikan|mengirim)"
    r"|pengiriman .{0,60}gagal|tidak terkirim|tidak ditemukan|has not been delivered"
    r"|not yet been delivered|delayed|tertunda|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\b55[0-4]\b",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\bdelay(?:ed)?\b|tertunda|ditunda|not yet been delivered|has not been delivered yet"
    r"|still (?:being )?tr(?:y|ied)|will (?:continue|keep|be retried)|will be tried|no action is required"
    r"|do not need to resend|only a warning|warning message only|akan (?:terus |tetap )?(?:di)?coba"
    r"|masih (?:akan )?(?:di)?coba|mencoba lagi|belum (?:dapat |bisa )?(?:terkirim|dikirim)"
    r"|tidak perlu (?:mengirim|kirim)|temporary problem|incomplete",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"giving up|gave up|given up|has failed|permanent|message will be deleted"
    r"|retry time(?:out)? (?:exceeded|not reached)|retry timeout|too long|expired|menyerah"
    r"|tidak akan dicoba lagi|was returned|delivery failure|could not be delivered|(?:tidak (?:dapat|bisa)"
    r"|gagal) (?:disampaikan|terkirim|dikirim)|(?:failed|undeliverable|returned|failure)\b|dihentikan|final",
    re.IGNORECASE,
)

#: What a server says, in the order it is believed: what it means, and what an officer reads.
_MEANINGS: tuple[tuple[str, Kind, str], ...] = (
    (
        r"mailbox (?:is )?(?:full|exceeds)|mailbox for .{0,80} is full|(?:over|exceed\w*"
        r"|out of).{0,30}quota|quota .{0,30}(?:exceed|full|limit)|insufficient (?:system )?storage"
        r"|out of storage|storage (?:space|limit|full)|mailbox size limit|inbox is full|full mailbox"
        r"|kotak (?:surat|masuk|pos).{0,40}penuh|kuota.{0,40}(?:penuh|habis|terlampaui|melebihi|melampaui)"
        r"|melebihi.{0,30}kuota|penyimpanan.{0,30}(?:penuh|habis)|kebak|disk (?:is )?full|overquota"
        r"|mailbox has exceeded|\b[45]\.2\.2\b",
        "soft",
        "Kotak surat penerima penuh.",
    ),
    (
        r"\bspam\b|blacklist|black ?list|block(?:ed|list)|\bdnsbl\b|\brbl\b|spamhaus|barracuda|reputation"
        r"|policy|dmarc|\bspf\b|\bdkim\b|virus|malware|content (?:rejected|filter)|unsolicited"
        r"|access denied|banned|poor reputation|not authori[sz]ed|diblokir|daftar hitam|kebijakan"
        r"|dianggap spam|message (?:was )?rejected as|greylist|rate limit|too many (?:messages|connections"
        r"|e-?mails)|\b[45]\.7\.\d{1,3}\b",
        "soft",
        "Server penerima menolak surat ini (spam atau kebijakan).",
    ),
    (
        r"message (?:size|too (?:large|big))|too large|size limit|exceeds .{0,30}(?:size|limit)"
        r"|terlalu besar|ukuran .{0,40}melebihi|\b[45]\.3\.4\b|\b[45]\.2\.3\b",
        "soft",
        "Surat terlalu besar untuk server penerima.",
    ),
    (
        r"(?:user|recipient|mailbox|account|address|addressee|alias|person|party|email account"
        r"|e-?mail address)\S{0,40}(?: \S{1,80}){0,6}? (?:unknown|not? (?:be )?found|does ?n[o']t exist"
        r"|doesn't exist|not exist|invalid|no longer|disabled|inactive|suspended|deactivated|unavailable"
        r"|not (?:available|active|known|listed|recogni[sz]ed|valid)|discontinued|is not a valid|rejected)"
        r"|(?:unknown|invalid|no such|bad|non-?existent|unrouteable|disabled|inactive"
        r"|nonexistent) (?:\S{1,80} )?(?:user|recipient|address|mailbox|account|local|person|destination"
        r"|addressee)|unknown user|user unknown|no such|does(?: not|n't) (?:exist"
        r"|have an? (?:\S{1,80} )?account)|no mailbox (?:here )?by that name|not a (?:known|valid) (?:user"
        r"|mailbox|recipient)|couldn't be found|could not be found|wasn't found|was not found at"
        r"|isn't (?:a member|valid)|account .{0,60}(?:disabled|suspended|closed|deleted)"
        r"|doesn't have a .{0,30} account|(?:alamat|pengguna|penerima|akun|kotak surat|user|pemilik"
        r"|mailbox|rekening)\S{0,40}(?: \S{1,80}){0,8}? (?:tidak (?:di)?(?:kenal|temukan|ada|aktif|valid"
        r"|terdaftar|berlaku|sah|tersedia|dikenali)|sudah tidak|dinonaktifkan|nonaktif|dihapus|ditutup"
        r"|salah)|tidak (?:ada|menemukan) (?:alamat|pengguna|akun|penerima)|(?:boten|mboten|ora) (?:wonten"
        r"|kepanggih|ditemokake|ana|dikenal)|(?:domain|host)(?: name)?(?: \S{1,80}){0,4}? (?:not found"
        r"|unknown|does ?n[o']t exist|doesn't exist|tidak (?:ditemukan|ada|dikenal))|nxdomain|host unknown"
        r"|unknown host|no such (?:domain|host)|domain .{0,60}(?:tidak (?:ditemukan|ada))|bad destination"
        r"|null ?mx|does not accept (?:e-?)?mail|couldn't find any host named"
        r"|(?:all )?relevant mx records point to non-existent|\b5\.1\.(?:0|1|2|3|4|6|10)\b|\b5\.2\.1\b"
        r"|\b5\.4\.4\b",
        "hard",
        "Alamat penerima tidak dikenal atau tidak aktif lagi.",
    ),
    (
        r"timed? ?out|connection refused|connection (?:was )?(?:dropped|lost|reset)|could not connect"
        r"|couldn't connect|network (?:is )?unreachable|no route to host|temporar|sementara|try again"
        r"|too long|expired|retry time|tidak (?:dapat|bisa) (?:dihubungi|terhubung)|lookup failure"
        r"|dns (?:error|failure|problem|lookup)|name server|name service error|domain name system"
        r"|lost connection|mail (?:loop|loops)|too many hops|looping|hop count|\b4\.\d{1,3}\.\d{1,3}\b"
        r"|\b5\.[34]\.\d{1,3}\b|server (?:error|busy|sibuk)|waktu .{0,20}habis|batas waktu",
        "soft",
        "Server penerima tidak dapat dihubungi atau sedang bermasalah.",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), kind, why) for pattern, kind, why in _MEANINGS)
_UNTOLD = "Surat dikembalikan oleh server penerima."
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_CODE = re.compile(r"(?:^|[\s:#(<])([45]\d\d)(?=[\s-])")
_OWN_ID = re.compile(r"sapa\.[0-9a-f]{32}@[a-z0-9.-]{1,200}", re.IGNORECASE)
_BELOW = re.compile(
    r"^[-=* \t]{0,60}(?:below this line is a copy|this is a copy of the message|(?:the )?(?:body|headers?"
    r"|text|copy) of (?:the|your) (?:\S{1,80} )?message|original message|returned message|message header"
    r"|pesan asli|surat asli|salinan (?:pesan|surat|email)|kepala surat|layang asli).{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)


def is_one(
    headers: Headers, subject: str, sender: str, return_path: str | None, said: Callable[[], str]
) -> bool:
    """Whether a mail returns one of somebody's, in whatever form."""
    if headers.main("content-type") == "multipart/report":
        report = headers.param("content-type", "report-type").lower()
        return report in ("", "delivery-status") or bool(_SUBJECT.match(subject))
    if headers.get("x-failed-recipients") or headers.get("x-ms-exchange-message-is-ndr"):
        return True
    if _DAEMONS.match(sender):
        return True
    named = bool(_SYSTEMS.match(sender) or _NAMES.search(headers.get("from")[:500]))
    automatic = headers.main("auto-submitted").startswith("auto-")
    if not (named or automatic or return_path == ""):
        return False
    if _SUBJECT.match(subject):
        sure = automatic or return_path == ""
        return sure or ("@" in said()[:_LOOKED_AT] and bool(_BODY.search(said()[:_LOOKED_AT])))
    if _NAMES.search(headers.get("from")[:500]):
        return bool(_BODY.search(said()[:_LOOKED_AT]))
    return False


def only_delayed(subject: str, text: str) -> bool:
    """Whether a mail without a report of fields speaks of a mail that is still being tried."""
    top = _own(text)
    return bool(_DELAYED.search(subject) or _DELAYED.search(top)) and not (
        _GIVEN_UP.search(subject) or (_GIVEN_UP.search(top) and not _DELAYED.search(subject))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a returned mail says: its status (RFC 3463) and what that means to us."""

    kind: Kind
    status: str
    detail: str
    why: str


def meaning(text: str, status: str = "") -> tuple[Kind, str]:
    """Hard or soft, and the officer's sentence, of a server's words and a status of RFC 3463."""
    for pattern, kind, why in _COMPILED:
        if (status and pattern.search(f" {status} ")) or pattern.search(text):
            return kind, why
    code = _CODE.search(text)
    if status.startswith("4") or (not status and code is not None and code[1].startswith("4")):
        return "soft", _UNTOLD
    return (
        "hard" if status.startswith("5.1") or (code and code[1] in ("550", "551", "553")) else "soft"
    ), _UNTOLD


def verdict(parts: Iterable[Part], subject: str, text: str) -> Verdict:
    """What a returned mail says, by its report of fields, else by the words above the mail it returns."""
    for part in parts:
        if part.kind in ("message/delivery-status", "message/global-delivery-status"):
            found = _of_fields(part, text)
            if found is not None:
                return found
    top = _own(text)
    if only_delayed(subject, text):
        return Verdict(kind="delayed", status="", detail="", why="")
    status = _STATUS.search(top)
    kind, why = meaning(f"{subject}\n{top}")
    return Verdict(kind=kind, status=status[0] if status else "", detail=one_line(top, 300), why=why)


def _own(text: str) -> str:
    """What the server itself says: above the copy of the mail it returns."""
    text = text[:_LOOKED_AT]
    copy = _BELOW.search(text)
    return text[: copy.start()] if copy and copy.start() > 20 else text


def _of_fields(part: Part, text: str) -> Verdict | None:
    """The first recipient's group of fields that tells an action (the first group is about the mail)."""
    body = part.body[: 64 * 1024].replace(b"\r\n", b"\n")
    for group in body.split(b"\n\n")[:20]:
        headers = read_headers(group.lstrip(b"\n"), 0, len(group.lstrip(b"\n")))[0]
        action = headers.main("action")
        if not action:
            continue
        status = one_line(headers.get("status"), 20).partition(" ")[0]
        detail = one_line(headers.get("diagnostic-code"), 300)
        if action == "delayed":
            return Verdict(kind="delayed", status=status, detail=detail, why="")
        if action != "failed":
            return Verdict(kind="arrived", status=status, detail=detail, why="")
        kind, why = _of_status(status, detail, text)
        return Verdict(kind=kind, status=status, detail=detail, why=why)
    return None


def _of_status(status: str, detail: str, text: str) -> tuple[Kind, str]:
    """A server's words tell more than a status that says nothing exact; that more than other words."""
    inner = _STATUS.search(detail)
    if status in ("", "5.0.0", "4.0.0", "5.0.1", "5.5.0") and inner:
        status = inner[0]
    vague = status in ("", "5.0.0", "4.0.0", "5.5.0", "5.4.7", "4.4.7")
    kind, why = meaning(detail, status)
    if why == _UNTOLD and vague:
        kind, why = meaning(_own(text), status)
    if status.startswith("4.") and kind == "hard":
        return "soft", why
    return kind, why


def report(
    found: Verdict, headers: Headers, parts: Iterable[Part], text: str, domain: str, at: datetime
) -> list[DeliveryReport]:
    """A failed report for the mail of ours that is returned."""
    returned = _returned(headers, parts, text, domain)
    if not returned:
        return []
    return [
        DeliveryReport(
            channel="email",
            external_id=returned,
            status="failed",
            at=at,
            code=found.status,
            detail=found.detail,
            why=found.why,
            reachable=found.kind == "soft",
        )
    ]


def _returned(headers: Headers, parts: Iterable[Part], text: str, domain: str) -> str:
    """The Message-ID of our mail: in the copy, in the words, or where the bounce says what it answers."""
    for part in parts:
        if part.kind in (
            "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers",
        ):  # fmt: skip
            body = part.body
            for one in ids(read_headers(body, 0, len(body))[0].get("message-id")):
                if is_ours(one, domain):
                    return one
    written = _OWN_ID.findall(text[: 4 * _LOOKED_AT])
    answered = [*ids(headers.get("in-reply-to")), *ids(headers.get("references"))]
    return next((one for one in (*written, *answered) if is_ours(one, domain)), "")
