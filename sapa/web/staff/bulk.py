"""One act on many tickets: each is its own act and fails alone; the whole can be taken back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sapa.desk import claims, undo
from sapa.desk.actor import Actor, Done
from sapa.desk.errors import ActError, Invalid
from sapa.web.fields import Fields, whole
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import Posted, Worker
from sapa.web.staff.acts import ACTS, Act, arguments
from sapa.web.staff.queue import TURN
from sapa.web.staff.sought import visible
from store import events, tickets
from store.db import Tx

router = APIRouter()
#: What may be done to many at once.
OFFERED = ("terima", "alihkan", "arsipkan")
#: So many tickets at once: more than two pages of the queue.
MOST = 50
_KEY = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one ticket: done, or the reason why not."""

    ref: str
    problem: str = ""


@router.post("/petugas/massal")
def act(request: Request, me: Worker, form: Posted) -> Response:
    """Do one act to every ticket that was ticked, and say of each what became of it."""
    office, word, key = office_of(request), form["tindakan"], _key(form)
    try:
        if word not in OFFERED:
            raise Invalid("Pilih tindakan untuk laporan yang dicentang.")
        chosen, what = _chosen(form), arguments(ACTS[word], form)
    except Invalid as problem:
        return _page(request, word, key, [], str(problem), status=422)
    results = [
        _try(ref, partial(_one, office, ACTS[word], me.actor, ref, version, f"{key}-{ref}", what))
        for ref, version in chosen.items()
    ]
    office.relay.wake()
    return _page(request, word, key, results)


@router.post("/petugas/massal/urungkan")
def take_back(request: Request, me: Worker, form: Posted) -> Response:
    """Undo what one bulk act did, wherever nothing has happened since."""
    office, key, by = office_of(request), _key(form), me.actor
    with office.ledger.reading() as tx:
        done = events.of_keys(tx, f"act:{key}-", by.officer_id or 0)
        refs = tickets.by_ids(tx, [event.ticket_id for event in done])
    results = []
    for event in done:
        ref = refs[event.ticket_id].ref
        do = partial(
            undo.undo,
            version=int(event.data["version"]),
            key=f"urung-{key}-{ref}",
            now=office.clock(),
            city=office.city(),
            event_id=event.id or 0,
        )
        results.append(_try(ref, partial(_undone, office, do, event.ticket_id, by)))
    office.relay.wake()
    return _page(request, "urungkan", "", results)


def _key(form: Fields) -> str:
    if not _KEY.fullmatch(form["key"]):
        raise HTTPException(400, "Isian formulir ini tidak lengkap. Muat ulang halaman, lalu coba lagi.")
    return form["key"]


def _chosen(form: Fields) -> dict[str, int]:
    """Ref → the version that was on the page, of what was ticked."""
    chosen = {}
    for one in form.all("pilih"):
        ref, _, version = one.partition(":")
        number = whole(version)
        if number is None:
            raise Invalid("Muat ulang halaman, lalu pilih lagi.")
        chosen[ref] = number
    if not chosen:
        raise Invalid("Centang dahulu laporan yang dimaksud.")
    if len(chosen) > MOST:
        raise Invalid(f"Paling banyak {MOST} laporan sekaligus.")
    return chosen


def _one(
    office: Office, act: Act, by: Actor, ref: str, version: int, key: str, what: Mapping[str, Any]
) -> None:
    now, city = office.clock(), office.city()

    def write(tx: Tx) -> Done:
        id = visible(tx, ref, by).id or 0
        claims.check(tx, id, by, act.name, now)
        done = act.do(tx, id, by, version=version, key=key, now=now, city=city, **what)
        claims.after(tx, id, by, TURN[by.part], now)
        return done

    office.ledger.write(write)


def _undone(office: Office, do: Callable[..., Done], ticket_id: int, by: Actor) -> None:
    office.ledger.write(lambda tx: do(tx, ticket_id, by))


def _try(ref: str, do: Callable[[], None]) -> Result:
    try:
        do()
    except ActError as problem:
        return Result(ref, str(problem))
    return Result(ref)


def _page(
    request: Request, word: str, key: str, results: list[Result], problem: str = "", status: int = 200
) -> Response:
    return page(
        request,
        "staff/bulk.html",
        status=status,
        word=word,
        key=key,
        done=[one for one in results if not one.problem],
        failed=[one for one in results if one.problem],
        problem=problem,
    )
