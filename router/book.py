"""What a rule, an owner and a compiled rule book are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from router.words import Finder

TYPES = ("information", "aspiration", "complaint", "oversight")
"""Kinds of report; a ticket is a `complaint` unless a rule says otherwise."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `path` leads into the part of the source its first element names ("rules", …)."""

    path: tuple[str | int, ...]
    message: str


class BadBook(Exception):
    """The source is no rule book; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, p.path))}: {p.message}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who may own a complaint: an `opd` of the city or an `external` body. `aliases`: how people name it."""

    code: str
    name: str
    kind: str = "opd"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitiveCategory:
    """Matters that are secret by default; `assign` ("" = rules decide) is who receives them.

    `type` ("" = rules decide) is the kind of report such a matter always is.
    """

    id: str
    name: str
    words: tuple[str, ...]
    assign: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the book. Conditions of different kinds must all hold; inside a kind one suffices.

    `assign` "" means the rule only says the type or sensitivity of a report, or, with `triage`, that it
    is no complaint to hand on: an officer looks at it, whatever the other rules say.
    """

    id: str
    words: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    all: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    category: frozenset[str] = frozenset()
    kelurahan: frozenset[str] = frozenset()
    channel: frozenset[str] = frozenset()
    when_type: frozenset[str] = frozenset()
    assign: str = ""
    supporting: tuple[str, ...] = ()
    because: str = ""
    weight: float = 1.0
    type: str = ""
    sensitive: str = ""
    triage: bool = False
    urgent: bool = False
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSource:
    """Plain data a book is made of, as read from the configuration."""

    rules: Sequence[Mapping[str, object]]
    owners: Mapping[str, Owner]
    sensitive: Sequence[SensitiveCategory] = ()
    urgent: Sequence[str] = ()
    kelurahan: Sequence[str] = ()
    channels: Sequence[str] = ()


class Use(NamedTuple):
    """What finding a pattern means: `role` for rule number `rule` (`group` of its `all`) or for `code`."""

    role: int
    rule: int
    group: int
    code: str


WORD, PRIORITY, GROUP, UNLESS, OWNER, SENSITIVE, URGENT = range(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """A book that loaded without a problem. `uses[pattern]` says where each searched pattern counts.

    `digest` is the sha256 (hex) of the content, however it was ordered. `sources` are the patterns
    as written, `sizes` how much each says. `bare` are the rules that need no word, `conditional` those
    that need more than one word.
    """

    digest: str
    rules: tuple[Rule, ...]
    owners: Mapping[str, Owner]
    sensitive: Mapping[str, SensitiveCategory]
    finder: Finder
    sources: tuple[str, ...]
    sizes: tuple[float, ...]
    uses: tuple[tuple[Use, ...], ...]
    bare: tuple[int, ...] = ()
    conditional: frozenset[int] = frozenset()
