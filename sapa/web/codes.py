"""The second factor: asked at the login, set up and switched off by its owner."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from sapa.desk import factors, logins
from sapa.desk.errors import Invalid
from sapa.desk.logins import LoggedIn, TooOften
from sapa.web import qr
from sapa.web.login import safe
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.session import HalfOfficer, SomeOfficer, checked
from store import credentials

router = APIRouter()
OWN = "/petugas/akun/kode"


@router.get("/petugas/kode")
def ask(request: Request, signed: HalfOfficer, lanjut: str = "") -> Response:
    """The second step of the login."""
    if not signed.code_due:
        return RedirectResponse(safe(lanjut), status_code=303)
    return page(request, "staff/code.html", problem="", onward=safe(lanjut))


@router.post("/petugas/kode")
async def give(request: Request, signed: HalfOfficer) -> Response:
    """The code from the app, or a recovery code."""
    office, form = office_of(request), await checked(request, signed)
    onward = safe(form["lanjut"])
    if not signed.code_due:
        return RedirectResponse(onward, status_code=303)
    try:
        _try(office, signed)
        now, code = office.clock(), form["kode"]
        office.ledger.write(lambda tx: factors.give(tx, signed.officer_id, signed.session_id, code, now))
    except (Invalid, TooOften) as problem:
        return page(request, "staff/code.html", status=_status(problem), problem=str(problem), onward=onward)
    return RedirectResponse(onward, status_code=303)


@router.get(OWN)
def own(request: Request, signed: SomeOfficer) -> Response:
    """Set the second factor up, or see that it is on."""
    return _own(request, signed)


@router.post(f"{OWN}/{{step}}")
async def change(request: Request, step: str, signed: SomeOfficer) -> Response:
    """`mulai` makes a secret, `aktif` confirms it, `baru` renews the recovery codes, `mati` switches off."""
    office, form = office_of(request), await checked(request, signed)
    who, code, now = signed.officer_id, form["kode"], office.clock()
    try:
        if step == "mulai":
            office.ledger.write(lambda tx: factors.begin(tx, who))
            return RedirectResponse(OWN, status_code=303)
        if step not in ("aktif", "baru", "mati"):
            raise HTTPException(404)
        _try(office, signed)
        if step == "mati":
            office.ledger.write(lambda tx: factors.switch_off(tx, who, code, now=now))
            return RedirectResponse("/petugas/akun?ok=kode-lepas", status_code=303)
        if step == "baru":
            fresh = office.ledger.write(lambda tx: factors.renew_recovery_codes(tx, who, code, now))
        else:
            session = signed.session_id
            fresh = office.ledger.write(
                lambda tx: factors.confirm(tx, who, code, session_id=session, now=now)
            )
    except (Invalid, TooOften) as problem:
        return _own(request, signed, problem=str(problem), status=_status(problem))
    return page(request, "staff/recovery.html", codes=fresh)


def _own(request: Request, signed: LoggedIn, *, problem: str = "", status: int = 200) -> Response:
    office = office_of(request)
    with office.ledger.reading() as tx:
        factor = credentials.factor(tx, signed.officer_id)
        left = credentials.recovery_codes_left(tx, signed.officer_id)
    on = factor is not None and factor.confirmed_at is not None
    secret = factor.secret if factor is not None and not on else ""
    return page(
        request,
        "staff/own_code.html",
        status=status,
        problem=problem,
        on=on,
        left=left,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=qr.picture(factors.uri(secret, signed.login, office.city().brand)) if secret else "",
    )


def _try(office: Office, signed: LoggedIn) -> None:
    limits = office.logins
    logins.admit(
        office.ledger,
        "code",
        str(signed.officer_id),
        tries=limits.code_tries,
        seconds=limits.code_seconds,
        now=office.clock(),
    )


def _status(problem: Invalid | TooOften) -> int:
    return 429 if isinstance(problem, TooOften) else 422
