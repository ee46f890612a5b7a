"""An export of 500 reports handed to the real process, which is killed in the middle: 500 tickets, once each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from walk_check import rows
from walk_world import Office, eventually

from channels.lapor import table

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


def watched(office: Office) -> Path:
    """The office's folder, from now on looked into."""
    folder = office.folder / "lapor"
    folder.mkdir()
    channels = office.folder / "config" / "channels.yaml"
    text = channels.read_text()
    line = "    # folder: var/lapor"
    assert line in text
    channels.write_text(text.replace(line, f"    folder: {folder}\n{line}"))
    return folder


def look(office: Office, sql: str) -> list[tuple[object, ...]]:
    ledger = office.ledger()
    try:
        return rows(ledger, sql)
    finally:
        ledger.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_an_import_killed_twice_in_the_middle_ends_with_every_report_once(
    office: Callable[..., Office], empty_url: str, tmp_path: Path
) -> None:
    one = office(url=empty_url)
    file = export(tmp_path)
    handed = one.command("lapor", "import", str(file), "--dry-run")
    assert f"{COUNT} baris: baru {COUNT}, berubah 0" in handed.stdout, handed.stderr
    folder = watched(one)
    (folder / "ekspor.xlsx").write_bytes(file.read_bytes())
    for number, after in enumerate((150, 200)):
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
    assert [path.name for path in (folder / "done").iterdir()] == ["ekspor.xlsx"]
    again = one.command("lapor", "import", str(file))
    assert f"baru 0, berubah 0, sudah ada {COUNT}" in again.stdout, again.stderr
    assert look(one, "SELECT COUNT(*) FROM ticket") == [(COUNT,)]
