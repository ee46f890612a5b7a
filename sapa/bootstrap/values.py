"""The configuration's sections as the rooms' own values."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from channels.base import Door
from notifier.letterhead import Letterhead
from notifier.retry import Retry
from router.book import BadBook, BookSource, Owner, RuleBook, SensitiveCategory
from router.place import Area, Gazetteer
from router.rules import compile_book
from sapa.agenda.rules import AgendaRules
from sapa.agenda.rules import Letterhead as SheetHead
from sapa.bootstrap.lines import lines_of
from sapa.desk.city import CannedAnswer, City, OpdInfo
from sapa.desk.clamd import Clamd
from sapa.desk.deadline import Calendar, SlaRow, SlaTable
from sapa.desk.logins import Limits as LoginLimits
from sapa.desk.sight import DESK
from sapa.settings import Settings, holiday_dates
from sapa.web.office import Brand, Limits

#: Holidays are known this many years around today; deadlines reach at most some months ahead.
_YEARS_BACK, _YEARS_AHEAD = 2, 2


def book_of(settings: Settings) -> RuleBook:
    """The compiled rule book; raises `BadConfig` with file, line and column of every mistake."""
    owners = {
        opd.code: Owner(code=opd.code, name=opd.name, kind="opd", aliases=opd.aliases)
        for opd in settings.opds
    } | {
        owner.code: Owner(code=owner.code, name=owner.name, kind="external", aliases=owner.aliases)
        for owner in settings.external
    }
    source = BookSource(
        rules=settings.rules,
        owners=owners,
        sensitive=[
            SensitiveCategory(
                id=item.id, name=item.name, words=item.words, assign=item.assign or "", type=item.type or ""
            )
            for item in settings.sensitive
        ],
        urgent=settings.urgent.words,
        kelurahan=tuple(area.name for area in settings.areas.kelurahan),
        channels=tuple(settings.channels.by_name()),
    )
    try:
        return compile_book(source)
    except BadBook as error:
        raise settings.refused((problem.path, problem.message) for problem in error.problems) from None


def city_of(settings: Settings, today: date, doors: Mapping[str, Door]) -> City:
    """The desk's city as it is today; raises `BadConfig` for a wrong rule book."""
    brand = settings.brand_on(today)
    return City(
        brand=brand.name,
        programme=settings.programme.name,
        prefix=settings.city.prefix,
        tz=ZoneInfo(settings.city.tz),
        public_url=settings.public_url,
        book=book_of(settings),
        gazetteer=_gazetteer(settings),
        sla=_sla(settings),
        calendar=_calendar(settings, today),
        opds=_opds(settings, today),
        channels={name: door.traits for name, door in doors.items()},
        burst=timedelta(minutes=settings.intake.burst_minutes),
        ack_wait=timedelta(seconds=settings.intake.ack_wait_seconds),
        question=timedelta(hours=settings.intake.question_hours),
        other_route=settings.other_route,
        link_days=settings.links.valid_days,
        channel_names=_channel_names(settings),
        tagline=brand.tagline,
        answers=tuple(
            CannedAnswer(id=one.id, title=one.title, text=one.text, acts=one.acts, opds=one.opds)
            for one in settings.answers
        ),
        lines=lines_of(settings),
        scans=settings.storage.clamd is not None,
    )


def scanner_of(settings: Settings) -> Clamd | None:
    """What scans files for viruses, if anything does."""
    return Clamd(settings.storage.clamd) if settings.storage.clamd else None


def _channel_names(settings: Settings) -> dict[str, str]:
    """What people call the channels, and the ways to reach somebody that are no channel of ours."""
    return {"phone": "Telepon"} | {name: one.name for name, one in settings.channels.by_name().items()}


def _opds(settings: Settings, today: date) -> dict[str, OpdInfo]:
    opds = {
        opd.code: OpdInfo(code=opd.code, name=opd.name, kind="opd", email=opd.email)
        for opd in settings.opds
        if opd.in_force(today)
    }
    external = {
        owner.code: OpdInfo(
            code=owner.code,
            name=owner.name,
            kind="external",
            email=owner.email or "",
            letter=owner.letter,
        )
        for owner in settings.external
    }
    return opds | external


def _gazetteer(settings: Settings) -> Gazetteer:
    kecamatan = {one.name: one.aliases for one in settings.areas.kecamatan}
    return Gazetteer(
        tuple(
            Area(
                kelurahan=area.name,
                kecamatan=area.kecamatan,
                points=tuple((point[0], point[1]) for point in area.points),
                aliases=area.aliases,
                lingkungan=area.lingkungan,
                kecamatan_aliases=kecamatan[area.kecamatan],
            )
            for area in settings.areas.kelurahan
        )
    )


