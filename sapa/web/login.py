"""The officers' door: sign in, sign out, change a password."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from sapa.desk import logins, officers
from sapa.desk.errors import Invalid
from sapa.desk.logins import LoggedIn, LoginFailed, TooOften
from sapa.web.buckets import address
from sapa.web.fields import read
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import (
    HalfOfficer,
    SomeOfficer,
    checked,
    cookie_name,
    give_cookie,
    signed_in,
    take_cookie,
)

router = APIRouter()
HOME = "/petugas"


@router.get("/petugas/masuk")
def ask(request: Request, lanjut: str = "") -> Response:
    """The login; whoever is signed in already goes on."""
    if signed_in(request) is not None:
        return RedirectResponse(safe(lanjut), status_code=303)
    return page(request, "staff/login.html", login="", problem="", onward=safe(lanjut))


@router.post("/petugas/masuk")
async def log_in(request: Request) -> Response:
    """A session for a right password; the hash is computed in a worker thread."""
    office, form = office_of(request), await read(request)
    onward = safe(form["lanjut"])
    try:
        cookie = await run_in_threadpool(_log_in, office, form["login"], form["password"], address(request))
    except (LoginFailed, TooOften) as problem:
        often = isinstance(problem, TooOften)
        headers = {"Retry-After": str(int(problem.seconds) + 1)} if isinstance(problem, TooOften) else None
        return page(
            request,
            "staff/login.html",
            status=429 if often else 401,
            headers=headers,
            login=form["login"],
            problem=str(problem),
            onward=onward,
        )
    response = RedirectResponse(onward, status_code=303)
    give_cookie(response, office, cookie)
    return response


@router.post("/petugas/keluar")
async def log_out(request: Request, signed: HalfOfficer) -> Response:
    """The session ends, here and in the ledger."""
    office = office_of(request)
    await checked(request, signed)
    cookie = request.cookies[cookie_name(office)]
    await office.ledger.awrite(lambda tx: logins.log_out(tx, cookie))
    response = RedirectResponse("/petugas/masuk", status_code=303)
    take_cookie(response, office)
    return response


@router.get("/petugas/sandi")
def password(request: Request, signed: SomeOfficer) -> Response:
    """The form for a new password; with a one-time password it is the only page there is."""
    return page(request, "staff/password.html", problem="", first=signed.must_change)


@router.post("/petugas/sandi")
async def change_password(request: Request, signed: SomeOfficer) -> Response:
    """A new password; other logins of this officer end."""
    office, form = office_of(request), await checked(request, signed)
    problem = ""
    if form["new"] != form["again"]:
        problem = "Kedua kata sandi baru tidak sama."
    else:
        try:
            await run_in_threadpool(_change, office, signed, form["old"], form["new"])
        except Invalid as wrong:
            problem = str(wrong)
    if problem:
        return page(request, "staff/password.html", status=422, problem=problem, first=signed.must_change)
    return RedirectResponse(HOME, status_code=303)


def _log_in(office: Office, login: str, password: str, address: str) -> str:
    return logins.log_in(
        office.ledger,
        login=login,
        password=password,
        address=address,
        now=office.clock(),
        passwords=office.passwords,
        limits=office.logins,
    )


def _change(office: Office, signed: LoggedIn, old: str, new: str) -> None:
    officers.change_password(
        office.ledger,
        signed.officer_id,
        old=old,
        new=new,
        passwords=office.passwords,
        but=signed.session_id,
    )


def safe(onward: str) -> str:
    """Only to a page of the console, never to another site."""
    path = onward.partition("?")[0]
    inside = path == HOME or path.startswith(HOME + "/")
    plain = all(33 <= ord(letter) < 127 and letter != "\\" for letter in onward)
    return onward if inside and plain and "//" not in path else HOME
