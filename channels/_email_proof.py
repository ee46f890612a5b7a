"""Whether a mail's sender is who it says: what our front server, or we ourselves, found (RFC 8601)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_HEAD = 64 * 1024
MAX_FIELDS = 100
MAX_VALUE = 16 * 1024
#: The name under which our own findings stand above a mail.
OURSELVES = "sapa"
#: Nothing known is ""; otherwise METHOD:DOMAIN (proven), or one of these.
UNPROVEN, FORGED, BORROWED = "none", "fail", "reply-to"
_METHOD = re.compile(r"\s*([A-Za-z0-9-]{1,40})\s*(?:/\s*\d{1,5}\s*)?=\s*([A-Za-z]{1,20})(?=\s|$)")
_PROPERTY = re.compile(r"\b([a-z]{1,20})\s*\.\s*([a-z0-9_-]{1,40})\s*=\s*(\S{1,320})", re.IGNORECASE)
_BESIDE = ("arc-", "received-spf", "x-", "dkim-filter", "authentication-results")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's word: `properties` such as header.d, all in lower case."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


def results(value: str) -> tuple[str, list[Result]]:
    """Who says it (in lower case), and what, of an Authentication-Results value; linear in its length."""
    pieces = _pieces(value[:MAX_VALUE])
    first = pieces[0].split()
    found = []
    for piece in pieces[1:]:
        method = _METHOD.match(piece)
        if method is not None:
            told = {f"{kind}.{name}".lower(): text.lower() for kind, name, text in _PROPERTY.findall(piece)}
            found.append(Result(method[1].lower(), method[2].lower(), told))
    return first[0].lower() if first else "", found


def _pieces(value: str) -> list[str]:
    """What stands between semicolons, without comments and quotation marks."""
    pieces, piece, depth, quoted, escaped = [], list[str](), 0, False, False
    for character in value:
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
            continue
        elif character == '"' and not depth:
            quoted = not quoted
            continue
        elif not quoted and character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
            continue
        elif character == ";" and not quoted and not depth:
            pieces.append("".join(piece))
            piece = []
            continue
        if not depth:
            piece.append(character)
    return [*pieces, "".join(piece)]


def from_front(raw: bytes, start: int, trusted: Sequence[str]) -> list[Result]:
    """What a trusted server in front of us wrote above the mail; what stands further below may be forged.

    Its fields stand together, above the second Received; the first to name a method is believed.
    """
    names = {one.lower() for one in trusted}
    found: list[Result] = []
    begun, hops = False, 0
    for name, value in _fields(raw, start) if names else ():
        who, told = results(value) if name == "authentication-results" else ("", [])
        if who in names:
            known = {one.method for one in found}
            found += [one for one in told if one.method not in known]
            begun = True
        elif begun and not name.startswith(_BESIDE):
            break
        hops += name == "received"
        if hops > 1:
            break
    return found


def _fields(raw: bytes, start: int) -> Iterator[tuple[str, str]]:
    """The first fields in their order, unfolded."""
    name, value = "", ""
    head = raw[start : start + MAX_HEAD].decode("utf-8", "surrogateescape")
    count = 0
    for line in head.split("\n"):
        line = line.rstrip("\r")
        if line[:1] in (" ", "\t") and name:
            value += " " + line.strip() if len(value) < MAX_VALUE else ""
            continue
        if name:
            yield name, value
        name, colon, value = line.partition(":")
        name, count = name.strip().lower(), count + 1
        if not colon or count > MAX_FIELDS:
            return


def verdict(found: Sequence[Result], address: str, *, senders: int = 1) -> str:
    """What the findings say of the sender's address; "" when there are none.

    Proven is a sender whose own domain (or one above it) vouches: "dkim:contoh.id", "spf:…" or "dmarc:…".
    """
    checked = [one for one in found if one.method in ("dkim", "spf", "dmarc")]
    if not checked:
        return ""
    domain = address.rpartition("@")[2].lower()
    dmarc = next((one for one in checked if one.method == "dmarc"), None)
    if dmarc is not None and dmarc.result == "fail":
        return FORGED
    if not domain or senders != 1:
        return UNPROVEN
    for method in ("dkim", "spf"):
        for one in checked:
            signer = _signer(one)
            if one.method == method and one.result == "pass" and _vouches(signer, domain):
                return f"{method}:{signer}"
    if dmarc is not None and dmarc.result == "pass" and dmarc.properties.get("header.from", domain) == domain:
        return f"dmarc:{domain}"
    return UNPROVEN


def _signer(one: Result) -> str:
    names = ("header.d", "header.i") if one.method == "dkim" else ("smtp.mailfrom",)
    told = next((one.properties[name] for name in names if name in one.properties), "")
    return told.rpartition("@")[2].rstrip(".")


def _vouches(signer: str, domain: str) -> bool:
    return "." in signer and (domain == signer or domain.endswith("." + signer))
