"""The officers: who may log in, added and shut out by administrators."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import officers as desk
from sapa.desk.actor import Actor
from sapa.desk.errors import Invalid
from sapa.web.fields import Fields
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import Administrator, Posted, RowId
from sapa.web.staff.words import said
from store import officers
from store.db import Tx

router = APIRouter()
HOME = "/petugas/petugas"
SWITCHES: Mapping[str, Callable[[Tx, Actor, int], None]] = {
    "nonaktif": desk.deactivate,
    "aktif": desk.activate,
}


@router.get(HOME)
def show(request: Request, me: Administrator, ok: str = "") -> Response:
    """Everybody, and the form for a new one."""
    return _page(request, said(ok))


@router.post(HOME)
def add(request: Request, me: Administrator, form: Posted) -> Response:
    """A new officer; the one-time password is shown on this answer and never again."""
    office = office_of(request)
    try:
        _, password = desk.create_officer(
            office.ledger,
            me.actor,
            login=form["login"],
            name=form["nama"],
            role=form["peran"],
            opd=form["opd"] if form["peran"] == "opd" else "",
            now=office.clock(),
            city=office.city(),
            passwords=office.passwords,
        )
    except Invalid as problem:
        return _page(request, problem=str(problem), form=form, status=422)
    return page(request, "staff/one_time.html", login=form["login"].lower(), password=password, fresh=True)


@router.post("/petugas/petugas/{id}/{change}")
def change(request: Request, id: RowId, change: str, me: Administrator, form: Posted) -> Response:
    """Shut out (`nonaktif`), let in again (`aktif`), or give a new one-time password (`sandi`)."""
    office, by = office_of(request), me.actor
    if change == "sandi":
        return _reset(request, id, by)
    if change not in SWITCHES:
        raise HTTPException(404)
    try:
        office.ledger.write(lambda tx: SWITCHES[change](tx, by, id))
    except Invalid as problem:
        return _page(request, problem=str(problem), status=422)
    return RedirectResponse(f"{HOME}?ok={change}", status_code=303)


def _reset(request: Request, id: int, by: Actor) -> Response:
    office = office_of(request)
    password = desk.reset_password(office.ledger, by, id, passwords=office.passwords)
    with office.ledger.reading() as tx:
        officer = officers.get(tx, id)
        login = officer.login if officer else ""
    return page(request, "staff/one_time.html", login=login, password=password, fresh=False)


def _page(
    request: Request,
    message: str = "",
    *,
    problem: str = "",
    form: Fields | None = None,
    status: int = 200,
) -> Response:
    office = office_of(request)
    with office.ledger.reading() as tx:
        people = officers.everybody(tx)
    return page(
        request,
        "staff/people.html",
        status=status,
        people=people,
        roles=desk.ROLES,
        opds=office.city().by_name("opd"),
        message=message,
        problem=problem,
        form=form or Fields(()),
    )
