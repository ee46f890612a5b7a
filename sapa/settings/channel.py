"""What every channel has in the configuration."""

from sapa.settings.kinds import Flag, Note, Part, Text


class Channel(Part):
    """A channel: its name and address as people see it, and what is needed to open it."""

    name: Text
    address: Note = ""
    enabled: Flag = False
    opens_with: Note = ""
