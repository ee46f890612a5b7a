"""The officers: who works here, added and invited by those who may."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from sapa.desk import acting, authority, entries
from sapa.desk import officers as desk
from sapa.desk.errors import Invalid
from sapa.desk.logins import LoggedIn
from sapa.desk.permissions import ROLES
from sapa.web.fields import Fields
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import Posted, needs
from sapa.web.staff.words import said
from store import officers, positions
from store.db import Tx
from store.tables import Officer

router = APIRouter()
HOME = "/petugas/petugas"
PeopleReader = Annotated[LoggedIn, Depends(needs("see_people"))]
PeopleKeeper = Annotated[LoggedIn, Depends(needs("manage_people", "manage_own_people"))]


@router.get(HOME)
def show(request: Request, me: PeopleReader, ok: str = "") -> Response:
    """Everybody this officer may see, narrowed as asked, and the form for a new one."""
    return _page(request, me, said(ok))


@router.post(HOME)
def add(request: Request, me: PeopleKeeper, form: Posted) -> Response:
    """A new officer: invited by mail, or with a one-time password shown on this answer and never again."""
    office, now, city = office_of(request), office_of(request).clock(), office_of(request).city()
    position: dict[str, Any] = {
        "login": form["login"],
        "name": form["nama"],
        "role": form["peran"],
        "opd": form["opd"] if form["peran"] in authority.OF_OPD else "",
        "now": now,
        "city": city,
    }
    try:
        if form["cara"] == "undang":
            email = form["surel"]
            office.ledger.write(lambda tx: entries.invite(tx, me.actor, email=email, **position))
            office.relay.wake()
            return RedirectResponse(f"{HOME}?ok=diundang", status_code=303)
        _, password = desk.create_officer(office.ledger, me.actor, passwords=office.passwords, **position)
    except Invalid as problem:
        return _page(request, me, problem=str(problem), form=form, status=422)
    return page(request, "staff/one_time.html", login=form["login"].lower(), password=password, fresh=True)


def seen(tx: Tx, me: LoggedIn) -> Sequence[Officer]:
    """The officers this one may see: a head those of their own agency."""
    return [one for one in officers.everybody(tx) if me.role != "head" or one.opd == me.opd != ""]


def givable(me: LoggedIn) -> tuple[str, ...]:
    """The roles this officer may give to somebody new."""
    if me.may("manage_people"):
        return ROLES
    return ("opd",) if me.may("manage_own_people") else ()


def _page(
    request: Request,
    me: LoggedIn,
    message: str = "",
    *,
    problem: str = "",
    form: Fields | None = None,
    status: int = 200,
) -> Response:
    office, asked = office_of(request), request.query_params
    city, now = office.city(), office.clock()
    text, opd, role = (asked.get(name, "").strip() for name in ("cari", "opd", "peran"))
    with office.ledger.reading() as tx:
        people = [
            one
            for one in seen(tx, me)
            if text.lower() in f"{one.name} {one.login}".lower()
            and opd in ("", one.opd)
            and role in ("", one.role)
        ]
        rows = positions.actings(tx, now)
    plt = {row.officer_id: row for row in reversed(rows) if acting.in_force(row, now)}
    return page(
        request,
        "staff/people.html",
        status=status,
        people=people,
        plt=plt,
        asked={"cari": text, "opd": opd, "peran": role},
        roles=ROLES,
        givable=givable(me),
        opds=[one for one in city.by_name("opd") if me.role != "head" or one.code == me.opd],
        all_opds=city.by_name("opd"),
        message=message,
        problem=problem,
        form=form or Fields(()),
    )
