"""The LAPOR! door: what a city's export calls its columns, and the folder that is watched."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sapa.settings.channel import Channel
from sapa.settings.kinds import Folder, default

Column = Literal[
    "tracking_id",
    "title",
    "text",
    "status",
    "category",
    "kind",
    "created_at",
    "due_at",
    "source",
    "opd",
    "privacy",
    "anonymous",
    "secret",
    "name",
    "phone",
    "email",
    "address",
    "kelurahan",
    "lat",
    "lon",
]
_Heading = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]


class Lapor(Channel):
    """The LAPOR! door; `columns` are further headings by what they mean, `folder` is looked into."""

    columns: dict[Column, Annotated[tuple[_Heading, ...], Field(max_length=20)]] = default({})
    folder: Folder | None = None
