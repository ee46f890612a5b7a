"""Who is signed in: the cookie, the dependency for staff pages, and the token their forms carry."""

import hmac
from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from channels.message import Attachment
from sapa.desk import logins
from sapa.desk.errors import Forbidden
from sapa.desk.logins import LoggedIn
from sapa.web.errors import Detour, NotSignedIn
from sapa.web.fields import Fields, read, read_with_files
from sapa.web.office import Office, office_of


def half_officer(request: Request) -> LoggedIn:
    """Whoever gave a right password, also before the second factor; raises `NotSignedIn`."""
    office = office_of(request)
    signed = signed_in(request)
    if signed is None:
        raise NotSignedIn
    cookie, now = request.cookies[cookie_name(office)], office.clock()
    with office.ledger.reading() as tx:
        stale = logins.stale(tx, cookie, now)
    if stale:
        office.ledger.write(lambda tx: logins.seen(tx, cookie, now))
    request.state.signed = signed
    return signed


def signed_in(request: Request) -> LoggedIn | None:
    """Whoever is signed in, or nobody; for pages that others may see, too."""
    office = office_of(request)
    cookie = request.cookies.get(cookie_name(office), "")
    if not cookie:
        return None
    with office.ledger.reading() as tx:
        return logins.who(tx, cookie, office.clock(), office.logins)


#: Who gave a right password, and perhaps still owes the code.
HalfOfficer = Annotated[LoggedIn, Depends(half_officer)]


def any_officer(request: Request, signed: HalfOfficer) -> LoggedIn:
    """Whoever is signed in, also with a one-time password; raises `NotSignedIn` or `Detour`."""
    if signed.code_due:
        onward = f"?lanjut={quote(request.url.path, safe='')}" if request.method == "GET" else ""
        raise Detour(f"/petugas/kode{onward}")
    return signed


SomeOfficer = Annotated[LoggedIn, Depends(any_officer)]


def current_officer(signed: SomeOfficer) -> LoggedIn:
    """The signed-in officer; raises `NotSignedIn`, or `Detour` to what they must do first."""
    if signed.must_change:
        raise Detour("/petugas/sandi")
    if signed.overdue:
        raise Detour("/petugas/akun/kode")
    return signed


#: The signed-in officer, for pages of every role.
Me = Annotated[LoggedIn, Depends(current_officer)]


def needs(*rights: str) -> Callable[[LoggedIn], LoggedIn]:
    """A dependency: the signed-in officer, if they hold one of these rights; raises `Forbidden` otherwise."""

    def allowed(signed: Me) -> LoggedIn:
        if not any(signed.may(right) for right in rights):
            raise Forbidden
        return signed

    return allowed


#: A row's number in an address, as large as the ledger's numbers can be.
RowId = Annotated[int, Path(ge=1, lt=2**63)]

#: Diskominfo's own people; whoever may read what they read; who works on tickets; administrators alone.
Diskominfo = Annotated[LoggedIn, Depends(needs("triage"))]
DeskReader = Annotated[LoggedIn, Depends(needs("read_desk"))]
Worker = Annotated[LoggedIn, Depends(needs("work"))]
Administrator = Annotated[LoggedIn, Depends(needs("manage_people"))]


async def posted(request: Request, signed: Me) -> Fields:
    """The form an officer posted, once its token is right; raises HTTPException 403."""
    return await checked(request, signed)


Posted = Annotated[Fields, Depends(posted)]


async def checked(request: Request, signed: LoggedIn) -> Fields:
    """The posted form of this session; raises HTTPException 403 when its token is not ours."""
    return _own(await read(request), signed)


async def posted_with_files(request: Request, signed: Me) -> tuple[Fields, list[Attachment]]:
    """The same for a form that may carry files."""
    fields, files = await read_with_files(request)
    return _own(fields, signed), files


PostedWithFiles = Annotated[tuple[Fields, list[Attachment]], Depends(posted_with_files)]


def _own(fields: Fields, signed: LoggedIn) -> Fields:
    if not hmac.compare_digest(fields["csrf"].encode("utf-8", "replace"), signed.csrf.encode()):
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
        max_age=int(office.logins.absolute.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=office.https,
        path="/",
    )


def take_cookie(response: Response, office: Office) -> None:
    """Sign the browser out."""
    response.delete_cookie(cookie_name(office), httponly=True, samesite="lax", secure=office.https, path="/")
