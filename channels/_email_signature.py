"""What mail programs, employers and politeness put below a mail: signatures, advertisements, notices."""

import re
from collections.abc import Sequence

from channels._email_intro import MAX_LINE, SIGN, is_quoted, plain

#: So many lines from the end are looked at; what stands higher is no signature.
_LOOKED_AT = 60
_MOST_PASSES = 6
_MOST_DASHED = 15
_MOST_CLOSING = 6
_LONGEST_NAME = 60

_DASHES = re.compile(r"(?:--|—|__)\s*$")
_LINK = re.compile(r"[<\[(]?\s*(?:https?://|mailto:|www\.)[^\s>\])]*\s*[>\])]?")
_DEVICE = re.compile(
    r"[-_*\s]*(?:sent|dikirim|terkirim|dikirimkan|kakirim|dikintun|kintunan|get|dapatkan|unduh|download"
    r"|kirim)\s+(?:(?:from|dari|lewat|via|melalui|menggunakan|dengan|saka|saking|with"
    r"|using)\s+)?(?:my\s+)?.{0,40}?\b(?:i-?phone|i-?pad|android|ios|samsung|galaxy|xiaomi|redmi|poco|oppo"
    r"|vivo|realme|huawei|infinix|nokia|blackberry\S*|yahoo|outlook|gmail|windows|ponsel|handphone|hp"
    r"|smartphone|perangkat|telepon seluler|mobile|proton|zoho|thunderbird|k-9|spark|aol|mail|telkomsel"
    r"|email|aquamail|mymail|bluemail|tablet)\b.{0,40}$",
    re.IGNORECASE,
)
_PROMISES = re.compile(
    r"yahoo mail:|powered by telkomsel|(?:bebas virus|virus-free|tidak ada virus)\b"
    r"|(?:please )?(?:consider|think (?:of|about)) (?:the )?environment|think before you print"
    r"|(?:pikirkan|pertimbangkan) (?:lingkungan|sebelum)|(?:harap|mohon) pertimbangkan lingkungan"
    r"|(?:avast|avg) (?:logo|antivirus)|\[?image: (?:avast|avg)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"[*_\s=-]*(?:disclaimer|penafian|confidentiality(?: notice)?|pemberitahuan kerahasiaan"
    r"|pernyataan kerahasiaan|catatan kerahasiaan|penyangkalan)\b",
    re.IGNORECASE,
)
#: Without one of these there is no notice: most mails are spared the search.
_HINTS = (
    *("rahasia", "confidential", "privileged", "istimewa", "disclaimer", "penafian", "penyangkalan"),
    *("intended", "dituju", "dimaksud", "ditujukan", "addressee", "penerima yang", "sole use", "in error"),
)
#: What notices of employers say; a citizen who asks that their name stay secret says few of these.
_NOTICE = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\brahasia\b|kerahasiaan|confidential|privileged|istimewa",
        r"\b(?:e-?mail|surel|pesan|surat elektronik|message|communication|informasi|information)\b.{0,60}"
        r"\b(?:ini|this|contained|terkandung|yang dikirim)\b|\bthis (?:e-?mail|message|communication)\b",
        r"lampiran|attachment|attached",
        r"penerima yang (?:dituju|dimaksud|berhak)|bukan penerima|intended (?:recipient|solely|only|for)"
        r"|ditujukan (?:hanya )?(?:untuk|kepada)|(?:hanya|khusus) (?:ditujukan|untuk)|the addressee|sole use"
        r"|salah alamat|received (?:it|this) in error|menerima .{0,40}(?:kesalahan|keliru|tidak sengaja)",
        r"menyebar(?:luas)?kan|penyebar(?:luas)?an|menyalin|penyalinan|menggandakan|mendistribusikan"
        r"|disclos|disseminat|distribut|copying|dilarang|prohibited|unauthori[sz]ed|penggunaan",
        r"\b(?:hapus|menghapus|delete|destroy)\b|beri ?tahu (?:kami|pengirim)|notify (?:the )?(?:sender|us)",
        r"bertanggung jawab atas|liab(?:le|ility)|pandangan|views expressed|opini|bebas dari virus|virus",
    )
)
_CLOSING = re.compile(
    r"[*_\s]*(?:hormat (?:saya|kami|kula)|salam(?: (?:hormat|hangat|sejahtera|kami|saya|santun|takzim"
    r"|kenal))?(?: saya| kami)?|wassalam\S*(?:\s+wr\.?\s*wb\.?)?|wass\.? ?wr\.? ?wb\.?|(?:best|kind|warm"
    r"|kindest|many)? ?regards|best(?: wishes)?|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?"
    r"|cheers|respectfully(?: yours)?|pareng|kula,? ingkang matur)[\s,.:;*_!~-]*$",
    re.IGNORECASE,
)
#: In a first mail the lines below a name may be the only ones that say where.
_PLACE = re.compile(
    r"\b(?:jl|jln|jalan|gg|gang|rt|rw|kel|kelurahan|kec|kecamatan|perum|perumahan|dusun|dsn|desa|blok"
    r"|lingkungan|ling)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?]$")


