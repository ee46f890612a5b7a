"""Ways in by mail: ask for a new password, and the page behind a mailed link."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from notifier.links import verify_entry
from sapa.desk import entries
from sapa.desk.entries import Entry, EntryGone
from sapa.desk.errors import Invalid
from sapa.desk.logins import TooOften
from sapa.web.buckets import address
from sapa.web.fields import Fields, read
from sapa.web.office import Office, office_of
from sapa.web.render import page

router = APIRouter()


@router.get("/petugas/lupa")
def forgotten(request: Request) -> Response:
    """Who lost their password says who they are."""
    return page(request, "staff/forgotten.html", sent=False, problem="")


@router.post("/petugas/lupa")
async def ask(request: Request) -> Response:
    """A link by mail, if there is such an officer; the answer is the same."""
    office, form, here = office_of(request), await read(request), address(request)
    try:
        await run_in_threadpool(entries.ask, office.ledger, form["login"], here, office.clock())
    except TooOften as problem:
        return page(request, "staff/forgotten.html", status=429, sent=False, problem=str(problem))
    office.relay.wake()
    return page(request, "staff/forgotten.html", sent=True, problem="")


@router.get("/petugas/kunci/{token}")
def show(request: Request, token: str) -> Response:
    """The form for a password; opening it uses nothing up."""
    office = office_of(request)
    try:
        entry = _entry(office, _uuid(office, token))
    except EntryGone as gone:
        return _gone(request, gone)
    return _form(request, token, entry, Fields([("nama", entry.name)]))


@router.post("/petugas/kunci/{token}")
async def redeem(request: Request, token: str) -> Response:
    """Set the password; then the link is used up."""
    office, form = office_of(request), await read(request)
    try:
        uuid = _uuid(office, token)
        entry = _entry(office, uuid)
        if form["new"] != form["again"]:
            return _form(request, token, entry, form, "Kedua kata sandi tidak sama.")
        try:
            await run_in_threadpool(_redeem, office, uuid, form["nama"], form["new"])
        except Invalid as problem:
            return _form(request, token, entry, form, str(problem))
    except EntryGone as gone:
        return _gone(request, gone)
    return page(request, "staff/entered.html", entry=entry)


def _redeem(office: Office, uuid: UUID, name: str, password: str) -> None:
    entries.redeem(
        office.ledger, uuid, name=name, password=password, passwords=office.passwords, now=office.clock()
    )


def _uuid(office: Office, token: str) -> UUID:
    uuid = verify_entry(office.secret, token)
    if uuid is None:
        raise EntryGone
    return uuid


def _entry(office: Office, uuid: UUID) -> Entry:
    with office.ledger.reading() as tx:
        return entries.look(tx, uuid, office.clock())


def _form(request: Request, token: str, entry: Entry, form: Fields, problem: str = "") -> Response:
    status = 422 if problem else 200
    return page(
        request, "staff/entry.html", status=status, token=token, entry=entry, form=form, problem=problem
    )


def _gone(request: Request, gone: EntryGone) -> Response:
    return page(request, "staff/entry_gone.html", status=410, problem=str(gone))
