"""Who acts, and what an act answers."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["officer", "opd", "citizen", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does an act.

    officer: somebody logged in, with `role` administrator, coordinator or opd (then `opd` is
    theirs). opd: an agency by its action link. citizen: whoever holds the ticket's private
    `token`. system: a job.
    """

    kind: Kind
    officer_id: int | None = None
    role: str = ""
    opd: str = ""
    name: str = ""
    token: str = ""

    @property
    def part(self) -> str:
        """The name under which lifecycle.WHO says what they may do."""
        return self.role if self.kind == "officer" else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act that is done: the ticket's version after it. `repeated`: it had been done before."""

    ticket_id: int
    version: int
    event_id: int
    repeated: bool = False
