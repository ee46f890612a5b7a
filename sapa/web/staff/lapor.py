"""LAPOR!: an export is uploaded, looked at, taken in, and its faults and the follow-up are downloaded."""

from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from channels.lapor import CALLED, FIELDS, MAX_FILE, MAX_ROWS, TYPES, LaporDoor, Row, Unfit, file_name, table
from sapa.desk import followup
from sapa.desk import lapor as desk
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.logins import LoggedIn
from sapa.web.fields import whole
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import DeskReader, Posted, PostedWithFiles, RowId, needs
from sapa.web.staff.words import said
from store import lapor, officers
from store.tables import LaporImport

router = APIRouter()
Importer = Annotated[LoggedIn, Depends(needs("import_lapor"))]
Exporter = Annotated[LoggedIn, Depends(needs("export"))]
HOME = "/petugas/lapor"
CLOSED = "Kanal LAPOR! belum dibuka. Administrator membukanya dengan channels.lapor di pengaturan."
SIZE = 20
#: Rows of a preview, and faults shown on the page (all of them are in the file to download).
SAMPLE, SHOWN = 5, 20


@router.get(HOME)
def show(request: Request, me: DeskReader, ok: str = "", sebelum: str = "") -> Response:
    """The form, and the imports there were."""
    return _home(request, said(ok), before=whole(sebelum))


@router.post(HOME)
async def upload(request: Request, me: Importer, posted: PostedWithFiles) -> Response:
    """Look an export over and keep it; the next page shows what was recognised."""
    office, (_, files) = office_of(request), posted
    door = _door(office)
    try:
        if len(files) != 1:
            raise Unfit("Pilih satu berkas ekspor dari LAPOR! yang tidak kosong.")
        number = await run_in_threadpool(_looked_over, office, door, files[0], me.officer_id)
    except Unfit as problem:
        return await run_in_threadpool(_home, request, problem=str(problem), status=422)
    return RedirectResponse(f"{HOME}/{number}", status_code=303)


@router.get(f"{HOME}/tindak-lanjut")
def follow_up(request: Request, me: Exporter, bentuk: str = "csv", sejak: str = "") -> Response:
    """Our answers to LAPOR!, as a file."""
    office, by = office_of(request), me.actor
    _door(office)
    city, since = office.city(), None
    if bentuk not in TYPES:
        return _home(request, problem="Pilih bentuk berkasnya: CSV atau XLSX.", status=422)
    if sejak:
        try:
            since = datetime.combine(date.fromisoformat(sejak), time(), city.tz).astimezone(UTC)
        except ValueError:
            return _home(request, problem="Tanggal tidak dikenal. Contoh: 2026-11-24.", status=422)
    with office.ledger.reading() as tx:
        rows = list(followup.rows(tx, by, since, city))
    today = office.clock().astimezone(city.tz).date()
    return _file(table(followup.HEADINGS, rows, bentuk), f"tindak-lanjut-{today}.{bentuk}", TYPES[bentuk])


@router.get(f"{HOME}/{{id}}")
def one(request: Request, id: RowId, me: DeskReader) -> Response:
    """One import: what was recognised, how far it is, or what became of it."""
    return _one(request, id)


@router.get(f"{HOME}/{{id}}/salah")
def faults(request: Request, id: RowId, me: DeskReader) -> Response:
    """The rows that were not taken in, with their lines and reasons."""
    with office_of(request).ledger.reading() as tx:
        _known(lapor.get(tx, id))
        found = [[str(fault.line), fault.reason] for fault in lapor.faults(tx, id)]
    return _file(table(("Baris", "Sebab"), found, "csv"), f"impor-{id}-salah.csv", TYPES["csv"])


@router.post(f"{HOME}/{{id}}/{{change}}")
def decide(request: Request, id: RowId, change: str, me: Importer, form: Posted) -> Response:
    """Take it in, or put it aside."""
    office, by, now = office_of(request), me.actor, office_of(request).clock()
    _door(office)
    try:
        if change == "impor":
            office.ledger.write(lambda tx: desk.begin(tx, id, by, now))
        elif change == "batal":
            office.ledger.write(lambda tx: desk.drop(tx, id, by))
        else:
            raise HTTPException(404)
    except Invalid as problem:
        return _home(request, problem=str(problem), status=409)
    if change == "batal":
        return RedirectResponse(f"{HOME}?ok=impor-batal", status_code=303)
    office.take_in()
    return RedirectResponse(f"{HOME}/{id}", status_code=303)


def _door(office: Office) -> LaporDoor:
    """LAPOR!'s door, if it is open."""
    door = office.doors.get("lapor")
    if not isinstance(door, LaporDoor):
        raise HTTPException(404, CLOSED)
    return door


def _known(row: LaporImport | None) -> LaporImport:
    if row is None:
        raise NotFound("Impor ini tidak ada.")
    return row


def _looked_over(office: Office, door: LaporDoor, file: Any, officer_id: int) -> int:
    now = office.clock()
    found = desk.survey(office.ledger, door, file.content, now)
    name = file_name(file.name, "ekspor")
    how = {"name": name, "came": "console", "officer_id": officer_id, "state": "preview", "now": now}
    return desk.keep(office.ledger, office.files, found, file.content, **how)  # type: ignore[arg-type]


def _home(
    request: Request, message: str = "", *, problem: str = "", status: int = 200, before: int | None = None
) -> Response:
    office = office_of(request)
    door = office.doors.get("lapor")
    with office.ledger.reading() as tx:
        rows = lapor.latest(tx, before=before, limit=SIZE + 1)
        names = officers.names(tx, sorted({row.officer_id for row in rows if row.officer_id is not None}))
    return page(
        request,
        "staff/lapor.html",
        status=status,
        open=isinstance(door, LaporDoor),
        closed=CLOSED,
        rows=rows[:SIZE],
        names=names,
        after=rows[SIZE - 1].id if len(rows) > SIZE else None,
        max_mb=MAX_FILE // 1024 // 1024,
        max_rows=f"{MAX_ROWS:,}".replace(",", "."),
        message=message,
        problem=problem,
    )


def _one(request: Request, id: int) -> Response:
    office = office_of(request)
    with office.ledger.reading() as tx:
        row = _known(lapor.get(tx, id))
        found = lapor.faults(tx, id, SHOWN)
        names = officers.names(tx, [row.officer_id] if row.officer_id is not None else [])
    return page(
        request,
        "staff/lapor_import.html",
        row=row,
        who=names.get(row.officer_id or 0, ""),
        recognised=[(CALLED[field], row.columns[field]) for field in FIELDS if field in row.columns],
        missing=[CALLED[field] for field in FIELDS if field not in row.columns],
        sample=_sample(office, row) if row.state == "preview" else [],
        faults=found,
    )


def _sample(office: Office, row: LaporImport) -> list[Row]:
    """The first rows that can be read, as they would come in."""
    door, now = _door(office), office.clock()
    rows = door.rows(door.open(office.files.read(row.blob)), now)
    return [one for _, _, one in islice(rows, SAMPLE * 4) if isinstance(one, Row)][:SAMPLE]


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
