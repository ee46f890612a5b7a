"""A small city whose LAPOR! door is open: exports as people download them, and what became of them."""

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from intake_world import World, make_city

from channels.base import Traits
from channels.lapor import LaporDoor
from sapa.desk import lapor as desk
from sapa.desk.importing import Importing
from store.db import Ledger

HEADINGS = (
    "Tracking ID", "Judul Laporan", "Isi Laporan", "Status", "Kategori", "Tanggal Laporan", "Sumber",
    "Sifat Laporan", "Nama Pelapor", "Lokasi Kejadian",
)  # fmt: skip


def row(id_: str, text: str = "Lampu jalan mati di depan pasar", **more: str) -> list[str]:
    """One report, in the order of HEADINGS."""
    given = {
        "Tracking ID": id_,
        "Judul Laporan": "",
        "Isi Laporan": text,
        "Status": "Belum Ditindaklanjuti",
        "Tanggal Laporan": "23/11/2026 08:15",
        "Sumber": "Website",
        **more,
    }
    return [given.get(heading, "") for heading in HEADINGS]


def exported(
    rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, delimiter: str = ";"
) -> bytes:
    """A CSV file of these rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode()


class Lapor(World):
    """Intake, and the importing beside it."""

    def __init__(self, ledger: Ledger, folder: Path, now: datetime) -> None:
        super().__init__(ledger, folder, now)
        self.city = replace(
            make_city(), channels={**make_city().channels, "lapor": Traits(burst=False, conversation=False)}
        )
        self.lapor = LaporDoor()
        self.intake = self.an_intake(ledger)
        self.importing = self.an_importing()

    def an_importing(self) -> Importing:
        """Another process's."""
        return Importing(
            ledger=self.ledger,
            files=self.files,
            door=self.lapor,
            deliver=lambda payload, parse: self.intake.deliver(payload, parse),
            clock=lambda: self.now,
        )

    def put(self, content: bytes, state: str = "running") -> int:
        """An export is handed in; the import's id. Raises `Unfit`."""
        found = desk.survey(self.ledger, self.lapor, content, self.now)
        return desk.keep(
            self.ledger, self.files, found, content,
            name="ekspor.csv", came="terminal", officer_id=None, state=state, now=self.now,
        )  # fmt: skip

    def take_in(self, content: bytes) -> tuple[int, ...]:
        """A whole import; (new, changed, known, wrong)."""
        id_ = self.put(content)
        assert asyncio.run(self.importing.look()) == 1
        counts = "SELECT new, changed, known, wrong FROM lapor_import WHERE id = :id AND state = 'done'"
        (found,) = self.rows(counts, id=id_)
        return tuple(int(one) for one in found)

    def count(self) -> int:
        return int(self.rows("SELECT COUNT(*) FROM ticket")[0][0])
