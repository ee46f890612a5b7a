"""Who is signed in: the cookie, the dependency for staff pages, and the token their forms carry."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sapa.desk import officers
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden
from sapa.web.errors import MustChangePassword, NotSignedIn
from sapa.web.fields import Fields, read
from sapa.web.office import Office, office_of
from store.tables import Officer

MAX_AGE = 12 * 3600


@dataclass(frozen=True, slots=True)
class Signed:
    """An officer at work. `csrf` goes into every form as the hidden field `csrf`."""

    officer: Officer
    csrf: str

    @property
    def actor(self) -> Actor:
        """As the desk's acts know them."""
        officer = self.officer
        return Actor(
            kind="officer",
            officer_id=officer.id,
            role=officer.role,
            opd=officer.opd,
            name=officer.name,
        )


def any_officer(request: Request) -> Signed:
    """Whoever is signed in, also with a one-time password; raises `NotSignedIn`."""
    office = office_of(request)
    cookie = request.cookies.get(cookie_name(office), "")
    with office.ledger.reading() as tx:
        found = officers.signed_in(tx, cookie, office.clock()) if cookie else None
    if found is None:
        raise NotSignedIn
    officer, session = found
    signed = Signed(officer, session.csrf)
    request.state.signed = signed
    return signed


def current_officer(signed: Signed = Depends(any_officer)) -> Signed:
    """The signed-in officer; raises `NotSignedIn` or `MustChangePassword`."""
    if signed.officer.must_change:
        raise MustChangePassword
    return signed


def role(*roles: str) -> Callable[..., Signed]:
    """A dependency: the signed-in officer, of one of these roles; raises `Forbidden` otherwise."""

    def of_role(signed: Signed = Depends(current_officer)) -> Signed:
        if signed.officer.role not in roles:
            raise Forbidden
        return signed

    return of_role


#: Diskominfo's own people.
diskominfo = role("administrator", "coordinator")
administrator = role("administrator")


async def posted(request: Request, signed: Signed = Depends(current_officer)) -> Fields:
    """The form an officer posted, once its token is right; raises HTTPException 403."""
    return await checked(request, signed)


async def checked(request: Request, signed: Signed) -> Fields:
    """The posted form of this session; raises HTTPException 403 when its token is not ours."""
    fields = await read(request)
    if not hmac.compare_digest(fields["csrf"].encode(), signed.csrf.encode()):
        raise HTTPException(403, "Formulir ini sudah kedaluwarsa. Muat ulang halaman, lalu coba lagi.")
    return fields


def cookie_name(office: Office) -> str:
    """With https the browser itself keeps the cookie to this host."""
    return "__Host-sapa" if office.https else "sapa"


def give_cookie(response: Response, office: Office, value: str) -> None:
    """Sign the browser in."""
    response.set_cookie(
        cookie_name(office),
        value,
        max_age=MAX_AGE,
        httponly=True,
        samesite="lax",
        secure=office.https,
        path="/",
    )


def take_cookie(response: Response, office: Office) -> None:
    """Sign the browser out."""
    response.delete_cookie(cookie_name(office), httponly=True, samesite="lax", secure=office.https, path="/")
