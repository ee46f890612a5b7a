"""The action link: an agency answers one disposition without a login. Looking changes nothing."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from notifier import links as signatures
from sapa.desk import acts, lifecycle, links
from sapa.desk.actor import Done
from sapa.desk.errors import ActError, Conflict, Forbidden, Invalid, NotAllowed
from sapa.desk.links import Link, LinkGone
from sapa.desk.pictures import visible
from sapa.web import errors
from sapa.web.fields import Fields, read, year
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.since import since_summary
from store import tickets
from store.db import Tx
from store.ids import uuid7
from store.tables import Ticket

router = APIRouter()
#: What an agency may say by the link: handing over to a third party needs a login.
OUTCOMES = tuple(outcome for outcome in acts.OUTCOMES if outcome != "external")
DONE = {
    "terima": "Disposisi diterima. Bila pekerjaan selesai, buka lagi tautan yang sama dan kirim hasilnya.",
    "tolak": "Tercatat: bukan kewenangan. Laporan diteruskan ke dugaan berikutnya atau ke Diskominfo.",
    "tanya": "Pertanyaan dikirim ke pelapor. Tenggat berhenti sampai ada jawaban.",
    "selesai": "Hasil tercatat. Pelapor diminta memeriksanya.",
}
#: These answer the disposition for good: the link is used up.
LAST = frozenset({"tolak", "selesai"})
#: Form name → the act by which the lifecycle knows whether it can be done now.
ACTS = {"terima": "accept", "selesai": "resolve", "tanya": "ask", "tolak": "decline"}
FIELDS = ("act", "outcome", "budget_year", "result", "question", "reason")
_PURPOSE = b"sapa action page\0"


@router.get("/aksi/{token}")
def show(request: Request, token: str) -> Response:
    """The ticket and what can be answered; for a sealed one only its ref and the login."""
    try:
        return _shown(request, token)
    except LinkGone as gone:
        return _gone(request, gone)


@router.post("/aksi/{token}")
async def act(request: Request, token: str) -> Response:
    """Do one act by the link; what cannot be done shows the form again."""
    office, form = office_of(request), await read(request)
    uuid = _uuid(office, token)
    try:
        if uuid is None:
            raise LinkGone("unknown")
        if not hmac.compare_digest(form["page"].encode(), page_token(office, uuid).encode()):
            raise HTTPException(403, "Halaman ini sudah kedaluwarsa. Buka lagi tautan dari pesan Anda.")
        return await _done(request, office, uuid, form)
    except LinkGone as gone:
        return _gone(request, gone)
    except (Conflict, Invalid, NotAllowed) as problem:
        status = 422 if isinstance(problem, Invalid) else 409
        return await run_in_threadpool(_shown_again, request, token, form, problem, status)


def page_token(office: Office, uuid: UUID) -> str:
    """What a form of this link's page carries, so that no other page can post it."""
    return hmac.digest(office.secret, _PURPOSE + uuid.bytes, hashlib.sha256).hex()[:32]


async def _done(request: Request, office: Office, uuid: UUID, form: Fields) -> Response:
    chosen = _chosen(office, form)
    now = office.clock()

    def by_link(tx: Tx) -> Done:
        return links.use(tx, uuid, now, partial(_unsealed, tx, chosen), last=form["act"] in LAST)

    try:
        await office.ledger.awrite(by_link)
    except Forbidden:
        await run_in_threadpool(_still_good, office, uuid)  # a dead link says so before anything else
        raise
    office.relay.wake()
    return page(request, "public/action_done.html", message=DONE[form["act"]], last=form["act"] in LAST)


def _still_good(office: Office, uuid: UUID) -> None:
    with office.ledger.reading() as tx:
        links.verify(tx, uuid, office.clock())


def _unsealed(tx: Tx, chosen: Callable[[Tx, Link], Done], link: Link) -> Done:
    ticket = tickets.get(tx, link.ticket_id)
    if ticket is None or sealed(ticket):
        raise Forbidden("Laporan ini rahasia. Silakan masuk untuk menanganinya.")
    return chosen(tx, link)


