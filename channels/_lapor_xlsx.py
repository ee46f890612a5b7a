"""XLSX as a table of text: looked over before it is opened, read row by row, formulas as their values."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from channels._lapor_table import MAX_COLUMNS, Line, Unfit, cell

#: Bytes of all parts together, and of one part, as they are when unpacked.
MAX_UNPACKED = 200 * 1024 * 1024
MAX_SHARED = 60 * 1024 * 1024
MAX_PARTS = 1_000
#: How many times smaller a part may be packed: XML of sheets reaches a hundred, a bomb a thousand.
MAX_RATIO = 200
BROKEN = "Berkas XLSX ini rusak atau terkunci kata sandi. Unduh ulang, atau simpan sebagai CSV."


def looked_over(content: bytes) -> None:
    """Refuse what is no workbook or would grow beyond bounds; raises `Unfit`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or len(parts) > MAX_PARTS:
                raise Unfit(BROKEN)
            big = sum(part.file_size for part in parts) > MAX_UNPACKED or any(
                part.file_size > MAX_SHARED and "sharedStrings" in part.filename for part in parts
            )
            swollen = any(
                part.file_size > 2**20 and part.file_size > MAX_RATIO * max(part.compress_size, 1)
                for part in parts
            )
            if big or swollen:
                raise Unfit(
                    "Isi berkas XLSX ini terlalu besar setelah dibuka. Simpan sebagai CSV, lalu bagi."
                )
            for part in parts:
                _without_entities(packed, part)
    except Unfit:
        raise
    except Exception as error:  # zipfile raises six kinds of its own: a file of strangers, kept elsewhere
        raise Unfit(BROKEN) from error


def _without_entities(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No part declares a document type: workbooks have none, and what grows has one."""
    if not part.filename.endswith((".xml", ".rels")):
        return
    with packed.open(part) as file:
        head = file.read(4096)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Unfit(BROKEN)


def xlsx_lines(content: bytes) -> Iterator[Line]:
    """The lines of the first sheet that has any; raises `Unfit`."""
    from openpyxl import load_workbook  # 20 MB of memory that only this needs

    looked_over(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that we do not read
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                yield from _lines(book)
            finally:
                book.close()
        except Unfit:
            raise
        except Exception as error:  # of whatever kind: the same
            raise Unfit(BROKEN) from error


def _lines(book: Any) -> Iterator[Line]:
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what it says of its own size is often wrong
        empty = True
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
            if any(value is not None for value in row):
                empty = False
                yield number, [_cell(value) for value in row]
        if not empty:
            return


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else cell(value)
