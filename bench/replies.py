"""Mails made to be slow: what ten times the input costs, by what it repeats. 15 times the time is allowed.

`words` looks for the sender's own words in a text, `bounce` for what a server says, `mail` reads whole mails.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from channels._email_bounce import meaning, only_delayed
from channels._email_quote import own_words
from channels._email_read import read
from channels.base import Payload

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
OURS = "lapor@kota.example"
ALLOWED = 15.0
PIECES = {
    "on": "On ",
    "on, a line each": "On \n",
    "pada": "Pada Rab, 12 Nov 2026 08.15 ",
    "wrote": "On 12/11/26 08:15, X <a@b.example> wrote:\n\n",
    "quote": "> ",
    "quotes": "> lama\n",
    "nested quotes": "> > > > > > lama\n",
    "answers among quotes": "> tanya\njawab\n",
    "headers": "Dari: a\nDikirim: b\n",
    "half headers": "Dari: a\n\n",
    "underscores": "____\n",
    "dashes": "-- \n",
    "signatures": "Salam,\n",
    "addresses": "a@b.example ",
    "one line": "x",
    "blank": " ",
    "blank lines": "\n",
    "user": "user",
    "user unknown": "user unknow ",
    "notices": "email ini rahasia ",
}
HTML = {
    "blockquote": "<blockquote>",
    "quotes in html": "<blockquote>lama</blockquote>baru",
    "gmail": '<div class="gmail_quote"><div class="gmail_attr">On 1/1/26 wrote:</div>',
}


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="characters of the smaller input")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the best is shown")
    options = parser.parse_args()
    cases = {name: measured(act, piece, options) for name, act, piece in _cases()}
    worst = max(case["ratio"] for case in cases.values())
    print(json.dumps({"cases": cases, "worst_ratio": worst, "holds": worst <= ALLOWED}, indent=2))
    if worst > ALLOWED:
        raise SystemExit(1)


def measured(act: Callable[[str], object], piece: str, options: argparse.Namespace) -> dict[str, float]:
    """Milliseconds for the small and for ten times as large an input, and their ratio."""
    size = options.size if "\n" in piece or "<" in piece else 10 * options.size  # up to one line of 1 MB
    small, large = (
        _best(act, (piece * (most // len(piece) + 1))[:most], options.rounds) for most in (size, 10 * size)
    )
    return {"ms": round(small, 3), "ms_x10": round(large, 3), "ratio": round(large / max(small, 0.05), 2)}


def _cases() -> Iterator[tuple[str, Callable[[str], object], str]]:
    for name, piece in PIECES.items():
        yield f"words: {name}", lambda text: own_words(text, reply=True), piece
        yield f"bounce: {name}", lambda text: (meaning(text[:16_384]), only_delayed("", text)), piece
        yield f"mail: {name}", lambda text: _mail(text, "plain"), piece
    for name, piece in HTML.items():
        yield f"mail: {name}", lambda text: _mail(text, "html"), piece


def _mail(text: str, kind: str) -> object:
    head = f"From: a@b.example\nIn-Reply-To: <x@y.example>\nContent-Type: text/{kind}\n\n"
    body = (head + text).encode()
    return read(
        Payload(channel="email", account=OURS, body=body, media_type="message/rfc822", received_at=NOW), OURS
    )


def _best(act: Callable[[str], object], text: str, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act(text)
        times.append(time.perf_counter() - began)
    return min(times) * 1_000


if __name__ == "__main__":
    main()
