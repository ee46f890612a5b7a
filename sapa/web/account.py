"""An officer's own account: mail address, password, second factor, logins, acting positions."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import acting, entries, factors
from sapa.desk.errors import ActError, Invalid
from sapa.desk.logins import LoggedIn
from sapa.web.fields import Fields, whole
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import Me, Posted
from sapa.web.staff.words import said
from store import credentials, officers, positions

router = APIRouter()
HOME = "/petugas/akun"


@router.get(HOME)
def show(request: Request, me: Me, ok: str = "") -> Response:
    """The account, with everywhere it is logged in."""
    return _page(request, me, said(ok))


@router.post(f"{HOME}/{{what}}")
def change(request: Request, what: str, me: Me, form: Posted) -> Response:
    """A mail address (`surel`), an end to all other logins (`sesi`), the position to work in (`jabatan`)."""
    if what not in ("surel", "sesi", "jabatan"):
        raise HTTPException(404)
    try:
        _change(office_of(request), what, me, form)
    except Invalid as problem:
        return _page(request, me, problem=str(problem), status=422)
    except ActError as problem:
        return _page(request, me, problem=str(problem), status=409)
    return RedirectResponse(f"{HOME}?ok={'tersimpan' if what == 'surel' else what}", status_code=303)


def _change(office: Office, what: str, me: LoggedIn, form: Fields) -> None:
    write, now, id = office.ledger.write, office.clock(), me.officer_id
    if what == "surel":
        write(lambda tx: entries.set_email(tx, me.actor, id, form["surel"]))
    elif what == "sesi":
        write(lambda tx: officers.end_sessions(tx, id, but=me.session_id))
    else:
        chosen = whole(form["jabatan"])
        write(lambda tx: acting.choose(tx, me.session_id, id, chosen, now))


def _page(
    request: Request, me: LoggedIn, message: str = "", *, problem: str = "", status: int = 200
) -> Response:
    office = office_of(request)
    now = office.clock()
    with office.ledger.reading() as tx:
        officer = officers.get(tx, me.officer_id)
        assert officer is not None
        sessions = positions.sessions(tx, me.officer_id)
        fills = positions.actings_of(tx, me.officer_id, now)
        here = officers.session(tx, me.session_id)
        context: dict[str, Any] = {
            "officer": officer,
            "sessions": sessions,
            "fills": [(row, acting.in_force(row, now)) for row in fills],
            "chosen": here[0].acting_id if here and me.acting else None,
            "one_day": timedelta(days=1),
            "codes": factors.on(tx, me.officer_id),
            "left": credentials.recovery_codes_left(tx, me.officer_id),
        }
        return page(request, "staff/account.html", status=status, message=message, problem=problem, **context)
