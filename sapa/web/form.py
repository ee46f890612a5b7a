"""The front page: the form by which a citizen complains."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from channels.base import Accepted, Invalid, Unavailable
from channels.web import MAX_PHOTO, MAX_PHOTOS
from notifier.links import tracking_url
from sapa.desk.spool import Spooled
from sapa.web import errors
from sapa.web.buckets import admit
from sapa.web.office import Office, office_of
from sapa.web.render import page
from sapa.web.sending import send
from store.ids import uuid7

router = APIRouter()
#: Not `no-store`: whoever goes back finds the form as it was typed.
FRESH = "private, no-cache"
Errors = Sequence[tuple[str, str]]
#: The fields shown again as they were typed.
FIELDS = (
    *("text", "kelurahan", "address", "lat", "lon", "accuracy"),
    *("name", "email", "phone", "privacy", "key", "token"),
)
TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")


@router.get("/")
def show(request: Request) -> Response:
    """The empty form, with a key of its own so that sending it twice is one complaint."""
    return _form(request, {"key": str(uuid7(office_of(request).clock()))})


@router.post("/")
async def receive(request: Request) -> Response:
    """Keep the complaint and go to its tracking page; or the form again, with what was typed."""
    office = office_of(request)
    admit(request)
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith(TYPES):
        raise HTTPException(
            415, "Kiriman ini bukan dari formulir kami. Silakan isi formulir di halaman depan."
        )
    body = await request.body()
    try:
        accepted = await send(office, body, kind)
    except Invalid as wrong:
        return _form(request, await typed(request), wrong.errors, status=wrong.status)
    except Spooled:
        return spooled(request, await typed(request))
    except Unavailable:
        return _form(request, await typed(request), status=503, down=True)
    if not accepted.ref:
        return page(request, "public/kept.html", status=202)
    return RedirectResponse(thanks_url(office, accepted), status_code=303)


def thanks_url(office: Office, accepted: Accepted) -> str:
    """The tracking page (the public one for who added to another's report), with its word of thanks."""
    page = tracking_url("", accepted.ref, accepted.token)
    return f"{page}{'&' if accepted.token else '?'}baru=1"


def spooled(request: Request, form: Mapping[str, str]) -> Response:
    """Received, the number follows: a button sends the same again, which finds the report by its key."""
    again = form if form.get("key") else {}
    headers = {"Cache-Control": "no-store", "Retry-After": errors.RETRY_AFTER}
    return page(request, "public/spooled.html", status=202, headers=headers, again=again)


async def typed(request: Request) -> dict[str, str]:
    """What stood in the form, as far as it can be read, without the files."""
    try:
        async with request.form(max_files=100, max_fields=100, max_part_size=512 * 1024) as form:
            texts = {name: value for name, value in form.items() if isinstance(value, str)}
    except (HTTPException, ClientDisconnect, UnicodeError):
        return {}
    return {name: texts[name].replace("\x00", "") for name in FIELDS if name in texts}


def _form(
    request: Request,
    values: Mapping[str, str],
    wrong: Errors = (),
    *,
    status: int = 200,
    down: bool = False,
) -> Response:
    office = office_of(request)
    values = {"key": str(uuid7(office.clock())), **{name: value for name, value in values.items() if value}}
    return page(
        request,
        "public/form.html",
        status=status,
        headers={"Cache-Control": FRESH, **({"Retry-After": errors.RETRY_AFTER} if down else {})},
        values={name: values.get(name, "") for name in FIELDS},
        wrong=by_field(wrong),
        down=down,
        places=places(office),
        max_photos=min(MAX_PHOTOS, office.limits.files),
        max_mb=MAX_PHOTO // 1024 // 1024,
        max_bytes=office.limits.intake,
    )


def by_field(wrong: Errors) -> dict[str, str]:
    """The first sentence for each field; the summary on top links to them."""
    found: dict[str, str] = {}
    for field, sentence in wrong:
        found.setdefault(field, sentence)
    return found


def places(office: Office) -> dict[str, list[str]]:
    """Kecamatan → its kelurahan, in the order of the alphabet."""
    found: dict[str, list[str]] = {}
    for area in sorted(office.city().gazetteer.areas, key=lambda area: (area.kecamatan, area.kelurahan)):
        found.setdefault(area.kecamatan, []).append(area.kelurahan)
    return found
