"""What is new in a reply: quoted text below it is left away (the original stays in the arrival)."""

import re

#: Our own mails begin with this line; whatever stands below it is ours.
MARKER = "Balas di atas baris ini"
_INTRODUCED = re.compile(
    r"(?:Pada|On|Ing|Tanggal|Le|Am)\b.*(?:menulis|wrote|nulis|a écrit|schrieb)\s*:?\s*$"
    r"|-{2,}\s*(?:Original Message|Pesan Asli|Forwarded message|Pesan yang diteruskan)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\*?(?:Dari|Dikirim|Kepada|Perihal|Tanggal|From|Sent|To|Subject|Date)\s*:", re.IGNORECASE
)
_MAX_LINE = 300


def without_quotes(text: str) -> str:
    """The text above our marker and above a quoted tail; all of it when nothing would be left."""
    lines = text.split("\n")
    kept = _above_intro(_above_marker(lines))
    new = "\n".join(kept).rstrip()
    return new if new.strip() else text


def _above_marker(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if MARKER.lower() in line[:_MAX_LINE].lower():
            return lines[:index]
    return lines


def _above_intro(lines: list[str]) -> list[str]:
    """Cut the tail of `>` lines, then the line (or two) that introduces it, or an Outlook block."""
    end = _before_tail(lines)
    for index in range(end):
        if _starts_block(lines, index):
            end = index
            break
    while end and not lines[end - 1].strip():
        end -= 1
    for size in (1, 2):
        if end >= size and _INTRODUCED.match(" ".join(lines[end - size : end]).strip()[:_MAX_LINE]):
            return lines[: end - size]
    return lines[:end]


def _before_tail(lines: list[str]) -> int:
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    return end


def _starts_block(lines: list[str], index: int) -> bool:
    """Three header lines in a row, as Outlook puts them above what it quotes."""
    block = lines[index : index + 3]
    return len(block) == 3 and all(_FIELD.match(line.strip()[:_MAX_LINE]) for line in block)
