"""The words of an HTML mail."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
_QUOTED = frozenset({"gmail_quote", "yahoo_quoted", "moz-cite-prefix"})
_OUTLOOK = "divRplyFwdMsg"
_BREAK = "\x1e"


def to_text(html: str, *, reply: bool) -> str:
    """The text of an HTML page, a line per block; of a reply, without what it quotes when words are left."""
    html = html[:MAX_HTML].replace(_BREAK, " ").replace("\x00", "\ufffd")
    if _nestable(html) > MAX_TAGS:
        return _lines(_strip(html))
    root = LexborHTMLParser(html).root
    return (_lines("".join(_walk(root, reply=True))) if reply else "") or _lines(
        "".join(_walk(root, reply=False))
    )


def _walk(root: LexborNode | None, *, reply: bool) -> Iterator[str]:
    """Texts and breaks in order, without recursion; stops where Outlook quotes."""
    node, top = root, root.mem_id if root is not None else 0
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            yield node.text_content or ""
        elif tag in _LINES:
            yield _BREAK
        if reply and node.id == _OUTLOOK:
            return
        below = None if tag in _UNSEEN or (reply and _is_quote(node, tag)) else node.child
        if below is not None:
            node = below
            continue
        while node is not None and node.next is None:
            node = node.parent
            if node is None or node.mem_id == top:
                return
            yield _after(node.tag or "")
        node = node.next if node is not None else None


def _after(tag: str) -> str:
    return _BREAK if tag in _LINES else " " if tag in ("td", "th") else ""


def _is_quote(node: LexborNode, tag: str) -> bool:
    if tag == "blockquote":
        return True
    return tag == "div" and not _QUOTED.isdisjoint((node.attributes.get("class") or "").split())


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
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
