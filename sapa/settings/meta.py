"""The doors of Facebook and Instagram, by one app of the city's at Meta."""

from typing import Annotated

from pydantic import Field, StrictFloat, StringConstraints

from sapa.settings.channel import Channel
from sapa.settings.kinds import AccountId, Flag, Part, SecretName, Url

_Version = Annotated[str, StringConstraints(strict=True, pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")]


class Meta(Part):
    """The app that both doors share: what its deliveries are signed with, and the word it is asked for."""

    app_secret: SecretName
    verify_token: SecretName
    api_url: Url = "https://graph.facebook.com"
    version: _Version = "v23.0"


class MetaChannel(Channel):
    """A page or a professional account: its `id` and token; `human_agent` where Meta allows a week."""

    id: AccountId | None = None
    token: SecretName | None = None
    human_agent: Flag = False
    timeout: Annotated[StrictFloat, Field(ge=1, le=40)] = 10.0
