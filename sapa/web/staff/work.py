"""Working the queue off: the next item, and who has which ticket in hand."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import claims
from sapa.desk.claims import Taken
from sapa.web.office import office_of
from sapa.web.session import Posted, Worker
from sapa.web.staff.queue import TURN
from sapa.web.staff.sought import visible
from store.db import Tx
from store.queue import Filter

router = APIRouter()


@router.post("/petugas/berikutnya")
def following(request: Request, me: Worker, form: Posted) -> Response:
    """The most pressing ticket that waits for this officer and nobody works on; it is theirs now."""
    office, by = office_of(request), me.actor
    wanted = Filter(statuses=TURN[by.part])
    ref = office.ledger.write(lambda tx: claims.take_next(tx, by, wanted, office.clock()))
    there = f"/petugas/laporan/{ref}" if ref else "/petugas?ok=habis"
    return RedirectResponse(there, status_code=303)


@router.post("/petugas/laporan/{ref}/pegang/{change}")
def hold(request: Request, ref: str, change: str, me: Worker, form: Posted) -> Response:
    """Take a ticket in hand (`ambil`), from somebody else (`alih`), or leave it (`lepas`)."""
    office, by = office_of(request), me.actor
    now = office.clock()
    changes: Mapping[str, Callable[[Tx, int], None]] = {
        "ambil": lambda tx, id: claims.take(tx, id, by, now),
        "alih": lambda tx, id: claims.take(tx, id, by, now, over=True),
        "lepas": lambda tx, id: claims.release(tx, id, by),
    }
    if change not in changes:
        raise HTTPException(404)
    try:
        office.ledger.write(lambda tx: changes[change](tx, visible(tx, ref, by).id or 0))
    except Taken:
        return RedirectResponse(f"/petugas/laporan/{ref}?ok=keduluan", status_code=303)
    there = "/petugas?ok=lepas" if change == "lepas" else f"/petugas/laporan/{ref}?ok=pegang"
    return RedirectResponse(there, status_code=303)
