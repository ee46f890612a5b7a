"""Telling: once per key, to the right people, in the transaction of the act."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifier.notices import NOTICES, agency, diskominfo, reporter, tell, withdraw
from store import outbox
from store.db import Ledger, Tx


def _rows(ledger: Ledger, *states: str) -> list[outbox.Outbox]:
    with ledger.reading() as tx:
        return outbox.page(tx, states or ("pending",))


def test_the_same_key_is_told_once(ledger: Ledger, now: datetime) -> None:
    for _ in range(2):
        ledger.write(lambda tx: tell(tx, "triage", diskominfo(), key="k", now=now, data={"event_id": 3}))
    [row] = _rows(ledger)
    assert (row.lane, row.channel, row.state, row.data) == ("diskominfo", "email", "pending", {"event_id": 3})
    assert (row.created_at, row.next_at, row.tries) == (now, now, 0)


def test_a_notice_can_wait(ledger: Ledger, now: datetime) -> None:
    later = now + timedelta(minutes=1)
    ledger.write(lambda tx: tell(tx, "assigned", agency("DLH"), key="k", now=now, not_before=later))
    [row] = _rows(ledger)
    assert (row.lane, row.opd, row.next_at, row.created_at) == ("opd:DLH", "DLH", later, now)


def test_an_act_that_fails_tells_nobody(ledger: Ledger, now: datetime) -> None:
    def act(tx: Tx) -> None:
        tell(tx, "triage", diskominfo(), key="k", now=now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.write(act)
    assert _rows(ledger) == []


def test_an_unknown_notice_and_a_wrong_audience_are_mistakes(ledger: Ledger, now: datetime) -> None:
    with pytest.raises(KeyError):
        ledger.write(lambda tx: tell(tx, "gossip", diskominfo(), key="k", now=now))
    for notice, to in [("ack", agency("DLH")), ("assigned", diskominfo()), ("triage", reporter(1, "sms"))]:
        with pytest.raises(ValueError, match="is not for"):
            ledger.write(lambda tx, notice=notice, to=to: tell(tx, notice, to, key="k", now=now))  # type: ignore[misc]
    assert _rows(ledger) == []


def test_nothing_is_queued_for_a_channel_without_a_way_back(ledger: Ledger, now: datetime) -> None:
    ledger.write(lambda tx: tell(tx, "ack", reporter(1, "web"), key="k", now=now))
    assert _rows(ledger) == []


def test_withdrawing_cancels_what_starts_so_and_has_not_left(ledger: Ledger, now: datetime) -> None:
    def act(tx: Tx) -> tuple[int, int]:
        for key in ("assigned:1", "assigned:1:DLH", "assigned_1", "triage:1"):
            tell(tx, "triage", diskominfo(), key=key, now=now)
        return withdraw(tx, "assigned:1"), withdraw(tx, "assigned:1")

    assert ledger.write(act) == (2, 0)
    assert {row.key for row in _rows(ledger, "canceled")} == {"assigned:1", "assigned:1:DLH"}
    assert ledger.write(lambda tx: withdraw(tx, "triage", ticket_id=5)) == 0


def test_every_kind_has_an_audience_and_one_subject_line() -> None:
    for notice in NOTICES.values():
        assert notice.audience in {"citizen", "asker", "agency", "diskominfo", "officer", "chat"}
        line = notice.subject.format_map({"ref": "SMP-1", "brand": "Sapa", "about": "", "week": "2026-W48"})
        assert "\n" not in line
        assert "SMP-1" in line or "2026-W48" in line or "Sapa" in line


def test_the_reference_page_lists_every_kind_under_its_audience() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "notices.md").read_text("utf-8")
    heads = {
        "citizen": "## Kepada warga",
        "asker": "## Kepada yang bertanya",
        "agency": "## Kepada OPD",
        "diskominfo": "## Kepada Diskominfo",
        "officer": "## Kepada seorang petugas",
        "chat": "## Kepada petugas di Telegram",
    }
    for audience, head in heads.items():
        section = page.split(head)[1].split("\n## ")[0]
        listed = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        assert listed == {kind for kind, notice in NOTICES.items() if notice.audience == audience}
