"""Pages from templates: Jinja2 with autoescape, dates in city time and words for codes."""

import hashlib
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sapa.desk.mask import mask
from sapa.web import words
from sapa.web.office import office_of

STATIC = Path(str(files("sapa.web"))) / "static"


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """One template as a page; every page knows city, brand, the signed-in officer and its own path."""
    office = office_of(request)
    city = office.city()
    html = (
        _environment()
        .get_template(template)
        .render(
            office=office,
            city=city,
            brand=office.brand(),
            zone=city.tz,
            path=request.url.path,
            signed=getattr(request.state, "signed", None),
            **context,
        )
    )
    return HTMLResponse(html, status_code=status, headers=headers)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sapa.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, moment=moment, clock=clock, lines=lines, masked=mask)
    environment.filters.update(status=words.status, named=words.named, taken=words.taken)
    environment.globals.update(asset=asset, shown=words.shown, COMING=words.COMING, UNSCANNED=words.UNSCANNED)
    return environment


def day(value: datetime, zone: ZoneInfo) -> str:
    """`Rabu, 25 November 2026` in city time."""
    return format_date(value.astimezone(zone).date(), "EEEE, d MMMM y", locale="id")


def moment(value: datetime, zone: ZoneInfo) -> str:
    """`25 November 2026 pukul 09.00 WIB` in city time."""
    local = value.astimezone(zone)
    return f"{format_datetime(local, 'd MMMM y', locale='id')} pukul {local:%H.%M} {local:%Z}"


def clock(value: datetime, zone: ZoneInfo) -> str:
    """`09.00 WIB` in city time."""
    local = value.astimezone(zone)
    return f"{local:%H.%M} {local:%Z}"


def lines(value: str) -> Markup:
    """Plain text as HTML: escaped, its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in value.splitlines())


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a static file, with its digest so that it may be kept for a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"
