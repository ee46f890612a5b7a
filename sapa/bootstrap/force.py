"""What the configuration says now, as the rooms' values and in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from channels.base import Door
from notifier.letterhead import Letterhead
from sapa.agenda.rules import AgendaRules
from sapa.bootstrap import values
from sapa.desk.city import City
from sapa.settings import Settings
from sapa.web.office import Brand
from store import agencies, books, schema
from store.db import Tx


@dataclass(frozen=True, slots=True)
class InForce:
    """What the configuration says now; replaced as a whole when it is loaded again."""

    settings: Settings
    city: City
    letterhead: Letterhead
    agenda: AgendaRules
    brand: Brand


def in_force(settings: Settings, doors: Mapping[str, Door], secret: bytes, now: datetime) -> InForce:
    """The rooms' values of a configuration; raises `BadConfig` for a wrong rule book."""
    today = local_day(settings, now)
    city = values.city_of(settings, today, doors)
    return InForce(
        settings,
        city,
        values.letterhead_of(settings, city, secret),
        values.agenda_rules(settings, today),
        values.brand_words(settings),
    )


def local_day(settings: Settings, now: datetime) -> date:
    """The city's day."""
    return now.astimezone(values.zone(settings)).date()


def enter(tx: Tx, in_force: InForce, now: datetime) -> None:
    """Books and agencies of the configuration into the ledger; processes do so one after the other."""
    schema.take_turns(tx)
    settings, city = in_force.settings, in_force.city
    today = local_day(settings, now)
    texts = {
        "rules": values.rules_text(settings),
        "sla": values.sla_text(settings),
        "calendar": values.calendar_text(settings, today),
    }
    for kind, digest in city.books.items():
        books.activate(tx, kind, digest, texts[kind], now)
    rows = [
        agencies.Agency(
            opd.code, "opd", opd.name, opd.email, opd.valid_from, opd.valid_to, opd.successor or ""
        )
        for opd in settings.opds
    ] + [
        agencies.Agency(owner.code, "external", owner.name, owner.email or "", date(1970, 1, 1), None, "")
        for owner in settings.external
    ]
    agencies.sync(tx, rows, today)
