"""The telephone door, by the Twilio account of `channels.twilio`."""

from typing import Annotated

from pydantic import Field, StrictFloat, StrictInt, StringConstraints

from sapa.settings.channel import Channel
from sapa.settings.kinds import Phone, Url

_Words = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1000)]
_Voice = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9.-]{1,60}$")]


class Telephone(Channel):
    """The telephone door: callers are greeted, recorded and told their number."""

    number: Phone | None = None
    greeting: _Words | None = None
    greeting_audio: Url | None = None
    voice: _Voice | None = None
    max_seconds: Annotated[StrictInt, Field(ge=30, le=600)] = 180
    timeout: Annotated[StrictFloat, Field(ge=1, le=40)] = 10.0
