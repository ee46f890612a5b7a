"""Tables as files that LAPOR!'s officers open: CSV and XLSX in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

#: What a spreadsheet may take for the beginning of a formula or a command.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
#: Excel takes no more characters in a cell.
_LONGEST = 32_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def harmless(cell: str) -> str:
    """The cell as text: an apostrophe before what could run, no control characters."""
    text = "".join(c for c in cell[:_LONGEST] if c >= " " or c in "\n\t")
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS[:4]) else text


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], kind: str) -> bytes:
    """A file of `kind` csv (UTF-8 with its mark, so that Excel reads it) or xlsx; raises KeyError."""
    return {"csv": _csv, "xlsx": _xlsx}[kind](headings, rows)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _xlsx(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    from openpyxl import Workbook  # 20 MB of memory that only this needs
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Tindak lanjut")
    sheet.append(list(headings))
    for row in rows:
        cells = [WriteOnlyCell(sheet, harmless(cell)) for cell in row]
        for cell in cells:
            cell.data_type = "s"  # text, whatever it looks like
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
