"""Which mails no person wrote: bounces, automatic answers, lists, reports of machines, our own."""

import re
from collections.abc import Callable

from channels import _email_bounce as bounce
from channels._email_decode import words
from channels._email_mime import Headers
from channels._email_names import ids, is_our_address, is_ours

#: Why a mail is parked, in the words an officer reads.
BOUNCE = "surat kembali (bounce)"
DELAY = "surat tertunda, pengirimannya masih dicoba"
RECEIPT = "tanda terima otomatis"
AUTOMATIC = "balasan otomatis"
LIST = "surat massal atau milis"
FEEDBACK = "laporan teknis dari penyedia surel"
LOOP = "surat kami sendiri (putaran)"

LOOP_HEADER = "X-Sapa-Loop"
#: Programs read no mail: nobody is thanked or answered there.
_NOBODY = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|(?:do-?not|dont|no)[-_.]?reply|noreply|bounces?"
    r"|jangan[-_.]?balas|tidak[-_.]?(?:di)?balas|microsoftexchange[0-9a-f]{20,})(?:[+=_-][^@]*)?@",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"[^@]*(?:no-?_?\.?reply|donotreply|do-not-reply|newsletter|mailing|promo|marketing|news"
    r"|info-?blast)[^@]*@",
    re.IGNORECASE,
)
_PREFIX = r"\s*(?:(?:re|bls|balas|fwd?)\s*:\s*)*\[?"
#: How programs that set no header of their own begin the subject of an answer nobody wrote.
_ANSWERS = re.compile(
    _PREFIX + r"(?:automatic(?:al)? (?:e-?mail )?(?:reply|response|antwort)"
    r"|auto[- _]?(?:matic[- ])?(?:reply|response|responder|respond)"
    r"|out[- ]of[- ](?:the[- ])?office(?: (?:auto)?reply| notification)?|ooo|vacation (?:reply"
    r"|response|notice)|away from (?:the |my )?(?:office|mail))\s*(?:[:\]–-]|$)"
    r"|" + _PREFIX + r"out of (?:the )?office (?:until|from|re:)",
    re.IGNORECASE,
)
#: The same in our languages, where a citizen may write such words of a car park's machine.
_LOCAL = re.compile(
    _PREFIX + r"(?:(?:balasan|jawaban|respons?|tanggapan|wangsulan|pesan|email) otomatis"
    r"|(?:sedang )?(?:tidak|mboten) (?:ada |berada )?(?:di|ing|wonten) kantor|di luar kantor"
    r"|(?:sedang )?(?:cuti|libur|prei)|(?:sedang )?dinas luar|pemberitahuan (?:cuti|libur"
    r"|tidak di kantor))(?:\s*[:\]–-](?P<rest>.*)|\s*$)",
    re.IGNORECASE,
)
_OUR_SUBJECT = re.compile(r"\b(?:re|bls)\s*:|\b[a-z]{2,8}-\d{4}-\d{4,9}\b|laporan anda", re.IGNORECASE)
_AWAY = re.compile(
    r"\b(?:ini (?:adalah |merupakan )?(?:pesan|balasan|jawaban|email|e-mail|surel|surat)\s.{0,30}otomatis"
    r"|(?:pesan|balasan|jawaban|email|e-mail|surel|surat) (?:ini )?(?:adalah |yang )?(?:dikirim(?:kan)?"
    r"|dibuat|dihasilkan) (?:secara )?otomatis|(?:pesan|balasan|wangsulan) otomatis|(?:pesan"
    r"|layang) menika .{0,30}otomatis|this is an? auto(?:mated|matic|[- ]?generated|[- ]?reply)"
    r"|automat(?:ed|ic) (?:reply|response|message|e-?mail)|auto[- ]?(?:reply|response)"
    r"|automatically generated|(?:jangan|tidak perlu|mohon tidak) (?:mem)?balas (?:ke )?(?:email|e-mail"
    r"|surel|pesan|surat) ini|do not reply to this)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:(?:saya|kami|kula) (?:sedang|saat ini|tengah|nembe)?\s?.{0,25}(?:cuti|tidak (?:ada "
    r"|berada )?di kantor|di luar kantor|dinas luar|libur|prei)|akan kembali (?:pada|ke kantor|bekerja"
    r"|tanggal)|kembali (?:masuk|bekerja)|i am (?:currently )?(?:out of|away|on (?:annual |sick "
    r"|maternity )?leave|on vacation)|i will (?:be back|return)|limited access to (?:my )?e-?mail"
    r"|akses (?:email|surel) terbatas)",
    re.IGNORECASE,
)
_TECHNICAL = re.compile(r"\s*(?:\[[^\]]{1,40}\]\s*)?report domain:\s*\S+\s+submitter:", re.IGNORECASE)
_SUPPRESSED = frozenset({"all", "oof", "autoreply"})
_BULK = frozenset({"bulk", "list", "junk"})


