"""Parked payloads: what could not become a ticket by itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from sapa.desk import leftovers
from sapa.desk.errors import Invalid
from sapa.desk.logins import LoggedIn
from sapa.web.fields import whole
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import DeskReader, Posted, RowId, needs
from sapa.web.staff.words import said
from store import arrivals

router = APIRouter()
Settler = Annotated[LoggedIn, Depends(needs("settle_parked"))]
SIZE = 20
HOME = "/petugas/parkir"


@router.get(HOME)
def show(request: Request, me: DeskReader, ok: str = "", ref: str = "", sebelum: str = "") -> Response:
    """What is parked, newest first."""
    before = whole(sebelum)
    return _page(request, said(ok), before=before, ref=ref if said(ok) else "")


@router.post("/petugas/parkir/{id}/olah")
async def again(request: Request, id: RowId, me: Settler, form: Posted) -> Response:
    """Take a payload up again, also a machine's as if a citizen had sent it."""
    office = office_of(request)
    try:
        accepted = await office.intake.reprocess(id, office.clock(), by_hand=True)
    except Invalid as problem:
        return _page(request, problem=str(problem), status=422)
    ref = next((one.ref for one in accepted if one.ref), "")
    return RedirectResponse(f"{HOME}?ok=olah&ref={ref}", status_code=303)


@router.post("/petugas/parkir/{id}/tutup")
def settle(request: Request, id: RowId, me: Settler, form: Posted) -> Response:
    """No ticket is needed; the payload stays kept."""
    office, by, reason = office_of(request), me.actor, form["alasan"]
    try:
        office.ledger.write(lambda tx: leftovers.settle(tx, id, by, reason=reason))
    except Invalid as problem:
        return _page(request, problem=str(problem), status=422)
    return RedirectResponse(f"{HOME}?ok=tutup", status_code=303)


def _page(
    request: Request,
    message: str = "",
    *,
    problem: str = "",
    status: int = 200,
    before: int | None = None,
    ref: str = "",
) -> Response:
    with office_of(request).ledger.reading() as tx:
        rows = arrivals.parked(tx, limit=SIZE + 1, before=before)
        total = arrivals.count_parked(tx)
    return page(
        request,
        "staff/parked.html",
        status=status,
        rows=rows[:SIZE],
        total=total,
        after=rows[SIZE - 1].id if len(rows) > SIZE else None,
        message=message,
        problem=problem,
        ref=ref,
    )