def without_signature(lines: Sequence[str], *, first: bool = False, all_of_it: bool = False) -> list[str]:
    """The lines without what closes them; all of them when nothing else would be left (but with `all_of_it`).

    `first`: nothing is known of the matter yet, so a closing that tells a place is kept.
    """
    kept = _stripped(list(lines))
    for _ in range(_MOST_PASSES):
        begins = _begins(kept, first)
        if begins is None or not (all_of_it or any(plain(line) for line in kept[:begins])):
            break
        kept = _stripped(kept[:begins])
    return kept


def _stripped(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not plain(lines[end - 1]):
        end -= 1
    return lines[:end]


def _begins(lines: Sequence[str], first: bool) -> int | None:
    """Where the last thing below the sender's words begins, None where there is none."""
    top = max(0, len(lines) - _LOOKED_AT)
    texts = [plain(line) for line in lines[top:]]
    found = _marked(lines, top)
    if found is None:
        found = _dashed(texts, first)
    for finder in (_device, _notice):
        if found is not None:
            break
        found = finder(texts)
    if found is None:
        found = _closing(texts, first)
        if found is not None and any(is_quoted(line) for line in lines[top + found :]):
            found = None
    return None if found is None else top + found


def _marked(lines: Sequence[str], top: int) -> int | None:
    return next((at for at, line in enumerate(lines[top:]) if SIGN in line[:MAX_LINE]), None)


def _dashed(texts: Sequence[str], first: bool) -> int | None:
    """The line "-- " and a few short ones below it, none of them quoted."""
    at = next((at for at in range(len(texts) - 1, -1, -1) if _DASHES.match(texts[at])), None)
    if at is None:
        return None
    below = [text for text in texts[at + 1 :] if text]
    if first and not all(_is_name(text) and not _PLACE.search(text) for text in below):
        return None
    return at if len(below) <= _MOST_DASHED and not any(text.startswith(">") for text in below) else None


def _device(texts: Sequence[str]) -> int | None:
    """The program's own line at the end, its link perhaps on a line of its own."""
    at = len(texts) - 1
    while at > 0 and (not texts[at] or not _LINK.sub("", texts[at]).strip()):
        at -= 1
    if at < 0:
        return None
    text = _LINK.sub("", texts[at]).strip(" *_")
    if len(text) <= 100 and (_PROMISES.match(text) or _is_device(text)):
        return at
    return None


def _is_device(text: str) -> bool:
    return bool(_DEVICE.match(text)) and len(text.split()) <= 10


def _notice(texts: Sequence[str]) -> int | None:
    """A paragraph that says of itself what employers' notices say, with its title and whatever is below."""
    everything = "\n".join(texts).lower()
    if not any(word in everything for word in _HINTS):
        return None
    for begin, end in _paragraphs(texts):
        joined = " ".join(texts[begin:end])
        said = sum(bool(words.search(joined)) for words in _NOTICE)
        if said >= (2 if _TITLE.match(texts[begin]) else 4):
            return begin
        if _TITLE.match(joined) and end - begin == 1 and len(joined) < _LONGEST_NAME:
            rest = " ".join(texts[end:])
            if sum(bool(words.search(rest)) for words in _NOTICE) >= 2:
                return begin
    return None


def _paragraphs(texts: Sequence[str]) -> list[tuple[int, int]]:
    found, begin = [], None
    for at, text in enumerate([*texts, ""]):
        if text and begin is None:
            begin = at
        elif not text and begin is not None:
            found.append((begin, at))
            begin = None
    return found


def _closing(texts: Sequence[str], first: bool) -> int | None:
    """ "Hormat saya," and the few lines of a name below it."""
    for at in range(len(texts) - 1, max(-1, len(texts) - 12), -1):
        if not _CLOSING.match(texts[at]):
            continue
        below = [text for text in texts[at + 1 :] if text]
        names = len(below) <= _MOST_CLOSING and all(_is_name(text) for text in below)
        told = first and any(_PLACE.search(text) for text in below)
        return at if names and not told else None
    return None


def _is_name(text: str) -> bool:
    long = len(text) > _LONGEST_NAME or len(text.split()) > 8
    return not long and not (_SENTENCE.search(text) and len(text.split()) > 4)
