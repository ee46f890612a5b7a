"""Changes of a week's agenda as forms: order, drop, add, approve, plan again."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.agenda import week as weeks
from sapa.agenda.view import AgendaView
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Invalid, NotAllowed, NotFound
from sapa.desk.logins import LoggedIn
from sapa.web.fields import Fields, whole
from sapa.web.office import Office, office_of
from sapa.web.session import Posted, needs
from sapa.web.staff.agenda import HOME, read, review
from sapa.web.staff.sought import visible

router = APIRouter()
AgendaRunner = Annotated[LoggedIn, Depends(needs("run_agenda"))]
SURE = "Centang dahulu bahwa Anda yakin."


@router.post("/petugas/agenda/{week}/{change}")
def change(request: Request, week: str, change: str, me: AgendaRunner, form: Posted) -> Response:
    """One change; what cannot be done shows the page again and says why."""
    office = office_of(request)
    if change not in CHANGES:
        raise HTTPException(404)
    view = read(office, week)
    common = {
        "version": form.number("version"),
        "key": form["key"],
        "now": office.clock(),
        "city": office.city(),
        "rules": office.agenda(),
    }
    try:
        if change == "susun":
            _again(office, form, by=me.actor, week=view.week, **common)
        else:
            do = CHANGES[change](office, view, form, me.actor)
            office.ledger.write(lambda tx: do(tx, view.week, me.actor, **common))
    except (Conflict, Invalid, NotAllowed, NotFound) as problem:
        status = 422 if isinstance(problem, (Invalid, NotFound)) else 409
        return review(request, week, problem=str(problem), status=status, reason=form["alasan"])
    return RedirectResponse(f"{HOME}/{view.week}?ok={change}", status_code=303)


def order(now: Sequence[int], form: Fields) -> list[int]:
    """The ids in the order wanted: one moved up or down, else by the numbers typed."""
    for name, step in (("naik", -1), ("turun", 1)):
        if form[name]:
            return _moved(now, form.number(name), step)
    wanted = {id: _position(form[f"posisi-{id}"], at) for at, id in enumerate(now, 1)}
    moved = {id: wanted[id] != at for at, id in enumerate(now, 1)}
    return sorted(now, key=lambda id: (wanted[id], not moved[id], now.index(id)))


def _moved(now: Sequence[int], id: int, step: int) -> list[int]:
    if id not in now:
        raise Invalid("Titik ini tidak ada di agenda.")
    others = [one for one in now if one != id]
    at = min(max(now.index(id) + step, 0), len(others))
    return [*others[:at], id, *others[at:]]


def _position(typed: str, now: int) -> float:
    """A typed number; one that moves down must come after the one that stands there."""
    wanted = whole(typed, 3)
    if wanted is None:
        return now
    return wanted + (0.5 if wanted > now else 0)


def _reorder(office: Office, view: AgendaView, form: Fields, by: Actor) -> Callable[..., Any]:
    return partial(weeks.reorder, order=order([stop.first.ticket_id for stop in view.stops], form))


def _drop(office: Office, view: AgendaView, form: Fields, by: Actor) -> Callable[..., Any]:
    return partial(weeks.drop, ticket_id=form.number("laporan"), reason=form["alasan"])


def _add(office: Office, view: AgendaView, form: Fields, by: Actor) -> Callable[..., Any]:
    """By the button beside a candidate, or by a ref."""
    ref = form["ref"].upper()
    if not ref:
        return partial(weeks.add, ticket_id=form.number("laporan"))
    with office.ledger.reading() as tx:
        ticket_id = visible(tx, ref, by).id
    assert ticket_id is not None
    return partial(weeks.add, ticket_id=ticket_id)


def _approve(office: Office, view: AgendaView, form: Fields, by: Actor) -> Callable[..., Any]:
    _sure(form)
    return weeks.approve


def _again(office: Office, form: Fields, **common: Any) -> None:
    _sure(form)
    city, rules = common.pop("city"), common.pop("rules")
    by_hand = form["pertahankan"] == "1"
    weeks.redraft(office.ledger, city, rules, common.pop("by"), keep_by_hand=by_hand, **common)


def _sure(form: Fields) -> None:
    if form["yakin"] != "1":
        raise Invalid(SURE)


CHANGES: Mapping[str, Callable[[Office, AgendaView, Fields, Actor], Callable[..., Any]]] = {
    "urutkan": _reorder,
    "keluarkan": _drop,
    "tambah": _add,
    "setujui": _approve,
    "susun": _approve,
}
