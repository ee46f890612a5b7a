"""An export of 500 reports for the real process, killed in the middle: 500 tickets, once each."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from walk_check import rows
from walk_world import Office, eventually

from channels.lapor import LaporDoor, table
from sapa.desk import lapor as desk
from store.files import Files

COUNT = 500
TEXTS = ("Lampu jalan padam", "Sampah menumpuk di pasar", "Jalan berlubang", "Air PDAM mati", "Pohon tumbang")


def export(folder: Path, kind: str = "xlsx") -> Path:
    """An export as people download it."""
    reports = [
        [f"LPR-{number:06d}", f"{TEXTS[number % len(TEXTS)]} di RT {number}", "Proses", "23/11/2026 08:15"]
        for number in range(COUNT)
    ]
    file = folder / f"ekspor.{kind}"
    file.write_bytes(table(("Tracking ID", "Isi Laporan", "Status", "Tanggal Laporan"), reports, kind))
    return file


def handed_in(office: Office, file: Path) -> None:
    """The export is agreed to, as in the console, while nothing runs."""
    ledger, now = office.ledger(), datetime.now(UTC)
    try:
        found = desk.survey(ledger, LaporDoor(), file.read_bytes(), now)
        files = Files(office.var / "files")
        how = {"name": file.name, "came": "console", "officer_id": None, "state": "running", "now": now}
        desk.keep(ledger, files, found, file.read_bytes(), **how)  # type: ignore[arg-type]
    finally:
        ledger.close()


def look(office: Office, sql: str) -> list[tuple[object, ...]]:
    ledger = office.ledger()
    try:
        return rows(ledger, sql)
    finally:
        ledger.close()


@pytest.mark.parametrize(
    ("database", "deaths"),
    [("sqlite", (150, 200)), ("postgresql", (250,))],  # there a lease has to end first
    indirect=["database"],
)
def test_an_import_killed_in_the_middle_ends_with_every_report_once(
    office: Callable[..., Office], empty_url: str, tmp_path: Path, deaths: tuple[int, ...]
) -> None:
    one = office(url=empty_url)
    file = export(tmp_path)
    handed = one.command("lapor", "import", str(file), "--dry-run")
    assert f"{COUNT} baris: baru {COUNT}, berubah 0" in handed.stdout, handed.stderr
    handed_in(one, file)
    for number, after in enumerate(deaths):
        mark = tmp_path / f"mark-{number}"
        one.start("commit", str(after), str(mark))
        assert one.process is not None
        assert one.process.wait(120) == -9, one.log.read_text()[-3000:]
        assert mark.exists()
    assert 0 < int(str(look(one, "SELECT COUNT(*) FROM ticket")[0][0])) < COUNT
    one.start()
    one.ready()
    assert eventually(lambda: look(one, "SELECT state FROM lapor_import") == [("done",)], 120)
    assert one.stop() == 0
    assert look(one, "SELECT done, new, changed, known, wrong FROM lapor_import") == [(COUNT, COUNT, 0, 0, 0)]
    assert look(one, "SELECT COUNT(*), COUNT(DISTINCT external_id) FROM message") == [(COUNT, COUNT)]
    assert look(one, "SELECT COUNT(*) FROM ticket") == [(COUNT,)]
    assert look(one, "SELECT COUNT(*) FROM lapor_case") == [(COUNT,)]
    again = one.command("lapor", "import", str(file))
    assert f"baru 0, berubah 0, sudah ada {COUNT}" in again.stdout, again.stderr
    assert look(one, "SELECT COUNT(*) FROM ticket") == [(COUNT,)]
