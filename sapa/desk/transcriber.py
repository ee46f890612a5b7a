"""Programs that write down speech: plugged in by name, none by default, one made up for tests."""

from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, cast

GROUP = "sapa.transcribers"
#: The one of this house; foreign ones are entry points of `sapa.transcribers`.
OWN = {"fake": "sapa.desk.transcriber:FakeTranscriber"}


class Transcriber(Protocol):
    """Made without arguments; its own settings come from the environment."""

    async def transcribe(self, content: bytes, media_type: str) -> str:
        """The words of a recording, "" when there are none. Whatever it raises, the recording is kept."""
        ...


class UnknownTranscriber(Exception):
    """Nothing of this name is installed."""


class FakeTranscriber:
    """For tests and the curious: hears what stands as text after the last NUL byte of a recording."""

    async def transcribe(self, content: bytes, media_type: str) -> str:
        """The made-up words."""
        return content.rpartition(b"\x00")[2][:2_000].decode("utf-8", "ignore")


def by_name(name: str) -> Transcriber:
    """The transcriber of this name, imported only now; raises `UnknownTranscriber`."""
    found = {point.name: point.value for point in entry_points(group=GROUP)} | OWN
    if name not in found:
        raise UnknownTranscriber(f"{name} tidak terpasang; yang ada: {', '.join(sorted(found))}")
    return cast(Transcriber, EntryPoint(name, found[name], GROUP).load()())
