"""The configuration: read, checked, handed out in sections. Read by `sapa.cli` and `sapa.bootstrap` only."""

from sapa.settings.calendar import holiday_dates
from sapa.settings.loading import OVERRIDES, load
from sapa.settings.model import Settings
from sapa.settings.problems import BadConfig, Positions, Problem, Spot
from sapa.settings.starter import write_starter

__all__ = [
    "OVERRIDES",
    "BadConfig",
    "Positions",
    "Problem",
    "Settings",
    "Spot",
    "holiday_dates",
    "load",
    "write_starter",
]
