"""How much a ticket needs the visit, in parts that people can read and dispute. Pure."""

import math
from dataclasses import dataclass

from sapa.agenda.rules import AgendaRules
from sapa.agenda.wording import number

#: What a part at its fullest gives for a weight of 1.
POINTS = 10.0
#: Beyond three times the promised time a ticket is simply very late.
LATEST = 3.0
#: 32 reporters: beyond, more voices (or one voice many times) no longer push.
MOST_DOUBLINGS = 5
#: The promise to measure by where none was made, in days.
UNPROMISED_DAYS = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a ticket on the day of the visit.

    Days are calendar days; `promised_days` None when nothing was promised. `backlog_share` is its
    kelurahan's part of all candidates, `visit_share` its part of the stops of the last eight weeks.
    """

    age_days: float
    promised_days: float | None = None
    reporters: int = 1
    reopened: int = 0
    refusals: int = 0
    urgent: bool = False
    kelurahan: str = ""
    backlog_share: float = 0.0
    visit_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """One named number of a score; `detail` says in Indonesian where it comes from."""

    name: str
    label: str
    points: float
    detail: str


@dataclass(frozen=True, slots=True)
class Score:
    """The parts, and their sum in tenths of a point."""

    total: float
    parts: tuple[Part, ...]


def score(standing: Standing, rules: AgendaRules) -> Score:
    """All parts that give something, the heaviest first."""
    measured = (
        _age(standing),
        _overdue(standing),
        _urgent(standing),
        _reporters(standing),
        _reopened(standing),
        _declined(standing),
        _fairness(standing),
    )
    parts = [
        Part(name, label, round(POINTS * rules.weight(name) * share, 1), detail)
        for name, label, share, detail in measured
    ]
    given = sorted((part for part in parts if part.points > 0), key=lambda part: -part.points)
    return Score(round(sum(part.points for part in given), 1), tuple(given))


def with_others(worth: Score, others: int, rules: AgendaRules) -> Score:
    """The score of the heaviest complaint of a stop, and a little for the others at its spot."""
    share = min(MOST_DOUBLINGS, math.log2(1 + others)) / MOST_DOUBLINGS
    points = round(POINTS * rules.weight("together") * share, 1)
    if points <= 0:
        return worth
    part = Part("together", "Laporan di titik yang sama", points, f"{others} laporan lain")
    parts = tuple(sorted((*worth.parts, part), key=lambda one: -one.points))
    return Score(round(worth.total + points, 1), parts)


Measured = tuple[str, str, float, str]


def _ratio(standing: Standing) -> float:
    promised = standing.promised_days or UNPROMISED_DAYS
    return min(LATEST, max(0.0, standing.age_days) / promised)


def _age(standing: Standing) -> Measured:
    """Convex: a day late hurts more than a day early."""
    promised = standing.promised_days or UNPROMISED_DAYS
    detail = f"{number(standing.age_days)} hari sejak masuk, ukuran {number(promised)} hari"
    return "age", "Umur laporan", (_ratio(standing) / LATEST) ** 2, detail


def _overdue(standing: Standing) -> Measured:
    if standing.promised_days is None:
        return "overdue", "Lewat tenggat", 0.0, ""
    late = max(0.0, _ratio(standing) - 1)
    days = standing.age_days - standing.promised_days
    return "overdue", "Lewat tenggat", late / (LATEST - 1), f"lewat {number(days)} hari"


def _urgent(standing: Standing) -> Measured:
    return "urgent", "Keselamatan", float(standing.urgent), "ada kata bahaya dalam laporan"


def _reporters(standing: Standing) -> Measured:
    doublings = min(MOST_DOUBLINGS, math.log2(max(1, standing.reporters)))
    return "reporters", "Jumlah pelapor", doublings / MOST_DOUBLINGS, f"{standing.reporters} pelapor"


def _reopened(standing: Standing) -> Measured:
    share = min(3, standing.reopened) / 3
    return "reopened", "Dibuka kembali", share, f"{standing.reopened} kali belum selesai"


def _declined(standing: Standing) -> Measured:
    share = min(2, standing.refusals) / 2
    return "declined", "Bukan kewenangan", share, f"ditolak {standing.refusals} kali oleh OPD"


def _fairness(standing: Standing) -> Measured:
    """1 for a kelurahan never visited, 0 for one that got its share of the stops."""
    backlog, visits = standing.backlog_share, standing.visit_share
    share = max(0.0, backlog - visits) / backlog if backlog > 0 and standing.kelurahan else 0.0
    detail = f"{standing.kelurahan}: {backlog:.0%} laporan, {visits:.0%} kunjungan 8 pekan"
    return "fairness", "Pemerataan kelurahan", share, detail
