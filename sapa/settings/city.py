"""The city: its name, brand and programme, its agencies, its places."""

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from sapa.settings.kinds import (
    Clock,
    Code,
    Day,
    Email,
    Lat,
    Lon,
    Note,
    Part,
    Phone,
    Point,
    Postal,
    Prefix,
    Region,
    Text,
    Url,
    Weekday,
    Zone,
)


class Contact(Part):
    """How the desk itself is reached by people; shown on every page."""

    desk: Text
    address: Note = ""
    email: Email
    phone: Phone | None = None
    hours: Note = ""


class City(Part):
    """The city that runs this installation."""

    name: Text
    kode: Region
    tz: Zone = "Asia/Jakarta"
    prefix: Prefix
    bbox: tuple[Lon, Lat, Lon, Lat]
    public_url: Url | None = None
    notice: Note = ""
    contact: Contact

    @field_validator("bbox")
    @classmethod
    def _corners(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        if box[0] >= box[2] or box[1] >= box[3]:
            raise ValueError("urutannya: bujur barat, lintang selatan, bujur timur, lintang utara")
        return box


class Brand(Part):
    """The name people know the service by, from a day on."""

    name: Text
    tagline: Note = ""
    head: Text
    valid_from: Day


class Draft(Part):
    """When the draft of the week's agenda is made, in city time."""

    weekday: Weekday
    time: Clock


class Programme(Part):
    """The weekly field day."""

    name: Text
    weekday: Weekday
    start: Clock
    draft: Draft


class Opd(Part):
    """An agency of the city; what leaves gets `valid_to`, is not deleted."""

    code: Code
    name: Text
    short: Text
    mandate: Text
    email: Email
    phone: Phone | None = None
    head: Note = ""
    aliases: tuple[Text, ...] = ()
    valid_from: Day
    valid_to: Day | None = None
    successor: Code | None = None

    @field_validator("valid_to")
    @classmethod
    def _ordered(cls, until: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("valid_from")
        if until is not None and since is not None and until <= since:
            raise ValueError(f"harus sesudah valid_from ({since.isoformat()})")
        return until

    def in_force(self, day: date) -> bool:
        """Whether the agency exists on `day` (`valid_to` is its first day of not existing)."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class External(Part):
    """An owner of matters that are not the city's; `letter`: it wants an official letter."""

    code: Code
    name: Text
    reach: Text
    letter: bool = False
    email: Email | None = None
    aliases: tuple[Text, ...] = ()


class Kecamatan(Part):
    """A district."""

    kode: Region
    name: Text
    aliases: tuple[Text, ...] = ()


class Kelurahan(Part):
    """An urban village: representative points [lat, lon] in WGS84 degrees, spread over its area."""

    kode: Region
    name: Text
    kecamatan: Text
    postal_code: Postal
    aliases: tuple[Text, ...] = ()
    lingkungan: tuple[Text, ...] = ()
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=500)]


class Areas(Part):
    """The city's districts and urban villages."""

    kecamatan: Annotated[tuple[Kecamatan, ...], Field(min_length=1)]
    kelurahan: Annotated[tuple[Kelurahan, ...], Field(min_length=1)]


def brand_on(brands: tuple[Brand, ...], day: date) -> Brand:
    """The brand in force on `day`: the latest begun; before the first, the first."""
    ordered = sorted(brands, key=lambda brand: brand.valid_from)
    begun = [brand for brand in ordered if brand.valid_from <= day]
    return begun[-1] if begun else ordered[0]
