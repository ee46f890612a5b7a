"""What the desk knows of its city: configuration as plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from channels.base import Traits
from router.place import Gazetteer
from router.rules import RuleBook
from sapa.desk.deadline import Calendar, SlaTable


@dataclass(frozen=True, slots=True, kw_only=True)
class OpdInfo:
    """A city agency (`kind` "opd") or an owner outside the city ("external"), with or without a `letter`."""

    code: str
    name: str
    kind: str = "opd"
    email: str = ""
    letter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """Words an officer may start from, in the forms of `acts`; for officers of `opds`, or of all."""

    id: str
    title: str
    text: str
    acts: tuple[str, ...]
    opds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One channel as the office runs it: what people see, whether its door is open or what opens it.

    `silent_after` waking hours without a message are told, 0 = never; `former` are our earlier
    accounts there.
    """

    name: str
    address: str = ""
    open: bool = False
    opens_with: str = ""
    silent_after: int = 0
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One city's rules, as they are in force now; acts are given it as a value.

    `burst` is how long after its last message a chat still belongs to the same complaint;
    `ack_wait` how long an acknowledgement may wait for late parts; `question` how long a question of
    the bot's is open; `other_route` says who
    receives an oversight complaint against the body that would otherwise receive it;
    `channel_names` are what people call the channels, `lines` how the office runs them;
    `tagline` stands beside the brand; `scans`: files are shown only after a scan for viruses.
    """

    brand: str
    programme: str
    prefix: str
    tz: ZoneInfo
    public_url: str
    book: RuleBook
    gazetteer: Gazetteer
    sla: SlaTable
    calendar: Calendar
    opds: Mapping[str, OpdInfo]
    channels: Mapping[str, Traits]
    burst: timedelta = timedelta(minutes=10)
    ack_wait: timedelta = timedelta(seconds=60)
    question: timedelta = timedelta(hours=24)
    other_route: Mapping[str, str] = field(default_factory=dict)
    link_days: int = 7
    channel_names: Mapping[str, str] = field(default_factory=dict)
    tagline: str = ""
    answers: tuple[CannedAnswer, ...] = ()
    lines: Mapping[str, Line] = field(default_factory=dict)
    scans: bool = False

    @property
    def books(self) -> dict[str, str]:
        """The digest of each book that decides here, by kind."""
        return {"rules": self.book.digest, "sla": self.sla.digest, "calendar": self.calendar.digest}

    def ref(self, month: str, number: int) -> str:
        """A public number: `SMP-2611-0042`."""
        return f"{self.prefix}-{month}-{number:04d}"

    def month(self, now: datetime) -> str:
        """The month of a ref in city time: `2611` for November 2026."""
        day = self.calendar.day(now)
        return f"{day.year % 100:02d}{day.month:02d}"

    def opd_name(self, code: str) -> str:
        """The agency's full name; an unknown code stands for itself."""
        info = self.opds.get(code)
        return info.name if info else code

    def by_name(self, kind: str) -> list[OpdInfo]:
        """The agencies ("opd") or the owners outside ("external") in the order of their names."""
        return sorted((one for one in self.opds.values() if one.kind == kind), key=lambda one: one.name)

    def canned(self, act: str, opd: str) -> list[CannedAnswer]:
        """The words offered for an act to an officer of an OPD ("" = of Diskominfo: all)."""
        return [one for one in self.answers if act in one.acts and (not opd or opd in (one.opds or (opd,)))]

    def answer(self, id: str) -> CannedAnswer | None:
        """The canned answer of this id."""
        return next((one for one in self.answers if one.id == id), None)

    def channel_name(self, code: str) -> str:
        """What people call a channel; an unknown code stands for itself."""
        return self.channel_names.get(code, code)
