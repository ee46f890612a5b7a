"""The city's days off: the country's calendar with the city's own corrections."""

from collections.abc import Iterable
from datetime import date

from sapa.settings.model import Settings


def holiday_dates(settings: Settings, years: Iterable[int]) -> frozenset[date]:
    """All days off of these years: national holidays and cuti bersama, plus `add`, minus `remove`.

    Source of the country's days: the `holidays` package; moon dates of years to come are estimates.
    """
    from holidays import country_holidays  # here, for it is slow to import and rarely needed

    wanted = sorted(set(years))
    rules = settings.holidays
    official = country_holidays(
        rules.country, years=wanted, categories=rules.categories, language=rules.language
    )
    added = {row.date for row in rules.add if row.date.year in wanted}
    removed = {row.date for row in rules.remove}
    return frozenset((set(official) | added) - removed)
