"""The weekly field visit: the list of weeks, the review page, and the sheet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sapa.agenda import sheet, week
from sapa.agenda.view import AgendaView
from sapa.agenda.wording import STATES, day
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.logins import LoggedIn
from sapa.web.office import Office, office_of
from sapa.web.render import asset, page
from sapa.web.session import DeskReader, Posted, needs
from sapa.web.staff.words import said
from store import agendas
from store.ids import uuid7

router = APIRouter()
AgendaRunner = Annotated[LoggedIn, Depends(needs("run_agenda"))]
HOME = "/petugas/agenda"


@router.get(HOME)
def index(request: Request, me: DeskReader) -> Response:
    """The weeks there are, newest first, and the next one to prepare."""
    return _index(request)


@router.post(HOME)
def draft(request: Request, me: AgendaRunner, form: Posted) -> Response:
    """Make the draft of a week that has none; one that has is opened."""
    office = office_of(request)
    wanted = form["pekan"]
    try:
        week.draft(office.ledger, office.city(), office.agenda(), office.clock(), wanted)
    except Invalid as problem:
        return _index(request, str(problem), 422)
    office.relay.wake()
    return RedirectResponse(f"{HOME}/{wanted}?ok=draf", status_code=303)


@router.get("/petugas/agenda/{week}")
def show(request: Request, week: str, me: DeskReader, ok: str = "") -> Response:
    """The review page of a week."""
    return review(request, week, said(ok))


@router.get("/petugas/agenda/{week}/lembar")
def printed(request: Request, week: str, me: DeskReader) -> Response:
    """The sheet to print."""
    office = office_of(request)
    view = read(office, week)
    letterhead = office.agenda().letterhead
    return HTMLResponse(sheet.html(view, letterhead, asset("sheet.css")))


def read(office: Office, week_: str) -> AgendaView:
    """The agenda of a week; HTTPException 404 when there is none."""
    try:
        with office.ledger.reading() as tx:
            found = week.read(tx, week_, office.city())
    except Invalid as problem:
        raise HTTPException(404, str(problem)) from problem
    if found is None:
        raise NotFound("Belum ada agenda untuk pekan ini. Buat rancangannya dari daftar agenda.")
    return found


def review(
    request: Request, week_: str, message: str = "", *, problem: str = "", status: int = 200, reason: str = ""
) -> Response:
    """The review page; `problem` says what could not be done, `reason` is what was typed."""
    office = office_of(request)
    view = read(office, week_)
    return page(
        request,
        "staff/agenda.html",
        status=status,
        view=view,
        chat=sheet.whatsapp(view),
        late=sheet.late,
        editable=view.state in ("draft", "reviewed") and request.state.signed.may("run_agenda"),
        message=message,
        problem=problem,
        reason=reason,
        key=str(uuid7(office.clock())),
    )


def _index(request: Request, problem: str = "", status: int = 200) -> Response:
    office = office_of(request)
    city, rules = office.city(), office.agenda()
    due = week.due_week(office.clock(), city, rules)
    with office.ledger.reading() as tx:
        rows = agendas.recent(tx)
    return page(
        request,
        "staff/agendas.html",
        status=status,
        rows=rows,
        states=STATES,
        on=day,
        due=due,
        missing=all(row.week != due.week for row in rows),
        problem=problem,
    )
