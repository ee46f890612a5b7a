"""The words of an HTML mail."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels._email_intro import INTRO, QUOTE, SIGN

MAX_HTML = 256 * 1024
#: Parsing takes quadratic time in the depth (20,000 nested <div>: a second), and how deep tags nest
#: is known only after parsing: with more tags that could nest than this, they are only cut out.
MAX_TAGS = 6_000
_TAG = re.compile(r"<([a-z][a-z0-9]*)", re.IGNORECASE)


def _tags(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_FLAT = _tags("area br col embed hr img input link meta p li dd dt td th tr option param source wbr")
_UNSEEN = _tags("script style head title template noscript iframe object -comment")
_LINES = _tags(
    "address article aside blockquote br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tr ul"
)
#: By class or id: what mail programs put around what they quote, and around signatures.
_MARKS = {
    **dict.fromkeys(("gmail_quote", "gmail_attr", "yahoo_quoted", "moz-cite-prefix"), INTRO),
    **dict.fromkeys(("protonmail_quote", "zmail_extra", "divRplyFwdMsg", "appendonsend"), INTRO),
    **dict.fromkeys(("gmail_signature", "moz-signature", "Signature", "ms-outlook-mobile-signature"), SIGN),
}
_OPEN, _SHUT = "\ufdd3", "\ufdd4"
_BREAK = "\x1e"


def to_text(html: str, *, marks: bool) -> str:
    """The text of an HTML page, a line per block; with `marks` for what is quoted or a signature."""
    html = html[:MAX_HTML].replace(_BREAK, " ").replace("\x00", "\ufffd")
    if _nestable(html) > MAX_TAGS:
        return _lines(_strip(html))
    return _lines("".join(_walk(LexborHTMLParser(html).root, marks=marks)))


def _walk(root: LexborNode | None, *, marks: bool) -> Iterator[str]:
    """Texts and breaks in order, without recursion."""
    node, top = root, root.mem_id if root is not None else 0
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            yield node.text_content or ""
        elif tag in _LINES:
            yield _BREAK
        below = None if tag in _UNSEEN else node.child
        if below is not None:
            yield _before(node, tag) if marks else ""
            node = below
            continue
        while node is not None and node.next is None:
            node = node.parent
            if node is None or node.mem_id == top:
                return
            yield _after(node.tag or "", marks)
        node = node.next if node is not None else None


def _before(node: LexborNode, tag: str) -> str:
    if tag == "blockquote":
        return _OPEN + _BREAK
    if tag not in ("div", "table", "span", "p"):
        return ""
    known = node.attributes
    names = [*(known.get("class") or "")[:500].split(), known.get("id") or ""]
    return next((_MARKS[name] for name in names if name in _MARKS), "")


def _after(tag: str, marks: bool) -> str:
    shut = _BREAK + _SHUT if marks and tag == "blockquote" else ""
    return shut + (_BREAK if tag in _LINES else " " if tag in ("td", "th") else "")


def _nestable(html: str) -> int:
    return sum(tag.lower() not in _FLAT for tag in _TAG.findall(html))


def _strip(html: str) -> str:
    """Everything outside tags; what stands in scripts and styles is skipped."""
    out, skipping = [], ""
    for piece in html.split("<"):
        tag, _, text = piece.partition(">")
        name = tag[:7].lower()
        if skipping:
            skipping = "" if name.startswith("/" + skipping) else skipping
        else:
            skipping = next((word for word in ("script", "style") if name.startswith(word)), "")
        if not skipping:
            out.append(text)
    return _BREAK.join(out)


def _lines(text: str) -> str:
    """A line per piece, those of a quote marked; a quote neither begins nor ends with an empty one."""
    lines: list[str] = []
    depth = 0
    for line in text.split(_BREAK):
        depth += line.count(_OPEN) - line.count(_SHUT)
        kept = " ".join(line.replace(_OPEN, "").replace(_SHUT, "").split())
        if _SHUT in line and lines and lines[-1] == QUOTE:
            lines.pop()
        if depth <= 0 and (kept or kept == line):
            lines.append(kept)
        elif depth > 0 and (kept or (lines and lines[-1][:1] == QUOTE and lines[-1] != QUOTE)):
            lines.append(QUOTE + kept)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
