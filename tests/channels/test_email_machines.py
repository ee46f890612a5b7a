"""Labelled mails of mail servers, programs and people: who wrote them, and what a bounce means."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from channels import _email_machine as why
from channels._email_names import message_id
from channels._email_read import read
from channels.base import Payload
from channels.message import DeliveryReport, InboundMessage

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OURS = "lapor@kota.example"
OWN = message_id("kunci", "Tok", "kota.example")
FOLDER = Path(__file__).parent / "machines"
#: Written after the code was finished, by no look at it, and never edited to fit.
FRESH = "fresh.txt"
REASONS = {
    "bounce": why.BOUNCE,
    "delay": why.DELAY,
    "auto": why.AUTOMATIC,
    "list": why.LIST,
    "receipt": why.RECEIPT,
    "feedback": why.FEEDBACK,
    "loop": why.LOOP,
    "person": "",
}


class Sample(NamedTuple):
    """`kind` is a key of `REASONS`; `verdict` hard or soft, "-" for what is no bounce."""

    file: str
    name: str
    kind: str
    verdict: str
    mail: str


def samples() -> Iterator[Sample]:
    for path in sorted(FOLDER.glob("*.txt")):
        for sample in f"\n{path.read_text(encoding='utf-8')}".split("\n=== ")[1:]:
            title, _, mail = sample.partition("\n")
            name, kind, verdict = (one.strip() for one in title.split("|"))
            yield Sample(path.name, name, kind, verdict, mail.replace("{{id}}", OWN) + "\n")


SAMPLES = list(samples())
SEEN = [sample for sample in SAMPLES if sample.file != FRESH]


def judged(sample: Sample) -> tuple[str, str]:
    """(why it is a machine's, "hard", "soft" or "-")."""
    payload = Payload(
        channel="email", account=OURS, body=sample.mail.encode(), media_type="message/rfc822", received_at=NOW
    )
    message, *reports = read(payload, OURS)
    assert isinstance(message, InboundMessage)
    told = [one for one in reports if isinstance(one, DeliveryReport)]
    assert all(one.external_id == OWN and one.status == "failed" and one.why for one in told)
    return message.machine, ("soft" if told[0].reachable else "hard") if told else "-"


@pytest.mark.parametrize("sample", [pytest.param(one, id=one.name) for one in SEEN])
def test_who_wrote_a_mail_and_what_a_bounce_means(sample: Sample) -> None:
    assert judged(sample) == (REASONS[sample.kind], sample.verdict)


def test_of_mails_never_seen_before_as_many_are_recognised(
    record_property: Callable[[str, object], None],
) -> None:
    got = {sample: judged(sample) for sample in SAMPLES}
    machines = [one for one in SAMPLES if one.kind != "person"]
    bounces = [one for one in SAMPLES if one.kind == "bounce"]
    known = [one for one in machines if got[one][0]]
    named = [one for one in machines if got[one][0] == REASONS[one.kind]]
    right = [one for one in bounces if got[one] == (why.BOUNCE, one.verdict)]
    mistaken = [one.name for one in SAMPLES if one.kind == "person" and got[one][0]]
    for title, part, of in (
        ("recognised", known, machines),
        ("named", named, machines),
        ("hard/soft", right, bounces),
    ):
        fresh = [sum(one.file == FRESH for one in list_) for list_ in (part, of)]
        line = f"machines, {title}: {len(part)} of {len(of)}; of the last third {fresh[0]} of {fresh[1]}"
        print(line)
        record_property(title, line)
    assert len(SAMPLES) >= 60
    assert not mistaken
    assert len(known) / len(machines) >= 0.97
    assert len(right) / len(bounces) >= 0.95