def _chosen(office: Office, form: Fields) -> Callable[[Tx, Link], Done]:
    """The act the form asks for, ready to be done by a link; raises Invalid or HTTPException 400."""
    common: dict[str, Any] = {
        "version": form.number("version"),
        "key": form["key"],
        "now": office.clock(),
        "city": office.city(),
    }
    what: Mapping[str, tuple[Callable[..., Done], dict[str, Any]]] = {
        "terima": (acts.accept, {}),
        "tolak": (acts.decline, {"reason": form["reason"]}),
        "tanya": (acts.ask, {"text": form["question"]}),
        "selesai": (acts.resolve, _outcome(form)),
    }
    if form["act"] not in what:
        raise Invalid("Pilih salah satu tindakan.")
    do, details = what[form["act"]]
    return lambda tx, link: do(tx, link.ticket_id, link.actor, **common, **details)


def _outcome(form: Fields) -> dict[str, Any]:
    return {
        "outcome": form["outcome"] if form["outcome"] in OUTCOMES else "",
        "text": form["result"],
        "budget_year": year(form["budget_year"]),
    }


def sealed(ticket: Ticket) -> bool:
    """Whether nothing but the ref may be shown outside the login."""
    return ticket.privacy == "secret" or bool(ticket.sensitive)


def allowed(tx: Tx, office: Office, token: str) -> Link:
    """The link behind a token, while it is good; raises LinkGone."""
    uuid = _uuid(office, token)
    if uuid is None:
        raise LinkGone("unknown")
    return links.verify(tx, uuid, office.clock())


def _uuid(office: Office, token: str) -> UUID | None:
    return signatures.verify(office.secret, token)


@dataclass(frozen=True, slots=True)
class Again:
    """The page shown once more: what was typed, and why it could not be done."""

    typed: Mapping[str, str]
    problem: str = ""
    status: int = 200


FRESH = Again({})


def _shown(request: Request, token: str, again: Again = FRESH) -> Response:
    office = office_of(request)
    with office.ledger.reading() as tx:
        link = allowed(tx, office, token)
        ticket = tickets.get(tx, link.ticket_id)
        assert ticket is not None
        if sealed(ticket):
            return page(request, "public/action_sealed.html", ticket=ticket)
        given = tickets.dispositions(tx, link.ticket_id)
        files = tickets.attachments(tx, link.ticket_id).values()
        return page(
            request,
            "public/action.html",
            status=again.status,
            ticket=ticket,
            link=link,
            said=since_summary(tx, ticket),
            because=given[0].because if given else "",
            pictures=[file for own in files for file in own if visible(file)],
            query=f"aksi={token}",
            map=_map(ticket),
            page_token=page_token(office, link.uuid),
            key=str(uuid7(office.clock())),
            typed={name: again.typed.get(name, "") for name in FIELDS},
            problem=again.problem,
            offers={name for name, act in ACTS.items() if ticket.status in lifecycle.ACTS[act][0]},
            outcomes=OUTCOMES,
            year=office.clock().astimezone(office.city().tz).year + 1,
        )


def _map(ticket: Ticket) -> str:
    if ticket.lat is None or ticket.lon is None:
        return ""
    return signatures.map_url(ticket.lat, ticket.lon)


def _shown_again(request: Request, token: str, form: Fields, problem: ActError, status: int) -> Response:
    try:
        return _shown(request, token, Again(form.as_dict(), str(problem), status))
    except LinkGone as gone:
        return _gone(request, gone)


def _gone(request: Request, gone: LinkGone) -> Response:
    if gone.why == "unknown":
        return errors.answer(request.scope, 404, str(gone) + " Periksa apakah tautannya lengkap.")
    return page(request, "public/action_gone.html", status=410, message=str(gone))
