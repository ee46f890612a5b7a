"""The channels: how each fares, and "kanal mati" and "kanal hidup lagi" with their confirmation."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import doors, outage
from sapa.desk.doors import Door
from sapa.desk.errors import Invalid
from sapa.web.fields import Fields
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import DeskReader, Diskominfo, Posted
from sapa.web.staff.words import said
from store import outages
from store.ids import uuid7

router = APIRouter()
HOME = "/petugas/kanal"
UNSURE = "Centang pernyataan di bawah ini dahulu."


@router.get(HOME)
def show(request: Request, me: DeskReader, ok: str = "") -> Response:
    """Every channel in one line, and the outages there were."""
    office = office_of(request)
    with office.ledger.reading() as tx:
        lines = doors.report(tx, office.clock(), office.city())
        past = outages.latest(tx)
    calls = sum(one.calls for one in lines)
    return page(request, "staff/doors.html", doors=lines, past=past, calls=calls, message=said(ok))


@router.get("/petugas/kanal/{channel}")
def ask(request: Request, channel: str, me: Diskominfo) -> Response:
    """What declaring a channel down (or up again) will do, and the form for it."""
    return _confirm(request, channel, Fields(()))


@router.post("/petugas/kanal/{channel}/mati")
def declare(request: Request, channel: str, me: Diskominfo, form: Posted) -> Response:
    """The channel is down from now on."""
    office, by, now = office_of(request), me.actor, office_of(request).clock()
    _door(office, channel)
    try:
        expected = _moment(form["pulih"], office)
        if not form["yakin"]:
            raise Invalid(UNSURE)
        office.ledger.write(
            lambda tx: outage.declare(
                tx,
                channel,
                by,
                reason=form["alasan"],
                expected_at=expected,
                key=form["key"],
                now=now,
                city=office.city(),
            )
        )
    except Invalid as problem:
        return _confirm(request, channel, form, str(problem))
    return _onward(office, "mati")


@router.post("/petugas/kanal/{channel}/hidup")
def revive(request: Request, channel: str, me: Diskominfo, form: Posted) -> Response:
    """The channel works again; what it held up leaves."""
    office, by, now, id = office_of(request), me.actor, office_of(request).clock(), form.number("gangguan")
    _door(office, channel)
    if not form["yakin"]:
        return _confirm(request, channel, form, UNSURE)
    office.ledger.write(lambda tx: outage.revive(tx, id, by, now=now))
    return _onward(office, "hidup")


def _onward(office: Office, done: str) -> Response:
    office.outages.look(office.ledger)
    office.relay.wake()
    return RedirectResponse(f"{HOME}?ok={done}", status_code=303)


def _confirm(request: Request, channel: str, form: Fields, problem: str = "") -> Response:
    office = office_of(request)
    return page(
        request,
        "staff/door.html",
        status=422 if problem else 200,
        door=_door(office, channel),
        form=form,
        key=form["key"] or str(uuid7(office.clock())),
        problem=problem,
    )


def _door(office: Office, channel: str) -> Door:
    """The channel as it stands; raises HTTPException 404 for one that does not exist or is not open."""
    with office.ledger.reading() as tx:
        found = [one for one in doors.report(tx, office.clock(), office.city()) if one.channel == channel]
    if not found or found[0].state == "closed":
        raise HTTPException(404)
    return found[0]


def _moment(written: str, office: Office) -> datetime | None:
    """A moment of the city as a browser's field writes it, or None; raises `Invalid`."""
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=office.city().tz)
    except ValueError:
        raise Invalid("Perkiraan pulih: tulis tanggal dan jamnya, misalnya 2026-11-24T15:00.") from None
