"""Who writes down recordings here, as the configuration names it."""

from sapa.desk.transcriber import Transcriber, UnknownTranscriber, by_name
from sapa.settings import Settings


def transcriber_of(settings: Settings) -> Transcriber | None:
    """The program, None where officers do it; raises `BadConfig` for one that is not installed."""
    name = settings.intake.transcriber
    if name is None:
        return None
    try:
        return by_name(name)
    except UnknownTranscriber as error:
        raise settings.refused([(("intake", "transcriber"), str(error))]) from error
