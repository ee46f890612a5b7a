"""The citizen's own page: where the complaint stands, what was answered, and how to answer back."""

import hmac
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from channels.base import Invalid, Unavailable
from channels.web import MAX_PHOTO, MAX_PHOTOS
from sapa.desk import citizen
from sapa.desk import errors as desk_errors
from sapa.desk.actor import Actor
from sapa.desk.lifecycle import OVER
from sapa.desk.spool import Spooled
from sapa.web import fields, story
from sapa.web.buckets import Buckets, address, admit
from sapa.web.errors import RETRY_AFTER
from sapa.web.form import TYPES, spooled, thanks_url, typed
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.sending import send
from store import targets, tickets
from store.db import LedgerUnavailable, Tx
from store.ids import uuid7
from store.tables import Ticket

router = APIRouter()
UNKNOWN = "Nomor laporan ini tidak kami temukan. Periksa kembali huruf dan angkanya."
OFTEN = "Terlalu banyak nomor dicoba. Silakan tunggu satu menit."
RETRY = {"Retry-After": RETRY_AFTER}


@dataclass(frozen=True, slots=True)
class Again:
    """A form of the page shown once more: the words typed, and what is wrong by field."""

    text: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    status: int = 200


NOTHING = Again()


@router.get("/lacak")
def ask(request: Request, ref: str = "") -> Response:
    """The box for a ref; with `?ref=` (the box without JavaScript) on to its page."""
    if ref.strip():
        return RedirectResponse(f"/lacak/{quote(ref.strip().upper()[:40], safe='')}", status_code=303)
    return page(request, "public/lookup.html", ref="", problem="")


@router.get("/lacak/{ref}")
def show(request: Request, ref: str, k: str = "", baru: str = "") -> Response:
    """With the private token the whole story, without it the status in words and nothing else."""
    office = office_of(request)
    guesses: Buckets = request.app.state.guesses
    with office.ledger.reading() as tx:
        ticket = tickets.by_ref(tx, ref)
        if ticket is not None and _matches(ticket, k):
            return _private(request, tx, ticket, thanks=bool(baru))
    if not guesses.take(address(request), office.clock()):
        return page(request, "public/lookup.html", status=429, ref=ref, problem=OFTEN)
    if ticket is None:
        return page(request, "public/lookup.html", status=404, ref=ref, problem=UNKNOWN)
    return page(request, "public/status.html", ticket=ticket, tried=bool(k), added=bool(baru))


@router.get("/l/{token}")
def short(request: Request, token: str) -> Response:
    """The private page by the link that fits into an SMS."""
    office = office_of(request)
    with office.ledger.reading() as tx:
        ticket = targets.ticket_by_token(tx, token[:100])
    if ticket is not None:
        return RedirectResponse(f"/lacak/{ticket.ref}?k={quote(ticket.token, safe='')}", status_code=303)
    guesses: Buckets = request.app.state.guesses
    if not guesses.take(address(request), office.clock()):
        return page(request, "public/lookup.html", status=429, ref="", problem=OFTEN)
    return page(request, "public/lookup.html", status=404, ref="", problem=UNKNOWN)


@router.post("/lacak/{ref}")
async def answer(request: Request, ref: str, k: str = "") -> Response:
    """What the reporter adds: a message like any other, bound to this ticket by its token."""
    office = office_of(request)
    admit(request)
    if not request.headers.get("content-type", "").lower().startswith(TYPES):
        raise HTTPException(415, "Kiriman ini bukan dari formulir kami.")
    body = await request.body()
    form = await typed(request)
    text = form.get("text", "")
    try:
        await run_in_threadpool(_own, office, ref, k)
        if not hmac.compare_digest(form.get("token", "").encode(), k.encode()):
            raise HTTPException(403, "Formulir ini tidak cocok dengan tautannya. Muat ulang halaman.")
        accepted = await send(office, body, request.headers["content-type"])
    except Invalid as wrong:
        again = Again(text, wrong.errors, wrong.status)
        return await run_in_threadpool(_shown_again, request, ref, again)
    except Spooled:
        return spooled(request, form)
    except (Unavailable, LedgerUnavailable):
        return page(
            request,
            "public/unsaved.html",
            status=503,
            headers=RETRY,
            text=text,
            token=k,
            key=form.get("key", ""),
        )
    if accepted.token not in ("", k):  # over meanwhile: what was written is a report of its own
        return RedirectResponse(thanks_url(office, accepted), status_code=303)
    return _back(ref, k)


