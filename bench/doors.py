"""What reading one usual sending costs, without the network and the ledger: microseconds by door.

The web form's JSON twin, a mail and a Telegram update with the same words; `json` and `bytes` are what they
stand on.
"""

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from channels._email_read import read
from channels._telegram_read import read as read_update
from channels.base import Payload
from channels.web import WebDoor

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WORDS = "lampu jalan mati " * 10
FORM = json.dumps(
    {
        "text": WORDS,
        "key": "0190a5c2-6c1e-7000-8000-000000000001",
        "lat": -7.47,
        "lon": 112.43,
        "phone": "081234567890",
        "name": "Warga",
        "email": "warga@contoh.example",
        "kelurahan": "Mentikan",
    }
).encode()
MAIL = (
    "From: Warga <warga@contoh.example>\nTo: lapor@kota.example\nSubject: Lampu\n"
    f"Message-ID: <1@contoh.example>\nDate: Tue, 24 Nov 2026 09:00:00 +0700\n\n{WORDS}\n"
).encode()

UPDATE = json.dumps(
    {
        "update_id": 700,
        "message": {
            "message_id": 5,
            "from": {"id": 1001, "is_bot": False, "first_name": "Warga"},
            "chat": {"id": 1001, "type": "private", "first_name": "Warga"},
            "date": 1764000000,
            "text": WORDS,
        },
    }
).encode()


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="readings a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; the median is shown")
    options = parser.parse_args()
    door, form, mail = WebDoor(), payload("web", FORM), payload("email", MAIL)
    update = payload("telegram", UPDATE)
    acts: dict[str, Callable[[], object]] = {
        "json": lambda: json.loads(FORM),
        "web": lambda: door.parse(form),
        "bytes": lambda: hashlib.sha256(MAIL).hexdigest(),
        "email": lambda: read(mail, "lapor@kota.example"),
        "telegram": lambda: read_update(update),
    }
    figures = {name: microseconds(act, options.count, options.rounds) for name, act in acts.items()}
    print(json.dumps({"microseconds": figures}, indent=2))


def payload(channel: str, body: bytes) -> Payload:
    """A sending as the server hands it to its door."""
    kind = "application/json" if channel == "web" else "message/rfc822"
    return Payload(channel=channel, account=channel, body=body, media_type=kind, received_at=NOW)


def microseconds(act: Callable[[], object], count: int, rounds: int) -> float:
    """The median over the rounds of one call's time; the first round only warms up."""
    times = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        for _ in range(count):
            act()
        times.append((time.perf_counter() - begun) / count * 1e6)
    return round(statistics.median(times[1:]), 1)


if __name__ == "__main__":
    main()
