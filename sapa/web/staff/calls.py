"""The call list: whom only a telephone reaches, what to say, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import calls as desk
from sapa.desk import sealed, sight
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Invalid
from sapa.desk.mask import mask
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import Diskominfo, Posted, RowId
from sapa.web.staff.words import NOTICES, said
from store import calls, events, tickets
from store.db import Tx
from store.tables import Outbox, Ticket

router = APIRouter()
SIZE = 50
HOME = "/petugas/kanal/telepon"
#: Who was called can be taken back so long.
UNDO = timedelta(days=1)
RESULTS: Mapping[str, Callable[..., None]] = {
    "sudah": desk.reached,
    "belum": desk.missed,
    "batal": desk.take_back,
}
#: What to say, by notice; {opd} is the agency that has the report.
SAY: Mapping[str, str] = {
    "ack": "Laporan Anda sudah kami terima.",
    "accepted": "Laporan Anda sedang ditangani {opd}.",
    "question": "Kami perlu keterangan tambahan untuk laporan Anda.",
    "answer": "Ada jawaban atas laporan Anda.",
    "resolved": "Laporan Anda dinyatakan selesai. Apakah sudah sesuai?",
    "reopened": "Laporan Anda kami buka kembali.",
    "closed": "Laporan Anda sudah ditutup.",
    "archived": "Laporan Anda kami arsipkan.",
    "handed_over": "Laporan Anda kami teruskan kepada pihak yang berwenang.",
    "moved": "Laporan Anda sekarang ditangani {opd}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One person to call. `words` are the officer's own of the act that is told."""

    row: Outbox
    ticket: Ticket
    what: str
    say: str
    words: str
    why: str
    may_open: bool


@router.get(HOME)
def show(request: Request, me: Diskominfo, ok: str = "") -> Response:
    """Who waits longest first; below them who was called today."""
    return _page(request, me.actor, said(f"telepon-{ok}"))


@router.post("/petugas/kanal/telepon/{id}/lihat")
def contact(request: Request, id: RowId, me: Diskominfo, form: Posted) -> Response:
    """Name and number of one of them; the look is logged with its reason."""
    office, by, now, reason = office_of(request), me.actor, office_of(request).clock(), form["alasan"]
    try:
        people = office.ledger.write(lambda tx: desk.contact(tx, id, by, reason=reason, now=now))
    except Invalid as problem:
        return _page(request, by, problem=str(problem), status=422)
    with office.ledger.reading() as tx:
        rows = [row for row in (calls.get(tx, id),) if row is not None]
        item = next(iter(_items(tx, office, rows, by)), None)
    if item is None:
        raise HTTPException(404)
    return page(request, "staff/call.html", item=item, people=people, reason=reason)


@router.post("/petugas/kanal/telepon/{id}/{result}")
def settle(request: Request, id: RowId, result: str, me: Diskominfo, form: Posted) -> Response:
    """What came of a call: told (`sudah`), not reached (`belum`), marked by mistake (`batal`)."""
    if result not in RESULTS:
        raise HTTPException(404)
    office, by, now = office_of(request), me.actor, office_of(request).clock()
    act, tries, note = RESULTS[result], form.number("version"), form["catatan"]
    try:
        office.ledger.write(lambda tx: act(tx, id, by, tries=tries, note=note, now=now))
    except Conflict:
        problem = "Petugas lain baru saja mencatat panggilan ini. Daftar sudah diperbarui."
        return _page(request, by, problem=problem, status=409)
    except Invalid as problem:
        return _page(request, by, problem=str(problem), status=422)
    return RedirectResponse(f"{HOME}?ok={result}", status_code=303)


def _page(
    request: Request, by: Actor, message: str = "", *, problem: str = "", status: int = 200
) -> Response:
    office = office_of(request)
    with office.ledger.reading() as tx:
        waiting = _items(tx, office, calls.waiting(tx, SIZE), by)
        done = _items(tx, office, calls.answered(tx, office.clock() - UNDO), by)
    return page(
        request,
        "staff/calls.html",
        status=status,
        waiting=waiting,
        done=done,
        message=message,
        problem=problem,
    )


def _items(tx: Tx, office: Office, rows: Sequence[Outbox], by: Actor) -> list[Item]:
    """The rows whose tickets this officer may see; nothing of a sealed one."""
    about = tickets.by_ids(tx, {row.ticket_id for row in rows if row.ticket_id is not None})
    found = []
    for row in rows:
        ticket = about.get(row.ticket_id or 0)
        if ticket is None or desk.is_sealed(ticket):
            continue
        if sight.may_see(by, sight.Facts(accused=ticket.accused, opds=frozenset())):
            found.append(_item(tx, office, row, ticket, by))
    return found


def _item(tx: Tx, office: Office, row: Outbox, ticket: Ticket, by: Actor) -> Item:
    event = events.get(tx, row.data["event_id"]) if "event_id" in row.data else None
    opd = office.city().opd_name(ticket.opd) if ticket.opd else "Diskominfo"
    return Item(
        row=row,
        ticket=ticket,
        what=NOTICES.get(row.notice, row.notice),
        say=SAY.get(row.notice, "Ada kabar tentang laporan Anda.").format(opd=opd),
        words=mask(event.text) if event is not None and event.public else "",
        why="kanal mati" if row.data.get("why") == "outage" else "tidak terjangkau",
        may_open=sealed.may_open(by, ticket),
    )
