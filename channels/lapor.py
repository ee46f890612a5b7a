"""SP4N-LAPOR! as a door: its exports come in row by row, its follow-ups go out as a table."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from channels._lapor_columns import CALLED as CALLED
from channels._lapor_columns import FIELDS as FIELDS
from channels._lapor_file import Sheet as Sheet
from channels._lapor_file import open_sheet
from channels._lapor_row import Row as Row
from channels._lapor_row import read_row
from channels._lapor_table import MAX_FILE as MAX_FILE
from channels._lapor_table import MAX_ROWS as MAX_ROWS
from channels._lapor_table import Unfit as Unfit
from channels._lapor_write import TYPES as TYPES
from channels._lapor_write import table as table
from channels._text import file_name as file_name
from channels.base import Parsed, Payload, Traits, Unreadable

NAME = "lapor"
WIB = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, kw_only=True)
class LaporDoor:
    """Reads exports; `columns` are a city's own headings by field, `tz` the zone of dates without one."""

    name: ClassVar[str] = NAME
    traits: ClassVar[Traits] = Traits(burst=False, conversation=False, retries=True)
    account: str = NAME
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tz: tzinfo = WIB

    @classmethod
    def build(cls, section: Mapping[str, Any], clock: Callable[[], datetime]) -> "LaporDoor":
        """From configuration: `columns` and `tz`, both optional; raises ValueError for an unknown field."""
        unknown = sorted(set(section.get("columns", ())) - set(FIELDS))
        if unknown:
            raise ValueError(f"channels.lapor.columns: {unknown[0]} tidak dikenal")
        return cls(**section)

    def open(self, content: bytes) -> Sheet:
        """The table in an export; raises `Unfit`."""
        return open_sheet(content, self.columns)

    def read(self, cells: Mapping[str, str], now: datetime) -> Row:
        """A row as a message with LAPOR!'s own words; raises `Unreadable`."""
        return read_row(cells, self.columns, channel=self.name, account=self.account, tz=self.tz, now=now)

    def payload(self, cells: Mapping[str, str], delivery_id: str, now: datetime) -> Payload:
        """The row as it is kept, with every column of the file."""
        return Payload(
            channel=self.name,
            account=self.account,
            body=json.dumps(cells, ensure_ascii=False).encode("utf-8", "replace"),
            media_type="application/json",
            received_at=now,
            delivery_id=delivery_id,
        )

    def parse(self, payload: Payload) -> Parsed:
        """The one message of a row; raises `Unreadable`."""
        try:
            cells = json.loads(payload.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable("Baris LAPOR! ini bukan JSON yang utuh.") from error
        if not isinstance(cells, dict) or not all(isinstance(one, str) for one in cells.values()):
            raise Unreadable("Baris LAPOR! ini bukan kumpulan kolom.")
        return (self.read(cells, payload.received_at).message,)

    def rows(self, sheet: Sheet, now: datetime) -> "Iterator[tuple[int, dict[str, str], Row | str]]":
        """(line, cells, the row or why it cannot be read) of a whole sheet; raises `Unfit`."""
        for number, cells in sheet.rows:
            try:
                yield number, cells, self.read(cells, now)
            except Unreadable as error:
                yield number, cells, str(error)
