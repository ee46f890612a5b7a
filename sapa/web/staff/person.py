"""One officer: role, acting positions, second factor, and leaving in one act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import acting, authority, entries, factors, leaving
from sapa.desk import officers as desk
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import ActError, Forbidden, Invalid, NotFound
from sapa.desk.logins import LoggedIn
from sapa.web.fields import Fields, whole
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import Posted, RowId
from sapa.web.staff.people import HOME, PeopleKeeper, PeopleReader, givable, seen
from sapa.web.staff.words import said
from store import officers, positions
from store.db import Tx

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A change of one officer, as it was asked for."""

    by: Actor
    id: int
    form: Fields
    now: datetime
    city: City

    @property
    def opd(self) -> str:
        """The agency, where the role has one."""
        return self.form["opd"] if self.form["peran"] in authority.OF_OPD else ""

    def day(self, field: str) -> date:
        """A date as browsers write it; raises Invalid."""
        try:
            return date.fromisoformat(self.form[field])
        except ValueError:
            raise Invalid("Isi kedua tanggal.") from None


def _act_for(tx: Tx, ask: Ask) -> None:
    acting.name(
        tx,
        ask.by,
        ask.id,
        role=ask.form["peran"],
        opd=ask.opd,
        since=ask.day("sejak"),
        until=ask.day("sampai"),
        now=ask.now,
        city=ask.city,
        instead_id=whole(ask.form["ganti"]),
    )


def _leave(tx: Tx, ask: Ask) -> None:
    if ask.form["yakin"] != "1":
        raise Invalid("Centang dahulu bahwa Anda yakin.")
    leaving.leave(tx, ask.by, ask.id, successor_id=whole(ask.form["penerus"]), now=ask.now)


#: What can be done to an officer, by the word in the address.
CHANGES: Mapping[str, Callable[[Tx, Ask], object]] = {
    "aktif": lambda tx, ask: desk.activate(tx, ask.by, ask.id, now=ask.now),
    "diundang": lambda tx, ask: entries.invite_again(tx, ask.by, ask.id, now=ask.now),
    "ditarik": lambda tx, ask: entries.withdraw(tx, ask.by, ask.id, now=ask.now),
    "surel": lambda tx, ask: entries.set_email(tx, ask.by, ask.id, ask.form["surel"]),
    "peran": lambda tx, ask: desk.change_role(
        tx, ask.by, ask.id, role=ask.form["peran"], opd=ask.opd, now=ask.now, city=ask.city
    ),
    "kode-mati": lambda tx, ask: factors.take_off(tx, ask.by, ask.id, now=ask.now),
    "plt": _act_for,
    "plt-selesai": lambda tx, ask: acting.end(tx, ask.by, ask.form.number("plt"), now=ask.now),
    "keluar": _leave,
    "kembali": lambda tx, ask: leaving.take_back(tx, ask.by, ask.id, now=ask.now),
}


@router.get("/petugas/petugas/{id}")
def show(request: Request, id: RowId, me: PeopleReader, ok: str = "") -> Response:
    """One officer with what was done to their rights; forms for whoever may change them."""
    return _page(request, id, me, said(ok))


@router.get("/petugas/petugas/{id}/keluar")
def ask_leaving(request: Request, id: RowId, me: PeopleKeeper) -> Response:
    """What ending this officer's access would do, before it is done."""
    return _leaving(request, id, me)


@router.post("/petugas/petugas/{id}/{change}")
def change(request: Request, id: RowId, change: str, me: PeopleKeeper, form: Posted) -> Response:
    """One of CHANGES, or a new one-time password (`sandi`)."""
    office = office_of(request)
    if change == "sandi":
        return _one_time(request, id, me.actor)
    if change not in CHANGES:
        raise HTTPException(404)
    ask = Ask(by=me.actor, id=id, form=form, now=office.clock(), city=office.city())
    try:
        office.ledger.write(lambda tx: CHANGES[change](tx, ask))
    except (Forbidden, NotFound):
        raise
    except ActError as problem:
        again = _leaving if change == "keluar" else _page
        return again(request, id, me, problem=str(problem), status=422)
    office.relay.wake()
    told = "tersimpan" if change == "surel" else change
    return RedirectResponse(f"{HOME}/{id}?ok={told}", status_code=303)


def _one_time(request: Request, id: int, by: Actor) -> Response:
    office = office_of(request)
    password = desk.reset_password(office.ledger, by, id, passwords=office.passwords, now=office.clock())
    with office.ledger.reading() as tx:
        officer = officers.get(tx, id)
        login = officer.login if officer else ""
    return page(request, "staff/one_time.html", login=login, password=password, fresh=False)


def _leaving(request: Request, id: int, me: LoggedIn, *, problem: str = "", status: int = 200) -> Response:
    office = office_of(request)
    with office.ledger.reading() as tx:
        try:
            outlook = leaving.outlook(tx, me.actor, id, office.clock())
        except Invalid as cannot:
            return _page(request, id, me, problem=str(cannot), status=422)
        return page(request, "staff/leaving.html", status=status, outlook=outlook, problem=problem)


def _page(
    request: Request, id: int, me: LoggedIn, message: str = "", *, problem: str = "", status: int = 200
) -> Response:
    office = office_of(request)
    now, city = office.clock(), office.city()
    with office.ledger.reading() as tx:
        officer = next((one for one in seen(tx, me) if one.id == id), None)
        if officer is None:
            raise NotFound("Petugas tidak ditemukan.")
        fills = positions.actings_of(tx, id, now)
        away = [one for one in seen(tx, me) if one.active and one.id != id and one.role in authority.OF_OPD]
        context: dict[str, Any] = {
            "officer": officer,
            "mine": authority.manages(me.actor, officer) and id != me.officer_id,
            "fills": [(row, acting.in_force(row, now)) for row in fills],
            "away": away,
            "codes": factors.on(tx, id),
            "returns": leaving.may_return(tx, id, now),
            "notes": positions.notes(tx, id),
        }
        return page(
            request,
            "staff/person.html",
            status=status,
            message=message,
            problem=problem,
            roles=givable(me) if me.may("manage_people") else authority.OF_OPD,
            opds=[one for one in city.by_name("opd") if me.role != "head" or one.code == me.opd],
            today=now.astimezone(city.tz).date(),
            one_day=timedelta(days=1),
            **context,
        )
