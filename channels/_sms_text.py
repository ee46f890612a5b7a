"""SMS text: folded to the GSM 7-bit alphabet, counted in septets, cut so that its link stays whole."""

import unicodedata

#: GSM 03.38 default alphabet without the escape (3GPP TS 23.038, 6.2.1); one septet each.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: The extension table: escape and letter, two septets each.
_EXTENDED = frozenset("^{}\\[~]|€\f")
#: What has no decomposition of its own.
_FOLDED = {
    "…": "...", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'",
    "´": "'", "ʼ": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "•": "-", "·": "-", "×": "x", "Đ": "D",
    "đ": "d", "ł": "l", "Ł": "L", "œ": "oe", "Œ": "OE", "ı": "i", "\t": " ", "→": "->", "⁄": "/", "©": "(c)",
}  # fmt: skip
#: Septets of one SMS, and of each part when a text takes more (six octets of header).
ALONE, PART = 160, 153
_DROPPED = ("M", "C", "S")


def fold(text: str) -> str:
    """The text in GSM-7 letters: accents and quotes made plain, pictures left out, the rest "?"."""
    if text.isascii() and "`" not in text and text.isprintable():
        return text
    return "".join(one if one in _BASIC or one in _EXTENDED else _plain(one) for one in text)


def _plain(letter: str) -> str:
    if (known := _FOLDED.get(letter)) is not None:
        return known
    parts = unicodedata.normalize("NFKD", letter)[:20]
    kept = "".join(one if one in _BASIC or one in _EXTENDED else _FOLDED.get(one, "") for one in parts)
    if kept:
        return kept
    category = unicodedata.category(letter)
    return " " if category.startswith("Z") else "" if category[0] in _DROPPED else "?"


def septets(text: str) -> int:
    """How many septets a folded text takes."""
    return len(text) + sum(map(text.count, _EXTENDED))


def segments(text: str) -> int:
    """How many SMS a folded text takes; a letter of two septets is never split between two."""
    if septets(text) <= ALONE:
        return 1
    count, room = 1, PART
    for letter in text:
        size = 2 if letter in _EXTENDED else 1
        if size > room:
            count, room = count + 1, PART
        room -= size
    return count


def fit(text: str, link: str = "", most: int = 2) -> str:
    """The text folded, in at most `most` SMS: cut at a word, with `link` (where it holds one) at its end.

    A link that alone takes more is left whole: half a link leads nowhere.
    """
    whole = "\n".join(" ".join(line.split()) for line in fold(text).splitlines() if line.strip())
    if segments(whole) <= most:
        return whole
    tail = f"... {fold(link)}" if link and link in text else "..."
    body = whole.replace(fold(link), "").rstrip() if link else whole
    room = (PART * most if most > 1 else ALONE) - septets(tail) - most  # a split escape may waste one a part
    return (_cut(body, room) + tail).removeprefix("... ")


def _cut(text: str, room: int) -> str:
    """The longest beginning of whole words that takes at most `room` septets."""
    end = 0
    for letter in text:
        room -= 2 if letter in _EXTENDED else 1
        if room < 0:
            break
        end += 1
    kept = text[:end]
    if end < len(text) and not text[end].isspace():
        words = max(kept.rfind(" "), kept.rfind("\n"))
        kept = kept[:words] if words > end // 2 else kept  # one endless word is cut where it must be
    return kept.rstrip(" \n,.;:(-")
