"""The ledger beside the clients' own file: what was said yes to is there, once."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from walk_clients import Acknowledged, Sending
from walk_world import Office

from store.db import Ledger
from store.files import Files


def nothing_is_lost(office: Office, messages: Sequence[Sending], file: Acknowledged) -> None:
    """Every check of the ledger against what was sent and what was acknowledged."""
    ledger = office.ledger()
    try:
        _each_message_once(ledger, messages, file)
        _each_ticket_whole(ledger, len(messages))
        _each_notice_once(ledger, len(messages))
        _files_are_there(ledger, office, messages)
        _sound(ledger)
    finally:
        ledger.close()


def rows(ledger: Ledger, sql: str) -> list[tuple[Any, ...]]:
    with ledger.reading() as tx:
        return tx.run(sql)


def _each_message_once(ledger: Ledger, messages: Sequence[Sending], file: Acknowledged) -> None:
    kept = rows(
        ledger,
        "SELECT m.external_id, m.text, t.ref, a.state FROM message m"
        " LEFT JOIN ticket t ON t.id = m.ticket_id LEFT JOIN arrival a ON a.id = m.arrival_id"
        " WHERE m.direction = 'in'",
    )
    found = {key.removesuffix("@contoh.example"): (text, ref, state) for key, text, ref, state in kept}
    assert len(kept) == len(found) == len(messages)
    said = file.lines()
    assert len(said) == len(messages)
    for key, ref in said:
        assert found[key][1] == ref, f"{key} was told {ref}"
    for message in messages:
        text, ref, state = found[message.key]
        assert text == message.text
        assert (ref, state) == (dict(said)[message.key], "kept")
    assert rows(ledger, "SELECT COUNT(*) FROM message_revision") == [(0,)]
    assert rows(ledger, "SELECT COUNT(*) FROM arrival WHERE state <> 'kept'") == [(0,)]


def _each_ticket_whole(ledger: Ledger, count: int) -> None:
    """As many tickets as people, each with one message, one disposition, at most one lead, one history."""
    for table, one in (
        ("message", "m.direction = 'in'"),
        ("disposition", "1 = 1"),
        ("ticket_reporter", "1 = 1"),
        ("event", "m.kind = 'received'"),
        ("event", "m.kind IN ('assigned', 'triage')"),
    ):
        per_ticket = rows(
            ledger,
            f"SELECT t.id, (SELECT COUNT(*) FROM {table} m WHERE m.ticket_id = t.id AND {one}) FROM ticket t",
        )
        assert len(per_ticket) == count
        assert {number for _, number in per_ticket} == {1}, (table, one)
    wrong = rows(
        ledger,
        "SELECT COUNT(*) FROM ticket t WHERE (t.opd <> '') <> EXISTS (SELECT 1 FROM ticket_opd o"
        " WHERE o.ticket_id = t.id AND o.opd = t.opd AND o.role = 'lead' AND o.until IS NULL)",
    )
    assert wrong == [(0,)]


def _each_notice_once(ledger: Ledger, count: int) -> None:
    told = rows(ledger, "SELECT key, notice, ticket_id, data FROM outbox")
    assert not [key for key, number in Counter(row[0] for row in told).items() if number > 1]
    for kinds in (("ack",), ("assigned", "triage")):
        own = Counter(
            row[2]
            for row in told
            if row[1] in kinds and '"supporting"' not in str(row[3]) and "'supporting'" not in str(row[3])
        )
        assert (len(own), set(own.values())) == (count, {1}), kinds


def _files_are_there(ledger: Ledger, office: Office, messages: Sequence[Sending]) -> None:
    files = Files(office.var / "files")
    kept = dict(
        rows(
            ledger,
            "SELECT m.external_id, a.blob FROM attachment a JOIN message m ON m.id = a.message_id",
        )
    )
    assert {key: files.read(blob) for key, blob in kept.items()} == {
        message.key: message.photo for message in messages if message.photo
    }
    for (digest,) in rows(ledger, "SELECT digest FROM blob"):
        assert files.path(digest).exists()


def _sound(ledger: Ledger) -> None:
    if ledger.dialect == "sqlite":
        assert rows(ledger, "PRAGMA integrity_check") == [("ok",)]
        assert rows(ledger, "PRAGMA foreign_key_check") == []
