"""Who acts, and what an act answers."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["officer", "opd", "citizen", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does an act.

    officer: somebody logged in, with a `role` of the permissions table; `opd` is the agency of a head
    or officer of one; `acting`: for a while ("Plt."). opd: an agency by its action link. citizen:
    whoever holds the ticket's private `token`. system: a job.
    """

    kind: Kind
    officer_id: int | None = None
    role: str = ""
    opd: str = ""
    name: str = ""
    token: str = ""
    acting: bool = False

    @property
    def part(self) -> str:
        """Their part in a ticket's life (lifecycle.WHO): all of an agency's people play `opd`."""
        if self.kind != "officer":
            return self.kind
        return "opd" if self.role == "head" else self.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act that is done: the ticket's version after it. `repeated`: it had been done before."""

    ticket_id: int
    version: int
    event_id: int
    repeated: bool = False
