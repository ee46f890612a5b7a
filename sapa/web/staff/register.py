"""The counter: an officer takes down what somebody says, finds what is alike, and prints the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from channels.base import Accepted, Invalid, Unavailable
from channels.walkin import MAX_PHOTO, MAX_PHOTOS, SOURCES
from sapa.desk import register as desk
from sapa.desk.actor import Actor
from sapa.desk.errors import ActError, NotFound
from sapa.desk.logins import LoggedIn
from sapa.desk.spool import Spooled
from sapa.web import errors
from sapa.web.fields import Fields
from sapa.web.form import FRESH, by_field, places
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.sending import send
from sapa.web.session import Posted, PostedWithFiles, needs
from sapa.web.staff import taken
from sapa.web.staff.acts import SURE
from sapa.web.staff.queue import listed
from sapa.web.staff.timing import age
from sapa.web.staff.words import LOOKS, STATUSES, said
from store import tickets
from store.ids import uuid7
from store.tables import Ticket

router = APIRouter()
Registrar = Annotated[LoggedIn, Depends(needs("register"))]
HOME = "/petugas/catat"
CLOSED = "Kanal loket belum dibuka. Administrator membukanya dengan channels.walkin di pengaturan."
GONE = "Laporan yang dipilih tidak dapat ditambahi lagi. Pilih yang lain, atau laporan sendiri."
APART = (
    "Yang dicatat ini anonim, rahasia, atau peka, sedangkan laporan yang dipilih terbaca lebih banyak orang."
    " Pilih “Bukan, ini laporan sendiri”."
)
EMPTY = Fields(())
#: What the door is handed of the form; shown again as it was typed.
FIELDS = (
    *("key", "source", "text", "kelurahan", "address", "lat", "lon", "accuracy", "joins", "privacy"),
    *("name", "phone", "email", "agreed", "letter", "letter_date", "link", "account"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The page once more: what is wrong by field, how it stands, and what is alike (None: not asked)."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    state: str = ""
    alike: Sequence[Ticket] | None = None
    message: str = ""
    problem: str = ""


@router.get(HOME)
def show(request: Request, me: Registrar, ok: str = "") -> Response:
    """The empty form, with a key of its own; below it what this officer took down today."""
    return _page(request, me.actor, EMPTY, Shown(message=said(ok)))


@router.post(HOME)
async def receive(request: Request, me: Registrar, posted: PostedWithFiles) -> Response:
    """Keep it and go to its receipt; or the form again, with what was typed."""
    office, by, (form, files) = _open(request), me.actor, posted

    async def again(shown: Shown) -> Response:
        found = await run_in_threadpool(_alike, office, form, by) if form["joins"] else None
        return await run_in_threadpool(_page, request, by, form, replace(shown, alike=found))

    if form["joins"] and (refused := await run_in_threadpool(_refused, office, form, by)):
        return await again(Shown(wrong={"joins": refused}, status=422))
    try:
        accepted = await send(office, taken.body(form, files, me.officer_id, FIELDS), taken.JSON, by="walkin")
    except Invalid as wrong:
        return await again(Shown(wrong=by_field(wrong.errors), status=wrong.status))
    except Spooled:
        return await again(Shown(status=202, state="spooled"))
    except Unavailable:
        return await again(Shown(status=503, state="down"))
    if not accepted.ref:
        return await again(Shown(status=202, state="kept"))
    return await run_in_threadpool(_to_receipt, office, accepted)


@router.post(f"{HOME}/serupa")
def likely(request: Request, me: Registrar, posted: PostedWithFiles) -> Response:
    """What is alike: the form with a list, or (`sepotong`, by script) the list alone."""
    office, (form, files) = _open(request), posted
    found = _alike(office, form, me.actor)
    if form["sepotong"]:
        return page(request, "staff/alike.html", **_listed(office, form, found))
    wrong = {"photos": "Pilih lagi berkasnya: pemeriksaan ini tidak menyimpannya."} if files else {}
    return _page(request, me.actor, form, Shown(alike=found, wrong=wrong))


@router.get(f"{HOME}/{{ref}}/tanda-terima")
def receipt(request: Request, ref: str, me: Registrar, pesan: str = "", baru: str = "") -> Response:
    """What the reporter takes home, for whoever took it down, or Diskominfo."""
    office = office_of(request)
    with office.ledger.reading() as tx:
        given = taken.receipt(tx, ref, pesan, me.actor, office.city())
    return page(request, "staff/receipt.html", given=given, fresh=bool(baru))


@router.post(f"{HOME}/{{ref}}/batalkan")
def withdraw(request: Request, ref: str, me: Registrar, form: Posted) -> Response:
    """Take back what was taken down by mistake today."""
    office, by, now = office_of(request), me.actor, office_of(request).clock()
    with office.ledger.reading() as tx:
        ticket = tickets.by_ref(tx, ref)
    if ticket is None or ticket.id is None or ticket.registered_by != me.officer_id:
        raise NotFound
    if form["yakin"] != "1":
        return _page(request, by, EMPTY, Shown(problem=SURE, status=422))
    act = partial(desk.withdraw, ticket_id=ticket.id, by=by, version=form.number("version"), key=form["key"])
    try:
        office.ledger.write(partial(act, now=now, city=office.city()))
    except ActError as problem:
        return _page(request, by, EMPTY, Shown(problem=str(problem), status=409))
    office.relay.wake()
    return RedirectResponse(f"{HOME}?ok=catatan-batal", status_code=303)


def _open(request: Request) -> Office:
    """The office, if its counter is open."""
    office = office_of(request)
    if "walkin" not in office.doors:
        raise HTTPException(404, CLOSED)
    return office


def _refused(office: Office, form: Fields, by: Actor) -> str:
    """Why this cannot be added to the chosen ticket, "" if it can."""
    ref = form["joins"].upper()[:40]
    with office.ledger.reading() as tx:
        if not desk.joinable(tx, ref, by):
            return GONE
        return APART if desk.too_open(tx, ref, _words(form), form["privacy"], office.city()) else ""


def _alike(office: Office, form: Fields, by: Actor) -> list[Ticket]:
    """The open tickets that are alike, and the one that is chosen already."""
    with office.ledger.reading() as tx:
        found = desk.likely(tx, _words(form), by, office.clock(), office.city())
        chosen = tickets.by_ref(tx, form["joins"].upper()[:40])
        if chosen is not None and chosen.ref not in {one.ref for one in found}:
            found += [chosen] if desk.joinable(tx, chosen.ref, by) else []
    return found


def _words(form: Fields) -> desk.Words:
    return desk.Words(
        text=form["text"][:4000],
        place=form["address"][:500],
        kelurahan=form["kelurahan"][:100],
        lat=_degrees(form["lat"]),
        lon=_degrees(form["lon"]),
    )


def _degrees(written: str) -> float | None:
    try:
        value = float(written)
    except ValueError:
        return None
    return value if abs(value) <= 180 else None


def _to_receipt(office: Office, accepted: Accepted) -> Response:
    with office.ledger.reading() as tx:
        message = taken.message_id(tx, accepted.external_id)
    address = f"{HOME}/{quote(accepted.ref, safe='')}/tanda-terima?pesan={message}&baru=1"
    return RedirectResponse(address, status_code=303)


def _page(request: Request, by: Actor, form: Fields, shown: Shown) -> Response:
    office = _open(request)
    city, now = office.city(), office.clock()
    later = {"Retry-After": errors.RETRY_AFTER} if shown.status == 503 else {}
    with office.ledger.reading() as tx:
        entries = taken.today(tx, by, now, city)
    return page(
        request,
        "staff/register.html",
        status=shown.status,
        headers={"Cache-Control": FRESH, **later},
        values={name: form[name] for name in FIELDS} | {"key": form["key"] or str(uuid7(now))},
        shown=shown,
        wrong=shown.wrong,
        entries=entries,
        act_key=str(uuid7(now)),
        sources=SOURCES,
        places=places(office),
        statuses=STATUSES,
        looks=LOOKS,
        max_photos=min(MAX_PHOTOS, office.limits.files),
        max_mb=MAX_PHOTO // 1024 // 1024,
        max_bytes=office.limits.intake,
        **_listed(office, form, shown.alike),
    )


def _listed(office: Office, form: Fields, found: Sequence[Ticket] | None) -> dict[str, Any]:
    """The tickets that are alike, as their list shows them."""
    now = office.clock()
    return {
        "alike": None if found is None else [(one, age(one.opened_at, now), listed(one)) for one in found],
        "chosen": form["joins"],
    }
