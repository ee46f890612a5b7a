"""Where a reply begins to quote: the lines mail programs put above the mail that is answered.

Every question asked here looks at a few short pieces of lines, so a text costs as many steps as it has lines.
"""

import re
from collections.abc import Sequence

#: Marks of our HTML reader on a line: it is quoted, begins a quote, begins a signature.
QUOTE, INTRO, SIGN = "\ufdd0", "\ufdd1", "\ufdd2"

MAX_LINE = 300
_MAX_INTRO_LINES = 6
_BLOCK_LINES = 12
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufdd1]")  # the last is INTRO

_VERB = r"(?:menulis|telah menulis|menuliskan|nulis|nyerat|wrote|writes|a écrit|schrieb|escribió|schreef)"
_ENDS = re.compile(rf"\b{_VERB}\s*(?::|-{{2,}})\s*[*_]*$", re.IGNORECASE)
#: Yahoo lets the quoted words follow on the same line.
_ADDRESSED = re.compile(
    rf"[<(\[]?[^\s<>@]{{1,80}}@[^\s<>@]{{1,120}}[>)\]]*,?\s*{_VERB}\s*(?::|-{{2,}})", re.IGNORECASE
)
_BEGINS = re.compile(
    r"[*_\s-]*(?:Pada|On|Ing|Nalika|Tanggal|Tgl\.?|Dinten|Le|Am|El|Op|Il|Em)\b", re.IGNORECASE
)
_DAYS = (
    r"(?:sen(?:in)?|sel(?:asa)?|rab(?:u)?|kam(?:is)?|jum(?:at|'at)?|sab(?:tu)?|min(?:ggu)?|ahad|rebo|kemis"
    r"|jemuwah|setu|mon|tue|wed|thu|fri|sat|sun)"
)
_DATED = re.compile(rf"[*_\s-]*(?:{_DAYS}[a-z]*\.?,?\s+)?\d{{1,4}}[ /.-]", re.IGNORECASE)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_TIME = re.compile(r"\b\d{1,2}[.:]\d{2}\b")
_ADDRESS = re.compile(r"[^\s<>@]{1,80}@[^\s<>@]{1,120}")
#: A citizen's own sentence: "Pada hari Senin pukul 08.15 petugas menulis:".
_TOLD = re.compile(
    r"(?:pada|ing)\s+(?:hari|dina|dinten|saat|waktu|rapat|surat|papan|tembok)\b", re.IGNORECASE
)
_NOT_TOLD = re.compile(rf"ing\s+(?:dina|dinten)\s+{_DAYS},", re.IGNORECASE)

FORWARD = re.compile(
    r"[-*_= ]*(?:begin forwarded message|(?:original )?forwarded (?:message|mail|e-?mail)"
    r"|(?:mulai |awal )?(?:pesan|surat|email|surel) (?:yang )?(?:diteruskan|terusan)"
    r"|diteruskan (?:oleh|dari)|(?:layang|pesen) (?:sing )?(?:diterusake|terusan))\b[^\n]{0,60}$",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"[-_*= ]{2,}\s*(?:original (?:message|email|mail|appointment)|(?:pesan|surat|email|surel) (?:asli"
    r"|asal|semula)|(?:layang|pesen) asli|reply message|pesan balasan|mensaje original|message d'origine"
    r"|ursprüngliche nachricht)\s*[-_*= ]{2,}\s*$",
    re.IGNORECASE,
)
_FIELDS = {
    "from": "dari|from|pengirim|saka|saking|de|von|van",
    "date": "dikirim|terkirim|tanggal|waktu|hari|sent|date|dikirim pada|sent at|sent on|dina|dikintun|tgl",
    "to": "kepada|ke|untuk|to|marang|kanggo|dhateng|penerima|an|à",
    "subject": "perihal|subjek|subyek|judul|hal|subject|bab|re",
    "cc": "cc|tembusan|bcc|salinan|reply-to|balas ke|prioritas|importance|priority|lampiran|attachments",
}
_FIELD = re.compile(
    r"[*_|\s]*(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _FIELDS.items()) + r")[*_\s]*[:：]",
    re.IGNORECASE,
)


def plain(line: str) -> str:
    """The beginning of a line for a look: blanks and invisible marks evened out."""
    text = line[:MAX_LINE]
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def is_quoted(line: str) -> bool:
    """Whether a line stands in a quote."""
    return line.startswith(QUOTE) or line[:MAX_LINE].lstrip()[:1] == ">"


def is_forward(line: str) -> bool:
    """Whether what stands below was passed on to us: it is what the mail is about."""
    text = plain(line)
    found = FORWARD.match(text)
    if not found:
        return False
    marked = text[0] in "-*_=" or text.rstrip().endswith(":")
    return marked or text.lower().startswith("begin forwarded")


def starts_block(lines: Sequence[str], index: int) -> bool:
    """Header lines as Outlook puts them above what it quotes: from whom, when, and to whom or what about."""
    first = _FIELD.match(plain(lines[index]))
    if not first or not first["from"]:
        return False
    seen, strange = set(), 0
    for line in lines[index : index + _BLOCK_LINES]:
        text = plain(line)
        found = _FIELD.match(text)
        if found:
            seen.add(found.lastgroup)
            strange = 0
        elif text or len(seen) > 1:
            strange += 1
            if strange > 2:
                break
    return "date" in seen and bool(seen & {"to", "subject"})


def intro_size(lines: Sequence[str], index: int) -> int:
    """How many lines from this one on say "On … X wrote:", 0 for none."""
    first = plain(lines[index])
    opens = bool(_BEGINS.match(first) or _DATED.match(first))
    if not opens and not _ADDRESS.search(first):
        return 0
    joined = ""
    for size, line in enumerate(lines[index : index + _MAX_INTRO_LINES], start=1):
        text = plain(line)
        if not text or is_quoted(line):
            return 0
        joined = f"{joined} {text}".strip()
        if _ENDS.search(joined) or _ADDRESSED.search(joined):
            return size if _is_intro(joined, opens) else 0
        if not opens and size == 2:
            return 0
    return 0


def is_sure(lines: Sequence[str], index: int, size: int) -> bool:
    """Whether an introduction needs no quoted lines below it to be believed."""
    joined = " ".join(plain(line) for line in lines[index : index + size])
    if _ADDRESSED.search(joined) or INTRO in lines[index][:MAX_LINE]:
        return True
    above = index == 0 or not plain(lines[index - 1])
    told = _TOLD.match(joined) and not _NOT_TOLD.match(joined)
    return bool(above and not told and _DATE.search(joined) and _TIME.search(joined))


def may_introduce(line: str) -> bool:
    """Whether the line above a quoted tail only says whose words these are, in whatever language."""
    text = plain(line)
    if not text.endswith(":") or len(text) >= MAX_LINE:
        return False
    return bool(_ADDRESS.search(text) or (_DATE.search(text) and _TIME.search(text)) or _is_intro(text, True))


def _is_intro(joined: str, opens: bool) -> bool:
    if _ADDRESS.search(joined):
        return True
    return opens and bool(_ENDS.search(joined)) and bool(_DATE.search(joined) or _TIME.search(joined))
