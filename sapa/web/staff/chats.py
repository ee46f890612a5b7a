"""Links to chats: a code to link one's own account or an agency's group, the links, and their end."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from channels.base import Inviting
from sapa.desk import chats
from sapa.desk.actor import Actor
from sapa.desk.chats import Fresh
from sapa.desk.errors import Invalid
from sapa.desk.logins import LoggedIn
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import Posted, RowId, Worker
from sapa.web.staff.words import said
from store import officers

router = APIRouter()
HOME = "/petugas/tautan"
#: The door whose chats can be linked.
CHANNEL = "telegram"


@router.get(HOME)
def show(request: Request, me: Worker, ok: str = "") -> Response:
    """How to link, and what is linked."""
    return _page(request, me, said(ok))


@router.post(HOME)
def make(request: Request, me: Worker, form: Posted) -> Response:
    """A new code, shown this once: for one's own account, or (`untuk` grup) for a group of `opd`."""
    office = office_of(request)
    group = form["untuk"] == "grup"
    opd = (form["opd"] or me.opd) if group else ""
    try:
        if group and not opd:
            raise Invalid("Pilih OPD yang grupnya ditautkan.")
        fresh = office.ledger.write(
            lambda tx: chats.new_code(tx, me.actor, opd=opd, now=office.clock(), city=office.city())
        )
    except Invalid as problem:
        return _page(request, me, problem=str(problem), status=422)
    return _page(request, me, fresh=fresh, group=group)


@router.post(f"{HOME}/{{id}}/lepas")
def end(request: Request, id: RowId, me: Worker, form: Posted) -> Response:
    """The link ends, once it was confirmed."""
    office = office_of(request)
    if form["yakin"] != "1":
        return _page(request, me, problem="Centang dahulu bahwa Anda yakin.", status=422)
    office.ledger.write(lambda tx: chats.unlink(tx, me.actor, id, now=office.clock()))
    return RedirectResponse(f"{HOME}?ok=tautan-lepas", status_code=303)


def _page(
    request: Request,
    me: LoggedIn,
    message: str = "",
    *,
    problem: str = "",
    status: int = 200,
    fresh: Fresh | None = None,
    group: bool = False,
) -> Response:
    office, by = office_of(request), me.actor
    with office.ledger.reading() as tx:
        links = chats.seen(tx, by)
        gone = chats.lately_ended(tx, by, office.clock())
        names = officers.names(tx, {row.officer_id for row in [*links, *gone]})
    return page(
        request,
        "staff/chats.html",
        status=status,
        message=message,
        problem=problem,
        fresh=fresh,
        group=group,
        invitation=_invitation(office, fresh, group=group),
        open=CHANNEL in office.doors,
        links=[(row, chats.may_unlink(by, row)) for row in links],
        gone=gone,
        names=names,
        opds=_opds(office, by),
    )


def _invitation(office: Office, fresh: Fresh | None, *, group: bool) -> str:
    """The link that says the code to the bot, "" without one."""
    door = office.doors.get(CHANNEL)
    if fresh is None or not isinstance(door, Inviting):
        return ""
    return door.invitation(chats.PREFIX + fresh.code, group=group)


def _opds(office: Office, by: Actor) -> list[tuple[str, str]]:
    """(code, name) of the agencies whose groups this person may link."""
    opds = office.city().opds.values()
    return [(one.code, one.name) for one in opds if one.kind == "opd" and chats.may_link(by, one.code)]
