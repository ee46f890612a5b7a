"""Labelled mails, as people's programs write them: what is shown is what their sender wrote."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels._email_read import read
from channels.base import Payload
from channels.message import InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"
FOLDER = Path(__file__).parent / "replies"
#: Written after the code was finished, by no look at it, and never edited to fit.
FRESH = "fresh.txt"
ANSWERS = "In-Reply-To: <tanya@kota.example>\n"
HEADERS = {
    "reply": f"Subject: Re: Laporan Anda kami terima: SMP-2611-0042\n{ANSWERS}",
    "subject": "Subject: Re: Laporan Anda kami terima: SMP-2611-0042\n",
    "first": "Subject: Laporan\n",
    "forward": f"Subject: Fwd: Keluhan warga\n{ANSWERS}",
}


def samples() -> Iterator[tuple[str, str, str, str, str]]:
    """(file, name, headers, body, expected) of every sample."""
    for path in sorted(FOLDER.glob("*.txt")):
        for sample in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = sample.partition("\n")
            body, _, expected = rest.partition("\n--- harapan\n")
            named = [one.strip() for one in title.split("|")]
            name, kind, form = [*named, *("reply", "plain")[len(named) - 1 :]]
            headers = HEADERS[kind] + f"Content-Type: text/{form}; charset=utf-8\n"
            yield path.name, name, headers, body, expected.strip("\n")


SAMPLES = list(samples())


def shown(headers: str, body: str) -> InboundMessage:
    raw = f"From: Warga <warga@contoh.example>\nMessage-ID: <1@contoh.example>\n{headers}\n{body}\n".encode()
    payload = Payload(channel="email", account=OURS, body=raw, media_type="message/rfc822", received_at=NOW)
    first = read(payload, OURS)[0]
    assert isinstance(first, InboundMessage)
    return first


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [pytest.param(*sample[2:], id=sample[1]) for sample in SAMPLES if sample[0] != FRESH],
)
def test_what_is_shown_is_what_its_sender_wrote(headers: str, body: str, expected: str) -> None:
    got = shown(headers, body)
    assert got.text == expected
    assert not got.machine
    if got.whole:
        assert expected.split("\n")[0] in got.whole
        assert got.whole != expected


def test_of_mails_never_seen_before_as_many_are_shown_exactly(
    record_property: Callable[[str, object], None],
) -> None:
    right = {sample[:2] for sample in SAMPLES if shown(*sample[2:4]).text == sample[4]}
    fresh = [sample for sample in SAMPLES if sample[0] == FRESH]
    exact = sum(sample[:2] in right for sample in fresh)
    print(f"replies: {len(right)} of {len(SAMPLES)} exactly; of the last third {exact} of {len(fresh)}")
    record_property("fresh", f"{exact}/{len(fresh)}")
    assert len(SAMPLES) >= 60
    assert len(right) / len(SAMPLES) >= 0.95, {sample[1] for sample in SAMPLES if sample[:2] not in right}