def _sla(settings: Settings) -> SlaTable:
    rows = tuple(
        SlaRow(
            step=row.step,
            type=row.type,
            number=row.number,
            unit=row.unit,
            source=row.source,
            valid_from=row.valid_from,
        )
        for row in settings.sla_rows
    )
    return SlaTable(digest_of(sla_text(settings)), rows)


def _calendar(settings: Settings, today: date) -> Calendar:
    return Calendar(
        digest_of(calendar_text(settings, today)), _holidays(settings, today), ZoneInfo(settings.city.tz)
    )


def _holidays(settings: Settings, today: date) -> frozenset[date]:
    return holiday_dates(settings, range(today.year - _YEARS_BACK, today.year + _YEARS_AHEAD + 1))


def sla_text(settings: Settings) -> str:
    """The SLA table as it is kept among the books."""
    return json.dumps([row.model_dump(mode="json") for row in settings.sla_rows], sort_keys=True, indent=1)


def calendar_text(settings: Settings, today: date) -> str:
    """The calendar as it is kept among the books."""
    return "\n".join(day.isoformat() for day in sorted(_holidays(settings, today)))


def rules_text(settings: Settings) -> str:
    """The rule book as it is kept among the books."""
    return json.dumps([dict(rule) for rule in settings.rules], ensure_ascii=False, indent=1, default=str)


def digest_of(text: str) -> str:
    """sha256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def letterhead_of(settings: Settings, city: City, secret: bytes) -> Letterhead:
    """What the post room writes at the head of every notice."""
    return Letterhead(
        brand=city.brand,
        city=settings.city.name,
        public_url=city.public_url,
        tz=city.tz,
        secret=secret,
        desk_name=settings.city.contact.desk,
        diskominfo_email=settings.city.contact.email,
        urgent_numbers=tuple((item.number, item.name) for item in settings.urgent.numbers),
        opd_names={code: info.name for code, info in city.opds.items()},
        opd_emails={code: info.email for code, info in city.opds.items() if info.email},
        reach={owner.code: owner.reach for owner in settings.external if not owner.letter},
        channel_names=city.channel_names,
    )


def agenda_rules(settings: Settings, today: date) -> AgendaRules:
    """How the weekly field day is planned."""
    agenda, programme = settings.agenda, settings.programme
    return AgendaRules(
        start_name=agenda.start.name,
        start_lat=agenda.start.lat,
        start_lon=agenda.start.lon,
        weekday=programme.weekday,
        start_time=programme.start,
        draft_weekday=programme.draft.weekday,
        draft_time=programme.draft.time,
        budget_minutes=agenda.budget_minutes,
        min_stops=agenda.min_stops,
        max_stops=agenda.max_stops,
        service_minutes=agenda.service_minutes,
        merge_metres=agenda.merge_metres,
        parking_minutes=agenda.parking_minutes,
        speed_kmh=agenda.speed_kmh,
        detour=agenda.detour,
        iterations=agenda.iterations,
        weights=agenda.weights.model_dump(),
        letterhead=SheetHead(
            lines=(f"PEMERINTAH {settings.city.name.upper()}", settings.city.contact.desk),
            place=settings.city.name,
            position=settings.brand_on(today).head,
            notice=settings.city.notice,
        ),
    )


def brand_words(settings: Settings) -> Brand:
    """The words that are on every page."""
    contact = settings.city.contact
    agencies = {opd.code: opd.name for opd in settings.opds}
    return Brand(
        city=settings.city.name,
        agency=agencies.get(DESK, contact.desk),
        urgent=tuple((item.name, item.number) for item in settings.urgent.numbers),
        desk=", ".join(filter(None, (contact.desk, contact.address, contact.phone, contact.hours))),
        notice=settings.city.notice,
    )


def page_limits(settings: Settings) -> Limits:
    """How much one request may carry."""
    intake = settings.intake
    return Limits(
        intake=intake.body_mb * 1024 * 1024, files=intake.photos, intake_per_minute=intake.per_minute
    )


def login_limits(settings: Settings) -> LoginLimits:
    """How long an officer's login lasts, and who must use codes."""
    factor = settings.staff.second_factor
    return LoginLimits(
        absolute=timedelta(hours=settings.staff.session_hours),
        second_factor=frozenset(factor.required),
        grace=timedelta(days=factor.grace_days),
    )


def retry_of(settings: Settings) -> Retry:
    """How often a notice is tried."""
    waits = settings.relay.retry_seconds
    return Retry(
        first=timedelta(seconds=waits[0]),
        most=timedelta(seconds=max(waits)),
        give_up=timedelta(hours=settings.relay.give_up_hours),
    )


def zone(settings: Settings) -> ZoneInfo:
    """The city's time zone."""
    return ZoneInfo(settings.city.tz)
