"""What every channel has in the configuration."""

from typing import Annotated

from pydantic import Field, StrictInt

from sapa.settings.kinds import Flag, Note, Part, Text


class Channel(Part):
    """A channel: its name and address as people see it, and what is needed to open it.

    `silent_after_hours` are waking hours (06–22) without a message before Diskominfo is told; none
    = never. `former` are our earlier accounts (number, bot id), whose conversations go on here.
    """

    name: Text
    address: Note = ""
    enabled: Flag = False
    opens_with: Note = ""
    silent_after_hours: Annotated[StrictInt, Field(ge=1, le=1000)] | None = None
    former: tuple[Text, ...] = ()
