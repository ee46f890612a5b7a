"""What was backed up can be filled into an empty ledger of either database."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select

from store import backup
from store.db import Ledger
from store.files import Files
from store.ids import uuid7
from store.tables import Arrival, Blob, Contact, Identity, Message, Ticket


def fill_some(ledger: Ledger, files: Files, now: datetime) -> str:
    stored = files.put(b"\x00\xffraw")

    def act(tx) -> None:  # type: ignore[no-untyped-def]
        session = tx.session
        session.add(Blob(digest=stored.digest, size=stored.size, created_at=now))
        session.flush()
        for number in range(3):
            contact = Contact(channel="web", created_at=now)
            session.add(contact)
            session.flush()
            session.add(Identity(contact_id=contact.id, channel="web", value=f"anon:{number}", name="Šri"))
        arrival = Arrival(
            channel="web", account="web", delivery_id="d", digest=stored.digest, media_type="x",
            raw=b"\x00\x01", blob=stored.digest, received_at=now, state="kept",
        )  # fmt: skip
        ticket = Ticket(
            ref="SMP-2611-0001", token="t", channel="web", status="triage",
            type="complaint", privacy="normal", opened_at=now, updated_at=now,
        )  # fmt: skip
        session.add(arrival)
        session.add(ticket)
        session.flush()
        session.add(
            Message(
                uuid=uuid7(now), direction="in", channel="web", account="web", external_id="m",
                ticket_id=ticket.id, arrival_id=arrival.id, text="lampu mati\n💡", lat=-7.46, lon=112.4,
                sent_at=now, received_at=now,
            )
        )  # fmt: skip

    ledger.write(act)
    return stored.digest


def rows(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.reading() as tx:
        return {
            table.name: sorted((tuple(row) for row in tx.connection.execute(table.select())), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def test_a_restored_ledger_holds_the_same_rows_and_files(
    ledger: Ledger, tmp_path: Path, now: datetime, postgres: str, sqlite_template: Path
) -> None:
    files, again = Files(tmp_path / "files"), Files(tmp_path / "files2")
    digest = fill_some(ledger, files, now)
    backup.dump(ledger, files, tmp_path / "copy")
    backup.seal(ledger, tmp_path / "copy", now)
    shutil.copy(sqlite_template, tmp_path / "other.db")
    other = Ledger(f"sqlite:///{tmp_path / 'other.db'}")
    counts = backup.fill(other, again, tmp_path / "copy")
    assert counts["ticket"] == 1
    assert counts["identity"] == 3
    assert rows(other) == rows(ledger)
    assert again.read(digest) == b"\x00\xffraw"
    other.close()


def test_a_copy_of_sqlite_fills_postgresql_and_new_ids_follow(
    ledger: Ledger, tmp_path: Path, now: datetime, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "first.db")
    first, files = Ledger(f"sqlite:///{tmp_path / 'first.db'}"), Files(tmp_path / "files")
    fill_some(first, files, now)
    backup.dump(first, files, tmp_path / "copy")
    backup.seal(first, tmp_path / "copy", now)
    backup.fill(ledger, Files(tmp_path / "files2"), tmp_path / "copy")
    assert rows(ledger) == rows(first)
    first.close()

    def one_more(tx) -> int | None:  # type: ignore[no-untyped-def]
        contact = Contact(channel="web", created_at=now)
        tx.session.add(contact)
        tx.session.flush()
        return contact.id

    assert ledger.write(one_more) == 4


def test_a_changed_or_unsealed_copy_is_refused(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    files = Files(tmp_path / "files")
    fill_some(ledger, files, now)
    backup.dump(ledger, files, tmp_path / "copy")
    with pytest.raises(backup.BadBackup, match="manifest"):
        backup.check(tmp_path / "copy")
    backup.seal(ledger, tmp_path / "copy", now)
    assert backup.check(tmp_path / "copy") == "0001"
    (tmp_path / "copy" / "ledger" / "ticket.jsonl").write_text("")
    with pytest.raises(backup.BadBackup, match="ticket"):
        backup.check(tmp_path / "copy")


def test_nothing_is_overwritten(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    files = Files(tmp_path / "files")
    fill_some(ledger, files, now)
    backup.dump(ledger, files, tmp_path / "copy")
    backup.seal(ledger, tmp_path / "copy", now)
    with pytest.raises(backup.BadBackup, match="tidak kosong"):
        backup.dump(ledger, files, tmp_path / "copy")
    with pytest.raises(backup.BadBackup, match="tidak kosong"):
        backup.fill(ledger, files, tmp_path / "copy")
    with ledger.reading() as tx:
        assert len(tx.session.exec(select(Ticket)).all()) == 1
