"""One ticket: the page, and every act on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import acts as desk_acts
from sapa.desk import claims
from sapa.desk.actor import Actor, Done
from sapa.desk.claims import Taken
from sapa.desk.errors import Conflict, Invalid, NotAllowed, NotFound
from sapa.desk.logins import LoggedIn
from sapa.desk.permissions import may
from sapa.web.fields import Fields, whole
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import Me, Posted, needs
from sapa.web.staff import case, history
from sapa.web.staff.acts import ACTS, WORDS, Act, arguments
from sapa.web.staff.queue import TURN
from sapa.web.staff.sought import lost, visible
from sapa.web.staff.words import LOOKS, STATUSES, said
from store.db import Tx
from store.ids import uuid7

router = APIRouter()
Worker = Annotated[LoggedIn, Depends(needs("work"))]
#: Lists to which an act may lead back.
BACK = {"triase": "/petugas/triase", "antrean": "/petugas"}


#: The field that a canned answer fills, by act.
TYPED = {"tanya": "teks", "jawab": "teks", "selesai": "teks", "tolak": "alasan", "arsipkan": "alasan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The page once more: which form, what was typed, what is wrong, since which event."""

    act: str = ""
    form: Fields = field(default_factory=lambda: Fields(()))
    problem: str = ""
    status: int = 200
    since: int | None = None


@router.get("/petugas/laporan/{ref}")
def show(request: Request, ref: str, me: Me, ok: str = "", siap: str = "", untuk: str = "") -> Response:
    """The ticket, if it is this officer's to see; a canned answer (`siap`) stands in its form (`untuk`)."""
    canned = office_of(request).city().answer(siap)
    again = (
        Again(act=untuk, form=Fields([(TYPED[untuk], canned.text)])) if canned and untuk in TYPED else None
    )
    return _page(request, ref, me.actor, said(ok), again)


@router.post("/petugas/laporan/{ref}/{act}")
def act(request: Request, ref: str, act: str, me: Worker, form: Posted) -> Response:
    """Do one act; what cannot be done shows the page again with what was typed."""
    if act not in ACTS:
        raise HTTPException(404)
    office, by = office_of(request), me.actor
    ticket_id = _known(office, ref, by, act)
    try:
        _done(office, ACTS[act], ticket_id, by, form)
    except (Conflict, Invalid, NotAllowed, Taken) as problem:
        again = Again(
            act=act,
            form=form,
            problem=str(problem),
            status=422 if isinstance(problem, Invalid) else 409,
            since=None if isinstance(problem, (Invalid, Taken)) else whole(form["seen"]) or 0,
        )
        try:
            return _page(request, ref, by, again=again)
        except NotFound:  # an OPD's own act that can no longer be undone
            raise problem from None
    office.relay.wake()
    if act == "ambil":
        office.fetch()
    return _onward(office, ref, by, act, form["kembali"])


def _known(office: Office, ref: str, by: Actor, act: str) -> int:
    """The id of the ticket; one that left this OPD by its own act may still be undone by it."""
    with office.ledger.reading() as tx:
        gone = lost(tx, ref, by) if act == "urungkan" else None
        ticket = gone[0] if gone else visible(tx, ref, by)
        assert ticket.id is not None
        return ticket.id


def _done(office: Office, act: Act, ticket_id: int, by: Actor, form: Fields) -> Done:
    now = office.clock()
    common = {"version": form.number("version"), "key": form["key"], "now": now}
    do = partial(act.do, city=office.city(), **common, **arguments(act, form))

    def write(tx: Tx) -> Done:
        claims.check(tx, ticket_id, by, act.name, now)
        done = do(tx, ticket_id, by)
        claims.after(tx, ticket_id, by, TURN.get(by.part, ()), now)
        return done

    return office.ledger.write(write)


def _onward(office: Office, ref: str, by: Actor, act: str, back: str) -> Response:
    """Back to the list it was done from, else to the ticket if it can still be seen."""
    told = urlencode({"ok": act, "ref": ref})
    if back in BACK:
        return RedirectResponse(f"{BACK[back]}?{told}", status_code=303)
    with office.ledger.reading() as tx:
        try:
            ticket = visible(tx, ref, by)
        except NotFound:
            return RedirectResponse(f"/petugas?{told}", status_code=303)
    return RedirectResponse(f"/petugas/laporan/{ticket.ref}?ok={act}", status_code=303)


def _page(request: Request, ref: str, by: Actor, message: str = "", again: Again | None = None) -> Response:
    office = office_of(request)
    city, now, again = office.city(), office.clock(), again or Again()
    with office.ledger.reading() as tx:
        ticket = visible(tx, ref, by)
        found = case.read(tx, ticket, by, city, now)
    changes: Sequence[history.Line] = () if again.since is None else case.since(found, again.since)
    return page(
        request,
        "staff/ticket.html",
        status=again.status,
        case=found,
        ticket=ticket,
        statuses=STATUSES,
        looks=LOOKS,
        message=message,
        problem=again.problem,
        inline=again.problem if again.status == 422 else "",
        wrong=again.act,
        orphan=_orphan(again, found),
        form=again.form,
        nothing=Fields(()),
        changes=changes,
        key=str(uuid7(now)),
        words=WORDS,
        outcomes=desk_acts.OUTCOMES,
        opds=city.by_name("opd"),
        outside=city.by_name("external"),
        year=now.astimezone(city.tz).year,
        live=found.seen,
        about=ticket.ref,
        may_hold=may(by, "work"),
        me=by.officer_id,
    )


def _orphan(again: Again, found: case.Case) -> Mapping[str, str]:
    """What was typed into a form that this status no longer has."""
    if not again.act or ACTS[again.act].name in found.acts:
        return {}
    named = {"teks": "Keterangan", "alasan": "Alasan", "surat": "Nomor surat"}
    return {label: again.form[name] for name, label in named.items() if again.form[name]}