def machine(
    headers: Headers, sender: str, return_path: str | None, ours: str, said: Callable[[], str] = lambda: ""
) -> str:
    """Why this mail is not from a person, or "".

    `return_path` is None when no envelope is known; `said` gives the words of the mail, when they are needed.
    """
    if _is_own(headers, sender, ours):
        return LOOP
    if return_path is None and headers.get("return-path"):
        return_path = headers.get("return-path").strip("<> ")
    subject = words(headers.get("subject"))[:1_000]
    why = _reported(headers, subject)
    if why:
        return why
    if bounce.is_one(headers, subject, sender, return_path, said):
        return BOUNCE
    if _is_automatic(headers, subject, said, ours):
        return AUTOMATIC
    if return_path == "":
        return BOUNCE
    if _is_list(headers, sender, ours):
        return LIST
    suppressed = {one.strip() for one in headers.main("x-auto-response-suppress").split(",")}
    return AUTOMATIC if suppressed & _SUPPRESSED else ""


def nobody_reads(address: str) -> bool:
    """Whether an address is by its name a program's."""
    return bool(_NOBODY.match(address))


def _is_own(headers: Headers, sender: str, ours: str) -> bool:
    own = next(iter(ids(headers.get("message-id"))), "")
    looped = headers.get(LOOP_HEADER.lower()).lower() == ours.lower()
    return is_our_address(sender, ours) or looped or is_ours(own, ours.rpartition("@")[2])


def _reported(headers: Headers, subject: str) -> str:
    """What a report in a machine's own form is about."""
    kind = headers.main("content-type")
    report = headers.param("content-type", "report-type").lower() if kind == "multipart/report" else ""
    if kind == "message/disposition-notification" or report == "disposition-notification":
        return RECEIPT
    if report in ("feedback-report", "tlsrpt") or _TECHNICAL.match(subject):
        return FEEDBACK
    if headers.get("x-ms-exchange-organization-messageclass").lower().startswith("report.ipnrn"):
        return RECEIPT
    if kind in ("message/feedback-report", "application/tlsrpt+gzip", "application/tlsrpt+json"):
        return FEEDBACK
    return ""


def _is_automatic(headers: Headers, subject: str, said: Callable[[], str], ours: str) -> bool:
    automatic = headers.main("auto-submitted")
    if automatic.startswith("auto-") or headers.main("precedence") == "auto_reply":
        return True
    if any(
        headers.get(name) for name in ("x-autoreply", "x-autorespond", "x-mail-autoreply", "x-autoresponder")
    ):
        return True
    if headers.get("x-autoreply-from") or headers.get("x-ms-exchange-generated-message-source"):
        return True
    if _ANSWERS.match(subject):
        return True
    answering = bool(headers.get("in-reply-to") or headers.get("references")) or _is_answer(headers, ours)
    local = _LOCAL.match(subject)
    if local is not None:
        rest = local["rest"] or ""
        if answering or _OUR_SUBJECT.search(rest) or _LOCAL.match(rest) or rest.strip() in ("", "cuti"):
            return True
        return bool(_AWAY.search(said()[:2_000]) or _ABSENT.search(said()[:2_000]))
    quiet = headers.main("precedence") in _BULK and not headers.get("list-id")
    if not (answering or quiet or _OUR_SUBJECT.search(subject)):
        return False
    text = said()[:2_000]
    return bool(_AWAY.search(text) or (quiet and _ABSENT.search(text)))


def _is_answer(headers: Headers, ours: str) -> bool:
    """Whether it was sent to a reply address of ours."""
    local = ours.partition("@")[0].lower()
    return f"{local}+" in headers.get("to")[:2_000].lower()


def _is_list(headers: Headers, sender: str, ours: str) -> bool:
    """A list's or a newsletter's; not a person's who wrote to a list and to us, too."""
    precedence = headers.main("precedence")
    listed = any(headers.get(name) for name in ("list-id", "list-unsubscribe", "list-help", "mailing-list"))
    if not listed and precedence != "list":
        return precedence in _BULK and bool(_NO_REPLY.match(sender))
    posts = headers.get("list-post")
    discusses = bool(posts) and posts.strip("<> ").lower() != "no"
    named = f"{headers.get('to')} {headers.get('cc')}"[:8_000].lower()
    return not (discusses and ours.lower() in named and not _NO_REPLY.match(sender))