@router.post("/lacak/{ref}/selesai")
async def confirm(request: Request, ref: str, k: str = "") -> Response:
    """The reporter says it is done."""
    office = office_of(request)
    form = await fields.read(request)
    ticket_id = await run_in_threadpool(_own, office, ref, k)
    by, now, city = Actor(kind="citizen", token=k), office.clock(), office.city()
    version, key = form.number("version"), form["key"]
    await office.ledger.awrite(
        lambda tx: citizen.confirm(tx, ticket_id, by, version=version, key=key, now=now, city=city)
    )
    office.relay.wake()
    return _back(ref, k)


@router.post("/lacak/{ref}/belum")
async def reopen(request: Request, ref: str, k: str = "") -> Response:
    """The reporter says it is not done, and what is missing."""
    office = office_of(request)
    form = await fields.read(request)
    ticket_id = await run_in_threadpool(_own, office, ref, k)
    by, now, city = Actor(kind="citizen", token=k), office.clock(), office.city()
    version, key, text = form.number("version"), form["key"], form["text"]
    try:
        await office.ledger.awrite(
            lambda tx: citizen.reopen(
                tx, ticket_id, by, version=version, key=key, now=now, city=city, text=text
            )
        )
    except desk_errors.Invalid as wrong:
        again = Again(text, (("reopen", str(wrong)),), 422)
        return await run_in_threadpool(_shown_again, request, ref, again)
    office.relay.wake()
    return _back(ref, k)


def _private(
    request: Request, tx: Tx, ticket: Ticket, *, thanks: bool = False, again: Again = NOTHING
) -> Response:
    office, city = office_of(request), office_of(request).city()
    assert ticket.id is not None
    given, answer_by = tickets.dispositions(tx, ticket.id), tickets.running(tx, ticket.id).get("complete")
    late = ticket.status == "archived" and citizen.unanswered(tx, ticket.id)
    return page(
        request,
        "public/ticket.html",
        status=again.status,
        ticket=ticket,
        entries=story.of(tx, ticket, city),
        because=given[0].because if given and ticket.opd else "",
        thanks=thanks,
        typed=again.text,
        wrong=dict(again.wrong),
        link=f"{city.public_url.rstrip('/')}/lacak/{ticket.ref}?k={ticket.token}",
        query=f"k={ticket.token}",
        key=str(uuid7(office.clock())),
        over=ticket.status in OVER and not late,
        late=late,
        answer_by=answer_by.due_at if answer_by else None,
        max_photos=min(MAX_PHOTOS, office.limits.files),
        max_mb=MAX_PHOTO // 1024 // 1024,
        max_bytes=office.limits.intake,
    )


def _shown_again(request: Request, ref: str, again: Again) -> Response:
    with office_of(request).ledger.reading() as tx:
        ticket = tickets.by_ref(tx, ref)
        assert ticket is not None
        return _private(request, tx, ticket, again=again)


def _own(office: Office, ref: str, token: str) -> int:
    """The id of the ticket whose private link this is; HTTPException 404 otherwise."""
    with office.ledger.reading() as tx:
        ticket = tickets.by_ref(tx, ref)
        if ticket is None or not _matches(ticket, token):
            raise HTTPException(404, "Tautan ini tidak dikenal. Buka lagi tautan lengkap dari laporan Anda.")
        assert ticket.id is not None
        return ticket.id


def _matches(ticket: Ticket, token: str) -> bool:
    return hmac.compare_digest(ticket.token.encode(), token.encode())


def _back(ref: str, token: str) -> Response:
    return RedirectResponse(f"/lacak/{quote(ref, safe='')}?k={quote(token, safe='')}", status_code=303)
