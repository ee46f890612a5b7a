"""What every notice is written with: the city's names, addresses and links, handed in as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """One city's letterhead, as its configuration says now.

    `urgent_numbers` are (number, whom one reaches) pairs; `opd_names` and `opd_emails` go by code,
    external owners included, `reach` says how citizens reach those, `channel_names` are what people
    call the channels; `secret` signs action links.
    """

    brand: str
    city: str
    public_url: str
    tz: ZoneInfo
    secret: bytes
    desk_name: str = "Diskominfo"
    diskominfo_email: str = ""
    urgent_numbers: tuple[tuple[str, str], ...] = ()
    opd_names: Mapping[str, str] = field(default_factory=dict)
    opd_emails: Mapping[str, str] = field(default_factory=dict)
    reach: Mapping[str, str] = field(default_factory=dict)
    channel_names: Mapping[str, str] = field(default_factory=dict)

    def opd_name(self, code: str) -> str:
        """The full name; an unknown code stands for itself."""
        return self.opd_names.get(code, code)
