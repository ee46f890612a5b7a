"""The outbox: what could not be sent, what waits, and "kirim ulang"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from sapa.desk import leftovers, sight
from sapa.desk.actor import Actor
from sapa.desk.city import City
from sapa.desk.errors import Invalid
from sapa.desk.logins import LoggedIn
from sapa.desk.mask import mask
from sapa.web.fields import whole
from sapa.web.office import office_of
from sapa.web.render import page
from sapa.web.session import DeskReader, Posted, RowId, needs
from sapa.web.staff.case import receiver
from sapa.web.staff.words import NOTICES, said
from store import console, outbox, tickets
from store.db import Tx
from store.tables import Outbox

router = APIRouter()
Sender = Annotated[LoggedIn, Depends(needs("resend"))]
SIZE = 20
HOME = "/petugas/kotak-keluar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A notice of the list; `ref` "" when its ticket is not this officer's to see."""

    row: Outbox
    what: str
    to: str
    ref: str
    error: str


@router.get(HOME)
def show(request: Request, me: DeskReader, ok: str = "", sebelum: str = "") -> Response:
    """What is dead, newest first; below it what waits."""
    before = whole(sebelum)
    return _page(request, me.actor, said(ok), before=before)


@router.post("/petugas/kotak-keluar/{id}/kirim")
def again(request: Request, id: RowId, me: Sender, form: Posted) -> Response:
    """Send one again."""
    office, by, now = office_of(request), me.actor, office_of(request).clock()
    try:
        office.ledger.write(lambda tx: leftovers.send_again(tx, by, id, now=now))
    except Invalid as problem:
        return _page(request, by, problem=str(problem), status=409)
    office.relay.wake()
    return RedirectResponse(f"{HOME}?ok=kirim", status_code=303)


@router.post("/petugas/kotak-keluar/kirim-semua")
def all_again(request: Request, me: Sender, form: Posted) -> Response:
    """Send everything again that could not be sent by a channel."""
    office, by, now, channel = office_of(request), me.actor, office_of(request).clock(), form["kanal"]
    office.ledger.write(lambda tx: leftovers.send_all_again(tx, by, channel, now=now))
    office.relay.wake()
    return RedirectResponse(f"{HOME}?ok=kirim", status_code=303)


def _page(
    request: Request,
    by: Actor,
    message: str = "",
    *,
    problem: str = "",
    status: int = 200,
    before: int | None = None,
) -> Response:
    office = office_of(request)
    city = office.city()
    with office.ledger.reading() as tx:
        dead = outbox.page(tx, ("dead",), before=before, most=SIZE + 1)
        pending = outbox.page(tx, ("pending",), most=SIZE)
        failing = console.failing(tx, SIZE)
        counts = outbox.counts(tx)
        shown = {row.id: row for row in (*failing, *pending)}
        items = _items(tx, [*dead, *shown.values()], by, city)
    return page(
        request,
        "staff/post.html",
        status=status,
        dead=items[: min(len(dead), SIZE)],
        waiting=items[len(dead) :],
        dead_by_channel=sorted((name, number) for (name, state), number in counts.items() if state == "dead"),
        pending=sum(number for (_, state), number in counts.items() if state == "pending"),
        after=dead[SIZE - 1].id if len(dead) > SIZE else None,
        message=message,
        problem=problem,
    )


def _items(tx: Tx, rows: Sequence[Outbox], by: Actor, city: City) -> list[Item]:
    about = tickets.by_ids(tx, {row.ticket_id for row in rows if row.ticket_id is not None})
    refs = {
        id: ticket.ref
        for id, ticket in about.items()
        if sight.may_see(by, sight.Facts(accused=ticket.accused, opds=frozenset()))
    }
    return [
        Item(
            row=row,
            what=NOTICES.get(row.notice, row.notice),
            to=_capital(receiver(row, city)),
            ref=refs.get(row.ticket_id or 0, ""),
            error=mask(row.error),
        )
        for row in rows
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
