"""Hide what citizens write about themselves: NIK/KK, phone numbers, e-mail addresses.

The masked text is as long as the original, so that places in the one are places in the other.
Time is linear in the length of the text.
"""

import re
from collections.abc import Iterator

HIDDEN = "•"

#: Digits, and what people put between groups of them.
_GROUP = re.compile(r"\d+")
_BETWEEN = re.compile(r"[ \u00a0]?[-.\u2010-\u2013)( ]?[ \u00a0(]?")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_LONGEST_LOCAL = 64
_MOST_GROUPS = 6
#: No number to hide is shorter.
_FEWEST_DIGITS = 9

#: BPS codes of the provinces, with which every NIK and KK number begins.
_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 97))
    for code in range(first, last + 1)
)


def mask(text: str) -> str:
    """The text with every digit of such numbers and every letter of such addresses hidden."""
    spans = [*_numbers(text), *_addresses(text)]
    if not spans:
        return text
    hidden = list(text)
    for start, end in spans:
        for at in range(start, end):
            if hidden[at].isalnum():
                hidden[at] = HIDDEN
    return "".join(hidden)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(text)]
    if sum(end - start for start, end in groups) < _FEWEST_DIGITS:
        return
    at = 0
    while at < len(groups):
        taken = _number_at(text, groups, at)
        if taken:
            yield groups[at][0], groups[at + taken - 1][1]
        at += taken or 1


def _number_at(text: str, groups: list[tuple[int, int]], first: int) -> int:
    """How many groups from `first` on are one number to hide (the most that are), else 0."""
    digits, taken = "", 0
    for parts, (start, end) in enumerate(groups[first : first + _MOST_GROUPS], start=1):
        if parts > 1 and not _BETWEEN.fullmatch(text, groups[first + parts - 2][1], start):
            break
        digits += text[start:end]
        if len(digits) > 16:
            break
        if _is_phone(digits, groups[first], text) or _is_nik(digits, parts):
            taken = parts
    return taken


def _is_nik(digits: str, parts: int) -> bool:
    """16 digits in one are hidden whatever they are; in groups only if they can be a NIK or KK."""
    if len(digits) != 16 or parts == 1:
        return len(digits) == 16
    day, month = int(digits[6:8]), int(digits[8:10])
    return digits[:2] in _PROVINCES and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def _is_phone(digits: str, first: tuple[int, int], text: str) -> bool:
    """A mobile number (08…, 628…, +62 8…) or, with +62, any; a landline with its area code."""
    head = text[first[0] : first[1]]
    length = len(digits)
    if digits.startswith("08") and len(head) >= 3:
        return 9 <= length <= 14
    if digits.startswith("628") or (digits.startswith("62") and text[: first[0]].endswith("+")):
        return 10 <= length <= 15
    return _is_landline(digits, head)


def _is_landline(digits: str, head: str) -> bool:
    apart = len(head) in (3, 4) and len(digits) > len(head)
    return apart and head[0] == "0" and head[1] in "2345679" and 9 <= len(digits) <= 12


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    after = 0
    at = text.find("@")
    while at != -1:
        start = at
        while start > max(after, at - _LONGEST_LOCAL) and text[start - 1].lower() in _LOCAL:
            start -= 1
        domain = _DOMAIN.match(text, at + 1)
        if domain and start < at:
            yield start, domain.end()
            after = domain.end()
        at = text.find("@", at + 1)
