"""What the desk does with an export of LAPOR!: look it over, take it up, note what LAPOR! says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from channels.lapor import LaporDoor, Row, Sheet, Unfit
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.permissions import may
from store import arrivals, assignments, lapor
from store.db import Ledger, Tx
from store.files import Files
from store.tables import LaporCase, LaporImport

#: Rows that are looked up at a time.
_AT_ONCE = 400
PARKED = "Belum dapat dijadikan laporan; barisnya tersimpan di Parkir."

Rows = Iterator[tuple[int, dict[str, str], Row | str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What an export holds: rows in all, and how many are new, changed, known, wrong."""

    sheet: Sheet
    total: int
    new: int
    changed: int
    known: int
    wrong: int
    faults: tuple[tuple[int, str], ...]


def survey(ledger: Ledger, door: LaporDoor, content: bytes, now: datetime) -> Survey:
    """Read a whole export against the ledger, keep nothing; raises `Unfit`."""
    sheet = door.open(content)
    rows, counts, faults = door.rows(sheet, now), Counter[str](), list[tuple[int, str]]()
    seen: dict[str, str] = {}
    while chunk := list(islice(rows, _AT_ONCE)):
        with ledger.reading() as tx:
            known = digests(tx, chunk)
        for line, _, row in chunk:
            counts["total"] += 1
            if isinstance(row, str):
                counts["wrong"] += 1
                if len(faults) < lapor.FAULTS:
                    faults.append((line, row))
                continue
            counts[_news(row, seen.get(row.tracking_id) or known.get(row.tracking_id))] += 1
            seen[row.tracking_id] = row.digest
    if not counts["total"]:
        raise Unfit("Berkas ini hanya berisi judul kolom, tanpa satu laporan pun.")
    return Survey(
        sheet=sheet,
        total=counts["total"],
        new=counts["new"],
        changed=counts["changed"],
        known=counts["known"],
        wrong=counts["wrong"],
        faults=tuple(faults),
    )


def digests(tx: Tx, chunk: Sequence[tuple[int, dict[str, str], Row | str]]) -> dict[str, str]:
    """What the newest known row of each report in these rows was: tracking id → digest."""
    ids = {row.tracking_id for _, _, row in chunk if isinstance(row, Row)}
    return {id_: case.digest for id_, case in lapor.cases(tx, ids).items()}


def _news(row: Row, known: str | None) -> str:
    if known is None:
        return "new"
    return "known" if known == row.digest else "changed"


def keep(
    ledger: Ledger,
    files: Files,
    found: Survey,
    content: bytes,
    *,
    name: str,
    came: str,
    officer_id: int | None,
    state: str,
    now: datetime,
) -> int:
    """Keep the original and write the import down, as `preview` or `running`; returns its id."""
    stored = files.put(content)

    def act(tx: Tx) -> int:
        arrivals.add_blob(tx, stored.digest, stored.size, now)
        row = LaporImport(
            name=name,
            blob=stored.digest,
            kind=found.sheet.kind,
            came=came,
            officer_id=officer_id,
            state=state,
            columns=dict(found.sheet.columns),
            total=found.total,
            created_at=now,
            started_at=now if state == "running" else None,
        )
        if state == "preview":
            row.new, row.changed, row.known, row.wrong = found.new, found.changed, found.known, found.wrong
        import_id = lapor.add(tx, row)
        for line, reason in found.faults if state == "preview" else ():
            lapor.add_fault(tx, import_id, line, reason)
        tx.flush()
        return import_id

    return ledger.write(act)


def begin(tx: Tx, import_id: int, by: Actor, now: datetime) -> None:
    """Take an export up that somebody has looked at; once more changes nothing.

    Raises Forbidden, NotFound, or Invalid for one that was put aside.
    """
    row = _of(tx, import_id, by)
    if row.state == "dropped":
        raise Invalid("Impor ini sudah dibatalkan. Unggah lagi berkasnya.")
    if row.state == "preview":
        row.state, row.started_at = "running", now
        row.new = row.changed = row.known = row.wrong = 0
        lapor.clear_faults(tx, import_id)  # it tells them again, with what the office could not take


def drop(tx: Tx, import_id: int, by: Actor) -> None:
    """Put an export aside that nobody took up; the file stays kept. Raises Forbidden, NotFound, Invalid."""
    row = _of(tx, import_id, by)
    if row.state not in ("preview", "dropped"):
        raise Invalid("Impor ini sudah berjalan; laporan yang sudah masuk tidak ditarik.")
    row.state = "dropped"


def _of(tx: Tx, import_id: int, by: Actor) -> LaporImport:
    if not may(by, "import_lapor"):
        raise Forbidden
    row = lapor.get(tx, import_id)
    if row is None:
        raise NotFound("Impor ini tidak ada.")
    return row


def note(tx: Tx, row: Row, now: datetime) -> None:
    """Write down what LAPOR! says of a report now; another status is told in the ticket's history."""
    before = lapor.cases(tx, [row.tracking_id]).get(row.tracking_id)
    was = before.status if before else ""
    lapor.save(
        tx,
        LaporCase(
            tracking_id=row.tracking_id,
            digest=row.digest,
            status=row.status,
            category=row.category,
            kind=row.kind,
            source=row.source,
            opd=row.opd,
            written_at=row.created_at or (before.written_at if before else None),
            due_at=row.due_at,
            updated_at=now,
        ),
    )
    ticket_id = lapor.ticket_of(tx, row.tracking_id)
    if before is not None and ticket_id is not None and was != row.status:
        data = {"said": row.status, "was": was}
        assignments.add_event(tx, ticket_id, "lapor_status", actor="system", data=data, now=now)
