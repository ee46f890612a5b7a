"""The door of X, by an app of the city's there."""

from typing import Annotated

from pydantic import Field, StrictFloat

from sapa.settings.channel import Channel
from sapa.settings.kinds import AccountId, SecretName, Url


class X(Channel):
    """The account: its numeric `id`, the keys of the app (consumer) and of the account (token)."""

    id: AccountId | None = None
    consumer_key: SecretName | None = None
    consumer_secret: SecretName | None = None
    token: SecretName | None = None
    token_secret: SecretName | None = None
    api_url: Url = "https://api.x.com"
    timeout: Annotated[StrictFloat, Field(ge=1, le=40)] = 10.0
