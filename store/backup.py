"""A copy of the ledger and its files that either database can be filled from.

A folder with `ledger/TABLE.jsonl` (a line a row), `files/` by digest, and `manifest.json`, written
last: sha256 of everything, and the revision of the tables. Without a manifest it is no backup.
"""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

import store.tables  # noqa: F401  (fills the metadata)
from store import schema
from store.db import Ledger, Tx
from store.files import Files

MANIFEST = "manifest.json"
_ROWS = 1_000


class BadBackup(Exception):
    """The folder is no whole backup, or the ledger to fill is not empty; says what to do."""


def dump(ledger: Ledger, files: Files, folder: Path) -> dict[str, int]:
    """Write one moment of the ledger and its files into an empty folder; returns rows by table.

    The service may run on meanwhile. Raises `BadBackup` if something is in the folder already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadBackup(f"Folder {folder} tidak kosong; pilih folder kosong.")
    (folder / "ledger").mkdir(parents=True, exist_ok=True)
    (folder / "files").mkdir()
    with ledger.reading() as tx:
        counts = {
            table.name: _dump_table(tx, table, folder / "ledger" / f"{table.name}.jsonl")
            for table in SQLModel.metadata.sorted_tables
        }
        digests = [row[0] for row in tx.run("SELECT digest FROM blob")]
    for digest in digests:
        shutil.copyfile(files.path(digest), folder / "files" / digest)
    return counts


def seal(ledger: Ledger, folder: Path, now: datetime) -> None:
    """Write the manifest over everything that is in the folder."""
    listed = {str(path.relative_to(folder)): _digest(path) for path in _all_files(folder)}
    manifest = {"revision": schema.revision(ledger.engine), "created_at": now.isoformat(), "sha256": listed}
    temporary = folder / f"{MANIFEST}.part"
    temporary.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    temporary.rename(folder / MANIFEST)


def check(folder: Path) -> str:
    """The revision of a whole, unchanged backup; raises `BadBackup`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadBackup(f"{folder} bukan cadangan yang utuh: {MANIFEST} tidak terbaca.") from error
    found = {str(path.relative_to(folder)) for path in _all_files(folder)}
    for name, digest in manifest["sha256"].items():
        if name not in found or _digest(folder / name) != digest:
            raise BadBackup(f"Cadangan rusak: {name} hilang atau berubah.")
    return str(manifest["revision"])


def fill(ledger: Ledger, files: Files, folder: Path) -> dict[str, int]:
    """Fill an empty ledger (any database) from a checked backup; returns rows by table."""
    revision = check(folder)
    if schema.revision(ledger.engine) is not None:
        with ledger.reading() as tx:
            if tx.run("SELECT 1 FROM message LIMIT 1"):
                raise BadBackup(
                    "Buku data tujuan tidak kosong. Pindahkan dulu, lalu pulihkan ke yang kosong."
                )
        schema.downgrade(ledger.engine, "base")
    schema.migrate(ledger.engine, revision)
    for path in sorted((folder / "files").iterdir()):
        files.put(path.read_bytes())
    counts = ledger.write(lambda tx: _fill_tables(tx, folder / "ledger"))
    schema.migrate(ledger.engine)
    return counts


def _fill_tables(tx: Tx, folder: Path) -> dict[str, int]:
    counts = {}
    for table in SQLModel.metadata.sorted_tables:
        counts[table.name] = 0
        for rows in _read_rows(table, folder / f"{table.name}.jsonl"):
            tx.connection.execute(table.insert(), rows)
            counts[table.name] += len(rows)
        if tx.dialect == "postgresql" and "id" in table.c and isinstance(table.c.id.type, sa.BigInteger):
            tx.run(
                f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'),"  # noqa: S608 (our own names)
                f' GREATEST((SELECT MAX(id) FROM "{table.name}"), 1))'
            )
    return counts


def _dump_table(tx: Tx, table: sa.Table, path: Path) -> int:
    key = list(table.primary_key.columns)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in tx.connection.execute(sa.select(table).order_by(*key)).yield_per(_ROWS):
            file.write(json.dumps([_written(value) for value in row], ensure_ascii=True) + "\n")
            count += 1
    return count


def _read_rows(table: sa.Table, path: Path) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            values = json.loads(line)
            rows.append(
                {
                    column.name: _read(value, column)
                    for column, value in zip(table.columns, values, strict=True)
                }
            )
            if len(rows) == _ROWS:
                yield rows
                rows = []
    if rows:
        yield rows


def _written(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value) if isinstance(value, UUID) else value


def _read(value: Any, column: "sa.Column[Any]") -> Any:
    if value is None:
        return None
    type_ = column.type
    kind = (type_.impl_instance if isinstance(type_, sa.TypeDecorator) else type_).python_type
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return base64.b64decode(value)
    return UUID(value) if kind is UUID else value


def _all_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
