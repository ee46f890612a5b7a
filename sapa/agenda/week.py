"""The week's agenda, from its draft to its approval: everything other rooms call."""

from sapa.agenda._desk import Changed
from sapa.agenda.draft import JOB, catch_up, draft
from sapa.agenda.due import Visit, due_week, visit_of, week_of
from sapa.agenda.errors import AgendaChanged, AgendaClosed
from sapa.agenda.reading import read
from sapa.agenda.review import add, approve, drop, redraft, reorder
from sapa.agenda.view import AgendaView

__all__ = [
    "JOB",
    "AgendaChanged",
    "AgendaClosed",
    "AgendaView",
    "Changed",
    "Visit",
    "add",
    "approve",
    "catch_up",
    "draft",
    "drop",
    "due_week",
    "read",
    "redraft",
    "reorder",
    "visit_of",
    "week_of",
]
