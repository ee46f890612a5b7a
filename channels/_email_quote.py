"""What is new in a mail: what it quotes is left away (the whole text stays one click away)."""

import re
from collections.abc import Sequence

from channels._email_intro import (
    INTRO,
    MAX_LINE,
    ORIGINAL,
    QUOTE,
    SIGN,
    intro_size,
    is_forward,
    is_quoted,
    is_sure,
    may_introduce,
    plain,
    starts_block,
)
from channels._email_signature import without_signature

#: Our own mails begin with this line; whatever stands below it is ours.
MARKER = "Balas di atas baris ini"
_RULE = re.compile(r"[-_=*~\s]{3,}")
_REPLY = re.compile(
    r"\s*(?:re|bls|balas|balasan|jwb|jawab|jawaban|tanggapan|aw|antw|sv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)
_PASSED_ON = re.compile(r"\s*(?:fwd?|trs|terusan|teruskan|diteruskan|wg|tr|rv)\s*:", re.IGNORECASE)


def answers(subject: str) -> bool | None:
    """Whether a subject is that of an answer; False: of a mail that is passed on; None: of neither."""
    if _PASSED_ON.match(subject):
        return False
    return True if _REPLY.match(subject) else None


def own_words(text: str, *, reply: bool) -> str:
    """What the sender wrote: without signature and, of a reply, without what it quotes.

    All of it when nothing would be left, and all that is passed on.
    """
    lines = text.split("\n")
    kept = _reply(lines) if reply else _first(lines)
    own = bare("\n".join(kept), quote="> ").strip()
    return own or bare(text).strip()


def bare(text: str, *, quote: str = "") -> str:
    """The text without the marks of our HTML reader; `quote` stands for that of a quoted line."""
    return text.replace(QUOTE, quote).replace(INTRO, "").replace(SIGN, "")


def _first(lines: Sequence[str]) -> list[str]:
    """A mail that answers nothing: nothing is a quote; what is passed on keeps its signatures."""
    for index, line in enumerate(lines):
        if is_forward(line) or ORIGINAL.match(plain(line)) or starts_block(lines, index):
            return _passed_on(lines, index, lines[:index], first=True)
    return _unmarked(without_signature(lines, first=True))


def _reply(lines: Sequence[str]) -> list[str]:
    trimmed = without_signature(lines)
    if trimmed and is_quoted(trimmed[-1]):
        lines = trimmed
    end, passed_on = _end(lines)
    own = _without_rules(lines[:end])
    if passed_on:
        return _passed_on(lines, end, own)
    return without_signature(_below(lines) or own)


def _passed_on(lines: Sequence[str], begin: int, own: Sequence[str], *, first: bool = False) -> list[str]:
    """The sender's words above what they pass on, which stays as it is."""
    above = without_signature(own, first=first, all_of_it=True)
    apart = [""] if above and not plain(lines[begin - 1]) else []
    return [*above, *apart, *_unmarked(lines[begin:])]


def _end(lines: Sequence[str]) -> tuple[int, bool]:
    """Where the sender's words end, and whether something passed on begins there."""
    tail = _before_tail(lines)
    index = 0
    while index < tail:
        line = lines[index]
        if not is_quoted(line):
            if is_forward(line):
                return index, True
            if MARKER.lower() in line[:MAX_LINE].lower() or starts_block(lines, index):
                return _above(lines, index), False
            if ORIGINAL.match(plain(line)):
                return index, False
            size = intro_size(lines, index) or int(INTRO in line[:MAX_LINE])
            if size and _quotes_below(lines, index, size, tail):
                return index, False
            index += size
            index += not size
        else:
            index += 1
    return (_above(lines, tail) if tail < len(lines) else tail), False


def _quotes_below(lines: Sequence[str], index: int, size: int, tail: int) -> bool:
    """Whether everything below an introduction is a quote; not so where answers stand among it."""
    below = index + size
    while below < len(lines) and not plain(lines[below]):
        below += 1
    if below == len(lines):
        return True
    if is_quoted(lines[below]):
        return tail <= below
    if not plain(lines[index]):  # a mark alone: what it marks speaks for itself
        return not (is_forward(lines[below]) or INTRO in lines[below][:MAX_LINE])
    return is_sure(lines, index, size)


def _before_tail(lines: Sequence[str]) -> int:
    """Where the last quoted lines begin, those of a mail without any at its end: its length."""
    end = len(lines)
    while end and (not plain(lines[end - 1]) or is_quoted(lines[end - 1])):
        end -= 1
    return end if any(is_quoted(line) for line in lines[end:]) else len(lines)


def _above(lines: Sequence[str], end: int) -> int:
    """The same place above the line or lines that introduce what stands there."""
    while end and (not plain(lines[end - 1]) or _RULE.fullmatch(lines[end - 1][:MAX_LINE])):
        end -= 1
    for size in range(1, min(6, end) + 1):
        if intro_size(lines, end - size) == size:
            return end - size
    return end - 1 if end and may_introduce(lines[end - 1]) else end


def _without_rules(lines: Sequence[str]) -> list[str]:
    """Without the line drawn above a quote."""
    end = len(lines)
    while end and (not plain(lines[end - 1]) or _RULE.fullmatch(plain(lines[end - 1]))):
        end -= 1
    return list(lines[:end])


def _below(lines: Sequence[str]) -> list[str]:
    """The answer below a quote of a whole mail of ours; nothing where answers stand elsewhere, too."""
    quoted = [index for index, line in enumerate(lines) if is_quoted(line)]
    if not quoted or not any(MARKER.lower() in lines[index][:MAX_LINE].lower() for index in quoted):
        return []
    first, last = quoted[0], quoted[-1]
    among = set(range(first, last)).difference(quoted)
    if _above(lines, first) > 0 or any(plain(lines[index]) for index in among):
        return []
    return _stripped(lines[last + 1 :])


def _stripped(lines: Sequence[str]) -> list[str]:
    return list(lines) if any(plain(line) for line in lines) else []


def _unmarked(lines: Sequence[str]) -> list[str]:
    """What is passed on, its quotes as they stand."""
    return [line.removeprefix(QUOTE) for line in lines]
